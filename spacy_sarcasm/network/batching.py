"""Padded batches of texts of like length."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .vocabulary import PADDING_ROW, Rows, TextRows


def length_batches(lengths: NDArray[np.int64], budget: int) -> Iterator[NDArray[np.int64]]:
    """Group texts of like length so that no group takes more than a budget once padded.

    Args:
        lengths: Words of each text, shape (texts,). Texts without words are in no group.
        budget: The most padded words, texts times the longest of them, that a group may take. A
            text longer than that makes a group of its own.

    Yields:
        Indices of the texts of a group, the longest text last.
    """
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 1) :]
    end = len(order)
    while end:
        longest = int(lengths[order[end - 1]])
        start = max(0, end - max(1, budget // longest))
        yield order[start:end]
        end = start


def no_scores(n_texts: int, n_outputs: int) -> NDArray[np.float32]:
    """Return zeros of the shape that `by_text` gives: (texts,), or (texts, outputs) from two on.

    Args:
        n_texts: Number of texts.
        n_outputs: Number of values for each text.

    Example:
        >>> no_scores(2, 1).tolist(), no_scores(1, 3).tolist()
        ([0.0, 0.0], [[0.0, 0.0, 0.0]])
    """
    return by_text(np.zeros((n_texts, n_outputs), dtype=np.float32))


def by_text(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a network gives for texts without the axis of a single output.

    Args:
        values: Shape (texts, outputs).

    Returns:
        Shape (texts,) where there is one output, else as it was.

    Example:
        >>> by_text(np.zeros((3, 1), np.float32)).shape
        (3,)
    """
    return values[:, 0] if values.shape[1] == 1 else values


def pad(texts: TextRows, chosen: NDArray[np.int64]) -> tuple[Rows, NDArray[np.int32]]:
    """Lay texts side by side, padded to the longest of them.

    Args:
        texts: The rows of a batch of texts.
        chosen: Indices of the texts to lay out, all with at least one word.

    Returns:
        The rows, shape (longest text, texts), padding at the end, and the lengths, shape (texts,).
    """
    lengths = texts.lengths[chosen]
    starts = (np.cumsum(texts.lengths) - texts.lengths)[chosen]
    steps = np.arange(lengths.max())[:, None]
    inside = steps < lengths
    # Places past the end of a text are clipped to a valid one, then overwritten.
    places = np.minimum(starts + steps, len(texts.rows) - 1)
    padded = np.where(inside, texts.rows[places], PADDING_ROW).astype(np.int32, copy=False)
    return padded, lengths.astype(np.int32)
