"""Gold scores, and the loss against them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.training import Example
from thinc.api import Ops
from thinc.types import Floats2d

# Keras clips probabilities by the same amount before it takes their logarithm.
EPSILON = 1e-7

BALANCED = "balanced"

Gold = NDArray[np.float32]


def read_gold(examples: Sequence[Example], label: str) -> tuple[Gold, Gold]:
    """Return the gold of examples and which of them have any.

    Returns:
        The gold, in 0..1 and 0 where there is none, and 1 where there is gold, else 0; both of
        shape (examples,).

    Raises:
        ValueError: Gold is not a number in 0..1; the message names value and text.
    """
    gold = np.zeros(len(examples), dtype=np.float32)
    known = np.zeros(len(examples), dtype=np.float32)
    for i, example in enumerate(examples):
        value = example.reference.cats.get(label)
        if value is None:
            continue
        if not isinstance(value, int | float | np.number) or not 0 <= value <= 1:
            raise ValueError(
                f"the gold for sarcasm has to be a number in 0..1, and doc.cats['{label}'] is "
                f"{value!r} for {excerpt(example)}"
            )
        gold[i], known[i] = value, 1
    return gold, known


def require_gold(examples: Sequence[Example], label: str) -> None:
    """Check that at least one example has gold.

    Raises:
        ValueError: None has, or some is out of range; the message says what was found.
    """
    if read_gold(examples, label)[1].any():
        return
    found = sorted({cat for example in examples for cat in example.reference.cats})
    raise ValueError(
        f"none of {len(examples)} examples has gold for sarcasm: doc.cats has no '{label}' "
        f"(categories found: {', '.join(found) or 'none'}). Set it to a number in 0..1, or name "
        "the right category by the setting `label`"
    )


class PositiveWeight:
    """How much a sarcastic example counts in the loss, where another one counts 1."""

    def __init__(self, setting: float | str | None) -> None:
        """Take the component's setting `positive_weight`.

        Args:
            setting: A number above 0, None for 1, or ``"balanced"``: as much as makes both classes
                count the same, by the training corpus or, where training goes on without
                initialization, by the batches so far.

        Raises:
            ValueError: It is something else.
        """
        is_weight = (
            isinstance(setting, int | float)
            and not isinstance(setting, bool)
            and 0 < setting < np.inf
        )
        if setting not in (None, BALANCED) and not is_weight:
            raise ValueError(
                "sarcasm setting 'positive_weight' must be a number above 0, 'balanced' or null, "
                f"not {setting!r:.100}"
            )
        self.setting = setting
        self._counted = False
        self._sarcastic = self._others = 0.0

    def count(self, examples: Sequence[Example], label: str) -> None:
        """Count the classes of a whole training corpus."""
        self._sarcastic = self._others = 0.0
        self._add(*read_gold(examples, label))
        self._counted = True

    def for_batch(self, gold: Gold, known: Gold) -> float:
        """Return the weight for a batch.

        Args:
            known: Likewise.
        """
        if self.setting is None:
            return 1.0
        if self.setting != BALANCED:
            return float(self.setting)
        if not self._counted:
            self._add(gold, known)
        # One more of each, so that a corpus without one of them has a weight.
        return (self._others + 1) / (self._sarcastic + 1)

    def _add(self, gold: Gold, known: Gold) -> None:
        self._sarcastic += float((gold * known).sum())
        self._others += float(((1 - gold) * known).sum())


def cross_entropy(
    scores: Any, gold: Gold, known: Gold, xp: Any, positive_weight: float = 1.0
) -> tuple[float, Any]:
    """Return the mean binary cross-entropy over examples that have gold, and its gradient.

    Args:
        scores: Probabilities, shape (examples,).
        xp: The module of the scores' arrays, NumPy or CuPy.
        positive_weight: The factor of the loss of sarcastic examples, by their gold.

    Returns:
        The loss, and the gradient with respect to the scores, of their shape.
    """
    y = xp.asarray(gold)
    share = xp.asarray(known / max(1, known.sum()))
    p = xp.clip(scores, EPSILON, 1 - EPSILON)
    weighted = positive_weight * y
    loss = -(share * (weighted * xp.log(p) + (1 - y) * xp.log(1 - p))).sum()
    return float(loss), share * ((1 - y) / (1 - p) - weighted / p)


def score_loss(
    examples: Sequence[Example], scores: Floats2d, ops: Ops, label: str, weight: PositiveWeight
) -> tuple[float, Floats2d]:
    """Return the mean binary cross-entropy of examples, and its gradient.

    Examples without gold, or without a score, count for nothing.

    Args:
        examples: The batch.
        scores: The probabilities of its docs, shape (docs, 1), NaN where they are missing.
        ops: The operations of the device that holds the scores.
        label: The category that holds the gold.
        weight: How much sarcastic examples count.

    Raises:
        ValueError: Gold is not a number in 0..1.
    """
    gold, known = read_gold(examples, label)
    known[np.isnan(ops.to_numpy(scores[:, 0]))] = 0  # type: ignore[no-untyped-call]
    factor = weight.for_batch(gold, known)
    column = ops.xp.nan_to_num(scores[:, 0])
    loss, d_scores = cross_entropy(column, gold, known, ops.xp, factor)
    return loss, d_scores[:, None]


def excerpt(example: Example) -> str:
    """Return the start of an example's text in quotation marks, for messages.

    Example:
        >>> excerpt(example)  # doctest: +SKIP
        "'oh great'"
    """
    text = example.reference.text
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
