"""Variants of a headline that differ in typesetting only, for training that does not hang on it."""

from __future__ import annotations

import re
from random import Random

# A pair of single quotes round words: not an apostrophe, which has a letter before and after it.
_QUOTED = re.compile(r"(?<!\w)'(\S(?:[^']*?\S)?)'(?!\w)")
_OPENING = re.compile(r"(?<!\w)'(?=\S)")


def capitalize_words(text: str) -> str:
    """Return a text with a capital at the start of every word between white space.

    Args:
        text: Any text.
    """
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def curl_quotes(text: str) -> str:
    """Return a text with typographic quotes and apostrophes for straight single ones.

    Args:
        text: Any text.
    """
    return _OPENING.sub("‘", text).replace("'", "’")


def double_quotes(text: str, opening: str = '"', closing: str = '"') -> str:
    """Return a text with double quotes for the single ones round words; apostrophes stay.

    Args:
        text: Any text.
        opening: What opens a quotation.
        closing: What closes it.
    """
    return _QUOTED.sub(rf"{opening}\1{closing}", text)


def vary_style(text: str, random: Random) -> str:
    """Return a headline in a style drawn at random.

    Half of them keep their case, the others are written Like This, like this with a capital at the
    start, or IN CAPITALS; quotes become double or typographic ones; a full stop or an exclamation
    mark joins at the end, or the punctuation there goes.

    Args:
        text: A headline as `spacy_sarcasm.recipes.publishers.normalize_headline` leaves it.
        random: The source of randomness.
    """
    draw = random.random()
    if draw < 0.15:
        text = double_quotes(text)
    elif draw < 0.3:
        text = curl_quotes(double_quotes(text, "“", "”"))
    elif draw < 0.45:
        text = curl_quotes(text)
    draw = random.random()
    if draw < 0.1:
        text = text.rstrip(".?!")
    elif draw < 0.2 and text[-1:].isalnum():
        text += "." if draw < 0.17 else "!"
    # Some tools write Can'T where others write Can't, and both are met.
    cases = (capitalize_words, str.title, str.capitalize, str.upper)
    return random.choices((str, *cases), (10, 4, 1, 3, 3))[0](text)
