"""Words and phrases that are over-represented in some texts, compared with others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from spacy.lang.en.stop_words import STOP_WORDS

Floats = NDArray[np.float64]

# Words of letters and digits, also with apostrophes and hyphens inside, and hashtags and mentions.
_WORD = re.compile(r"[#@]?\w+(?:['-]\w+)*")
# Differences that are this many standard errors from none. About one in 30,000 words would be
# by chance, and a sample has about that many.
_LEAST_Z = 4.0
_FEWEST_TEXTS = 4


@dataclass(frozen=True)
class Contrast:
    """A word or phrase that is over-represented.

    Attributes:
        term: The word or phrase, in lower case.
        share: The share of the texts that hold it.
        other_share: The share of the other texts that hold it.
        z: The signed square root of the likelihood ratio, in standard errors.
    """

    term: str
    share: float
    other_share: float
    z: float


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation.

    Args:
        text: The text.

    Example:
        >>> split_words("Oh, GREAT: it's #Monday")
        ['oh', 'great', "it's", '#monday']
    """
    return _WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


@lru_cache(100_000)
def is_content_word(word: str) -> bool:
    """Return whether a word says something about the subject: no stop word, no number.

    Args:
        word: The word, in lower case.
    """
    return len(word) > 1 and word not in STOP_WORDS and not word[0].isdigit() and "'" not in word


def contrast_words(
    texts: Sequence[str], others: Sequence[str], top: int
) -> tuple[list[Contrast], list[Contrast]]:
    """Return the words and the two-word phrases that set texts apart from others.

    Ranked by the likelihood ratio (Dunning 1993, https://aclanthology.org/J93-1003), which holds
    for rare terms too. Texts that hold a term are counted, not its occurrences, so that one long
    text does not decide.

    Args:
        texts: The texts.
        others: The texts they are compared with.
        top: Terms of each kind at most.

    Example:
        >>> words, _ = contrast_words(["oh great"] * 50, ["it rains"] * 50, 5)
        >>> words[0].term
        'great'
    """
    counts, other_counts = _count(texts), _count(others)
    words, phrases = (
        _contrast(some, other, len(texts), len(others), top)
        for some, other in zip(counts, other_counts, strict=True)
    )
    return words, phrases


def _count(texts: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Return how many texts hold each word and each phrase with a content word."""
    words: Counter[str] = Counter()
    phrases: Counter[str] = Counter()
    for text in texts:
        found = split_words(text)
        content = set(filter(is_content_word, found))
        words.update(content)
        phrases.update({f"{a} {b}" for a, b in pairwise(found) if a in content or b in content})
    return words, phrases


def _contrast(
    counts: Counter[str], others: Counter[str], n: int, n_others: int, top: int
) -> list[Contrast]:
    terms = sorted(term for term, count in counts.items() if count >= _FEWEST_TEXTS)
    if not terms or not n_others:
        return []
    a = np.array([counts[term] for term in terms], dtype=np.float64)
    b = np.array([others[term] for term in terms], dtype=np.float64)
    pooled = (a + b) / (n + n_others)
    gain = (
        _log_likelihood(a, n, a / n)
        + _log_likelihood(b, n_others, b / n_others)
        - _log_likelihood(a, n, pooled)
        - _log_likelihood(b, n_others, pooled)
    )
    z = np.sqrt(2 * np.maximum(gain, 0)) * np.where(a / n > pooled, 1, -1)
    best = [i for i in np.argsort(-z, kind="stable")[:top].tolist() if z[i] >= _LEAST_Z]
    return [Contrast(terms[i], float(a[i] / n), float(b[i] / n_others), float(z[i])) for i in best]


def _log_likelihood(counts: Floats, n: int, share: Floats) -> Floats:
    missing = np.maximum(1 - share, 1e-12)
    return counts * np.log(np.maximum(share, 1e-12)) + (n - counts) * np.log(missing)
