"""An interpolated n-gram model to compare the language model with.

Our own code because NLTK's `KneserNeyInterpolated` scores a word in milliseconds, and a held-out
set has tens of thousands. Modified Kneser-Ney smoothing, Chen and Goodman 1999
(https://doi.org/10.1006/csla.1999.0128), in arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..network.vocabulary import TextRows
from .language_model import BOUNDARY_ROW

Keys = NDArray[np.int64]
ORDER = 3


@dataclass(frozen=True)
class _Level:
    """The counts of the n-grams of one length.

    Attributes:
        keys: The n-grams, sorted.
        counts: Their counts; below the highest order, how many words come before them.
        discounts: What is taken off a count of 1, 2, and 3 or more.
        contexts: The first n-1 words of the n-grams, sorted.
        totals: The sum of the counts after a context.
        left: The share of a context that its discounts leave to the next lower order.
    """

    keys: Keys
    counts: NDArray[np.float64]
    discounts: NDArray[np.float64]
    contexts: Keys
    totals: NDArray[np.float64]
    left: NDArray[np.float64]


class NgramModel:
    """A trigram model with interpolated, modified Kneser-Ney smoothing."""

    def __init__(self, texts: TextRows, n_words: int) -> None:
        """Count the n-grams of texts.

        Args:
            texts: The training texts, as rows of a vocabulary.
            n_words: Rows of the vocabulary; rows that do not occur get a share as well.

        Raises:
            ValueError: There are no texts.
        """
        if not len(texts.rows):
            raise ValueError("the n-gram model needs texts with words")
        self.n_words = n_words
        grams, counts = np.unique(self._grams(texts, ORDER), return_counts=True)
        self._levels: list[_Level] = []
        for order in range(ORDER, 0, -1):
            self._levels.insert(0, self._level(grams, counts.astype(np.float64)))
            if order > 1:
                # How many different words come before each shorter n-gram. The first word of a key
                # is its highest digit.
                size = n_words ** (order - 1)
                shorter, which = np.unique(grams % size, return_inverse=True)
                before = np.bincount(which)
                # Nothing but boundaries comes before a boundary, so there the plain counts stand.
                is_first = shorter // (size // n_words) == BOUNDARY_ROW
                counts = np.where(is_first & (order > 2), np.bincount(which, counts), before)
                grams = shorter

    def log_likelihood(self, texts: TextRows) -> NDArray[np.float64]:
        """Return the log probability of each text and of its end.

        Args:
            texts: The texts.
        """
        chances = np.full(len(texts.rows) + len(texts.lengths), 1.0 / self.n_words)
        grams = self._grams(texts, ORDER)
        for order, level in enumerate(self._levels, start=1):
            chances = self._interpolate(level, grams % self.n_words**order, chances)
        owner = np.repeat(np.arange(len(texts.lengths)), texts.lengths + 1)
        found = np.bincount(owner, np.log(chances), len(texts.lengths)).astype(np.float64)
        return found

    def _grams(self, texts: TextRows, order: int) -> Keys:
        """Return the n-gram that ends at each word and at the end of each text, as one number."""
        starts = np.cumsum(texts.lengths) - texts.lengths
        # Between two texts stand as many boundaries as a context has words.
        gap = order - 1
        shifts = np.repeat(np.arange(1, len(starts) + 1), texts.lengths) * gap
        line = np.full(len(texts.rows) + gap * (len(starts) + 1), BOUNDARY_ROW, np.int64)
        line[np.arange(len(texts.rows)) + shifts] = texts.rows
        ends = np.concatenate(
            [
                np.arange(start, start + length + 1) + gap * (number + 1)
                for number, (start, length) in enumerate(zip(starts, texts.lengths, strict=True))
            ]
        )
        grams = np.zeros(len(ends), np.int64)
        for back in range(order - 1, -1, -1):
            grams = grams * self.n_words + line[ends - back]
        return grams

    def _level(self, grams: Keys, counts: NDArray[np.float64]) -> _Level:
        discounts = _discounts(counts)
        taken = discounts[np.minimum(counts, 3).astype(int) - 1]
        contexts, which = np.unique(grams // self.n_words, return_inverse=True)
        totals = np.bincount(which, counts).astype(np.float64)
        left = np.bincount(which, taken) / totals
        return _Level(grams, counts, discounts, contexts, totals, left)

    def _interpolate(
        self, level: _Level, grams: Keys, lower: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        place = np.minimum(np.searchsorted(level.keys, grams), len(level.keys) - 1)
        counts = np.where(level.keys[place] == grams, level.counts[place], 0.0)
        taken = np.where(counts > 0, level.discounts[np.minimum(counts, 3).astype(int) - 1], 0.0)
        contexts = grams // self.n_words
        where = np.minimum(np.searchsorted(level.contexts, contexts), len(level.contexts) - 1)
        is_known = level.contexts[where] == contexts
        mixed = (counts - taken) / level.totals[where] + level.left[where] * lower
        return np.where(is_known, mixed, lower)


def _discounts(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the discounts of counts of 1, 2, and 3 or more."""
    n1, n2, n3, n4 = (max(1, int((counts == number).sum())) for number in range(1, 5))
    share = n1 / (n1 + 2 * n2)
    found = [1 - 2 * share * n2 / n1, 2 - 3 * share * n3 / n2, 3 - 4 * share * n4 / n3]
    # On a handful of texts the estimates leave their range.
    return np.clip(found, 0.05, [0.95, 1.9, 2.85])
