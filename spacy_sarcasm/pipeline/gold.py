"""Gold scores, and the loss against them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.training import Example

# Keras clips probabilities by the same amount before it takes their logarithm.
_EPSILON = 1e-7

Gold = NDArray[np.float32]


def read_gold(examples: Sequence[Example], label: str) -> tuple[Gold, Gold]:
    """Return the gold of examples and which of them have any.

    Args:
        examples: The examples.
        label: The category that holds the gold.

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
                f"{value!r} for {_excerpt(example)}"
            )
        gold[i], known[i] = value, 1
    return gold, known


def require_gold(examples: Sequence[Example], label: str) -> None:
    """Check that at least one example has gold.

    Args:
        examples: The examples.
        label: The category that holds the gold.

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


def cross_entropy(scores: Any, gold: Gold, known: Gold, xp: Any) -> tuple[float, Any]:
    """Return the mean binary cross-entropy over examples that have gold, and its gradient.

    Args:
        scores: Probabilities, shape (examples,).
        gold: As `read_gold` returns it.
        known: Likewise.
        xp: The module of the scores' arrays, NumPy or CuPy.

    Returns:
        The loss, and the gradient with respect to the scores, of their shape.
    """
    y = xp.asarray(gold)
    share = xp.asarray(known / max(1, known.sum()))
    p = xp.clip(scores, _EPSILON, 1 - _EPSILON)
    loss = -(share * (y * xp.log(p) + (1 - y) * xp.log(1 - p))).sum()
    return float(loss), share * (p - y) / (p * (1 - p))


def _excerpt(example: Example) -> str:
    text = example.reference.text
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
