"""Sarcastic texts with their literal rewritings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ...corpus.headlines import Split
from ..sourced_texts import SourcedText


@dataclass(frozen=True)
class RewritingPair:
    """A sarcastic text and what people wrote in its place.

    Attributes:
        text: The sarcastic text, cleaned.
        literal: Its literal rewritings, one or more.
        source: Where they come from.
        split: The split they belong to.
    """

    text: str
    literal: tuple[str, ...]
    source: str
    split: Split


def find_pairs(texts: Iterable[SourcedText]) -> list[RewritingPair]:
    """Return the pairs among the texts of a corpus.

    Args:
        texts: The texts; those of a pair share `SourcedText.pair`.

    Example:
        >>> texts = [
        ...     SourcedText(text, label, "sign", "tweet", "train", "a")
        ...     for text, label in (("oh great, rain", 1.0), ("i dislike rain", 0.0))
        ... ]
        >>> [(pair.text, pair.literal) for pair in find_pairs(texts)]
        [('oh great, rain', ('i dislike rain',))]
    """
    groups: dict[tuple[str, str], dict[float, list[SourcedText]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for text in texts:
        if text.pair is not None and text.label in (0.0, 1.0):
            groups[text.source, text.pair][text.label].append(text)
    return [
        RewritingPair(one.text, tuple(text.text for text in group[0.0]), one.source, one.split)
        for group in groups.values()
        if group[0.0]
        for one in group[1.0]
    ]
