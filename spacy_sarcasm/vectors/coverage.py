"""Which words of a corpus the vectors have, and how large a vocabulary is worth having."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROUND_TO = 100
MISSING_LISTED = 30
SHARES = (0.9, 0.95, 0.99)


@dataclass
class Coverage:
    """How vectors cover the words of a corpus, the words ranked by falling frequency.

    Attributes:
        types: Distinct words of the corpus.
        tokens: Occurrences of words.
        covered_types: Share of the types that have a vector, 0 to 1.
        covered_tokens: Share of the tokens that have one, 0 to 1.
        takeover_rank: The rank, from 1, after which missing words take over: where the share of
            all covered words passed exceeds the share of all missing words passed by most, so
            that the density of missing words over rank exceeds that of covered ones from there
            on. None where all words are covered, or none is.
        suggested_size: A vocabulary size: the takeover rank to the nearest 100, or all types.
        suggested_tokens: Share of the corpus's tokens that the covered words among the
            ``suggested_size`` most frequent make up, 0 to 1.
        missing: The most frequent missing words and their counts.
        ranks_for: For some shares of the corpus's tokens, the words needed to make them up,
            covered or not.
        present: For every rank whether the word has a vector, shape (types,).
        counts: For every rank how often the word occurs, shape (types,).
    """

    types: int
    tokens: int
    covered_types: float
    covered_tokens: float
    takeover_rank: int | None
    suggested_size: int
    suggested_tokens: float
    missing: list[tuple[str, int]]
    ranks_for: dict[str, int]
    present: npt.NDArray[np.bool_] = field(repr=False)
    counts: npt.NDArray[np.int64] = field(repr=False)

    def to_json(self) -> str:
        """The figures as a JSON object, without the values for every rank."""
        values = asdict(self)
        del values["present"], values["counts"]
        return json.dumps(values, indent=2, ensure_ascii=False)


def measure_coverage(counts: Counter[str], known: Collection[str]) -> Coverage:
    """Hold the words of a corpus against those that have a vector.

    Args:
        counts: How often each word of the corpus occurs, in the order of first appearance; at
            least one word.
        known: The words that have a vector, as a set or the keys of a dictionary.

    Returns:
        The coverage.

    Raises:
        ValueError: There are no words.

    Example:
        >>> coverage = measure_coverage(Counter({"area": 3, "zxq": 1}), {"area"})
        >>> coverage.covered_types, coverage.covered_tokens
        (0.5, 0.75)
    """
    if not counts:
        raise ValueError("There are no words to measure the coverage of.")
    # Words as frequent as each other stay in the order of their first appearance. The alphabet
    # would put numbers and signs, which vectors tend to lack, first among them.
    ranked = counts.most_common()
    present = np.array([word in known for word, _ in ranked])
    numbers = np.array([count for _, count in ranked], np.int64)
    tokens = int(numbers.sum())
    takeover = takeover_rank(present)
    size = len(ranked) if takeover is None else _rounded(takeover, len(ranked))
    reached = np.cumsum(numbers) / tokens
    return Coverage(
        types=len(ranked),
        tokens=tokens,
        covered_types=float(present.mean()),
        covered_tokens=float(numbers[present].sum() / tokens),
        takeover_rank=takeover,
        suggested_size=size,
        suggested_tokens=float(numbers[:size][present[:size]].sum() / tokens),
        missing=[item for item in ranked if item[0] not in known][:MISSING_LISTED],
        ranks_for={f"{share:.0%}": int(np.searchsorted(reached, share)) + 1 for share in SHARES},
        present=present,
        counts=numbers,
    )


def takeover_rank(present: npt.NDArray[np.bool_]) -> int | None:
    """The rank after which missing words take over.

    It is where the cumulative distributions of covered and missing words over rank are furthest
    apart (the place of the Kolmogorov-Smirnov statistic). Their densities cross there, and no
    bandwidth has to be chosen to find it.

    Args:
        present: For every rank whether the word has a vector, shape (types,).

    Returns:
        The rank, from 1; None where all words are covered, none is, or missing words are the more
        frequent ones from the start.

    Example:
        >>> takeover_rank(np.array([True, True, False, False]))
        2
    """
    if present.all() or not present.any():
        return None
    ahead = np.cumsum(present) / present.sum() - np.cumsum(~present) / (~present).sum()
    best = int(ahead.argmax())
    return best + 1 if ahead[best] > 0 else None


def known_words(path: str | Path, words: Iterable[str], dim: int | None = None) -> set[str]:
    """Those of some words that vectors have.

    Args:
        path: A file of word vectors, or the folder of a pipeline that has vectors.
        dim: The dimension, for an archive that holds several.

    Raises:
        ValueError: The file is no file of word vectors, or the pipeline has none.

    Example:
        >>> known_words("glove.6B.100d.txt", ["the", "zxq"])  # doctest: +SKIP
        {'the'}
    """
    if Path(path).is_dir():
        import spacy

        vocab = spacy.load(path).vocab
        if not vocab.vectors.n_keys:
            raise ValueError(f"{path}: the pipeline has no vectors.")
        return {word for word in words if vocab.strings[word] in vocab.vectors.key2row}
    from spacy_sarcasm.vectors.parsing.vectors_reader import VectorsReader

    reader = VectorsReader(path, str, dim=dim, words=words)
    for _ in reader.blocks():
        pass
    return set(reader.rows_by_key)


def _rounded(rank: int, types: int) -> int:
    return min(max(round(rank / ROUND_TO) * ROUND_TO, 1), types)
