"""Variants of a text that differ in typesetting only, for training that does not depend on it."""

from __future__ import annotations

import re
from random import Random

# A pair of single quotes round words: not an apostrophe, which has a letter before and after it.
_QUOTED = re.compile(r"(?<!\w)'(\S(?:[^']*?\S)?)'(?!\w)")
_OPENING = re.compile(r"(?<!\w)'(?=\S)")
_SENTENCE_START = re.compile(r"(^\W*|[.!?] +)(\w)")
_LINK_CHARACTERS = "abcdefghijkXYZ0123456789"
_CASES_OF_HEADLINES = (8, 5, 1, 6, 2)
_CASES_OF_POSTS = (8, 1, 0.3, 10, 1)


def capitalize_words(text: str) -> str:
    """Return a text with a capital at the start of every word between white space.

    Example:
        >>> capitalize_words("man can't stop")
        "Man Can't Stop"
    """
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def capitalize_sentences(text: str) -> str:
    """Return a text with a capital at the start of every sentence.

    Example:
        >>> capitalize_sentences("it works. i like it")
        'It works. I like it'
    """
    text = re.sub(r"\bi\b", "I", text)
    return _SENTENCE_START.sub(lambda found: found[1] + found[2].upper(), text)


def curl_quotes(text: str) -> str:
    """Return a text with typographic quotes and apostrophes for straight single ones.

    Example:
        >>> curl_quotes("it's 'fine'")
        'it’s ‘fine’'
    """
    return _OPENING.sub("‘", text).replace("'", "’")


def double_quotes(text: str, opening: str = '"', closing: str = '"') -> str:
    r"""Return a text with double quotes for the single ones round words; apostrophes stay.

    Args:
        opening: What opens a quotation.
        closing: What closes it.

    Example:
        >>> double_quotes("it's 'fine'")
        'it\'s "fine"'
    """
    return _QUOTED.sub(rf"{opening}\1{closing}", text)


def space_punctuation(text: str) -> str:
    """Return a text as tokenised collections have it, with white space round punctuation.

    Example:
        >>> space_punctuation("it isn't, sadly!")
        "it is n't , sadly !"
    """
    text = re.sub(r"(\w)(n't|'(?:s|re|ve|ll|d|m))\b", r"\1 \2", text)
    return " ".join(re.sub(r"([,.;:!?()\"]+)", r" \1 ", text).split())


def vary_style(text: str, random: Random, kind: str = "headline") -> str:
    """Return a text in a random style, drawn from the same styles whatever its source and class.

    Case, quotation marks and final punctuation vary in every kind. Posts and other texts that are
    not headlines may also get a hashtag, a link or the name of a user, lose their punctuation or be
    tokenised.

    Args:
        text: A text as `spacy_sarcasm.corpus.cleaning` leaves it.
        kind: The kind of text; headlines are ``headline`` and ``everyday/headline``.

    Example:
        >>> from random import Random
        >>> vary_style("area man 'fine'", Random(1))
        "Area man 'fine'"
    """
    is_headline = kind in ("headline", "everyday/headline")
    text = _vary_ending(text, random, 0.12 if is_headline else 0.45)
    if not is_headline:
        text = _vary_post(text, random, kind)
    text = _vary_quotes(text, random)
    cases = (str, capitalize_words, str.title, capitalize_sentences, str.upper)
    weights = _CASES_OF_HEADLINES if is_headline else _CASES_OF_POSTS
    return random.choices(cases, weights)[0](text)


def _vary_ending(text: str, random: Random, full_stops: float) -> str:
    draw = random.random()
    if draw < full_stops and text[-1:].isalnum():
        return text + "."
    if draw < full_stops + 0.06 and (text[-1:].isalnum() or text[-1:] == "!"):
        return text.rstrip("!") + random.choice(("!", "!", "!!", "..."))
    if draw < full_stops + 0.2:
        return text.rstrip(".?!") or text
    return text


def _vary_post(text: str, random: Random, kind: str) -> str:
    draw = random.random()
    if draw < 0.06:
        text = space_punctuation(text)
    elif draw < 0.14:
        text = " ".join(re.sub(r"[^\w\s']", " ", text).split()) or text
    words = text.split()
    if random.random() < 0.06 and len(words) > 3:
        at = random.randrange(len(words))
        words[at] = "#" + words[at]
    if random.random() < 0.05 and words:
        words.append("#" + re.sub(r"\W", "", random.choice(words)))
    if random.random() < (0.2 if kind == "tweet" else 0.04):
        words = [random.choice(("@user", "@USER"))] * random.choice((1, 1, 2)) + words
    if random.random() < 0.03:
        address = random.choice(("http://t.co/", "https://t.co/"))
        words.append(address + "".join(random.choices(_LINK_CHARACTERS, k=10)))
    return " ".join(words)


def _vary_quotes(text: str, random: Random) -> str:
    draw = random.random()
    if draw < 0.3:
        return double_quotes(text)
    if draw < 0.45:
        return curl_quotes(double_quotes(text, "“", "”"))
    if draw < 0.6:
        return curl_quotes(text)
    return text
