"""The headlines that a language model is trained and measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from ..corpus.cleaning import clean_headline
from ..corpus.headlines import duplicate_key
from ..data.labelled import read_labelled_rows
from ..data.row_settings import ReadReport, RowSettings
from ..network.batching import length_batches, pad
from ..network.settings import NetworkSettings
from ..network.vocabulary import UNKNOWN_ROW, TextRows, Vocabulary, build_vocabulary
from ..vectors.load import load_vectors
from .encoding import encode, headline_hashes, learn_joins, make_tokenizer, tokenize
from .language_model import BOUNDARY_ROW, SATIRE, Hashes
from .ngrams import NgramModel

HELD_OUT = 20
"""One headline in so many is held out, where no other file is named for that."""

MOST_HELD_OUT = 5000
FEWEST = 5

Rows = NDArray[np.int32]
Batch = tuple[Rows, Rows, Rows]


@dataclass
class CorpusReport:
    """What a corpus holds.

    Attributes:
        read: What was read of its file.
        satire: Satirical headlines to train on.
        serious: Other headlines to train on.
        held_out: Headlines held out.
        left_out: Rows that were left out: blank, too long, or the same as another.
        words: Words of the vocabulary.
        vectors: How many of them have a vector.
        unknown: The share of the held-out words that are not in the vocabulary.
        ngram_perplexity: The held-out perplexity of an interpolated trigram model.
    """

    read: ReadReport = field(default_factory=ReadReport)
    satire: int = 0
    serious: int = 0
    held_out: int = 0
    left_out: int = 0
    words: int = 0
    vectors: int = 0
    unknown: float = 0.0
    ngram_perplexity: float = 0.0


@dataclass(frozen=True)
class EncodedTexts:
    """Headlines as rows of the vocabulary.

    Attributes:
        rows: Their words.
        labels: 1 for satire, else 0; shape (texts,).
    """

    rows: TextRows
    labels: Rows

    def batches(self, max_words: int, random: np.random.Generator) -> list[Batch]:
        """Return the headlines in padded batches of like length, in random order.

        Args:
            max_words: Maximum number of words of a batch, padding included.
            random: Draws the order.

        Returns:
            For each batch the words read, (texts, time), the boundary first; the words to predict,
            of the same shape, the boundary last and -1 past it; and the labels, (texts,).
        """
        order = random.permutation(len(self.labels))
        groups = [order[group] for group in length_batches(self.rows.lengths[order], max_words)]
        random.shuffle(groups)
        return [self._batch(group) for group in groups]

    def _batch(self, chosen: NDArray[np.int64]) -> Batch:
        words, lengths = pad(self.rows, chosen)
        edge = np.full((1, len(chosen)), BOUNDARY_ROW, np.int32)
        given, wanted = np.concatenate([edge, words]), np.concatenate([words, edge])
        wanted[np.arange(len(wanted))[:, None] > lengths] = -1
        return np.ascontiguousarray(given.T), np.ascontiguousarray(wanted.T), self.labels[chosen]


@dataclass(frozen=True, repr=False)
class TrainingTexts:
    """All that training takes from a corpus.

    Attributes:
        train: The headlines to train on.
        held_out: The headlines to measure on.
        vocabulary: The words.
        vectors: Their vectors, shape (words, width), zeros where there is none; None: there are
            none at all.
        joins: See `LanguageModel`.
        known: The hashes of all headlines.
        report: What the corpus holds.
    """

    train: EncodedTexts
    held_out: EncodedTexts
    vocabulary: Vocabulary
    vectors: NDArray[np.float32] | None
    joins: NDArray[np.bool_]
    known: Hashes
    report: CorpusReport


def read_training_texts(
    corpus: Path,
    dev: Path | None = None,
    vectors: Path | None = None,
    *,
    dim: int | None = None,
    vocab_size: int,
    min_count: int,
    max_length: int,
    rows: RowSettings | None = None,
) -> TrainingTexts:
    """Read, clean, split and encode headlines, and measure an n-gram model on them.

    Args:
        corpus: Labelled rows; those with gold of at least 0.5 are satire.
        dev: Labelled rows to measure on; None holds out one headline in twenty.
        vectors: A file of word vectors.
        dim: Their dimension, for an archive of several.
        vocab_size: Maximum number of words, the most frequent first.
        min_count: Words seen less often are unknown, unless they have a vector.
        max_length: Headlines with more words are left out.
        rows: How the files hold the rows.

    Raises:
        OSError: A file cannot be read.
        ValueError: A row is bad, or there are too few headlines.

    Example:
        >>> read_training_texts(  # doctest: +SKIP
        ...     Path("headlines.jsonl"), vocab_size=12_000, min_count=2, max_length=24
        ... )
    """
    report = CorpusReport()
    found = _read(corpus, rows or RowSettings(), report)
    held_out = _read(dev, rows or RowSettings(), report) if dev is not None else {}
    if dev is None:
        held_out = {key: found.pop(key) for key in list(found) if _is_held_out(key)}
    else:
        # What is measured on is not trained on.
        report.left_out += sum(found.pop(key, None) is not None for key in held_out)
    texts = [text for text, _ in found.values()]
    nlp = make_tokenizer()
    if vectors is not None:
        words = {token.lower_ for doc in tokenize(nlp, texts) for token in doc}
        load_vectors(nlp.vocab, vectors, dim=dim, words=words)
    choice = NetworkSettings(
        vocab_size=vocab_size, min_count=min_count, vector_words=0, precision="float32"
    )
    vocabulary, _, table = build_vocabulary(tokenize(nlp, texts), choice, nlp.vocab)
    train = _encode(nlp, vocabulary, list(found.values()), max_length, report)
    measured = list(held_out.values())[:MOST_HELD_OUT]
    test = _encode(nlp, vocabulary, measured, max_length, report)
    for name, one in (("to train on", train), ("to measure on", test)):
        if len(one.labels) < FEWEST:
            raise ValueError(
                f"'{corpus}' has {len(one.labels)} headlines {name}, expected at least {FEWEST}: "
                "give more rows, a larger --max-length, or --dev FILE"
            )
    report.satire = int(train.labels.sum())
    report.serious = len(train.labels) - report.satire
    report.held_out = len(test.labels)
    report.words = len(vocabulary.words)
    report.vectors = 0 if table is None else int(table.any(axis=1).sum())
    report.unknown = float((test.rows.rows == UNKNOWN_ROW).mean())
    ngrams = NgramModel(train.rows, len(vocabulary))
    report.ngram_perplexity = perplexity(ngrams.log_likelihood(test.rows), test.rows)
    known = headline_hashes([*texts, *(text for text, _ in held_out.values())])
    joins = learn_joins(nlp, vocabulary, texts)
    return TrainingTexts(train, test, vocabulary, table, joins, known, report)


def perplexity(logs: NDArray[np.float64], texts: TextRows) -> float:
    """Return the perplexity of texts, their ends counted as words.

    Args:
        logs: The log probability of each text.
        texts: The texts.
    """
    return float(np.exp(-logs.sum() / (texts.lengths + 1).sum()))


def _read(path: Path, settings: RowSettings, report: CorpusReport) -> dict[str, tuple[str, int]]:
    """Return headlines and their labels by what they share with their duplicates."""
    found: dict[str, tuple[str, int]] = {}
    read = ReadReport()
    for row in read_labelled_rows(path, settings, report=read):
        text = clean_headline(row.text)
        key = duplicate_key(text)
        if not text or row.fault or key in found:
            report.left_out += 1
        else:
            found[key] = (text, SATIRE if (row.gold or 0.0) >= 0.5 else 1 - SATIRE)
    if not report.read.path:
        report.read = read
    return found


def _is_held_out(key: str) -> bool:
    # By the text, so that the choice does not depend on the other rows.
    digest = hashlib.md5(key.encode("utf-8"), usedforsecurity=False).hexdigest()
    return int(digest, 16) % HELD_OUT == 0


def _encode(
    nlp: Language,
    vocabulary: Vocabulary,
    texts: Sequence[tuple[str, int]],
    max_length: int,
    report: CorpusReport,
) -> EncodedTexts:
    every = encode(nlp, vocabulary, (text for text, _ in texts))
    kept = (every.lengths > 0) & (every.lengths <= max_length)
    report.left_out += int((~kept).sum())
    rows = every.rows[np.repeat(kept, every.lengths)]
    labels = np.array([label for _, label in texts], np.int32)
    return EncodedTexts(TextRows(rows, every.lengths[kept], n_cut=0), labels[kept])
