"""The settings of the sarcasm component: defaults, checks, and what a saved pipeline brings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..network.architecture import DEFAULT_BATCH_BUDGET, DEFAULT_MAX_LENGTH, DEFAULT_THREADS
from ..network.row_scores import DEFAULT_UNKNOWN, UNKNOWN, Unknown
from ..pretrained import PRETRAINED
from .gold import PositiveWeight

BUNDLED = "bundled"
DEFAULT_LABEL = "SARCASM"
DEFAULT_EXTENSION = "sarcasm"

# Settings that the model reads from its attributes.
MODEL_SETTINGS = ("max_length", "batch_budget", "threads", "unknown")

_COUNTS = ("max_length", "batch_budget", "threads")


def weights_path(weights: str) -> Path:
    """Return the file, or the folder, that the setting `weights` names.

    Args:
        weights: The name of bundled weights, or a path.

    Example:
        >>> weights_path("bundled").name
        'weights.npz'
    """
    if not weights:
        names = " or ".join(f"'{name}'" for name in PRETRAINED)
        raise ValueError(
            f"sarcasm setting 'weights' must be {names}, a path or null, not an empty string"
        )
    return PRETRAINED.get(weights) or Path(weights)


@dataclass(frozen=True)
class ComponentSettings:
    """The settings of a sarcasm component, beside its weights and its model.

    Attributes:
        label: The category in ``doc.cats`` that mirrors the score and holds the gold.
        set_cats: Whether to mirror the score.
        threshold: The least score that counts as sarcastic, 0 to 1, in ``doc._.is_sarcastic`` and
            in evaluation. None: the threshold stored with the weights.
        max_length: Maximum number of tokens of a text that are read.
        batch_budget: Maximum number of tokens, padding included, that the network takes at a time.
        threads: Threads that ONNX Runtime may use.
        unknown: What becomes of texts in which the network knows no word, empty texts among them.
            ``missing``: they have no score, which is None on the Doc and NaN in arrays. ``score``:
            they have the score that the network gives for unknown words, and empty texts 0.0.
        extension: Name of the attribute with the score; change it to run two components in one
            pipeline. The others follow it: with ``irony``, they are ``doc._.irony``,
            ``doc._.irony_coverage``, ``doc._.irony_is_sarcastic``, ``doc._.irony_max``,
            ``doc._.irony_share`` and ``span._.irony``.
        positive_weight: How much a sarcastic example counts in training: a number, ``"balanced"``
            (both classes count the same) or None (1.0).
        spans: Spans that are scored besides the doc: ``"sents"``, ``"ents"`` or the key of a span
            group in ``doc.spans``. None: none.
        spans_key: The key in ``doc.spans`` of the scored spans; the scores are in
            ``attrs["scores"]``. None: the name in `extension`.

    Raises:
        ValueError: A setting is out of its range; the message names it.
    """

    label: str = DEFAULT_LABEL
    set_cats: bool = True
    threshold: float | None = None
    max_length: int = DEFAULT_MAX_LENGTH
    batch_budget: int = DEFAULT_BATCH_BUDGET
    threads: int = DEFAULT_THREADS
    unknown: Unknown = DEFAULT_UNKNOWN
    extension: str = DEFAULT_EXTENSION
    positive_weight: float | str | None = None
    spans: str | None = None
    spans_key: str | None = None

    def __post_init__(self) -> None:
        """Check the settings."""
        check_shared_settings(self)
        self._check_threshold()
        check_name("label", self.label)
        for key in ("spans", "spans_key"):
            check_name(key, getattr(self, key), or_null=True)
        if self.spans is not None and self.spans == (self.spans_key or self.extension):
            raise ValueError(
                f"sarcasm settings: the spans in doc.spans['{self.spans}'] cannot be scored into "
                "the group that they are in. Set `spans_key` to another name"
            )
        PositiveWeight(self.positive_weight)

    def _check_threshold(self) -> None:
        given = self.threshold
        number = isinstance(given, int | float) and not isinstance(given, bool)
        if given is not None and (not number or not 0 <= given <= 1):
            raise ValueError(
                "sarcasm setting 'threshold' must be in 0..1, or null for that of the weights, not "
                f"{given!r:.100}"
            )


def check_shared_settings(settings: Any) -> None:
    """Check the settings that the components `sarcasm` and `sarcasm_kind` share.

    Args:
        settings: An object with the settings as its attributes.

    Raises:
        ValueError: One is out of its range; the message names it.

    Example:
        >>> check_shared_settings(ComponentSettings(threads=2))
    """
    for key in _COUNTS:
        count = getattr(settings, key)
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ValueError(
                f"sarcasm setting '{key}' must be a whole number of at least 1, not {count!r:.100}"
            )
    check_name("extension", settings.extension)
    if not isinstance(settings.set_cats, bool):
        raise ValueError(
            f"sarcasm setting 'set_cats' must be true or false, not {settings.set_cats!r:.100}"
        )
    if settings.unknown not in UNKNOWN:
        raise ValueError(
            f"sarcasm setting 'unknown' must be one of {', '.join(UNKNOWN)}, not "
            f"{settings.unknown!r:.100}"
        )


def check_name(key: str, name: object, *, or_null: bool = False) -> None:
    """Check that a setting is a name.

    Args:
        key: What the setting is called.
        name: Its value.
        or_null: Whether it may be None.

    Raises:
        ValueError: It is not a text, or empty.

    Example:
        >>> check_name("spans", None, or_null=True)
    """
    if not (isinstance(name, str) and name) and not (or_null and name is None):
        expected = "a name or null" if or_null else "a name"
        raise ValueError(f"sarcasm setting '{key}' must be {expected}, not {name!r:.100}")


def merge_saved(
    saved: Any,
    cfg: Mapping[str, Any],
    configured: Mapping[str, Any],
    where: str,
    check: Callable[[Mapping[str, Any]], None],
) -> tuple[dict[str, Any], bool]:
    """Return the settings of a saved component, except those that this pipeline's config overrides.

    Args:
        saved: What the component saved.
        cfg: The settings in force.
        configured: The settings that this pipeline's config gave.
        where: What the settings were read from, for messages.
        check: Raises a ValueError for a setting that is out of its range.

    Returns:
        The settings, and whether the component was saved with weights.

    Raises:
        ValueError: What was saved is damaged, or a setting is out of its range.

    Example:
        >>> cfg, trained = merge_saved(saved, cfg, {}, "cfg", check)  # doctest: +SKIP
    """
    parts = saved if isinstance(saved, Mapping) else {}
    values, earlier = parts.get("cfg"), parts.get("configured")
    trained = parts.get("trained")
    if not (
        isinstance(values, Mapping) and isinstance(earlier, Mapping) and isinstance(trained, bool)
    ):
        raise ValueError(
            f"{where} does not hold the settings of a sarcasm component: expected an object with "
            f"'cfg', 'configured' and 'trained', got {saved!r:.100}. Save the pipeline again"
        )
    if unknown := sorted(set(values) - set(cfg)):
        raise ValueError(
            f"{where} has settings that this spacy-sarcasm does not know: "
            f"{', '.join(unknown):.200}. Install the version that saved it, or a newer one"
        )
    # Settings that an earlier version did not have keep their values.
    merged = {
        key: values[key] if key in values and configured[key] == earlier.get(key, value) else value
        for key, value in cfg.items()
    }
    try:
        check(merged)
    except ValueError as error:
        raise ValueError(f"{where} is damaged: {error}. Save the pipeline again") from error
    return merged, trained


def read_json(data: str | bytes, where: str) -> Any:
    """Parse JSON that a component saved.

    Raises:
        ValueError: It is not JSON.

    Example:
        >>> read_json("{}", "the saved component")
        {}
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where} is damaged: {error}. Save the pipeline again") from error
