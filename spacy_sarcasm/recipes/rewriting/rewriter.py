"""Training a rewriter on pairs, and rewriting with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from ...generation.encoding import join_words, learn_joins, make_tokenizer
from ...network.vocabulary import N_SPECIAL, PADDING_ROW, UNKNOWN_ROW, Vocabulary
from ...vectors.load import load_vectors
from .keras_rewriter import KerasRewriter
from .pairs import RewritingPair

MAX_LENGTH = 40
_SPREAD = 0.1
_BATCH = 64
_MOST_LITERAL = 2

Batch = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]
Words = tuple[list[str], list[str]]


class Rewriter:
    """Rewrites sarcastic texts literally, after `train`."""

    def __init__(
        self,
        pairs: Sequence[RewritingPair],
        vectors: Path | None = None,
        *,
        vocab_size: int = 5000,
        units: int = 96,
        width: int = 100,
        dropout: float = 0.3,
        seed: int = 0,
    ) -> None:
        """Choose the words and build the network.

        Args:
            pairs: The pairs to train on.
            vectors: A file of word vectors to start from.
            vocab_size: Maximum number of words, the most frequent first.
            units: Units of each direction of the LSTM that reads.
            width: Width of the word vectors, where none are given.
            dropout: Rate of the dropout.
            seed: Seed of all random numbers.
        """
        self.random = Random(seed)  # noqa: S311
        self.nlp: Language = make_tokenizer()
        texts = [text for pair in pairs for text in (pair.text, *pair.literal)]
        counts = Counter(word for text in texts for word in self._words(text))
        self.vocabulary = Vocabulary([word for word, _ in counts.most_common(vocab_size)])
        self.rows = {word: row for row, word in enumerate(self.vocabulary.words, N_SPECIAL)}
        self.joins = learn_joins(self.nlp, self.vocabulary, texts)
        if vectors is not None:
            load_vectors(self.nlp.vocab, vectors, words=set(self.rows))
            width = self.nlp.vocab.vectors_length
        table = np.random.default_rng(seed).normal(0, _SPREAD, (len(self.vocabulary), width))
        if vectors is not None:
            found = [word for word in self.rows if self.nlp.vocab.has_vector(word)]
            known = np.array([np.asarray(self.nlp.vocab.get_vector(word)) for word in found])
            table[[self.rows[word] for word in found]] = known * (_SPREAD / known.std())
        self.network = KerasRewriter(
            len(self.vocabulary), table.astype(np.float32), units, dropout=dropout, seed=seed
        )

    def train(
        self,
        pairs: Sequence[RewritingPair],
        dev: Sequence[RewritingPair],
        *,
        epochs: int = 8,
        learn_rate: float = 2e-3,
        on_epoch: Callable[[int, float, float], None] = lambda epoch, loss, dev_loss: None,
    ) -> None:
        """Train, and keep the epoch with the lowest loss on dev pairs.

        Args:
            pairs: The pairs to train on.
            dev: The pairs to measure on.
            epochs: Passes over the pairs; each takes at most two rewritings of a text.
            learn_rate: The first learning rate; it falls to zero.
            on_epoch: Called with the number of each epoch and the mean losses of a word.
        """
        best, kept = np.inf, self.network.get_weights()
        measured = self._batches(dev)
        for epoch in range(epochs):
            batches = self._batches(pairs)
            losses = []
            for number, batch in enumerate(batches):
                share = (epoch + number / len(batches)) / epochs
                losses.append(self.network.update(*batch, learn_rate * (1 - share)))
            found = float(np.mean(np.concatenate([self.network.loss(*one) for one in measured])))
            if found < best:
                best, kept = found, self.network.get_weights()
            on_epoch(epoch + 1, float(np.mean(losses)), found)
        self.network.set_weights(kept)

    def rewrite(self, texts: Sequence[str]) -> list[str]:
        """Return the likeliest rewriting of each text, chosen word by word.

        Args:
            texts: Cleaned texts.
        """
        found = []
        for start in range(0, len(texts), _BATCH):
            found += self._rewrite(texts[start : start + _BATCH])
        return found

    def _rewrite(self, texts: Sequence[str]) -> list[str]:
        given = [self._words(text)[:MAX_LENGTH] or ["."] for text in texts]
        unknown = [self._unknown(words) for words in given]
        rows = _pad([self._encode(words, more) for words, more in zip(given, unknown, strict=True)])
        size = len(self.vocabulary) + max(map(len, unknown), default=0)
        read = self.network.start(rows)
        last = np.full((len(texts), 1), PADDING_ROW, np.int32)
        written: list[list[int]] = [[] for _ in texts]
        is_open = np.ones(len(texts), bool)
        for _ in range(MAX_LENGTH):
            logs, attention, gate, hidden, cell = self.network.step(rows, last, read)
            read = (*read[:2], hidden, cell)
            shares = np.zeros((len(texts), size), np.float32)
            known, gates = np.exp(logs.numpy()[:, 0]), gate.numpy()[:, 0]
            shares[:, : known.shape[1]] = gates * known
            places = np.arange(len(texts))[:, None]
            np.add.at(shares, (places, rows), (1 - gates) * attention.numpy()[:, 0])
            shares[:, UNKNOWN_ROW] = 0.0
            chosen = shares.argmax(axis=1)
            is_open &= chosen != PADDING_ROW
            if not is_open.any():
                break
            for text in np.flatnonzero(is_open):
                written[text].append(int(chosen[text]))
            last = chosen[:, None].astype(np.int32)
        return [self._join(ids, more) for ids, more in zip(written, unknown, strict=True)]

    def _words(self, text: str) -> list[str]:
        return [token.lower_ for token in self.nlp.make_doc(text) if not token.is_space]

    def _unknown(self, words: list[str]) -> list[str]:
        return list(dict.fromkeys(word for word in words if word not in self.rows))

    def _encode(self, words: list[str], unknown: list[str]) -> list[int]:
        past = {word: len(self.vocabulary) + place for place, word in enumerate(unknown)}
        return [self.rows.get(word, past.get(word, UNKNOWN_ROW)) for word in words]

    def _join(self, ids: list[int], unknown: list[str]) -> str:
        words, joins = [], []
        for one in ids:
            is_known = one < len(self.vocabulary)
            words.append(
                self.vocabulary.words[one - N_SPECIAL]
                if is_known
                else unknown[one - len(self.vocabulary)]
            )
            joins.append(self.joins[one].tolist() if is_known else [False, False])
        return join_words(words, joins)

    def _batches(self, pairs: Sequence[RewritingPair]) -> list[Batch]:
        encoded = []
        for pair in pairs:
            chosen = self.random.sample(pair.literal, min(_MOST_LITERAL, len(pair.literal)))
            text = self._words(pair.text)[:MAX_LENGTH]
            unknown = self._unknown(text)
            for literal in chosen:
                words = self._words(literal)[: MAX_LENGTH - 1]
                encoded.append((self._encode(text, unknown), self._encode(words, unknown)))
        self.random.shuffle(encoded)
        encoded.sort(key=lambda one: len(one[1]))
        batches = [self._batch(encoded[at : at + _BATCH]) for at in range(0, len(encoded), _BATCH)]
        self.random.shuffle(batches)
        return batches

    def _batch(self, encoded: list[tuple[list[int], list[int]]]) -> Batch:
        given = _pad([[PADDING_ROW, *literal] for _, literal in encoded])
        wanted = _pad([[*literal, PADDING_ROW] for _, literal in encoded], padding=-1)
        return _pad([text for text, _ in encoded]), given, wanted


def _pad(rows: Sequence[Sequence[int]], padding: int = PADDING_ROW) -> NDArray[np.int32]:
    found = np.full((len(rows), max(map(len, rows))), padding, np.int32)
    for row, words in zip(found, rows, strict=True):
        row[: len(words)] = words
    return found
