"""Counting a chunk of scored rows. What it costs per row is kept low: it is done while scoring."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import compress
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
    N_RANGES,
    NO_ROWS,
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
        scored = ~np.isnan(all_scores)
        scores = all_scores[scored]
        is_high = scores >= settings.threshold
        texts = rows.values if len(scores) == len(scored) else list(compress(rows.values, scored))
        unreadable, coverage = _count_coverage(rows.coverage)
        undated, days, groups = 0, {}, {}
        if settings.date_column is not None:
            cells = _date_cells(rows.cells(settings.date_column))
            days = _count_groups(cells, self._day, all_scores, settings.threshold)
            undated = days.pop(None, NO_ROWS).rows
        if settings.group_column is not None:
            cells = rows.cells(settings.group_column)
            groups = _count_groups(cells, _group_name, all_scores, settings.threshold)
        return ChunkTally(
            total=_counts(len(rows.scores), scores, is_high),
            empty=rows.empty,
            failed=rows.failed,
            unreadable=unreadable,
            bins=count_scores(scores),
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
        rows_of = {HIGH: np.flatnonzero(is_high), OTHER: np.flatnonzero(~is_high)}
        # Below the largest limit of all ranges, few rows of a long corpus are left to look at.
        near = np.flatnonzero(keys < max(limit.value for limit in self._limits[:N_RANGES]))
        ranges = np.minimum((scores[near] * N_RANGES).astype(np.intp), N_RANGES - 1)
        rows_of |= {one: near[ranges == one] for one in np.unique(ranges).tolist()}
        samples: list[list[SampledText]] = [[] for _ in self._limits]
        for place_in, rows in rows_of.items():
            picked = self._limits[place_in].pick(keys, rows)
            samples[place_in] = [
                _sampled(key, texts[row], score)
                for key, row, score in zip(
                    keys[picked].tolist(), picked.tolist(), scores[picked].tolist(), strict=True
                )
            ]
        return samples

    def _day(self, cell: Any) -> int | None:
        try:
            return self._days[cell]
        except KeyError:
            if len(self._days) >= _REMEMBERED_DATES:
                self._days.clear()
            found = self._days[cell] = to_day(cell)
            return found


def _sampled(key: float, text: str, score: float) -> SampledText:
    return SampledText(key, text[:KEPT_CHARACTERS], score, len(text.split()))


def _date_cells(cells: Sequence[Any]) -> Sequence[Any]:
    """Return dates that can be told apart by their first characters without the rest."""
    first = next((cell for cell in cells if cell is not None), None)
    if not isinstance(first, str) or first[4:5] != "-" or first[7:8] != "-":
        return cells
    return [
        cell[:_DATE_CHARACTERS] if isinstance(cell, str) and cell[4:5] == "-" else cell
        for cell in cells
    ]


def _counts(rows: int, scores: NDArray[np.float64], is_high: NDArray[np.bool_]) -> GroupCounts:
    return GroupCounts(
        rows, len(scores), int(is_high.sum()), float(scores.sum()), float(scores @ scores)
    )


def _count_groups(
    cells: Sequence[Any],
    name_of: Callable[[Any], Any],
    scores: NDArray[np.float64],
    threshold: float,
) -> dict[Any, GroupCounts]:
    try:
        distinct = list(dict.fromkeys(cells))
    except TypeError:
        # Lists and objects cannot be looked up.
        plain = [cell if isinstance(cell, Hashable) else str(cell) for cell in cells]
        return _count_groups(plain, name_of, scores, threshold)
    names: dict[Any, int] = {}
    codes = {cell: names.setdefault(name_of(cell), len(names)) for cell in distinct}
    code = np.fromiter(map(codes.__getitem__, cells), np.intp, len(cells))
    has_score = ~np.isnan(scores)
    scored_code, found = code[has_score], scores[has_score]
    n = len(names)
    columns = (
        np.bincount(code, minlength=n).tolist(),
        np.bincount(scored_code, minlength=n).tolist(),
        np.bincount(scored_code[found >= threshold], minlength=n).tolist(),
        np.bincount(scored_code, found, minlength=n).tolist(),
        np.bincount(scored_code, found * found, minlength=n).tolist(),
    )
    return dict(zip(names, map(GroupCounts, *columns), strict=True))


def _group_name(cell: Any) -> str:
    if isinstance(cell, str):
        return cell[:_NAME_CHARACTERS].strip() or NO_GROUP
    return NO_GROUP if cell is None else str(cell)[:_NAME_CHARACTERS]


def _count_coverage(coverage: Sequence[float] | None) -> tuple[int, NDArray[np.int64]]:
    """Return the number of texts of which no word is known, and the texts by known share."""
    if coverage is None:
        return 0, np.zeros(COVERAGE_BINS, np.int64)
    shares = np.array(coverage, dtype=np.float64)
    found = np.bincount((shares * 100 + 0.5).astype(np.intp), minlength=COVERAGE_BINS)
    return int((shares == 0).sum()), found
