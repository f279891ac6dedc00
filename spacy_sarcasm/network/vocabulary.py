"""The words a network knows and the rows they have in its embedding tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from spacy.strings import StringStore, get_string_id
from spacy.tokens import Doc
from spacy.vocab import Vocab

from .settings import NetworkSettings
from .token_keys import Keys, doc_words, find_forms, word_keys

PADDING_ROW = 0
UNKNOWN_ROW = 1
N_SPECIAL = 2
# Marks white space among rows, until it is taken out.
_SPACE = -1

Rows = NDArray[np.int32]
Vector = NDArray[np.float32]


@dataclass(frozen=True)
class TextRows:
    """The words of a batch of texts as embedding rows.

    Attributes:
        rows: Rows of all words, text after text, shape (total words,).
        lengths: Words of each text, shape (texts,). White space is no word.
        n_cut: How many texts were longer than allowed and lost their end.
    """

    rows: Rows
    lengths: NDArray[np.int64]
    n_cut: int


class Slices(NamedTuple):
    """Slices of docs.

    Attributes:
        docs: The number of the doc of each, shape (slices,).
        starts: The first token of each in its doc.
        ends: The token after the last.
    """

    docs: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class DocRows:
    """The words of docs as embedding rows, and the tokens that they come from.

    Attributes:
        texts: The words of the docs, uncut.
        starts: Words before each token of all docs, and before the end, shape (tokens + 1,).
        first_tokens: Tokens before each doc, shape (docs,).
    """

    texts: TextRows
    starts: NDArray[np.int64]
    first_tokens: NDArray[np.int64]

    def take(self, slices: Slices) -> TextRows:
        """Return the words of slices of the docs.

        Args:
            slices: The slices.
        """
        docs, starts, ends = slices
        first = self.starts[self.first_tokens[docs] + starts]
        lengths = self.starts[self.first_tokens[docs] + ends] - first
        before = np.cumsum(lengths) - lengths
        places = np.arange(lengths.sum()) + np.repeat(first - before, lengths)
        return TextRows(self.texts.rows[places], lengths, n_cut=0)


class Vocabulary:
    """The words of a network. Rows 0 and 1 are padding and the unknown word.

    Words are found by spaCy's 64-bit string hashes, which are the same in every process and need
    no string to be looked up.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Index the words.

        Args:
            words: The words in the order of their rows, from row 2 on.

        Raises:
            ValueError: A word is given twice.
        """
        self.words = tuple(words)
        keys = np.fromiter((get_string_id(word) for word in self.words), np.uint64, len(self.words))
        order = np.argsort(keys, kind="stable")
        self._keys: Keys = keys[order]
        self._rows: Rows = (order + N_SPECIAL).astype(np.int32)
        doubled = np.flatnonzero(self._keys[1:] == self._keys[:-1])
        if len(doubled):
            word = self.words[self._rows[doubled[0]] - N_SPECIAL]
            raise ValueError(f"the vocabulary holds the word {word!r} twice")

    def __len__(self) -> int:
        """Return the number of rows, padding and the unknown word included."""
        return len(self.words) + N_SPECIAL

    def rows_of(self, keys: Keys) -> Rows:
        """Return the row of each key, `UNKNOWN_ROW` for words that are not in the vocabulary.

        Args:
            keys: String hashes, shape (words,).
        """
        if not len(self._keys):
            return np.full(len(keys), UNKNOWN_ROW, np.int32)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[places] == keys, self._rows[places], UNKNOWN_ROW)

    def text_rows(
        self, docs: Sequence[Doc], settings: NetworkSettings, max_length: int | None
    ) -> TextRows:
        """Look up the rows of the words of texts, leaving out white space.

        Args:
            docs: The texts.
            settings: How tokens are turned into words.
            max_length: Words of a text beyond this number are cut off; None keeps all.
        """
        rows, lengths, _ = self._find(docs, settings)
        if _SPACE in rows:
            rows, lengths = _keep(rows, lengths, rows != _SPACE)
        texts = TextRows(rows, lengths, n_cut=0)
        return texts if max_length is None else cut_long(texts, max_length)

    def doc_rows(self, docs: Sequence[Doc], settings: NetworkSettings) -> DocRows:
        """Look up the rows of the words of docs, uncut, and keep which token each comes from.

        Args:
            docs: The docs.
            settings: How tokens are turned into words.
        """
        rows, lengths, per_token = self._find(docs, settings)
        is_word = rows != _SPACE
        starts = np.concatenate([[0], np.cumsum(is_word)])
        if per_token is not None:
            starts = starts[np.concatenate([[0], np.cumsum(per_token)])]
        n_tokens = np.fromiter(map(len, docs), np.int64, len(docs))
        texts = TextRows(*_keep(rows, lengths, is_word), n_cut=0)
        return DocRows(texts, starts, np.cumsum(n_tokens) - n_tokens)

    def _find(
        self, docs: Sequence[Doc], settings: NetworkSettings
    ) -> tuple[Rows, NDArray[np.int64], NDArray[np.int64] | None]:
        """Return what `word_keys` returns, as rows; `_SPACE` for white space."""
        keys, lengths, per_token = word_keys(docs, settings)
        rows = self.rows_of(keys)
        unknown = np.flatnonzero(rows == UNKNOWN_ROW)
        if len(unknown):
            # White space that spaCy makes tokens of, and words that have to fall back on another,
            # are among the few unknown ones: only those are looked at one by one.
            different, which = np.unique(keys[unknown], return_inverse=True)
            rows[unknown] = self._look_up(docs, different, settings)[which]
        return rows, lengths, per_token

    def _look_up(self, docs: Sequence[Doc], keys: Keys, settings: NetworkSettings) -> Rows:
        """Return the row of each of some unknown words, or `_SPACE`, shape (keys,)."""
        stores = list({id(doc.vocab): doc.vocab.strings for doc in docs}.values())
        return np.array(
            [self._look_up_one(stores, key, settings) for key in keys.tolist()], np.int32
        )

    def _look_up_one(
        self, stores: Sequence[StringStore], key: int, settings: NetworkSettings
    ) -> int:
        text = next((store[key] for store in stores if key in store), None)  # type: ignore[operator]
        if text is None:
            # A word that a function of the user's made of a token.
            return UNKNOWN_ROW
        if text.isspace():
            return _SPACE
        forms = find_forms(text, settings)
        rows = self.rows_of(np.array([get_string_id(form) for form in forms], np.uint64))
        known = rows[rows != UNKNOWN_ROW]
        return int(known[0]) if len(known) else UNKNOWN_ROW


def cut_long(texts: TextRows, max_length: int) -> TextRows:
    """Cut off the end of texts that are too long.

    Args:
        texts: The texts.
        max_length: Words that are kept, 1 or more.
    """
    rows, lengths = texts.rows, texts.lengths
    if not len(lengths) or lengths.max() <= max_length:
        return texts
    n_cut = int((lengths > max_length).sum())
    starts = np.cumsum(lengths) - lengths
    place = np.arange(len(rows)) - np.repeat(starts, lengths)
    rows, lengths = _keep(rows, lengths, place < max_length)
    return TextRows(rows, lengths, n_cut)


def build_vocabulary(
    docs: Iterable[Doc], settings: NetworkSettings, vocab: Vocab
) -> tuple[Vocabulary, int, NDArray[np.float32] | None]:
    """Choose the words of a network and collect their pretrained vectors.

    The words of the corpus come first, the most frequent before the others and words of the same
    frequency in alphabetical order; those rarer than ``min_count`` stay only where they have a
    vector, without a trainable row; ``vector_words`` words of the vectors follow.

    Args:
        docs: The training corpus.
        settings: The network's settings.
        vocab: The vocab whose vectors are taken.

    Returns:
        The vocabulary, how many of its rows are trainable, and the pretrained table of shape
        (rows, vector width), None where the vocab has no vectors. Words without a vector, padding
        and the unknown word have rows of zeros.
    """
    has_vectors = vocab.vectors_length > 0 and vocab.vectors.n_keys != 0
    frequent, rare = [], []
    for word, count in _count_words(docs, settings)[: settings.vocab_size]:
        if count >= settings.min_count:
            frequent.append(word)
        elif has_vectors and _find_vector(vocab, word, settings) is not None:
            rare.append(word)
    words = frequent + rare
    if has_vectors and settings.vector_words:
        seen = set(words)
        first = _first_vector_words(vocab, settings)
        words += [word for word in first if word not in seen]
    vocabulary = Vocabulary(words)
    n_trainable = len(frequent) + N_SPECIAL
    if not has_vectors:
        return vocabulary, n_trainable, None
    table = np.zeros((len(vocabulary), vocab.vectors_length), dtype=np.float32)
    for row, word in enumerate(words, start=N_SPECIAL):
        vector = _find_vector(vocab, word, settings)
        if vector is not None:
            table[row] = vector
    return vocabulary, n_trainable, table


def _find_vector(vocab: Vocab, word: str, settings: NetworkSettings) -> Vector | None:
    """Return the vector of a word or else of the first of its fallbacks that has one."""
    for form in [word, *find_forms(word, settings)]:
        if vocab.has_vector(form):
            vector = vocab.get_vector(form)
            # Vectors on a GPU are CuPy arrays, which NumPy does not take by themselves.
            return cast(Vector, vector.get() if hasattr(vector, "get") else vector)
    return None


def _count_words(docs: Iterable[Doc], settings: NetworkSettings) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for doc in docs:
        for word in doc_words(doc, settings):
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _first_vector_words(vocab: Vocab, settings: NetworkSettings) -> list[str]:
    """Return the words of the first vectors that a token's attribute can equal."""
    words: list[str] = []
    by_row = sorted(vocab.vectors.key2row.items(), key=lambda item: item[1])
    for key, _ in by_row:
        word = vocab.strings[key]
        if settings.attr == "LOWER" and word != word.lower():
            continue
        if word and not any(map(str.isspace, word)):
            words.append(word)
            if len(words) == settings.vector_words:
                break
    return words


def _keep(
    rows: Rows, lengths: NDArray[np.int64], kept: NDArray[np.bool_]
) -> tuple[Rows, NDArray[np.int64]]:
    owner = np.repeat(np.arange(len(lengths)), lengths)
    return rows[kept], np.bincount(owner[kept], minlength=len(lengths))
