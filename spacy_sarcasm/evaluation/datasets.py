"""Data sets to evaluate or calibrate on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..corpus.headlines import Split, duplicate_key, split_of
from ..data.labelled import read_labelled_rows
from ..data.row_settings import LabelledRow, ReadReport, RowSettings

# By which a row is known to be of the headlines data set.
HEADLINE_KEYS = {"headline", "is_sarcastic"}
# The publishers of that data set, by label.
_HEADLINE_SOURCES = {1.0: "onion", 0.0: "huffpost"}
DEFAULT_SPLITS = (Split.DEV,)


@dataclass(frozen=True)
class Labelled:
    """A data set with gold.

    Attributes:
        gold: Their gold, 0..1, shape (texts,).
        sources: Who published each text; None where that is not known.
        split: The split of the headlines data set, None for other files.
    """

    name: str
    texts: list[str]
    gold: NDArray[np.float64]
    sources: list[str | None]
    split: Split | None = None


def read_labelled(
    path: Path,
    settings: RowSettings | None = None,
    *,
    splits: Sequence[Split] = DEFAULT_SPLITS,
    report: ReadReport | None = None,
) -> list[Labelled]:
    """Read a file of labelled rows.

    Of the headlines data set, each frozen split becomes a data set, without duplicates.

    Args:
        path: The file; see `data.labelled.read_labelled_rows`.
        splits: The splits wanted of the headlines data set.

    Raises:
        ValueError: It holds no rows, or too many bad ones.

    Example:
        >>> from spacy_sarcasm.evaluation.datasets import read_labelled
        >>> (tweets,) = read_labelled("tweets.csv")  # doctest: +SKIP
    """
    rows = [row for row in read_labelled_rows(path, settings, report=report) if row.fault is None]
    if not rows:
        raise ValueError(f"'{path}' holds no rows")
    if not rows[0].values.keys() >= HEADLINE_KEYS:
        return [_labelled(path.name, rows)]
    unique = list({duplicate_key(row.text): row for row in reversed(rows)}.values())[::-1]
    return [_labelled_split(path, unique, split) for split in splits]


def read_data_sets(
    paths: Iterable[Path],
    settings: RowSettings | None = None,
    *,
    splits: Sequence[Split] = DEFAULT_SPLITS,
    reports: list[ReadReport] | None = None,
) -> list[Labelled]:
    """Read several files of labelled rows; see `read_labelled`.

    Args:
        reports: Takes what was read of each file.
    """
    found = []
    for path in paths:
        report = ReadReport()
        found += read_labelled(path, settings, splits=splits, report=report)
        if reports is not None:
            reports.append(report)
    return found


def _labelled_split(path: Path, rows: Sequence[LabelledRow], split: Split) -> Labelled:
    taken = [
        replace(row, source=row.source or _HEADLINE_SOURCES.get(row.gold or 0.0))
        for row in rows
        if split_of(row.text) == split
    ]
    if not taken:
        raise ValueError(f"'{path}' holds no rows of the split {split}")
    return _labelled(f"{path.name} ({split})", taken, split)


def _labelled(name: str, rows: Sequence[LabelledRow], split: Split | None = None) -> Labelled:
    gold = np.array([row.gold for row in rows], dtype=np.float64)
    return Labelled(name, [row.text for row in rows], gold, [row.source for row in rows], split)
