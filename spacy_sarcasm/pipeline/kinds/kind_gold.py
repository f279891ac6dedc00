"""Gold kinds, and the loss against them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.training import Example

from ..component_settings import DEFAULT_LABEL
from ..gold import BALANCED, EPSILON, excerpt

GoldKinds = NDArray[np.int64]

NO_KIND = -1


def find_kinds(examples: Iterable[Example], others: Collection[str] = ()) -> list[str]:
    """Return the kinds of a training corpus, in alphabetical order.

    Args:
        examples: The corpus.
        others: Categories that are no kinds, besides ``SARCASM``.

    Raises:
        ValueError: There are fewer than two.

    Example:
        >>> find_kinds(examples)  # doctest: +SKIP
        ['deadpan', 'hyperbole']
    """
    found = {cat for example in examples for cat in example.reference.cats}
    kinds = sorted(found - {DEFAULT_LABEL, *others})
    if len(kinds) < 2:
        raise ValueError(
            "the component sarcasm_kind needs at least two kinds to tell apart, and doc.cats of "
            f"the training corpus names {', '.join(kinds) or 'none'}. Set doc.cats of each "
            'training doc to its kind, as in {"hyperbole": 1.0}'
        )
    return kinds


def read_kinds(examples: Sequence[Example], classes: Sequence[str]) -> GoldKinds:
    """Return the place of each example's gold kind among the classes.

    Args:
        examples: The examples. The kind of one is the category that has 1 in its ``doc.cats``.
        classes: The kinds.

    Returns:
        Places in `classes`, `NO_KIND` where no kind is given, shape (examples,).

    Raises:
        ValueError: An example has several kinds, or one that is neither 0 nor 1; the message
            names the text.

    Example:
        >>> read_kinds(examples, ["deadpan", "hyperbole"])  # doctest: +SKIP
        array([1, -1])
    """
    gold = np.full(len(examples), NO_KIND, dtype=np.int64)
    for i, example in enumerate(examples):
        cats = example.reference.cats
        for place, name in enumerate(classes):
            value = cats.get(name, 0)
            if value not in (0, 1):
                raise ValueError(
                    f"the gold for a kind of sarcasm has to be 0 or 1, and doc.cats['{name}'] is "
                    f"{value!r} for {excerpt(example)}"
                )
            if value and gold[i] != NO_KIND:
                raise ValueError(
                    f"a text has one kind of sarcasm, and doc.cats has '{classes[gold[i]]}' and "
                    f"'{name}' for {excerpt(example)}. Keep one of them"
                )
            if value:
                gold[i] = place
    return gold


def require_kinds(examples: Sequence[Example], classes: Sequence[str]) -> GoldKinds:
    """Return what `read_kinds` does, if at least one example has a kind.

    Args:
        examples: The examples.
        classes: The kinds.

    Raises:
        ValueError: None has, or the gold is not as `read_kinds` expects it.

    Example:
        >>> require_kinds(examples, ["deadpan", "hyperbole"])  # doctest: +SKIP
    """
    gold = read_kinds(examples, classes)
    if (gold == NO_KIND).all():
        found = sorted({cat for example in examples for cat in example.reference.cats})
        raise ValueError(
            f"none of {len(examples)} examples has a kind of sarcasm: doc.cats has none of "
            f"{', '.join(classes)} (categories found: {', '.join(found) or 'none'}). Set one of "
            "them to 1"
        )
    return gold


class ClassWeights:
    """How much the examples of each kind count in the loss."""

    def __init__(self, setting: str | None) -> None:
        """Take the component's setting `class_weight`.

        Args:
            setting: None: every example counts 1. ``"balanced"``: all kinds count the same, by
                the training corpus.

        Raises:
            ValueError: It is something else.
        """
        if setting not in (None, BALANCED):
            raise ValueError(
                f"sarcasm setting 'class_weight' must be 'balanced' or null, not {setting!r}"
            )
        self.setting = setting
        self._counts: NDArray[np.int64] | None = None

    def count(self, gold: GoldKinds, n_classes: int) -> None:
        """Count the kinds of a whole training corpus.

        Args:
            gold: As `read_kinds` returns it.
            n_classes: Number of kinds.
        """
        self._counts = np.bincount(gold[gold != NO_KIND], minlength=n_classes)

    def of(self, gold: GoldKinds) -> NDArray[np.float32]:
        """Return the weight of each example, 0 for one without a kind, shape (examples,).

        Where training goes on without initialization, no corpus was counted, and all count 1.

        Args:
            gold: As `read_kinds` returns it.
        """
        known: NDArray[np.bool_] = gold != NO_KIND
        if self.setting is None or self._counts is None:
            return known.astype(np.float32)
        shares: NDArray[np.floating] = self._counts.sum() / (
            len(self._counts) * np.maximum(self._counts, 1)
        )
        weights: NDArray[np.float32] = np.where(known, shares[gold], 0).astype(np.float32)
        return weights


def kind_cross_entropy(
    scores: Any, gold: GoldKinds, weights: NDArray[np.float32], xp: Any
) -> tuple[float, Any]:
    """Return the mean cross-entropy over examples that have a kind, and its gradient.

    Args:
        scores: Probabilities, shape (examples, classes).
        gold: As `read_kinds` returns it.
        weights: How much each example counts, shape (examples,).
        xp: The module of the scores' arrays, NumPy or CuPy.

    Returns:
        The loss, and the gradient with respect to the scores, of their shape.

    Example:
        >>> scores = np.array([[0.5, 0.5]])
        >>> loss, _ = kind_cross_entropy(scores, np.array([1]), np.ones(1, np.float32), np)
        >>> round(loss, 4)
        0.6931
    """
    n_known = max(1, int((gold != NO_KIND).sum()))
    targets = np.zeros(scores.shape, np.float32)
    places = np.flatnonzero(gold != NO_KIND)
    targets[places, gold[places]] = weights[places] / n_known
    y, p = xp.asarray(targets), xp.clip(scores, EPSILON, 1.0)
    return float(-(y * xp.log(p)).sum()), -y / p
