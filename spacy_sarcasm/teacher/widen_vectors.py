"""Append vectors distilled from a sentence encoder to those of a file, and add more words.

As in `distill_vectors`, but over unit vectors and without frequency weights, since a network is
trained on the result.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..atomic import atomic_write
from ..vectors.parsing.vectors_reader import VectorsReader
from .distill_vectors import principal_components
from .encoder import word_states

Floats = NDArray[np.float32]

_MOST_TOKENS = 16
# The first words, which are the most frequent, determine the components.
_FITTED_WORDS = 30_000
_DIGITS = 5


def widen_vectors(
    vectors: Path,
    counts: Mapping[str, int],
    out: Path,
    *,
    encoder: Path,
    dim: int = 64,
    min_count: int = 4,
    bfloat16: bool = False,
) -> tuple[int, int]:
    """Write the vectors of a file with distilled vectors appended, in GloVe's text format.

    Args:
        vectors: A file of vectors. Its words come first, in its order.
        counts: How often each word occurs in a corpus. Words that the file lacks follow, most
            frequent first, with zeros in place of the file's numbers.
        out: The file to write, compressed if its name ends in ``.gz``.
        encoder: The folder of a Hugging Face encoder.
        dim: Width of the distilled vectors.
        min_count: Rarer words of the corpus are not added.

    Returns:
        The number of words and the width of their vectors.

    Raises:
        ValueError: There are fewer words than dimensions, or the file does not hold vectors.

    Example:
        >>> widen_vectors(  # doctest: +SKIP
        ...     Path("glove.txt"), {"brexit": 12}, Path("wide.txt"), encoder=Path("encoder")
        ... )
        (60001, 164)
    """
    words, front = read_all_vectors(vectors)
    known = set(words)
    new = [
        word
        for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= min_count and word not in known and not any(map(str.isspace, word))
    ]
    padding = np.zeros((len(new), front.shape[1]), np.float32)
    distilled = encode_words(encoder, words + new, dim, bfloat16=bfloat16)
    wide = np.hstack([np.vstack([front, padding]), distilled])
    write_vectors(out, words + new, wide)
    return len(wide), wide.shape[1]


def encode_words(
    encoder: Path, words: Sequence[str], dim: int, *, bfloat16: bool = False
) -> Floats:
    """Return vectors of words with a standard deviation of 0.5, shape (words, dim).

    Args:
        dim: At most the width of the encoder.

    Raises:
        ValueError: There are fewer words than dimensions.
    """
    if len(words) < dim:
        raise ValueError(f"{dim} dimensions need at least {dim} words, got {len(words)}")
    states = word_states(encoder, words, max_tokens=_MOST_TOKENS, device="cpu", bfloat16=bfloat16)
    states /= np.linalg.norm(states, axis=1, keepdims=True)
    vectors = principal_components(states, dim, _FITTED_WORDS).astype(np.float32)
    return np.asarray(vectors * (0.5 / vectors.std()), dtype=np.float32)


def read_all_vectors(path: Path) -> tuple[list[str], Floats]:
    """Return the words of a file of vectors and their vectors, shape (words, dim)."""
    reader = VectorsReader(path, str)
    words: list[str] = []
    tables = []
    for block in reader.blocks():
        words += block.words
        tables.append(np.asarray(block.table, dtype=np.float32))
    return words, np.concatenate(tables)


def write_vectors(path: Path, words: Sequence[str], vectors: Floats) -> None:
    """Write vectors, shape (words, dim), in GloVe's text format; compressed if named ``.gz``."""
    with atomic_write(path) as file:
        # The header has neither name nor time, so equal vectors give equal files.
        packed = path.suffix == ".gz"
        binary = gzip.GzipFile("", "wb", 6, file, mtime=0) if packed else file
        for word, row in zip(words, vectors, strict=True):
            numbers = " ".join(f"{number:.{_DIGITS}g}" for number in row)
            binary.write(f"{word} {numbers}\n".encode())
        if binary is not file:
            binary.close()
