"""How much texts look like those that a network learned from, by their words.

The cross-entropy of content words predicts a model's accuracy on a data set better than distances
of embeddings do, and is weak for single texts (https://arxiv.org/abs/2305.17127): it is computed
for a corpus.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..word_contrast import is_content_word, split_words

Floats = NDArray[np.float64]

# Words of a kind that are stored.
MAX_WORDS = 3_000
# Added to the count of every word.
_SMOOTHING = 0.5
# What a word costs that is not stored. The same for every kind, so that costs compare.
UNSEEN_BITS = 18.0
# Texts whose cross-entropy is one value among those that a corpus is compared with.
BLOCK_TEXTS = 200
PERCENTILES = np.arange(101)


@dataclass(frozen=True)
class WordCosts:
    """What each word costs in a code made for the texts of a kind, in bits.

    Attributes:
        costs: The costs of the most frequent content words. Any other costs `UNSEEN_BITS`.
    """

    costs: Mapping[str, float]

    @classmethod
    def from_counts(cls, counts: Counter[str]) -> WordCosts:
        """Return the costs by a unigram model.

        Args:
            counts: How often each content word occurs.

        Example:
            >>> costs = WordCosts.from_counts(Counter({"rain": 3, "sun": 1}))
            >>> costs.costs["rain"] < costs.costs["sun"]
            True
        """
        total = sum(counts.values()) + _SMOOTHING * (len(counts) + 1)
        kept = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_WORDS]
        costs = {word: -math.log2((count + _SMOOTHING) / total) for word, count in kept}
        return cls(costs)

    def cross_entropy(self, texts: Iterable[str], weights: Sequence[float] | None = None) -> float:
        """Return the mean cost of the content words of texts; NaN if they have none.

        Args:
            texts: The texts.
            weights: What each text counts; None: all the same.

        Example:
            >>> WordCosts({"rain": 3.0}).cross_entropy(["rain", "rain and sun"])
            8.0
        """
        total, count = 0.0, 0.0
        for place, text in enumerate(texts):
            weight = 1.0 if weights is None else weights[place]
            for word in content_words(text):
                total += weight * self.costs.get(word, UNSEEN_BITS)
                count += weight
        return total / count if count else math.nan


def content_words(text: str) -> list[str]:
    """Return the content words of a text, in lower case.

    Args:
        text: The text.

    Example:
        >>> content_words("It is raining on Monday")
        ['raining', 'monday']
    """
    return [word for word in split_words(text) if is_content_word(word)]


def count_content_words(texts: Iterable[str]) -> Counter[str]:
    """Count content words.

    Args:
        texts: The texts.

    Example:
        >>> count_content_words(["rain and rain"])["rain"]
        2
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(content_words(text))
    return counts


def blocks_of(count: int) -> list[slice]:
    """Cut a number of texts into blocks of about `BLOCK_TEXTS`, at least one.

    Args:
        count: The number of texts.

    Example:
        >>> blocks_of(450)
        [slice(0, 225, None), slice(225, 450, None)]
    """
    n = max(1, count // BLOCK_TEXTS)
    edges = [round(count * i / n) for i in range(n + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def percentile_of(value: float, percentiles: Floats) -> float:
    """Return the percentile of a value, 0 to 100; infinity above the highest.

    Args:
        value: The value.
        percentiles: The values at `PERCENTILES`.

    Example:
        >>> percentile_of(50.0, np.arange(101.0)), percentile_of(200.0, np.arange(101.0))
        (50.0, inf)
    """
    if value > percentiles[-1]:
        return math.inf
    return float(np.interp(value, percentiles, PERCENTILES))
