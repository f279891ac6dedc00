"""Counting a chunk of scored rows. What it costs per row is kept low: it is done while scoring."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...scoring.observers import ScoredRows
from .days import to_day
from .reservoirs import KeyLimit, SampledText
from .score_bins import count_scores
from .tally import (
    COVERAGE_BINS,
    HIGH,
    KEPT_CHARACTERS,
    MOST_WORDS,
    N_RANGES,
    OTHER,
    RESERVOIR_SIZES,
    ChunkTally,
    GroupCounts,
    TallySettings,
)

NO_GROUP = "(none)"
# Characters of a group's name that count.
_NAME_CHARACTERS = 100
# Dates are mostly the same in their first characters, so that few are read.
_DATE_CHARACTERS = 10
_REMEMBERED_DATES = 50_000


class ChunkCounter:
    """Counts chunks of scored rows.

    Example:
        >>> count = ChunkCounter(TallySettings(threshold=0.5))
        >>> rows = ScoredRows((0,), ["a b", None], [0.9, None], None, 1, 0, lambda column: [])
        >>> count(rows).total
        GroupCounts(rows=2, scored=1, high=1, score_sum=0.9, square_sum=0.81)
    """

    def __init__(self, settings: TallySettings) -> None:
        """Take the settings.

        Args:
            settings: What is counted.
        """
        self.settings = settings
        self._limits = [KeyLimit(size) for size in RESERVOIR_SIZES]
        self._days: dict[Any, int | None] = {}

    def __call__(self, rows: ScoredRows) -> ChunkTally:
        """Count a chunk.

        Args:
            rows: The chunk.
        """
        settings = self.settings
        all_scores = np.array(rows.scores, dtype=np.float64)
        has_score = np.flatnonzero(~np.isnan(all_scores))
        scores = all_scores[has_score]
        is_high = scores >= settings.threshold
        texts = [rows.values[row] for row in has_score.tolist()]
        unreadable, coverage = _count_coverage(rows.coverage)
        undated, days = 0, {}
        if settings.date_column is not None:
            found = [self._day(cell) for cell in rows.cells(settings.date_column)]
            undated = found.count(None)
            days = _count_groups(found, all_scores, settings.threshold)
            days.pop(None, None)
        groups = {}
        if settings.group_column is not None:
            names = [_group_name(cell) for cell in rows.cells(settings.group_column)]
            groups = _count_groups(names, all_scores, settings.threshold)
        return ChunkTally(
            total=_counts(len(rows.scores), scores, is_high),
            empty=rows.empty,
            failed=rows.failed,
            unreadable=unreadable,
            bins=count_scores(scores),
            words=_count_words(texts, is_high),
            coverage=coverage,
            groups=groups,
            days=days,
            undated=undated,
            samples=self._sample(rows.place, texts, scores, is_high),
        )

    def _sample(
        self,
        place: tuple[int, ...],
        texts: Sequence[str],
        scores: NDArray[np.float64],
        is_high: NDArray[np.bool_],
    ) -> list[list[SampledText]]:
        keys = np.random.default_rng([self.settings.seed, *place]).random(len(texts))
        ranges = np.minimum((scores * N_RANGES).astype(np.intp), N_RANGES - 1)
        # Below the largest limit of all ranges, few rows of a long corpus are left to look at.
        near = np.flatnonzero(keys < max(limit.value for limit in self._limits[:N_RANGES]))
        near_ranges = ranges[near]
        rows_of: list[NDArray[np.intp]] = [near[near_ranges == one] for one in range(N_RANGES)]
        rows_of[HIGH:HIGH] = [np.flatnonzero(is_high)]
        rows_of[OTHER:OTHER] = [np.flatnonzero(~is_high)]
        return [
            [
                SampledText(float(keys[row]), texts[row][:KEPT_CHARACTERS], float(scores[row]))
                for row in limit.pick(keys, rows).tolist()
            ]
            for limit, rows in zip(self._limits, rows_of, strict=True)
        ]

    def _day(self, cell: Any) -> int | None:
        is_iso = isinstance(cell, str) and cell[4:5] == "-" and cell[7:8] == "-"
        key = cell[:_DATE_CHARACTERS] if is_iso else cell
        try:
            return self._days[key]
        except KeyError:
            if len(self._days) >= _REMEMBERED_DATES:
                self._days.clear()
            found = self._days[key] = to_day(key)
            return found
        except TypeError:
            # A list or an object, which is no date.
            return None


def _counts(rows: int, scores: NDArray[np.float64], is_high: NDArray[np.bool_]) -> GroupCounts:
    return GroupCounts(
        rows, len(scores), int(is_high.sum()), float(scores.sum()), float(scores @ scores)
    )


def _count_groups(
    names: Sequence[Any], scores: NDArray[np.float64], threshold: float
) -> dict[Any, GroupCounts]:
    codes: dict[Any, int] = {}
    code = np.array([codes.setdefault(name, len(codes)) for name in names], dtype=np.intp)
    has_score = ~np.isnan(scores)
    scored_code, found = code[has_score], scores[has_score]
    n = len(codes)
    columns = (
        np.bincount(code, minlength=n).tolist(),
        np.bincount(scored_code, minlength=n).tolist(),
        np.bincount(scored_code[found >= threshold], minlength=n).tolist(),
        np.bincount(scored_code, found, minlength=n).tolist(),
        np.bincount(scored_code, found * found, minlength=n).tolist(),
    )
    return dict(zip(codes, map(GroupCounts, *columns), strict=True))


def _group_name(cell: Any) -> str:
    if isinstance(cell, str):
        return cell[:_NAME_CHARACTERS].strip() or NO_GROUP
    return NO_GROUP if cell is None else str(cell)[:_NAME_CHARACTERS]


def _count_words(texts: Sequence[str], is_high: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the texts by number of words, as spaces tell them, shape (2, MOST_WORDS + 1)."""
    spaces = np.fromiter(map(str.count, texts, repeat(" ")), np.int64, len(texts))
    places = np.minimum(spaces + 1, MOST_WORDS) + np.where(is_high, MOST_WORDS + 1, 0)
    return np.bincount(places, minlength=2 * (MOST_WORDS + 1)).reshape(2, -1)


def _count_coverage(coverage: Sequence[float] | None) -> tuple[int, NDArray[np.int64]]:
    """Return the number of texts of which no word is known, and the texts by known share."""
    if coverage is None:
        return 0, np.zeros(COVERAGE_BINS, np.int64)
    shares = np.array(coverage, dtype=np.float64)
    found = np.bincount((shares * 100 + 0.5).astype(np.intp), minlength=COVERAGE_BINS)
    return int((shares == 0).sum()), found
