"""What is counted of a scored corpus, chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from .reservoirs import Reservoir, SampledText
from .score_bins import N_BINS, Counts

# Score ranges with examples of their own: tenths.
N_RANGES = 10
# Texts sampled in each range; more than are shown, because some repeat each other.
RANGE_SAMPLE = 60
# Texts sampled at or above the threshold, and as many below it, for words and phrases. What fewer
# than one text in a thousand has is not what sets a group apart.
WORD_SAMPLE = 4_000
HIGH, OTHER = N_RANGES, N_RANGES + 1
RESERVOIR_SIZES = (*[RANGE_SAMPLE] * N_RANGES, WORD_SAMPLE, WORD_SAMPLE)
# Characters of a sampled text that are kept.
KEPT_CHARACTERS = 300
COVERAGE_BINS = 101
# Values that have counts of their own; rows with any other are counted together.
MAX_GROUPS = 1_000
# Above so many days, months are counted.
MAX_DAYS = 3_000


@dataclass(frozen=True)
class TallySettings:
    """What is counted.

    Attributes:
        threshold: Scores at or above it count as sarcastic.
        group_column: The column whose values are groups of rows; None: no groups.
        date_column: The column with dates; None: nothing over time.
        seed: The seed of the samples.
    """

    threshold: float
    group_column: str | None = None
    date_column: str | None = None
    seed: int = 0


class GroupCounts(NamedTuple):
    """Counts of the rows of a group or a day.

    Attributes:
        rows: All of them.
        scored: Those with a score.
        high: Those at or above the threshold.
        score_sum: The sum of the scores.
        square_sum: The sum of their squares.
    """

    rows: int = 0
    scored: int = 0
    high: int = 0
    score_sum: float = 0.0
    square_sum: float = 0.0

    def plus(self, other: GroupCounts) -> GroupCounts:
        """Return the counts of both together.

        Args:
            other: Counts of other rows.
        """
        return GroupCounts(
            self.rows + other.rows,
            self.scored + other.scored,
            self.high + other.high,
            self.score_sum + other.score_sum,
            self.square_sum + other.square_sum,
        )


NO_ROWS = GroupCounts()


@dataclass
class ChunkTally:
    """What was counted of a chunk: small, and sent from worker processes.

    Attributes:
        total: Counts of all rows.
        empty: Rows without a text.
        failed: Rows that could not be scored.
        unreadable: Rows with a text in which the network knows no word.
        bins: Scores by bin.
        coverage: Texts by the share of their words that is known, in hundredths. All zero where
            it is not known.
        groups: Counts by group.
        days: Counts by day, as an ordinal.
        undated: Rows with a date that could not be read, or none.
        samples: Candidates for each reservoir.
    """

    total: GroupCounts
    empty: int
    failed: int
    unreadable: int
    bins: Counts
    coverage: Counts
    groups: dict[str, GroupCounts]
    days: dict[int, GroupCounts]
    undated: int
    samples: list[list[SampledText]]


_ARRAYS = ("bins", "coverage")
_NUMBERS = ("total", "other_groups", "empty", "failed", "unreadable", "has_months", "undated")


@dataclass
class Tally:
    """Counts and samples of a corpus. Its size has a bound, whatever the number of rows.

    The attributes are those of `ChunkTally`, and:

    Attributes:
        settings: What is counted.
        other_groups: Counts of the groups beyond `MAX_GROUPS`.
        has_months: Whether `days` holds the first days of months, since there were too many.
    """

    settings: TallySettings
    total: GroupCounts = NO_ROWS
    empty: int = 0
    failed: int = 0
    unreadable: int = 0
    bins: Counts = field(default_factory=lambda: np.zeros(N_BINS, np.int64))
    coverage: Counts = field(default_factory=lambda: np.zeros(COVERAGE_BINS, np.int64))
    groups: dict[str, GroupCounts] = field(default_factory=dict)
    other_groups: GroupCounts = NO_ROWS
    days: dict[int, GroupCounts] = field(default_factory=dict)
    has_months: bool = False
    undated: int = 0
    reservoirs: list[Reservoir] = field(
        default_factory=lambda: [Reservoir(size) for size in RESERVOIR_SIZES]
    )

    def add(self, chunk: ChunkTally) -> None:
        """Add the counts of a chunk. Chunks are to be added in their order.

        Args:
            chunk: What `ChunkCounter` returned.
        """
        self.total = self.total.plus(chunk.total)
        self.empty += chunk.empty
        self.failed += chunk.failed
        self.unreadable += chunk.unreadable
        self.bins += chunk.bins
        self.coverage += chunk.coverage
        self.undated += chunk.undated
        for name, counts in chunk.groups.items():
            if name in self.groups or len(self.groups) < MAX_GROUPS:
                self.groups[name] = self.groups.get(name, NO_ROWS).plus(counts)
            else:
                self.other_groups = self.other_groups.plus(counts)
        for day, counts in chunk.days.items():
            self._add_day(day, counts)
        for reservoir, texts in zip(self.reservoirs, chunk.samples, strict=True):
            if texts:
                reservoir.add(texts)

    def _add_day(self, day: int, counts: GroupCounts) -> None:
        if self.has_months:
            day = _first_of_month(day)
        self.days[day] = self.days.get(day, NO_ROWS).plus(counts)
        if len(self.days) > MAX_DAYS and not self.has_months:
            self.has_months = True
            days, self.days = self.days, {}
            for one, found in days.items():
                self._add_day(one, found)

    def to_state(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return {
            "settings": asdict(self.settings),
            **arrays,
            **numbers,
            "groups": list(self.groups.items()),
            "days": list(self.days.items()),
            "reservoirs": [[one.limit, one.texts] for one in self.reservoirs],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Tally:
        """Return what `to_state` described.

        Args:
            state: What it returned, or the same after a round trip through JSON.
        """
        tally = cls(TallySettings(**state["settings"]))
        for name in _ARRAYS:
            setattr(tally, name, np.array(state[name], dtype=np.int64))
        for name in _NUMBERS:
            setattr(tally, name, state[name])
        tally.total = GroupCounts(*state["total"])
        tally.other_groups = GroupCounts(*state["other_groups"])
        tally.groups = {name: GroupCounts(*counts) for name, counts in state["groups"]}
        tally.days = {day: GroupCounts(*counts) for day, counts in state["days"]}
        for reservoir, (limit, texts) in zip(tally.reservoirs, state["reservoirs"], strict=True):
            reservoir.limit = limit
            reservoir.texts = [SampledText(*one) for one in texts]
        return tally


def _first_of_month(day: int) -> int:
    return date.fromordinal(day).replace(day=1).toordinal()
