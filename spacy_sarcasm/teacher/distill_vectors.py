"""Distil static word vectors from a sentence encoder.

The method is that of model2vec (MinishLab, https://github.com/MinishLab/model2vec): the encoder
reads each word as a text of its own, principal components shorten the vectors, and frequent words
are weighted down as in SIF (Arora et al. 2017, https://openreview.net/forum?id=SyK00v5xx).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..atomic import atomic_write
from .encoder import word_states

SIF_A = 1e-3
"""SIF's constant: a word of this probability gets half its weight."""

Floats = NDArray[np.floating[Any]]


def distill_vectors(
    encoder: Path,
    words: Path,
    out: Path,
    *,
    dim: int = 64,
    batch_size: int = 256,
    device: str | None = None,
) -> tuple[int, int]:
    """Write the vectors that an encoder gives to single words, in GloVe's text format.

    Args:
        encoder: The folder of a Hugging Face encoder, with its weights in safetensors files.
        words: A text file, one word per line, most frequent first. The rank determines the
            probability of a word, by Zipf's law.
        out: The file to write; it appears only when it is complete.
        dim: Numbers per vector, at most the width of the encoder.
        device: See `pick_device`.

    Returns:
        The number of words and the dimension.

    Raises:
        ValueError: The list is empty, a word in it has white space or occurs twice, or the encoder
            cannot be read.

    Example:
        >>> distill_vectors(Path("encoder"), Path("words.txt"), Path("mini.txt"))  # doctest: +SKIP
        (40000, 64)
    """
    if dim < 1:
        raise ValueError(f"dim is {dim}: expected 1 or more")
    listed = read_words(words)
    states = word_states(encoder, listed, batch_size=batch_size, device=device)
    components = principal_components(states.astype(np.float64), dim)
    vectors = components * sif_weights(len(listed))[:, None]
    with atomic_write(out) as file:
        for word, vector in zip(listed, vectors, strict=True):
            numbers = " ".join(f"{value:.6f}" for value in vector)
            file.write(f"{word} {numbers}\n".encode())
    return vectors.shape


def read_words(path: Path) -> list[str]:
    """Read a list of words, one per line.

    Example:
        >>> read_words(Path("words.txt"))[:3]  # doctest: +SKIP
        ['the', 'of', 'and']
    """
    found: dict[str, int] = {}
    for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1):
        word = line.rstrip("\r")
        if not word:
            continue
        if any(character.isspace() for character in word):
            raise ValueError(f"{path}, line {number}: expected one word per line, got {word!r:.80}")
        if word in found:
            raise ValueError(f"{path}, line {number}: {word!r} is also on line {found[word]}")
        found[word] = number
    if not found:
        raise ValueError(f"{path} has no words: expected one per line, most frequent first")
    return list(found)


def principal_components(vectors: Floats, dim: int, fitted: int | None = None) -> Floats:
    """Project vectors onto their first principal components.

    Args:
        vectors: Shape (words, width).
        dim: The number of components, at most the width.
        fitted: How many of the first vectors determine the components. None: all.

    Returns:
        Centred projections, shape (words, min(dim, width)), the largest variance first.

    Example:
        >>> principal_components(np.array([[0.0, 1.0], [0.0, 3.0]]), 1).shape
        (2, 1)
    """
    centred = vectors - vectors[:fitted].mean(axis=0)
    part = centred[:fitted].astype(np.float64)
    _, directions = np.linalg.eigh(part.T @ part)
    chosen = directions[:, ::-1][:, :dim]
    # A direction and its reverse are equally good: make the largest entry positive.
    signs = np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(chosen.shape[1])])
    projected: Floats = centred @ (chosen * signs)
    return projected


def sif_weights(count: int) -> Floats:
    """Return the SIF weights of words ranked by frequency, assuming Zipf's law.

    Returns:
        Weights between 0 and 1 that rise with the rank, shape (count,).

    Example:
        >>> weights = sif_weights(1000)
        >>> bool(weights[0] < 0.01 < 0.8 < weights[-1])
        True
    """
    probabilities = 1 / np.arange(1, count + 1)
    probabilities /= probabilities.sum()
    weights: Floats = SIF_A / (SIF_A + probabilities)
    return weights
