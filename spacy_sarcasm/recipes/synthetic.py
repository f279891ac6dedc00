"""Texts made from other texts, for the teachers to label.

A student learns little from each text, so distillation gains from many more texts than there are,
even where they make less sense (Tang et al. 2019, https://arxiv.org/abs/1903.12136). Three ways are
used: the start of one text is joined to the end of another at a word such as "of" or "after", words
are replaced by their neighbours among the word vectors, and texts are cropped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np

from ..corpus.headlines import Split
from ..vectors.load import stack
from ..vectors.parsing.vectors_reader import VectorsReader
from .recipe import SyntheticSettings
from .sourced_texts import SourcedText

SYNTHETIC = "synthetic"

# Words at which two texts are joined.
_JOINTS = frozenset(
    {"of", "to", "for", "in", "after", "with", "as", "that", "and", "over", "at", "by", "from"}
    | {"on", "who", "because", "while", "when", "but", "if", "about", "is", "are", "was", "has"}
    | {"will", "not", "than", "or", "into", "before"}
)
# The most frequent words of the vectors hold the grammar together and are never replaced.
_FUNCTION_WORDS = 150
_NEIGHBOURS = 8
_SHARES_REPLACED = (0.2, 0.35, 0.5)
_LENGTHS_JOINED = range(4, 27)
_MOST_WORDS_REPLACED = 30
_FEWEST_WORDS_CROPPED = 8
_FEWEST_WORDS_LEFT = 3
# Attempts for each text before giving up on a corpus that is too small for so many.
_MOST_ATTEMPTS = 50

Words = list[str]


class Neighbours:
    """The nearest words of each frequent word, by the cosine of their vectors.

    Args:
        path: A file of word vectors in order of falling frequency, as GloVe's.
        words: How many of its words are used.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a file of word vectors.
    """

    def __init__(self, path: Path, words: int = 20_000) -> None:
        reader = VectorsReader(path, str, limit=words)
        table = stack(reader.blocks())
        self._rows: Mapping[str, int] = reader.rows_by_key
        self._words = sorted(self._rows, key=self._rows.__getitem__)
        norms = np.linalg.norm(table, axis=1, keepdims=True)
        self._table = table / np.maximum(norms, 1e-6)
        self._found: dict[str, Words] = {}

    def __call__(self, word: str) -> Words:
        """Return the nearest words, none for a word that is not a frequent one.

        Args:
            word: A word in lower case.
        """
        if word not in self._found:
            row = self._rows.get(word, -1)
            self._found[word] = [] if row < _FUNCTION_WORDS else self._nearest(row, word)
        return self._found[word]

    def _nearest(self, row: int, word: str) -> Words:
        likeness = self._table @ self._table[row]
        count = min(_NEIGHBOURS + 1, len(likeness))
        nearest = np.sort(np.argpartition(-likeness, count - 1)[:count])
        found = (self._words[at] for at in nearest)
        return [other for other in found if other != word and other.isalpha()]


def no_neighbours(_word: str) -> Sequence[str]:
    """Return no words: in synthetic texts, no word is replaced."""
    return ()


def make_synthetic_texts(
    texts: Iterable[SourcedText],
    settings: SyntheticSettings,
    neighbours: Callable[[str], Sequence[str]],
    random: Random,
) -> list[SourcedText]:
    """Return new texts made from others, without labels and in random order.

    Args:
        texts: Training texts.
        settings: How many of each sort are made, and from what kinds of text.
        neighbours: What returns the words that may replace a word.
        random: The source of randomness.

    Raises:
        ValueError: There are too few texts, or none of a kind that the settings name.
    """
    by_kind: dict[str, list[Words]] = defaultdict(list)
    known = set()
    for text in texts:
        by_kind[text.kind.partition("/")[0]].append(text.text.split())
        known.add(text.text)
    if absent := sorted(set(settings.kinds) - set(by_kind)):
        raise ValueError(f"synthetic texts of the kind '{absent[0]}' need texts of that kind")
    kinds, weights = list(settings.kinds), list(settings.kinds.values())
    joints = _joints(by_kind)

    def joined(kind: str) -> Words | None:
        return _join(random.choice(by_kind[kind]), joints[kind], random)

    def replaced(kind: str) -> Words | None:
        return _replace_words(random.choice(by_kind[kind]), neighbours, random)

    def cropped(kind: str) -> Words | None:
        return _crop(random.choice(by_kind[kind]), random)

    made: dict[str, str] = {}
    for make, count in (
        (joined, settings.joined),
        (replaced, settings.replaced),
        (cropped, settings.cropped),
    ):
        wanted = len(made) + count
        for _ in range(count * _MOST_ATTEMPTS):
            if len(made) == wanted:
                break
            kind = random.choices(kinds, weights)[0]
            words = make(kind)
            if words is not None and (new := " ".join(words)) not in known:
                made.setdefault(new, kind)
        if len(made) < wanted:
            raise ValueError(
                f"only {len(made)} synthetic texts could be made of {wanted}: the corpus is too "
                "small; lower the numbers in the recipe's [synthetic]"
            )
    synthetic = [SourcedText(new, None, SYNTHETIC, kind, Split.TRAIN) for new, kind in made.items()]
    random.shuffle(synthetic)
    return synthetic


def _joints(by_kind: Mapping[str, list[Words]]) -> dict[str, dict[str, list[Words]]]:
    """Return the ends of texts by kind and by the word they start with."""
    found: dict[str, dict[str, list[Words]]] = {}
    for kind, texts in by_kind.items():
        ends: dict[str, list[Words]] = defaultdict(list)
        for words in texts:
            for at in _joint_positions(words):
                ends[words[at].lower()].append(words[at:])
        found[kind] = ends
    return found


def _joint_positions(words: Words) -> list[int]:
    return [at for at in range(1, len(words) - 1) if words[at].lower() in _JOINTS]


def _join(words: Words, ends: Mapping[str, list[Words]], random: Random) -> Words | None:
    if not (positions := [at for at in _joint_positions(words) if at > 1]):
        return None
    at = random.choice(positions)
    joined = words[:at] + random.choice(ends[words[at].lower()])
    return joined if len(joined) in _LENGTHS_JOINED else None


def _replace_words(
    words: Words, neighbours: Callable[[str], Sequence[str]], random: Random
) -> Words | None:
    if len(words) > _MOST_WORDS_REPLACED:
        return None
    candidates = [at for at, word in enumerate(words) if neighbours(word.lower())]
    if len(candidates) < 2:
        return None
    replaced = list(words)
    count = max(1, int(len(candidates) * random.choice(_SHARES_REPLACED)))
    for at in random.sample(candidates, count):
        new = random.choice(neighbours(words[at].lower()))
        replaced[at] = new.capitalize() if words[at][0].isupper() else new
    return replaced


def _crop(words: Words, random: Random) -> Words | None:
    if len(words) < _FEWEST_WORDS_CROPPED:
        return None
    length = random.randint(_FEWEST_WORDS_LEFT, len(words) - 2)
    start = random.randint(0, len(words) - length)
    return words[start : start + length]
