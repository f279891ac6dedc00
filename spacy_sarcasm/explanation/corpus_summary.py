"""What moves the scores of a whole corpus: its words, and the texts worth looking at."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from ..pipeline.loading import find_sarcasm
from .attributions import Explanation
from .explain import explain

BINS = 40
_BATCH_TEXTS = 500
# A word that occurs less often says little about the corpus.
MIN_COUNT = 3
# When there are more, those that occurred once are forgotten: memory stays bounded.
MAX_WORDS = 200_000


@dataclass(frozen=True)
class Word:
    """A word of a corpus.

    Attributes:
        mean: Its mean attribution, in logits.
    """

    word: str
    mean: float
    count: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        return {"word": self.word, "mean_attribution": self.mean, "count": self.count}


@dataclass
class CorpusSummary:
    """What `summarize_corpus` found.

    Attributes:
        threshold: The least score that counts as sarcastic.
        blank: How many had no words and were left out.
        histogram: Texts by score, in `BINS` bins of equal width from 0 to 1.
        nearest: The texts nearest the threshold, the nearest first.
        highest: Those with the highest scores.
        words: The words that occur at least `MIN_COUNT` times, those that move scores most in all
            (mean attribution times count) first.
    """

    threshold: float
    texts: int = 0
    blank: int = 0
    sarcastic: int = 0
    histogram: NDArray[np.int64] = field(default_factory=lambda: np.zeros(BINS, np.int64))
    nearest: list[Explanation] = field(default_factory=list)
    highest: list[Explanation] = field(default_factory=list)
    lowest: list[Explanation] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    def raising(self, top: int) -> list[Word]:
        """Return the words that raise scores most."""
        return [word for word in self.words if word.mean > 0][:top]

    def lowering(self, top: int) -> list[Word]:
        """Return the words that lower scores most."""
        return [word for word in self.words if word.mean < 0][:top]

    def to_dict(self, top: int) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        return {
            "texts": self.texts,
            "blank": self.blank,
            "sarcastic": self.sarcastic,
            "threshold": self.threshold,
            "score_histogram": self.histogram.tolist(),
            "words": {
                "raising": [word.to_dict() for word in self.raising(top)],
                "lowering": [word.to_dict() for word in self.lowering(top)],
            },
            "nearest_threshold": [one.to_dict() for one in self.nearest],
            "most_sarcastic": [one.to_dict() for one in self.highest],
            "least_sarcastic": [one.to_dict() for one in self.lowest],
        }


def summarize_corpus(nlp: Language, texts: Iterable[str], *, top: int = 20) -> CorpusSummary:
    """Explain every text of a corpus, and keep what is worth looking at.

    Memory is bounded whatever the number of texts.

    Args:
        nlp: A pipeline with a sarcasm component.
        top: How many texts of each kind to keep, 1 or more.

    Raises:
        ValueError: The pipeline has no sarcasm component, or a text cannot be tokenized.

    Example:
        >>> summary = summarize_corpus(nlp, ["area man wins"], top=3)  # doctest: +SKIP
        >>> summary.words[0].word  # doctest: +SKIP
        'area'
    """
    threshold = find_sarcasm(nlp).threshold
    summary = CorpusSummary(threshold)
    nearest, highest, lowest = _Best(top), _Best(top), _Best(top)
    words: dict[str, list[float]] = {}
    stream = iter(texts)
    while batch := list(islice(stream, _BATCH_TEXTS)):
        with nlp.memory_zone():
            explanations = explain(nlp, batch)
        for one in explanations:
            if not one.text.strip():
                summary.blank += 1
                continue
            summary.texts += 1
            summary.sarcastic += one.is_sarcastic
            summary.histogram[min(BINS - 1, int(one.score * BINS))] += 1
            nearest.add(-abs(one.score - threshold), one)
            highest.add(one.score, one)
            lowest.add(-one.score, one)
            _count(words, one)
        if len(words) > MAX_WORDS:
            words = {word: sums for word, sums in words.items() if sums[1] > 1}
    summary.nearest, summary.highest, summary.lowest = map(_Best.best, (nearest, highest, lowest))
    frequent = [
        Word(word, total / number, int(number))
        for word, (total, number) in words.items()
        if number >= MIN_COUNT
    ]
    summary.words = sorted(frequent, key=lambda one: (-abs(one.mean * one.count), one.word))
    return summary


def _count(words: dict[str, list[float]], explanation: Explanation) -> None:
    for token, value in explanation:
        # Punctuation is not a word.
        if any(map(str.isalnum, token)):
            sums = words.setdefault(token.lower(), [0.0, 0])
            sums[0] += value
            sums[1] += 1


class _Best:
    """The explanations with the highest keys; of equal ones, the earlier, and no text twice."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._heap: list[tuple[float, int, Explanation]] = []
        self._numbers = count(0, -1)

    def add(self, key: float, explanation: Explanation) -> None:
        if len(self._heap) == self._size and key <= self._heap[0][0]:
            return
        if any(explanation.text == kept.text for _, _, kept in self._heap):
            return
        heapq.heappush(self._heap, (key, next(self._numbers), explanation))
        if len(self._heap) > self._size:
            heapq.heappop(self._heap)

    def best(self) -> list[Explanation]:
        return [explanation for _, _, explanation in sorted(self._heap, reverse=True)]
