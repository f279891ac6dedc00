"""Random samples of fixed size from a stream, which can be merged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.float64]


class SampledText(NamedTuple):
    """A text in a sample.

    Attributes:
        key: Its random number; the texts with the lowest ones are the sample.
        text: The text, cut if it is long.
        score: Its score.
        words: Its number of words, as white space tells them.
    """

    key: float
    text: str
    score: float
    words: int


@dataclass
class Reservoir:
    """The rows with the lowest random keys, which are a uniform sample without replacement.

    Samples of parts of a stream merge into the sample of the whole, in any order. Between two
    prunings up to twice as many texts as asked for are held.

    Attributes:
        size: The number of texts wanted.
        texts: Candidates: all texts whose key was below `limit` when they came.
        limit: No text with a key at or above it can be in the sample.

    Example:
        >>> sample = Reservoir(1)
        >>> sample.add([SampledText(0.7, "a", 0.1, 1), SampledText(0.2, "b", 0.9, 1)])
        >>> [one.text for one in sample.drawn()]
        ['b']
    """

    size: int
    texts: list[SampledText] = field(default_factory=list)
    limit: float = 1.0

    def add(self, texts: list[SampledText]) -> None:
        """Add texts, with random keys in 0..1.

        Args:
            texts: The texts.
        """
        self.texts += texts
        if len(self.texts) > 2 * self.size:
            self.texts = self.drawn()
            self.limit = self.texts[-1].key if self.texts else 0.0

    def drawn(self) -> list[SampledText]:
        """Return the sample, in random order."""
        return sorted(self.texts)[: self.size]


@dataclass
class KeyLimit:
    """What a process need not report to a reservoir that another process holds.

    It sees the keys of a part of the stream, so its limit is never below that of the whole.

    Attributes:
        size: The size of the reservoir.
        value: Keys at or above it are not among the lowest.
    """

    size: int
    value: float = 1.0
    _keys: list[Keys] = field(default_factory=list)
    _held: int = 0

    def pick(self, keys: Keys, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return those of some rows that may belong to the sample.

        Args:
            keys: A random key per row of a chunk.
            rows: The rows that the reservoir is for, as indices.
        """
        picked = rows[keys[rows] < self.value]
        if len(picked) > self.size:
            picked = picked[np.argpartition(keys[picked], self.size - 1)[: self.size]]
        if len(picked):
            self._keys.append(keys[picked])
            self._held += len(picked)
            if self._held > 2 * self.size:
                lowest = np.partition(np.concatenate(self._keys), self.size - 1)[: self.size]
                self._keys, self._held = [lowest], self.size
                self.value = float(lowest.max())
        return picked
