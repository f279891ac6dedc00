"""Shapes of the charts of a report, in the coordinates of inline SVG.

Drawn by a template rather than by matplotlib: they follow light and dark mode, can be read at any
size, take a few kilobytes, and need no extra.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

WIDTH, HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 34
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM


@dataclass(frozen=True)
class Bar:
    """A bar of a chart.

    Attributes:
        x: Its left side.
        y: Its top.
        width: Its width.
        height: Its height.
        title: What it stands for.
        is_marked: Whether it is at or above the threshold.
        low: The lower end of its interval; None: it has none.
        high: The upper end.
    """

    x: float
    y: float
    width: float
    height: float
    title: str
    is_marked: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def middle(self) -> float:
        """The horizontal middle."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Chart:
    """A bar chart.

    Attributes:
        bars: The bars.
        x_ticks: Places and texts under the chart.
        y_ticks: Places and texts beside it.
        rule: Where a vertical line stands; None: nowhere.
    """

    bars: Sequence[Bar]
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    rule: float | None = None

    width, height = WIDTH, HEIGHT
    left, top = _LEFT, _TOP
    right, bottom = WIDTH - _RIGHT, HEIGHT - _BOTTOM


def score_chart(counts: Sequence[int], threshold: float) -> Chart:
    """Return the histogram of scores, in steps of a fiftieth.

    Args:
        counts: Rows by hundredths of the score.
        threshold: Where a line is drawn.

    Example:
        >>> len(score_chart([1] * 100, 0.5).bars)
        50
    """
    pairs = [counts[i] + counts[i + 1] for i in range(0, len(counts), 2)]
    top = max(pairs, default=0) or 1
    width = PLOT_WIDTH / len(pairs)
    bars = [
        Bar(
            _LEFT + i * width,
            _y(count / top),
            width - 1,
            PLOT_HEIGHT * count / top,
            f"{i / len(pairs):.2f} to {(i + 1) / len(pairs):.2f}: {count:,} rows",
            i / len(pairs) >= threshold - 1e-9,
        )
        for i, count in enumerate(pairs)
    ]
    x_ticks = [(_LEFT + PLOT_WIDTH * step / 10, f"{step / 10:.1f}") for step in range(11)]
    y_ticks = [(_y(part), _short(top * part)) for part in (0.0, 0.5, 1.0)]
    return Chart(bars, x_ticks, y_ticks, _LEFT + PLOT_WIDTH * threshold)


def length_chart(counts: Sequence[int]) -> Chart:
    """Return the histogram of the texts' lengths in words, up to the length of 99% of them.

    Args:
        counts: Texts by number of words.

    Example:
        >>> len(length_chart([0, 5, 5]).bars)
        2
    """
    so_far = list(accumulate(counts))
    last = bisect_left(so_far, 0.99 * so_far[-1]) if so_far else 0
    step = max(1, -(-last // 40))
    groups = [sum(counts[at : min(at + step, last + 1)]) for at in range(1, last + 1, step)]
    top = max(groups, default=0) or 1
    width = PLOT_WIDTH / max(len(groups), 1)
    bars = []
    for i, count in enumerate(groups):
        first = 1 + i * step
        name = f"{first}" if step == 1 else f"{first} to {first + step - 1}"
        height = PLOT_HEIGHT * count / top
        bars.append(
            Bar(_LEFT + i * width, _y(count / top), width - 1, height, f"{name} words: {count:,}")
        )
    every = max(1, len(bars) // 10)
    x_ticks = [(bars[i].middle, str(1 + i * step)) for i in range(0, len(bars), every)]
    y_ticks = [(_y(part), _short(top * part)) for part in (0.0, 0.5, 1.0)]
    return Chart(bars, x_ticks, y_ticks)


def share_chart(parts: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Chart:
    """Return the share at or above the threshold of groups or periods, with intervals.

    Args:
        parts: Entries of ``groups`` or ``periods`` of a report.
        names: What each is called.

    Example:
        >>> share_chart([], []).bars
        []
    """
    found = [part["at_or_above_threshold"] for part in parts]
    top = _round_up(max((one["high"] or 0.0 for one in found), default=0.0))
    width = min(PLOT_WIDTH / max(len(found), 1), 60)
    bars = [
        Bar(
            _LEFT + i * width,
            _y((one["share"] or 0) / top),
            max(width - 2, 1),
            PLOT_HEIGHT * (one["share"] or 0) / top,
            f"{name}: {as_percent(one['share'])} of {one['of']:,}",
            True,
            None if one["low"] is None else _y(one["low"] / top),
            None if one["high"] is None else _y(one["high"] / top),
        )
        for i, (name, one) in enumerate(zip(names, found, strict=True))
    ]
    every = max(1, -(-len(bars) // 8))
    x_ticks = [(bars[i].middle, names[i][:14]) for i in range(0, len(bars), every)]
    y_ticks = [(_y(part), as_percent(top * part)) for part in (0.0, 0.5, 1.0)]
    return Chart(bars, x_ticks, y_ticks)


def as_percent(value: float | None) -> str:
    """Return a share as a percentage, with a digit more where it is small.

    Args:
        value: The share; None: there is none.

    Example:
        >>> as_percent(0.25), as_percent(0.0123), as_percent(None)
        ('25%', '1.2%', 'none')
    """
    if value is None:
        return "none"
    return f"{value:.0%}" if value >= 0.0995 or value == 0 else f"{value:.1%}"


def _y(part: float) -> float:
    return _TOP + PLOT_HEIGHT * (1 - part)


def _round_up(value: float) -> float:
    return next((top for top in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5) if value <= top), 1.0)


def _short(number: float) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.0f}"
