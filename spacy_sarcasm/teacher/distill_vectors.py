"""Static word vectors from a sentence encoder: every word through the encoder, PCA, weights.

The method is that of model2vec (MinishLab, https://github.com/MinishLab/model2vec): the encoder
reads each word as a text of its own, principal components shorten the vectors, and frequent words
are weighted down as in SIF (Arora et al. 2017, https://openreview.net/forum?id=SyK00v5xx).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..atomic import atomic_write
from .encoder import MOST_TOKENS, import_transformers, is_classifier_folder, pick_device

SIF_A = 1e-3
"""SIF's constant: a word of this probability gets half its weight."""

Floats = NDArray[np.float64]


def distill_vectors(
    encoder: Path,
    words: Path,
    out: Path,
    *,
    dim: int = 64,
    batch_size: int = 256,
    device: str | None = None,
) -> tuple[int, int]:
    """Write the vectors that an encoder gives single words, as a file in GloVe's text format.

    Args:
        encoder: A Hugging Face folder of an encoder, with weights in safetensors files.
        words: A text file, one word per line, the most frequent first. Probabilities are taken
            from the rank, by Zipf's law.
        out: The file to write; it appears only when it is complete.
        dim: Numbers per vector: the number of principal components, or all if there are fewer.
        device: A device as torch names it; None: a GPU if there is one, else the CPU.

    Returns:
        The number of words and the dimension.

    Raises:
        ValueError: The list has no words, or a word with white space in it, or a word twice; or
            the encoder cannot be read.

    Example:
        >>> distill_vectors(Path("encoder"), Path("words.txt"), Path("mini.txt"))  # doctest: +SKIP
        (40000, 64)
    """
    if dim < 1:
        raise ValueError(f"dim is {dim}; expected 1 or more")
    listed = read_words(words)
    components = principal_components(_encode(encoder, listed, batch_size, device), dim)
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
        raise ValueError(f"{path} has no words; expected one per line, the most frequent first")
    return list(found)


def principal_components(vectors: Floats, dim: int) -> Floats:
    """Project vectors onto their first principal components.

    Args:
        vectors: Shape (words, width).
        dim: The number of components, at most the width.

    Returns:
        Centred projections, shape (words, min(dim, width)), the largest variance first.

    Example:
        >>> principal_components(np.array([[0.0, 1.0], [0.0, 3.0]]), 1).shape
        (2, 1)
    """
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    projected: Floats = centred @ directions[:, ::-1][:, :dim]
    return projected


def sif_weights(count: int) -> Floats:
    """SIF weights of words ranked by frequency, whose probabilities follow Zipf's law.

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


def _encode(encoder: Path, words: list[str], batch_size: int, device: str | None) -> Floats:
    """The mean of the encoder's last layer over each word's tokens, shape (words, width)."""
    torch, _ = import_transformers()
    tokenizer, model = _load(encoder, pick_device(device))
    encoded = []
    with torch.inference_mode():
        for start in tqdm(range(0, len(words), batch_size), desc="encoding", unit="batch"):
            batch = tokenizer(
                words[start : start + batch_size],
                truncation=True,
                max_length=min(tokenizer.model_max_length, MOST_TOKENS),
                padding=True,
                return_tensors="pt",
            ).to(model.device)
            mask = batch["attention_mask"][:, :, None]
            hidden = model(**batch).last_hidden_state.float()
            encoded.append(((hidden * mask).sum(1) / mask.sum(1)).cpu().numpy())
    return np.concatenate(encoded).astype(np.float64)


def _load(folder: Path, device: Any) -> tuple[Any, Any]:
    torch, transformers = import_transformers()
    if not is_classifier_folder(folder):
        raise OSError(
            f"'{folder}' is not the folder of a Hugging Face model: it has no config.json. "
            "Expected a folder with config.json, model.safetensors and a tokenizer"
        )
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = transformers.AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        )
    except OSError:  # names the file that is missing
        raise
    except Exception as error:
        # The libraries below have error classes of their own for files that they cannot read.
        raise ValueError(
            f"'{folder}' cannot be read as a Hugging Face encoder: {type(error).__name__}: {error}"
        ) from error
    return tokenizer, model.to(device, torch.float32).eval()
