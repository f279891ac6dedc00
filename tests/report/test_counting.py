"""What is counted of a corpus, and how samples are drawn."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from spacy_sarcasm.report.counting.chunk_counter import ChunkCounter
from spacy_sarcasm.report.counting.days import to_day
from spacy_sarcasm.report.counting.score_bins import EDGES, count_scores, to_hundredths
from spacy_sarcasm.report.counting.tally import MAX_GROUPS, Tally, TallySettings
from spacy_sarcasm.scoring.observers import ScoredRows


def chunk(place: int, texts: list[str], scores: list[float], cells: list | None = None):
    return ScoredRows((place,), texts, scores, None, 0, 0, lambda column: cells or [])


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-31",
        "2024-05-31T23:59:59+02:00",
        "20240531",
        "2024/05/31 10:00",
        "Fri, 31 May 2024 12:00:00 +0000",
        date(2024, 5, 31),
        datetime(2024, 5, 31, 10),
        1717156800,
        "1717156800",
        1717156800000,
    ],
)
def test_dates_are_read(value: object) -> None:
    assert to_day(value) == date(2024, 5, 31).toordinal()


@pytest.mark.parametrize(
    "value", [None, "", "soon", "31/05/2024", 2024, True, [], "2024-13-40", "9" * 13]
)
def test_what_is_not_a_date(value: object) -> None:
    assert to_day(value) is None


def test_bins_keep_hundredths_exact() -> None:
    scores = np.arange(101) / 100
    counts = to_hundredths(count_scores(scores))
    assert counts.tolist() == [1] * 99 + [2]
    assert {0.0, 0.01, 0.65, 1.0} <= set(EDGES.tolist())


def test_samples_are_uniform_and_do_not_depend_on_processes() -> None:
    settings = TallySettings(threshold=0.5)
    chunks = [
        chunk(n, [f"{n} {i}" for i in range(500)], [0.05 + 0.0001 * i for i in range(500)])
        for n in range(40)
    ]
    one, other = Tally(settings), Tally(settings)
    count = ChunkCounter(settings)
    for rows in chunks:
        one.add(count(rows))
    counters = [ChunkCounter(settings), ChunkCounter(settings)]
    for n, rows in enumerate(chunks):
        other.add(counters[n % 2](rows))
    drawn = [[text.text for text in sample.drawn()] for sample in one.reservoirs]
    assert drawn == [[text.text for text in sample.drawn()] for sample in other.reservoirs]
    places = np.array([int(text.split()[0]) for text in drawn[0]])
    assert len(drawn[0]) == 60
    assert len(set(drawn[0])) == 60
    # 60 of 40 chunks: the mean of 60 uniform draws has a standard error of 1.5.
    assert abs(places.mean() - 19.5) < 6
    reseeded = Tally(TallySettings(threshold=0.5, seed=1))
    count = ChunkCounter(reseeded.settings)
    for rows in chunks:
        reseeded.add(count(rows))
    assert [text.text for text in reseeded.reservoirs[0].drawn()] != drawn[0]


def test_groups_have_a_bound() -> None:
    settings = TallySettings(threshold=0.5, group_column="g")
    tally, count = Tally(settings), ChunkCounter(settings)
    for n in range(4):
        cells = [f"{n}-{i}" for i in range(700)]
        tally.add(count(chunk(n, ["a"] * 700, [0.9] * 700, cells)))
    assert len(tally.groups) == MAX_GROUPS
    assert tally.other_groups.rows == 4 * 700 - MAX_GROUPS
    assert tally.other_groups.high == tally.other_groups.rows


def test_many_days_become_months() -> None:
    settings = TallySettings(threshold=0.5, date_column="d")
    tally, count = Tally(settings), ChunkCounter(settings)
    first = date(2000, 1, 1).toordinal()
    for n in range(10):
        cells = [date.fromordinal(first + n * 400 + i).isoformat() for i in range(400)]
        tally.add(count(chunk(n, ["a"] * 400, [0.9] * 400, cells)))
    assert tally.has_months
    assert len(tally.days) == 132
    assert sum(counts.rows for counts in tally.days.values()) == 4000


def test_counts_survive_json() -> None:
    import json

    settings = TallySettings(threshold=0.5, group_column="g")
    tally = Tally(settings)
    tally.add(ChunkCounter(settings)(chunk(0, ["a b", "ü"], [0.1, 0.9], ["x", None])))
    again = Tally.from_state(json.loads(json.dumps(tally.to_state())))
    assert again.to_state() == tally.to_state()
    assert again.groups == tally.groups
