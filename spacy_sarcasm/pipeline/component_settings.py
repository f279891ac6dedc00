"""The settings of the sarcasm component: defaults, checks, and what a saved pipeline brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..network.row_scores import UNKNOWN
from ..pretrained import PRETRAINED
from .gold import PositiveWeight

BUNDLED = "bundled"
DEFAULT_LABEL = "SARCASM"
DEFAULT_EXTENSION = "sarcasm"

# Settings that the model reads from its attributes.
MODEL_SETTINGS = ("max_length", "batch_budget", "threads", "unknown")

_COUNTS = ("max_length", "batch_budget", "threads")
_NAMES = ("label", "extension")


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


def check_settings(cfg: Mapping[str, Any]) -> None:
    """Check the settings of a component.

    Raises:
        ValueError: One is out of its range; the message names it.

    Example:
        >>> check_settings({**component.cfg, "threads": 2})  # doctest: +SKIP
    """
    for key in _COUNTS:
        if isinstance(cfg[key], bool) or not isinstance(cfg[key], int) or cfg[key] < 1:
            raise ValueError(
                f"sarcasm setting '{key}' must be a whole number of at least 1, not "
                f"{cfg[key]!r:.100}"
            )
    threshold = cfg["threshold"]
    number = isinstance(threshold, int | float) and not isinstance(threshold, bool)
    if threshold is not None and (not number or not 0 <= threshold <= 1):
        raise ValueError(
            "sarcasm setting 'threshold' must be in 0..1, or null for that of the weights, not "
            f"{threshold!r:.100}"
        )
    for key in _NAMES:
        if not isinstance(cfg[key], str) or not cfg[key]:
            raise ValueError(f"sarcasm setting '{key}' must be a name, not {cfg[key]!r:.100}")
    if not isinstance(cfg["set_cats"], bool):
        raise ValueError(
            f"sarcasm setting 'set_cats' must be true or false, not {cfg['set_cats']!r:.100}"
        )
    PositiveWeight(cfg["positive_weight"])
    if cfg["unknown"] not in UNKNOWN:
        raise ValueError(
            f"sarcasm setting 'unknown' must be one of {', '.join(UNKNOWN)}, not "
            f"{cfg['unknown']!r:.100}"
        )


def merge_saved(
    saved: Any, cfg: Mapping[str, Any], configured: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], bool]:
    """Return the settings of a saved component, except those that this pipeline's config overrides.

    Args:
        saved: What the component saved.
        cfg: The settings in force.
        configured: The settings that this pipeline's config gave.
        where: What the settings were read from, for messages.

    Returns:
        The settings, and whether the component was saved with weights.

    Raises:
        ValueError: What was saved is damaged, or a setting is out of its range.

    Example:
        >>> cfg, trained = merge_saved(saved, cfg, configured, "cfg")  # doctest: +SKIP
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
        check_settings(merged)
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
