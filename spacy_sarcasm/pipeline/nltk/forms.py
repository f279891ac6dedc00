"""Other forms of a word, to try where the word itself has no row in an embedding table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, get_args

from .wordnet import WordNetPos, lemmatize, load_wordnet

FormKind = Literal["lower", "lemma", "stem"]


def fallback_forms(word: str, kinds: Sequence[FormKind]) -> list[str]:
    """List a word's lower-case form, lemmas and stem, in the order of ``kinds``.

    A lemma depends on the part of speech, which a vocabulary does not know: the lemmas as noun,
    verb, adjective and adverb (WordNet, by NLTK) all follow, in that order, unless the word is its
    own lemma. Lemmas and stem (Porter's algorithm with NLTK's extensions) are those of the
    lower-case form.

    Args:
        word: The word as it stands in the text.
        kinds: Which forms to give, in order: ``"lower"``, ``"lemma"``, ``"stem"``. Empty for none.

    Returns:
        The forms to try, best first, without the word itself and without repetition.

    Raises:
        ValueError: ``kinds`` names something else.
        WordNetNotFoundError: ``kinds`` has ``"lemma"`` and WordNet's data is not installed.
    """
    forms: list[str] = []
    for kind in kinds:
        forms.extend(_forms(word.lower(), kind))
    return [form for form in dict.fromkeys(forms) if form and form != word]


def fallback_forms_v1() -> Callable[[str, Sequence[FormKind]], list[str]]:
    """Return `fallback_forms`, registered under ``misc`` as `spacy_sarcasm.fallback_forms.v1`."""
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
        f"Unknown form {kind!r} of a word; expected some of {', '.join(get_args(FormKind))}"
    )


@cache
def _porter_stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()
