"""The bins in which scores are counted: hundredths, with finer ones near 0 and 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.int64]

_HUNDREDTHS = np.arange(101) / 100
# A base rate of a thousandth is a matter of scores near 0 and 1, which hundredths do not resolve.
_LOGITS = np.arange(-9, 9.25, 0.25)
EDGES = np.unique(np.concatenate([_HUNDREDTHS, 1 / (1 + np.exp(-_LOGITS))]).round(7))
"""Edges of the bins. A score on an edge belongs to the bin above it, 1.0 to the last."""
N_BINS = len(EDGES) - 1
_STARTS_HUNDREDTH = np.searchsorted(EDGES, _HUNDREDTHS[:-1])


def bin_scores(scores: ArrayLike) -> NDArray[np.intp]:
    """Return the bin of each score.

    Args:
        scores: Scores in 0..1.

    Example:
        >>> EDGES[bin_scores([0.5])[0]] == 0.5
        np.True_
    """
    return np.searchsorted(EDGES[1:-1], scores, side="right")


def count_scores(scores: ArrayLike) -> Counts:
    """Return how many scores fall into each bin, shape (N_BINS,).

    Args:
        scores: Scores in 0..1.

    Example:
        >>> int(count_scores([0.1, 0.9]).sum())
        2
    """
    return np.bincount(bin_scores(scores), minlength=N_BINS).astype(np.int64)


def to_hundredths(counts: Counts) -> Counts:
    """Return counts by hundredths of the score, shape (100,).

    Args:
        counts: Counts by bin.

    Example:
        >>> to_hundredths(count_scores([0.005, 0.995]))[[0, 99]].tolist()
        [1, 1]
    """
    return np.add.reduceat(counts, _STARTS_HUNDREDTH)
