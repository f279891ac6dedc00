"""Copies of a pipeline's tokenizer that learn nothing for the pipeline."""

from __future__ import annotations

from typing import Any

from spacy.attrs import IDS  # type: ignore[import-not-found]
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.vocab import Vocab

from ...network.settings import NetworkSettings

AFFIX_RULES = ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")


def special_patterns(tokenizer: Any) -> dict[str, list[str]] | None:
    """Return the special cases that the tokenizer's matcher knows as more than one token.

    Returns:
        The tokens that the affix rules alone make of the text of each special case; None for a
        tokenizer of another kind.
    """
    if type(tokenizer) is not Tokenizer:
        return None
    # These strings are in the vocab already: the tokenizer made the same tokens of them.
    plain = Tokenizer(tokenizer.vocab, rules={}, **_affix_rules(tokenizer))
    patterns = {text: [token.text for token in plain(text)] for text in tokenizer.rules}
    return {text: tokens for text, tokens in patterns.items() if len(tokens) > 1}


def copy_tokenizer(tokenizer: Any, settings: NetworkSettings) -> Any:
    """Return a tokenizer with the same rules and a small vocab of its own.

    Its lexemes have the attribute that is looked up and no other, which saves most of the time
    that a new word takes.

    Args:
        settings: The settings of the network whose words are looked up.
    """
    getters = {}
    if settings.token_words is None and settings.attr != "ORTH":
        attr = IDS[settings.attr]
        getters[attr] = tokenizer.vocab.lex_attr_getters[attr]
    return Tokenizer(
        Vocab(lex_attr_getters=getters),
        rules=tokenizer.rules,
        faster_heuristics=tokenizer.faster_heuristics,
        max_cache_size=0,
        **_affix_rules(tokenizer),
    )


def _affix_rules(tokenizer: Any) -> dict[str, Any]:
    return {name: getattr(tokenizer, name) for name in AFFIX_RULES}
