"""The News Headlines Dataset for Sarcasm Detection, and its frozen split.

Misra and Arora 2023, https://doi.org/10.1016/j.aiopen.2023.01.001. The file has one JSON object a
line with ``headline``, ``is_sarcastic`` (1 for The Onion, 0 for HuffPost) and ``article_link``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..data.labelled import read_labelled_rows
from ..data.row_settings import OnError, RowSettings


class Split(StrEnum):
    """A split of a corpus."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


SPLITS = tuple(Split)


@dataclass(frozen=True)
class Headline:
    """A headline and its gold.

    Attributes:
        label: 1.0 for a sarcastic one, else 0.0; anything between is a soft label.
    """

    text: str
    label: float


def read_headlines(path: Path) -> list[Headline]:
    """Read the data set and drop headlines that occurred before.

    Two headlines are the same if they are so after case folding and collapsing white space.

    Args:
        path: The file; see `data.labelled.read_labelled_rows`.

    Raises:
        ValueError: A row is bad; the message names file and line.
    """
    settings = RowSettings("headline", "is_sarcastic", on_error=OnError.STOP)
    found: dict[str, Headline] = {}
    for row in read_labelled_rows(path, settings):
        found.setdefault(duplicate_key(row.text), Headline(row.text, row.gold or 0.0))
    if not found:
        raise ValueError(f"'{path}' holds no headlines: it is empty")
    return list(found.values())


def duplicate_key(text: str) -> str:
    """Return what two texts have in common that are duplicates of each other."""
    return " ".join(text.casefold().split())


def split_of(text: str) -> Split:
    """Return the split a headline belongs to: a tenth each is test and dev, the rest train.

    The split depends on the text alone, so it is the same on every machine and for every subset.
    """
    digest = hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()
    return {0: Split.TEST, 1: Split.DEV}.get(int(digest, 16) % 10, Split.TRAIN)


def split_headlines(headlines: Iterable[Headline]) -> dict[Split, list[Headline]]:
    """Return the headlines of each split, in order.

    Args:
        headlines: The whole data set, without duplicates.
    """
    splits: dict[Split, list[Headline]] = {split: [] for split in SPLITS}
    for headline in headlines:
        splits[split_of(headline.text)].append(headline)
    return splits


def count_labels(headlines: Iterable[Headline]) -> dict[str, int]:
    """Return how many headlines are sarcastic (a label of at least 0.5) and how many are not."""
    counts = Counter("sarcastic" if headline.label >= 0.5 else "serious" for headline in headlines)
    return {kind: counts[kind] for kind in ("sarcastic", "serious")}
