"""The words of GloVe's Twitter vectors that stand for what a token is, such as ``<user>``.

The Twitter vectors were trained on tweets rewritten by a published script
(https://nlp.stanford.edu/projects/glove/preprocess-twitter.rb, Romain Paulus and Jeffrey
Pennington): addresses, names, numbers and faces become classes; hashtags, words in capitals,
elongated words and repeated punctuation keep their text and get a marker. The script rewrites a
whole text; here each rule is held against one spaCy token, which is nearly the same where the
tokenizer keeps such things in one piece. What differs:

- spaCy splits ``#word`` and ``!!!``: ``#`` becomes ``<hashtag>`` and the tag is a token of its
  own, taken apart at no capital; a run of single ``!`` tokens gets no ``<repeat>``.
- A rule applies to a whole token, not to a part: ``2nd`` stays a word.
- A slash in a face is part of the face; the script splits slashes off first.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_EYES = "[8:=;]"
_NOSE = "['`-]?"

CLASSES = {
    "<url>": re.compile(r"https?://\S+|www\.(?:\w+\.)+\S*"),
    "<user>": re.compile(r"@\w+"),
    "<smile>": re.compile(f"{_EYES}{_NOSE}[)d]+|[)d]+{_NOSE}{_EYES}", re.IGNORECASE),
    "<lolface>": re.compile(f"{_EYES}{_NOSE}p+", re.IGNORECASE),
    "<sadface>": re.compile(rf"{_EYES}{_NOSE}\(+|\)+{_NOSE}{_EYES}"),
    "<neutralface>": re.compile(f"{_EYES}{_NOSE}[/|l*]"),
    "<heart>": re.compile("<3"),
    # The script's [-+]?[.\d]*[\d]+[:,.\d]* in a form that takes linear time on a long run of
    # digits. Ruby's digits are those of ASCII.
    "<number>": re.compile(r"[-+]?\.*\d[:,.\d]*", re.ASCII),
}
"""What a whole token must look like to become a class, in the order of the script's rules."""

REPEATED = re.compile(r"[!?.]+([!?.])")
LETTERS = re.compile(r"\w+")
MIN_ELONGATION = 3
CAPITALS = re.compile("[A-Z]{2,}")
BEFORE_CAPITAL = re.compile("(?=[A-Z])")

TokenWords = Callable[[str], tuple[str, ...]]


def glove_twitter_words(text: str) -> tuple[str, ...]:
    """The words that a token has in GloVe's Twitter vectors.

    Args:
        text: A token's text as written.

    Returns:
        One word or more, in lower case and in the order that the script gives them: a class; the
        word, then ``<allcaps>``, then ``<elong>``; ``<hashtag>``, then the tag's words; a
        punctuation mark, then ``<repeat>``.

    Example:
        >>> glove_twitter_words("SOOO")
        ('so', '<allcaps>', '<elong>')
    """
    for name, pattern in CLASSES.items():
        if pattern.fullmatch(text):
            return (name,)
    if text == "#":
        return ("<hashtag>",)
    if text.startswith("#"):
        return _hashtag(text[1:])
    repeated = REPEATED.fullmatch(text)
    return (repeated[1], "<repeat>") if repeated else _marked(text)


def glove_twitter_words_v1() -> TokenWords:
    """The mapping ``spacy_sarcasm.GloveTwitterWords.v1``, registered under ``misc``.

    Example:
        >>> glove_twitter_words_v1()("#FooBar")
        ('<hashtag>', 'foo', 'bar')
    """
    return glove_twitter_words


def lower_words(token: str) -> tuple[str, ...]:
    """The words that a token has in vectors of lower-case words: itself.

    Example:
        >>> lower_words("Area")
        ('area',)
    """
    return (token.lower(),)


def _hashtag(tag: str) -> tuple[str, ...]:
    if CLASSES["<number>"].fullmatch(tag):
        return ("<hashtag>", "<number>")
    if tag == tag.upper():
        return ("<hashtag>", tag.lower(), "<allcaps>")
    words = [word for word in BEFORE_CAPITAL.split(tag) if word]
    return ("<hashtag>", *(word.lower() for word in words))


def _marked(token: str) -> tuple[str, ...]:
    word = _shortened(token)
    # The script marks the capitals after it has shortened the word: its marker comes first.
    capitals = ("<allcaps>",) if CAPITALS.fullmatch(word) else ()
    return (word.lower(), *capitals, *(("<elong>",) if word != token else ()))


def _shortened(token: str) -> str:
    """A word with the last letter of an elongated one given once, else the token itself."""
    # Not by a regular expression with a back reference, which takes quadratic time.
    word = token.rstrip(token[-1:]) + token[-1:]
    is_elongated = len(token) - len(word) + 1 >= MIN_ELONGATION
    return word if is_elongated and LETTERS.fullmatch(token) else token
