"""Other forms of a word, to try where the word itself has no row in an embedding table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, get_args

from .wordnet import WordNetPos, lemmatize, load_wordnet

FormKind = Literal["lower", "lemma", "stem"]


def fallback_forms(word: str, kinds: Sequence[FormKind]) -> list[str]:
    """Return the lower-case form, lemmas and stem of a word, without the word and without repeats.

    A lemma depends on the part of speech, which a vocabulary does not know, so ``"lemma"`` adds
    WordNet's lemmas for nouns, verbs, adjectives and adverbs, in that order. Lemmas and the stem
    (Porter's algorithm with NLTK's extensions) are those of the lower-case form.

    Args:
        word: The word as written.
        kinds: The forms to return, in this order: ``"lower"``, ``"lemma"``, ``"stem"``.

    Raises:
        ValueError: There is no such kind.
        WordNetNotFoundError: ``"lemma"`` was requested and WordNet is not installed.

    Example:
        >>> from spacy_sarcasm.pipeline.nltk.forms import fallback_forms
        >>> fallback_forms("Walking", ["lower", "stem"])
        ['walking', 'walk']
    """
    forms: list[str] = []
    for kind in kinds:
        forms.extend(_forms(word.lower(), kind))
    return [form for form in dict.fromkeys(forms) if form and form != word]


def fallback_forms_v1() -> Callable[[str, Sequence[FormKind]], list[str]]:
    """Return `fallback_forms`, registered under ``misc`` as `spacy_sarcasm.fallback_forms.v1`.

    Example:
        >>> fallback_forms_v1()("Walking", ["stem"])
        ['walk']
    """
    return fallback_forms


def _forms(lower: str, kind: FormKind) -> list[str]:
    if kind == "lower":
        return [lower]
    if kind == "lemma":
        load_wordnet()
        lemmas = [lemmatize(lower, pos) for pos in get_args(WordNetPos)]
        return [lemma for lemma in lemmas if lemma != lower]
    if kind == "stem":
        return [_porter_stemmer().stem(lower)]
    raise ValueError(
        f"unknown kind of fallback form {kind!r}: expected {', '.join(get_args(FormKind))}"
    )


@cache
def _porter_stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()
