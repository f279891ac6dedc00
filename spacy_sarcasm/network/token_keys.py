"""The words of tokens, as string hashes: what a vocabulary looks up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy import attrs
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.util import registry

from .settings import NetworkSettings

Keys = NDArray[np.uint64]
TokenWords = Callable[[str], tuple[str, ...]]

# Looked up by name: NLTK, and what knows of it, stay out of this package.
FALLBACK_FORMS = "spacy_sarcasm.fallback_forms.v1"

# Functions that weights may call by name without the config saying so.
OWN_TOKEN_WORDS = ("spacy_sarcasm.GloveTwitterWords.v1",)

# So many tokens' words are remembered: finding them takes microseconds each.
CACHE_SIZE = 50_000


class WordKeys(NamedTuple):
    """The words of docs as hashes.

    Attributes:
        keys: The hashes of all words, doc after doc, shape (words,).
        lengths: Words of each doc, shape (docs,).
        per_token: Words of each token of all docs, shape (tokens,); None where each has one.
    """

    keys: Keys
    lengths: NDArray[np.int64]
    per_token: NDArray[np.int64] | None


def word_keys(docs: Sequence[Doc], settings: NetworkSettings) -> WordKeys:
    """Return the words of docs, white space included.

    Args:
        docs: The docs.
        settings: How words come of tokens: ``attr`` or ``token_words``.
    """
    if settings.token_words is None:
        return WordKeys(*_attribute_keys(docs, settings.attr), None)
    keys, lengths = _attribute_keys(docs, "ORTH")
    different, which = np.unique(keys, return_inverse=True)
    words = _words_of(docs, different, settings.token_words)
    counts = np.fromiter(map(len, words), np.int64, len(words))
    flat = np.array([key for keys_of_token in words for key in keys_of_token], dtype=np.uint64)
    per_token = counts[which]
    # Where each token's words start in `flat`, then one place after the other.
    starts = np.repeat((np.cumsum(counts) - counts)[which], per_token)
    places = np.arange(len(starts)) - np.repeat(np.cumsum(per_token) - per_token, per_token)
    owner = np.repeat(np.repeat(np.arange(len(lengths)), lengths), per_token)
    return WordKeys(flat[starts + places], np.bincount(owner, minlength=len(lengths)), per_token)


def doc_words(doc: Doc, settings: NetworkSettings) -> list[str]:
    """Return the words of a doc, white space left out.

    Args:
        doc: The doc.
        settings: How words come of tokens.
    """
    if settings.token_words is not None:
        split = load_token_words(settings.token_words)
        return [word for token in doc if not token.is_space for word in split(token.text)]
    strings, keys = doc.vocab.strings, _attribute_keys([doc], settings.attr)[0].tolist()
    return [strings[key] for key, token in zip(keys, doc, strict=True) if not token.is_space]


@lru_cache
def load_token_words(name: str) -> TokenWords:
    """Look up the function that maps a token to its words.

    Args:
        name: A name in the registry ``misc``.

    Raises:
        catalogue.RegistryError: The name is not registered; the message lists the names
            that are.
    """
    function: TokenWords = registry.misc.get(name)()
    return function


def find_forms(word: str, settings: NetworkSettings) -> list[str]:
    """Return what may stand in for a word, best first.

    Args:
        word: The word.
        settings: Whose ``fallbacks`` are taken.
    """
    return _forms(word, tuple(settings.fallbacks)) if settings.fallbacks else []


@lru_cache(CACHE_SIZE)
def _forms(word: str, kinds: tuple[str, ...]) -> list[str]:
    return _load_fallback_forms()(word, kinds)


@lru_cache
def _load_fallback_forms() -> Callable[[str, Sequence[str]], list[str]]:
    function: Callable[[str, Sequence[str]], list[str]] = registry.misc.get(FALLBACK_FORMS)()
    return function


def _attribute_keys(docs: Sequence[Doc], attr: str) -> tuple[Keys, NDArray[np.int64]]:
    attr_id = attrs.IDS[attr]
    lengths = np.fromiter(map(len, docs), np.int64, len(docs))
    # A doc without tokens gives an array of another dtype.
    arrays = [doc.to_array(attr_id) for doc in docs if len(doc)]
    keys = np.concatenate(arrays) if arrays else np.zeros(0, np.uint64)
    return keys.astype(np.uint64, copy=False), lengths


def _words_of(docs: Sequence[Doc], keys: Keys, name: str) -> list[tuple[int, ...]]:
    """Return the hashes of the words of each token, given by its hash."""
    stores = list({id(doc.vocab): doc.vocab.strings for doc in docs}.values())
    words = []
    for key in keys.tolist():
        text = next(strings[key] for strings in stores if key in strings)
        words.append(_keys_of_text(name, text))
    return words


@lru_cache(CACHE_SIZE)
def _keys_of_text(name: str, text: str) -> tuple[int, ...]:
    if text.isspace():
        # White space is no word; its own key lets the vocabulary tell that.
        return (get_string_id(text),)
    return tuple(get_string_id(word) for word in load_token_words(name)(text))
