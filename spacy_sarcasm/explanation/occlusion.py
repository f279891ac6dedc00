"""Attributions by occlusion: what the logit loses when a token is taken out of the text.

Each token is removed, and the text that is left is scored again: n + 1 short texts in one batch
(Li et al. 2016, https://arxiv.org/abs/1612.08220). A removed word leaves a text that anybody can
score to check the number, and that is like those the network was trained on. Where the word is
replaced by the unknown word instead, the text keeps its length, but a word that the network does
not know gets 0 whatever it does, and a network trained without word dropout has never seen its
unknown word. On real texts the two are about equally faithful; gradients of the same weights are no
more faithful by removal, and slower: `tests/benchmarks/explain.py` measures it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..network.engines.onnx_graph import LOGITS
from ..network.row_scores import score_rows
from ..network.vocabulary import UNKNOWN_ROW, Rows, TextRows
from ..pipeline.classifier import SarcasmClassifier
from .token_rows import TokenRows

Method = Literal["occlusion", "replacement"]
METHODS: tuple[str, ...] = get_args(Method)

# Words of all versions of texts that are in memory at a time; a single version may have more.
BATCH_WORDS = 300_000


@dataclass(frozen=True)
class Attributions:
    """The numbers of one text.

    Attributes:
        logits: What the logit loses with each token, shape (tokens,).
        logit: The logit of the text.
        base: The logit of a text of as many words, none of them known.
    """

    logits: NDArray[np.float64]
    logit: float
    base: float


@dataclass(frozen=True)
class _Versions:
    """Versions of one text: rows of all of them, one after the other, and their lengths."""

    text: int
    rows: Rows
    lengths: NDArray[np.int64]


def attribute(
    component: SarcasmClassifier, texts: Sequence[TokenRows], method: Method
) -> list[Attributions]:
    """Attribute the logits of texts to their tokens.

    Tokens that the network does not read, white space and those beyond ``max_length``, get 0.

    Args:
        texts: The words of texts with at least one word each.
        method: ``"occlusion"`` removes a token, ``"replacement"`` puts the unknown word in the
            place of each of its words.
    """
    max_length = int(component.cfg["max_length"])
    shortened = [_shorten(text, max_length) for text in texts]
    versions = (
        version
        for number, text in enumerate(shortened)
        for version in _make_versions(number, text, method, max_length)
    )
    logits: list[list[NDArray[np.float32]]] = [[] for _ in texts]
    for batch in _batches(versions):
        rows = np.concatenate([version.rows for version in batch])
        lengths = np.concatenate([version.lengths for version in batch])
        scored = score_rows(component.model, TextRows(rows, lengths, n_cut=0), LOGITS)
        ends = np.cumsum([len(version.lengths) for version in batch])[:-1]
        for version, part in zip(batch, np.split(scored, ends), strict=True):
            logits[version.text].append(part)
    return [
        _difference(text, np.concatenate(parts).astype(np.float64), max_length)
        for text, parts in zip(shortened, logits, strict=True)
    ]


def _shorten(text: TokenRows, max_length: int) -> TokenRows:
    """Drop words that no version can reach: those past the limit and one token more."""
    widest = int(np.bincount(text.owner).max())
    end = max_length + widest
    return TokenRows(text.rows[:end], text.owner[:end], text.n_tokens)


def _occluded(text: TokenRows, max_length: int) -> NDArray[np.int64]:
    """Return the numbers of the tokens that the network reads."""
    return np.unique(text.owner[:max_length])


def _make_versions(
    number: int, text: TokenRows, method: Method, max_length: int
) -> Iterator[_Versions]:
    """Yield the text itself, the text of unknown words, and the text without each token."""
    rows, n_words = text.rows, len(text.rows)
    unknown = np.full_like(rows, UNKNOWN_ROW)
    yield _Versions(number, np.concatenate([rows, unknown]), np.array([n_words, n_words]))
    tokens = _occluded(text, max_length)
    # A text of one token has nothing left to score without it.
    replaces = method == "replacement" or text.owner[0] == text.owner[-1]
    at_a_time = max(1, BATCH_WORDS // n_words)
    for start in range(0, len(tokens), at_a_time):
        some = tokens[start : start + at_a_time]
        hidden = text.owner == some[:, None]
        if replaces:
            lengths = np.full(len(some), n_words)
            yield _Versions(number, np.where(hidden, UNKNOWN_ROW, rows).ravel(), lengths)
        else:
            kept = ~hidden
            every = np.broadcast_to(rows, kept.shape)
            yield _Versions(number, every[kept], kept.sum(axis=1))


def _batches(versions: Iterable[_Versions]) -> Iterator[list[_Versions]]:
    batch: list[_Versions] = []
    n_words = 0
    for version in versions:
        if batch and n_words + len(version.rows) > BATCH_WORDS:
            yield batch
            batch, n_words = [], 0
        batch.append(version)
        n_words += len(version.rows)
    if batch:
        yield batch


def _difference(text: TokenRows, logits: NDArray[np.float64], max_length: int) -> Attributions:
    whole, base = logits[:2].tolist()
    differences = np.zeros(text.n_tokens)
    differences[_occluded(text, max_length)] = whole - logits[2:]
    return Attributions(differences, whole, base)
