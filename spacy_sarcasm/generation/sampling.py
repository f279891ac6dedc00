"""Choosing next words at random, by temperature and top-p."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FIRST = 500


def choose_words(
    logs: NDArray[np.float64], chances: NDArray[np.float64], temperature: float, top_p: float
) -> NDArray[np.int64]:
    """Return a word for each text.

    Args:
        logs: Log probabilities, shape (texts, words); -inf for words that are not to be chosen.
        chances: A random number in 0..1 for each text.
        temperature: What the log probabilities are divided by, above 0.
        top_p: The likeliest words that together have this probability are chosen from.

    Example:
        >>> choose_words(np.log([[0.6, 0.3, 0.1]]), np.array([0.9]), 1.0, 0.5).tolist()
        [0]
    """
    scaled = logs / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    shares = np.exp(scaled)
    shares /= shares.sum(axis=1, keepdims=True)
    order = _likeliest(shares, top_p)
    falling = np.take_along_axis(shares, order, axis=1)
    sums = np.cumsum(falling, axis=1)
    # The first word stays in any case, and so does the one that passes top_p.
    falling[sums - falling >= top_p] = 0.0
    sums = np.cumsum(falling, axis=1)
    places = (sums <= chances[:, None] * sums[:, -1:]).sum(axis=1)
    # Rounding may leave a chance just above the last sum; words without a share have no turn.
    last = (falling > 0).sum(axis=1) - 1
    chosen = np.take_along_axis(order, np.minimum(places, last)[:, None], axis=1)
    found: NDArray[np.int64] = chosen[:, 0]
    return found


def _likeliest(shares: NDArray[np.float64], top_p: float) -> NDArray[np.int64]:
    """Return words by falling share: all, or the first ones if they have `top_p` in every text."""
    if shares.shape[1] > _FIRST:
        # Sorting thousands of words for each text takes longer than the network.
        first = np.sort(np.argpartition(-shares, _FIRST, axis=1)[:, :_FIRST], axis=1)
        found = np.take_along_axis(shares, first, axis=1)
        if found.sum(axis=1).min() >= top_p:
            order = np.argsort(-found, axis=1, kind="stable")
            return np.take_along_axis(first, order, axis=1)
    return np.argsort(-shares, axis=1, kind="stable")
