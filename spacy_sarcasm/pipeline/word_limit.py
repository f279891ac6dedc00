"""A limit on the length of words, which keeps spaCy's tokenizer from taking quadratic time.

The tokenizer takes one prefix and one suffix at a time off what stands between white space, and
searches all the rest again for the next ones: 8,000 emoji in a row take 12 seconds, a million never
end. `token_match` is looked at before that. With a limit, what is longer is one token there, as
words beyond ``max_input_chars_per_word`` are in WordPiece tokenizers
(https://huggingface.co/docs/tokenizers/api/models). The tokenizer itself has the limit, so every
way to score has it, and saved pipelines keep it.
"""

from __future__ import annotations

import re
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]

DEFAULT_MAX_WORD_LENGTH = 500

_GLOBAL_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")
_LIMIT = re.compile(r"\(\?s:\.\{(\d+),\}\)")


def limit_words(tokenizer: Any, max_word_length: int = DEFAULT_MAX_WORD_LENGTH) -> bool:
    """Make a tokenizer keep what is longer than a limit as one token.

    Args:
        tokenizer: The tokenizer of a pipeline. Its `token_match` is replaced.
        max_word_length: The maximum number of characters without white space that the tokenizer
            splits into tokens, 1 or more; what is longer becomes one token, which the network does
            not know. A lower limit that the tokenizer has already is kept.

    Returns:
        Whether the tokenizer has the limit now. It has not if it is not spaCy's own `Tokenizer`, or
        its `token_match` is not the method of a compiled regular expression.

    Raises:
        ValueError: The limit is not a whole number of at least 1.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> limit_words(nlp.tokenizer)
        True
        >>> len(nlp("!" * 100_000))
        1
    """
    if isinstance(max_word_length, bool) or not isinstance(max_word_length, int):
        raise ValueError(_must_be(max_word_length))
    if max_word_length < 1:
        raise ValueError(_must_be(max_word_length))
    if not isinstance(tokenizer, Tokenizer):
        return False
    present = getattr(tokenizer.token_match, "__self__", None)
    if tokenizer.token_match is not None and not isinstance(present, re.Pattern):
        return False
    pattern, flags = _without_flags(present)
    found = _LIMIT.match(pattern)
    if found is not None:
        if int(found[1]) <= max_word_length + 1:
            return True
        pattern = pattern[found.end() :].removeprefix("|")
    limited = f"{flags}(?s:.{{{max_word_length + 1},}})"
    tokenizer.token_match = re.compile(f"{limited}|{pattern}" if pattern else limited).match
    return True


def blank_pipeline(lang: str) -> Language:
    """Return spaCy's blank pipeline of a language, with the limit that the component would set.

    Args:
        lang: The language's code.

    Raises:
        ImportError: spaCy does not have the language, or a package it needs is missing.

    Example:
        >>> len(blank_pipeline("en")("!" * 100_000))
        1
    """
    nlp = spacy.blank(lang)
    limit_words(nlp.tokenizer)
    return nlp


def _without_flags(pattern: re.Pattern[str] | None) -> tuple[str, str]:
    """Return the source of a pattern, and its flags as they stand at the start of a source.

    spaCy saves the source alone.
    """
    if pattern is None:
        return "", ""
    source = pattern.pattern
    while (found := _GLOBAL_FLAGS.match(source)) is not None:
        source = source[found.end() :]
    letters = "".join(letter for letter in "aims" if pattern.flags & _flag(letter))
    if pattern.flags & re.VERBOSE:
        # What follows a verbose pattern may be part of its last comment, and nothing does.
        letters += "x"
    return source, f"(?{letters})" if letters else ""


def _flag(letter: str) -> int:
    return int(re.RegexFlag[letter.upper()])


def _must_be(given: object) -> str:
    return (
        "sarcasm setting 'max_word_length' must be a whole number of at least 1, or null for no "
        f"limit, not {given!r:.100}"
    )
