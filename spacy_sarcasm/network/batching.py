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
