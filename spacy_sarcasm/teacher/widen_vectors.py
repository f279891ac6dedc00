"""Vectors of a file with others beside them, distilled from a sentence encoder for more words.

Each word goes through the encoder on its own; the means of its last states, reduced by principal
component analysis, are the word's vector. The method is that of model2vec (Tulkens and van Dongen
2024, https://github.com/MinishLab/model2vec), here over unit vectors and without
frequency weights, since a network that learns follows: see `distill_vectors` for vectors to be used
as they are.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..atomic import atomic_write
from ..extras import require
from ..vectors.parsing.vectors_reader import VectorsReader

Floats = NDArray[np.float32]

_BATCH = 256
_MOST_TOKENS = 16
# The components are those of the first words, which are the most frequent.
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
    """Write the vectors of a file with distilled ones beside them, in GloVe's text format.

    Args:
        vectors: A file of vectors; its words come first, in its order.
        counts: How often each word occurs in a corpus. Words that the file lacks follow, the most
            frequent first, with zeros in place of its numbers.
        out: The file to write, gzip-compressed if its name ends in ``.gz``.
        encoder: The folder of a Hugging Face encoder.
        dim: Width of the distilled vectors.
        min_count: Rarer words of the corpus are not added.

    Returns:
        The number of words and the width of their vectors.

    Raises:
        ValueError: There are fewer words than dimensions, or the file is not one of vectors.

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
    encoder: Path,
    words: Sequence[str],
    dim: int,
    *,
    bfloat16: bool = False,
) -> Floats:
    """Return a vector for each word, shape (words, dim), with a standard deviation of 0.5.

    Args:
        dim: Width of the vectors, at most that of the encoder.
    """
    if len(words) < dim:
        raise ValueError(f"{dim} dimensions take at least as many words, not {len(words)}")
    states = _encode(encoder, words, bfloat16)
    states /= np.linalg.norm(states, axis=1, keepdims=True)
    vectors = _principal_components(states, dim)
    return np.asarray(vectors * (0.5 / vectors.std()), dtype=np.float32)


def read_all_vectors(path: Path) -> tuple[list[str], Floats]:
    """Return the words of a file of vectors and their vectors, shape (words, dim).

    Args:
        path: A file as `spacy_sarcasm.vectors.convert_vectors` takes it.
    """
    reader = VectorsReader(path, str)
    words: list[str] = []
    tables = []
    for block in reader.blocks():
        words += block.words
        tables.append(np.asarray(block.table, dtype=np.float32))
    return words, np.concatenate(tables)


def write_vectors(path: Path, words: Sequence[str], vectors: Floats) -> None:
    """Write vectors in GloVe's text format, gzip-compressed if the name ends in ``.gz``.

    Args:
        vectors: Their vectors, shape (words, dim).
    """
    with atomic_write(path) as file:
        # No name and no time in the header: equal vectors give equal files.
        packed = path.suffix == ".gz"
        binary = gzip.GzipFile("", "wb", 6, file, mtime=0) if packed else file
        for word, row in zip(words, vectors, strict=True):
            numbers = " ".join(f"{number:.{_DIGITS}g}" for number in row)
            binary.write(f"{word} {numbers}\n".encode())
        if binary is not file:
            binary.close()


def _encode(folder: Path, words: Sequence[str], bfloat16: bool) -> Floats:
    torch = require("torch", "teacher", "widening word vectors")
    transformers = require("transformers", "teacher", "widening word vectors")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = transformers.AutoModel.from_pretrained(
        folder, local_files_only=True, use_safetensors=True
    ).eval()
    ids = tokenizer(list(words), truncation=True, max_length=_MOST_TOKENS)["input_ids"]
    order = np.argsort([len(one) for one in ids], kind="stable")
    states = np.zeros((len(words), model.config.hidden_size), dtype=np.float32)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, bfloat16):
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            batch = tokenizer.pad({"input_ids": [ids[row] for row in rows]}, return_tensors="pt")
            found = model(**batch).last_hidden_state.float()
            mask = batch["attention_mask"].unsqueeze(-1).float()
            states[rows] = ((found * mask).sum(1) / mask.sum(1)).numpy()
    return states


def _principal_components(states: Floats, dim: int) -> Floats:
    mean = states[:_FITTED_WORDS].mean(axis=0)
    centred = states - mean
    fitted = centred[:_FITTED_WORDS].astype(np.float64)
    values, directions = np.linalg.eigh(fitted.T @ fitted)
    chosen = directions[:, np.argsort(values)[::-1][:dim]]
    # A direction and its reverse are equally good: the sign of the largest entry decides.
    signs = np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(dim)])
    return np.asarray(centred @ (chosen * signs), dtype=np.float32)
