"""Whether a pipeline's scores can be had without its Docs, and whether that still holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from spacy.attrs import IDS  # type: ignore[import-not-found]
from spacy.lang.lex_attrs import lower
from spacy.language import Language
from spacy.pipeline import (
    AttributeRuler,
    DependencyParser,
    EditTreeLemmatizer,
    EntityLinker,
    EntityRecognizer,
    EntityRuler,
    Lemmatizer,
    Morphologizer,
    SentenceRecognizer,
    Sentencizer,
    SpanCategorizer,
    SpanFinder,
    SpanRuler,
    Tagger,
    TextCategorizer,
    Tok2Vec,
)
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.util import add_lookups

from ...network.settings import NetworkSettings
from ...network.storage import Network
from ...pipeline.classifier import SarcasmClassifier
from .special_cases import Patterns
from .tokenizing import AFFIX_RULES

# spaCy's components that change neither tokens nor their ORTH, LOWER and NORM. Others, and classes
# of users derived from these, may: a custom component's `assigns` proves nothing.
HARMLESS = (
    DependencyParser,
    EditTreeLemmatizer,
    EntityLinker,
    EntityRecognizer,
    EntityRuler,
    Lemmatizer,
    Morphologizer,
    SentenceRecognizer,
    Sentencizer,
    SpanCategorizer,
    SpanFinder,
    SpanRuler,
    Tagger,
    TextCategorizer,
    Tok2Vec,
)
HARMLESS_PACKAGES = ("spacy.", "spacy_sarcasm.")
# What an attribute_ruler may set. It writes to the lexeme too, so ORTH and LOWER are in its reach.
HARMLESS_ATTRIBUTES = {"TAG", "POS", "MORPH", "LEMMA", "DEP", "NORM"}

State = tuple[Any, ...]


def fallback_reason(
    nlp: Language, component: SarcasmClassifier, patterns: Patterns | None
) -> str | None:
    """Return why a pipeline's texts have to become Docs to be scored; None if they need not.

    Args:
        patterns: What `special_patterns` returned for its tokenizer, None for other tokenizers.
    """
    tokenizer: Any = nlp.tokenizer
    network = component.network
    settings = network.config.settings
    if type(tokenizer) is not Tokenizer or patterns is None:
        return f"the tokenizer is {type(tokenizer).__qualname__}, not spaCy's own"
    if tokenizer.vocab is not nlp.vocab:
        return "the tokenizer has a vocab of its own"
    for name in ("make_doc", "pipe", "_ensure_doc"):
        if getattr(type(nlp), name) is not getattr(Language, name) or name in vars(nlp):
            return f"the pipeline has a `{name}` of its own"
    for name in AFFIX_RULES:
        rule = getattr(tokenizer, name)
        if rule is not None and not isinstance(getattr(rule, "__self__", None), re.Pattern):
            return f"the tokenizer's {name} is no method of a compiled regular expression"
    for name, pipe in _before(nlp, component):
        if not _is_harmless(pipe, settings):
            return f"the component '{name}' may change tokens"
    return _why_spaces_matter(tokenizer, patterns, network) or _why_lexemes_matter(
        nlp.vocab, tokenizer, settings
    )


def state_of(nlp: Language, component: SarcasmClassifier) -> State:
    """Return what a cache of rows hangs on; compare two by `same_state`."""
    tokenizer: Any = nlp.tokenizer
    vocab: Any = nlp.vocab
    network = component.network
    before = _before(nlp, component)
    is_stock = type(tokenizer) is Tokenizer
    rules = [getattr(tokenizer, name) for name in AFFIX_RULES] if is_stock else []
    getters = [vocab.lex_attr_getters.get(IDS[name]) for name in ("LOWER", "NORM")]
    equal = (
        dict(tokenizer.rules) if is_stock else None,
        tokenizer.faster_heuristics if is_stock else None,
        network.config.settings,
        [len(pipe.attrs) for _, pipe in before if isinstance(pipe, AttributeRuler)],
    )
    return (equal, tokenizer, vocab, network.vocabulary, *rules, *getters, *_pipes(before))


def same_state(a: State, b: State) -> bool:
    """Return whether nothing has changed between two results of `state_of`."""
    return len(a) == len(b) and all(map(_is, a[1:], b[1:])) and a[0] == b[0]


def _is(a: object, b: object) -> bool:
    return a is b


def _pipes(pipes: Sequence[tuple[str, Any]]) -> list[Any]:
    return [pipe for _, pipe in pipes]


def _before(nlp: Language, component: SarcasmClassifier) -> list[tuple[str, Any]]:
    pipes = list(nlp.pipeline)
    place = max(at for at, (_, pipe) in enumerate(pipes) if pipe is component)
    return pipes[:place]


def _is_harmless(pipe: Any, settings: NetworkSettings) -> bool:
    if not type(pipe).__module__.startswith(HARMLESS_PACKAGES):
        return False
    if isinstance(pipe, AttributeRuler):
        patterns: Any = pipe.patterns
        written = {str(key) for pattern in patterns for key in pattern["attrs"]}
        allowed = HARMLESS_ATTRIBUTES - {settings.attr}
        return written <= allowed
    return isinstance(pipe, HARMLESS) or type(pipe).__module__.startswith("spacy_sarcasm.")


def _why_spaces_matter(tokenizer: Any, patterns: Patterns, network: Network) -> str | None:
    """White space has to be no word, and part of no special case of several tokens."""
    if any(not word.strip() for word in network.vocabulary.words):
        return "the network's vocabulary has white space for a word"
    for text in tokenizer.rules:
        if text.strip() and any(map(str.isspace, text)):
            # What is cached while such a case is added makes the tokenizer depend on its past.
            return f"the tokenizer has a special case with white space in it, {text!r}"
    if any(token.isspace() for tokens in patterns.values() for token in tokens):
        return "the tokenizer splits white space"
    return None


def _why_lexemes_matter(vocab: Any, tokenizer: Any, settings: NetworkSettings) -> str | None:
    """The attribute looked up has to be a known function of a token's text."""
    if settings.token_words is not None or settings.attr == "ORTH":
        return None
    getter = vocab.lex_attr_getters.get(IDS[settings.attr])
    is_known = getter is lower if settings.attr == "LOWER" else _is_stock_norm(getter)
    if not is_known:
        return f"the vocab has a {settings.attr} of its own"
    for text, specs in tokenizer.rules.items():
        # English gives U+00A0 two spaces for its NORM: white space is no word either way.
        values = [value for spec in specs for value in spec.values()]
        if text.isspace() and any(not isinstance(value, str) or value.strip() for value in values):
            return "a special case of the tokenizer makes a word of white space"
    name = f"{settings.attr.lower()}_"
    for lexeme in vocab:
        if getattr(lexeme, name) != getter(lexeme.orth_):
            return f"the lexeme {lexeme.orth_!r} has a {settings.attr} of its own"
    return None


def _is_stock_norm(getter: Any) -> bool:
    # What spacy.vocab.create_vocab makes: lower case, unless a table has the text.
    if not isinstance(getter, partial) or getter.func is not add_lookups(lower).func:  # type: ignore[attr-defined]
        return False
    default, tables = getter.args
    return default is lower and all(key.strip() for table in tables for key in table)
