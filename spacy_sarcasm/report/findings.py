"""What a report says, as plain values: the content of its JSON file, and what the page shows."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .counting.reservoirs import Reservoir
from .counting.score_bins import Counts, to_hundredths
from .counting.tally import (
    HIGH,
    MAX_GROUPS,
    N_RANGES,
    NO_ROWS,
    OTHER,
    GroupCounts,
    Tally,
)
from .word_contrast import contrast_words

REPORT_FORMAT = "spacy-sarcasm report"
REPORT_VERSION = 1

EXAMPLES = 10
TOP_TERMS = 20
SHOWN_GROUPS = 50
MOST_PERIODS = 80
THRESHOLDS = tuple(step / 20 for step in range(1, 20))
# For intervals of 95%.
_Z = 1.959964
# Longer texts are shown as having so many words.
_MOST_WORDS = 1_000
_UNITS = ("day", "week", "month", "year")


def describe_corpus(tally: Tally) -> dict[str, Any]:
    """Return everything a report says of the rows, as values that JSON can hold.

    Args:
        tally: The counts.

    Example:
        >>> from spacy_sarcasm.report.counting.tally import TallySettings
        >>> describe_corpus(Tally(TallySettings(threshold=0.5)))["rows"]["all"]
        0
    """
    settings = tally.settings
    hundredths = to_hundredths(tally.bins)
    return {
        "rows": _describe_rows(tally),
        "threshold": settings.threshold,
        "at_or_above_threshold": share(tally.total.high, tally.total.scored),
        "mean_score": mean_score(tally.total),
        "score_histogram": hundredths.tolist(),
        "shares_by_threshold": _by_threshold(hundredths),
        "groups": _describe_groups(tally) if settings.group_column is not None else None,
        "over_time": _describe_days(tally) if settings.date_column is not None else None,
        "examples": _examples(tally),
        "over_represented": _describe_terms(tally),
        "lengths": _describe_lengths(tally),
        "known_words": _describe_coverage(tally),
    }


def share(count: int, total: int) -> dict[str, Any]:
    """Return a share with its 95% interval by Wilson (1927).

    Args:
        count: Rows that count.
        total: All rows.

    Example:
        >>> share(1, 2)["share"]
        0.5
    """
    if not total:
        return {"count": 0, "of": 0, "share": None, "low": None, "high": None}
    p, z2 = count / total, _Z * _Z
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * math.sqrt(p * (1 - p) / total + z2 / (4 * total * total))
    return {
        "count": count,
        "of": total,
        "share": p,
        "low": max(0.0, min(p, middle - half)),
        "high": min(1.0, max(p, middle + half)),
    }


def mean_score(counts: GroupCounts) -> dict[str, float | None]:
    """Return the mean of scores with its 95% interval, by the normal distribution.

    Args:
        counts: The counts of the rows.

    Example:
        >>> mean_score(GroupCounts(2, 2, 1, 1.0, 0.5))["mean"]
        0.5
    """
    n = counts.scored
    if not n:
        return {"mean": None, "low": None, "high": None}
    mean = counts.score_sum / n
    variance = max(0.0, counts.square_sum / n - mean * mean) * n / max(n - 1, 1)
    half = _Z * math.sqrt(variance / n)
    return {"mean": mean, "low": max(0.0, mean - half), "high": min(1.0, mean + half)}


def _describe_rows(tally: Tally) -> dict[str, int]:
    total = tally.total
    return {
        "all": total.rows,
        "scored": total.scored,
        "empty": tally.empty,
        "failed": tally.failed,
        "without_score": max(0, total.rows - total.scored - tally.empty - tally.failed),
    }


def _by_threshold(hundredths: Counts) -> list[dict[str, Any]]:
    above = hundredths[::-1].cumsum()[::-1]
    total = int(hundredths.sum())
    return [
        {"threshold": threshold, **share(int(above[round(threshold * 100)]), total)}
        for threshold in THRESHOLDS
    ]


def _describe_counts(counts: GroupCounts) -> dict[str, Any]:
    return {
        "rows": counts.rows,
        "scored": counts.scored,
        "at_or_above_threshold": share(counts.high, counts.scored),
        "mean_score": mean_score(counts),
    }


def _describe_groups(tally: Tally) -> dict[str, Any]:
    ordered = sorted(tally.groups.items(), key=lambda item: (-item[1].rows, item[0]))
    rest = tally.other_groups
    for _, counts in ordered[SHOWN_GROUPS:]:
        rest = rest.plus(counts)
    return {
        "column": tally.settings.group_column,
        "distinct": len(ordered),
        "distinct_is_at_least": tally.other_groups.rows > 0 and len(ordered) == MAX_GROUPS,
        "groups": [
            {"name": name, **_describe_counts(counts)} for name, counts in ordered[:SHOWN_GROUPS]
        ],
        "others": _describe_counts(rest) if rest.rows else None,
    }


def _describe_days(tally: Tally) -> dict[str, Any]:
    units = _UNITS[2:] if tally.has_months else _UNITS
    by_unit = ((unit, _periods(tally, unit)) for unit in units)
    # The finest unit with few enough periods, or else years.
    unit, periods = next(
        (found for found in by_unit if len(found[1]) <= MOST_PERIODS),
        ("year", _periods(tally, "year")),
    )
    return {
        "column": tally.settings.date_column,
        "unit": unit,
        "undated": tally.undated,
        "periods": [
            {"start": start.isoformat(), **_describe_counts(counts)}
            for start, counts in list(periods.items())[-MOST_PERIODS:]
        ],
    }


def _periods(tally: Tally, unit: str) -> dict[date, GroupCounts]:
    periods: dict[date, GroupCounts] = {}
    for day, counts in sorted(tally.days.items()):
        start = _start_of(date.fromordinal(day), unit)
        periods[start] = periods.get(start, NO_ROWS).plus(counts)
    return periods


def _start_of(day: date, unit: str) -> date:
    if unit == "week":
        return date.fromordinal(day.toordinal() - day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _examples(tally: Tally) -> list[dict[str, Any]]:
    hundredths = to_hundredths(tally.bins)
    width = 100 // N_RANGES
    return [
        {
            "from": place / N_RANGES,
            "to": (place + 1) / N_RANGES,
            "rows": int(hundredths[place * width : (place + 1) * width].sum()),
            "texts": _draw(tally.reservoirs[place]),
        }
        for place in range(N_RANGES)
    ]


def _draw(reservoir: Reservoir) -> list[dict[str, Any]]:
    """Return different texts of a sample."""
    texts: dict[str, float] = {}
    for one in reservoir.drawn():
        texts.setdefault(one.text.strip(), one.score)
    return [{"text": text, "score": score} for text, score in list(texts.items())[:EXAMPLES]]


def _describe_terms(tally: Tally) -> dict[str, Any]:
    high, other = ([one.text for one in tally.reservoirs[at].drawn()] for at in (HIGH, OTHER))
    words, phrases = contrast_words(high, other, TOP_TERMS)
    return {
        "sampled_at_or_above_threshold": len(high),
        "sampled_below": len(other),
        "words": [asdict(term) for term in words],
        "phrases": [asdict(term) for term in phrases],
    }


def _describe_lengths(tally: Tally) -> dict[str, Any]:
    """Describe the lengths of the texts in words, by the samples above and below the threshold."""
    high, other = (_words(tally.reservoirs[at]) for at in (HIGH, OTHER))
    n_high = tally.total.high
    # Each sampled text stands for as many as its sample leaves out.
    both = [(n_high, high), (tally.total.scored - n_high, other)]
    weights = np.concatenate([np.full(len(some), n / max(len(some), 1)) for n, some in both])
    words = np.concatenate([high, other])
    return {
        "sampled": len(words),
        "words_per_text": _quantiles(words, weights),
        "at_or_above_threshold": _quantiles(high, np.ones(len(high))),
        "below_threshold": _quantiles(other, np.ones(len(other))),
        "histogram": np.bincount(words, weights).round().astype(int).tolist(),
    }


def _words(reservoir: Reservoir) -> NDArray[np.int64]:
    return np.array([min(one.words, _MOST_WORDS) for one in reservoir.drawn()], dtype=np.int64)


def _quantiles(words: NDArray[np.int64], weights: NDArray[np.float64]) -> dict[str, int] | None:
    if not len(words):
        return None
    order = np.argsort(words, kind="stable")
    below = weights[order].cumsum()
    names = {"p5": 0.05, "median": 0.5, "p95": 0.95}
    places = {name: np.searchsorted(below, p * below[-1]) for name, p in names.items()}
    return {name: int(words[order[min(at, len(words) - 1)]]) for name, at in places.items()}


def _describe_coverage(tally: Tally) -> dict[str, Any] | None:
    total = int(tally.coverage.sum())
    if not total:
        return None
    shares = np.arange(len(tally.coverage)) / (len(tally.coverage) - 1)
    return {
        "texts": total,
        "mean_unknown_share": float(1 - (tally.coverage @ shares) / total),
        "fewer_than_half_known": share(int(tally.coverage[:50].sum()), total),
        "none_known": share(tally.unreadable, total),
    }
