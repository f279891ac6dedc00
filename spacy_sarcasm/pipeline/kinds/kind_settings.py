"""The settings of the `sarcasm_kind` component: defaults and checks."""

from __future__ import annotations

from dataclasses import dataclass

from ...network.architecture import DEFAULT_BATCH_BUDGET, DEFAULT_MAX_LENGTH, DEFAULT_THREADS
from ...network.row_scores import DEFAULT_UNKNOWN, Unknown
from ..component_settings import DEFAULT_EXTENSION as SARCASM
from ..component_settings import check_name, check_shared_settings
from .kind_gold import ClassWeights

DEFAULT_EXTENSION = "sarcasm_kind"


@dataclass(frozen=True)
class KindSettings:
    """The settings of a `sarcasm_kind` component, beside its weights and its model.

    Attributes:
        set_cats: Whether to write the probabilities to ``doc.cats`` too.
        max_length: Maximum number of tokens of a text that are read.
        batch_budget: Maximum number of tokens, padding included, that the network takes at a time.
        threads: Threads that ONNX Runtime may use.
        unknown: What becomes of texts in which the network knows no word, empty texts among them.
            ``missing``: they have neither kind nor probabilities. ``score``: they have those that
            the network gives for unknown words, and empty texts have no kind.
        extension: Name of the attribute with the kind. That with the probabilities has an ``s`` at
            its end: ``doc._.sarcasm_kinds``.
        sarcasm_extension: Name of the attribute with the score of a `sarcasm` component. Where that
            comes before, and the score is missing or below its threshold, a doc has probabilities
            but no kind. None: every doc has a kind.
        class_weight: How much an example counts in training: None (1.0) or ``"balanced"`` (all
            kinds count the same).

    Raises:
        ValueError: A setting is out of its range; the message names it.
    """

    set_cats: bool = True
    max_length: int = DEFAULT_MAX_LENGTH
    batch_budget: int = DEFAULT_BATCH_BUDGET
    threads: int = DEFAULT_THREADS
    unknown: Unknown = DEFAULT_UNKNOWN
    extension: str = DEFAULT_EXTENSION
    sarcasm_extension: str | None = SARCASM
    class_weight: str | None = None

    def __post_init__(self) -> None:
        """Check the settings."""
        check_shared_settings(self)
        check_name("sarcasm_extension", self.sarcasm_extension, or_null=True)
        ClassWeights(self.class_weight)
