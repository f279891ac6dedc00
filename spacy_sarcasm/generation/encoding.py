"""Headlines as rows of the vocabulary, and rows as headlines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from ..corpus.cleaning import copy_key, undo_tokenization
from ..network.settings import NetworkSettings
from ..network.vocabulary import TextRows, Vocabulary
from .language_model import Hashes

WORD_SETTINGS = NetworkSettings(vector_words=0)
"""How tokens become words: in lower case, as the sarcasm network has them by default."""

_QUOTE = "'"


def make_tokenizer() -> Language:
    """Return the blank pipeline whose tokens are the words of the language model."""
    return spacy.blank("en")


def tokenize(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """Tokenize cleaned texts, without keeping their strings.

    Args:
        nlp: The tokenizer's pipeline.
        texts: The texts.
    """
    for text in texts:
        yield nlp.make_doc(text)


def encode(nlp: Language, vocabulary: Vocabulary, texts: Iterable[str]) -> TextRows:
    """Return the rows of the words of texts.

    Args:
        nlp: The tokenizer's pipeline.
        vocabulary: The vocabulary.
        texts: Cleaned texts.
    """
    parts: list[TextRows] = []
    docs: list[Doc] = []
    for doc in tokenize(nlp, texts):
        docs.append(doc)
        if len(docs) == 1000:
            parts.append(vocabulary.text_rows(docs, WORD_SETTINGS, None))
            docs = []
    parts.append(vocabulary.text_rows(docs, WORD_SETTINGS, None))
    return TextRows(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.lengths for part in parts]),
        n_cut=0,
    )


def learn_joins(nlp: Language, vocabulary: Vocabulary, texts: Iterable[str]) -> NDArray[np.bool_]:
    """Find out which words are mostly written without a space before or after them.

    Args:
        nlp: The tokenizer's pipeline.
        vocabulary: The vocabulary.
        texts: Cleaned texts.

    Returns:
        Whether there is no space before a word, and after it; shape (words, 2).
    """
    first = len(vocabulary) - len(vocabulary.words)
    rows = {word: row for row, word in enumerate(vocabulary.words, first)}
    joined = np.zeros((len(vocabulary), 2), np.int64)
    spaced = np.zeros_like(joined)
    for doc in tokenize(nlp, texts):
        for left, right in pairwise(doc):
            counts = spaced if left.whitespace_ else joined
            # The hyphen of "year-old" says nothing about "old", nor a genitive about its noun: a
            # word clings to the word before it or not, a mark to either side.
            if left.text[-1].isalnum() and right.lower_ in rows:
                counts[rows[right.lower_], 0] += 1
            if not left.text[-1].isalnum() and left.lower_ in rows:
                counts[rows[left.lower_], 1] += 1
    return joined > spaced


def join_words(words: Sequence[str], joins: Sequence[Sequence[bool]]) -> str:
    """Write words as a text.

    Args:
        words: The words.
        joins: For each, whether there is no space before it, and after it.

    Example:
        >>> join_words(["nine", "-", "year", "-", "old"], [[0, 0], [1, 1], [0, 0], [1, 1], [0, 0]])
        'nine-year-old'
    """
    text, is_glued, is_quoted = "", True, False
    for word, (before, after) in zip(words, joins, strict=True):
        is_quote = word == _QUOTE
        # An opening quote clings to what follows, a closing one to what precedes.
        clings = is_quoted if is_quote else before
        text += word if is_glued or clings else f" {word}"
        is_quoted ^= is_quote
        is_glued = is_quoted if is_quote else bool(after)
    return undo_tokenization(text)


def headline_hashes(texts: Iterable[str]) -> Hashes:
    """Return the sorted hashes of texts, which ignore case, spaces and punctuation.

    Args:
        texts: The texts.
    """
    return np.unique(np.fromiter(map(headline_hash, texts), np.uint64))


def headline_hash(text: str) -> int:
    """Return a 64-bit hash of the letters and digits of a text, in lower case.

    Args:
        text: The text.

    Example:
        >>> headline_hash("It's over!") == headline_hash("it's over")
        True
    """
    digest = hashlib.blake2b(copy_key(text).encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
