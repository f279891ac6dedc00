"""Plots of an evaluation."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..extras import require
from ..pipeline.scorer import GOLD_THRESHOLD
from ..plotting import LINE_COLOUR, OTHER_COLOUR, SARCASTIC_COLOUR, new_figure, save_figure
from .metrics import BINS, calibration_bins, confusion
from .scored import Scored

Draw = Callable[[Any, Scored, float], None]

# Of Wilson's interval: 95%.
_Z = 1.96


def plot_evaluation(scored: Scored, threshold: float, folder: Path) -> list[Path]:
    """Draw confusion matrix, ROC curve, reliability diagram and histogram of the scores.

    Args:
        threshold: Scores at or above it count as sarcastic.
        folder: The folder for the ``.png`` files, which are named after the data set.

    Returns:
        The files; no ROC curve where only one class occurs.

    Raises:
        ImportError: matplotlib or scikit-learn is not installed.

    Example:
        >>> plot_evaluation(scored, 0.5, Path("metrics"))  # doctest: +SKIP
    """
    scored = scored.select(scored.has_score)
    drawings: dict[str, Draw] = {
        "confusion": _confusion,
        "roc": _roc,
        "reliability": _reliability,
        "scores": _histogram,
    }
    positive = scored.data.gold >= GOLD_THRESHOLD
    if positive.all() or not positive.any():
        del drawings["roc"]
    files = []
    for kind, draw in drawings.items():
        figure, (axes,) = new_figure("evaluate", (6.4, 5.6))
        draw(axes, scored, threshold)
        title = f"{axes.get_title()}\n{scored.data.name}, {len(scored.scores):,} texts"
        axes.set_title("")
        # Above whatever stands over the panel.
        figure.suptitle(title, fontsize=11)
        path = folder / f"{file_stem(scored.data.name)}-{kind}.png"
        save_figure(figure, path)
        files.append(path)
    return files


def file_stem(name: str) -> str:
    """Return the name of a data set as the start of a file name, without the ending of its file.

    Example:
        >>> file_stem("My tweets.csv"), file_stem("headlines.json (dev)")
        ('My-tweets', 'headlines-dev')
    """
    without = re.sub(r"(?<=[^.])(\.[a-zA-Z]\w{1,7})+(?=$| \()", "", name)
    return re.sub(r"[^\w.-]+", "-", without).strip("-") or "data"


def wilson_interval(
    share: NDArray[np.float64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of Wilson's 95% interval of shares (https://doi.org/10.2307/2276774).

    Unlike the standard error it is not zero where all texts, or none, are sarcastic.

    Args:
        share: Shares in 0..1, shape (bins,).
        counts: What they are shares of, at least 1, same shape.

    Example:
        >>> low, high = wilson_interval(np.array([1.0]), np.array([4]))
        >>> round(float(low[0]), 2), float(high[0])
        (0.51, 1.0)
    """
    spread = _Z**2 / counts
    centre = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * np.sqrt(share * (1 - share) / counts + spread / (4 * counts))
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)


def _confusion(axes: Any, scored: Scored, threshold: float) -> None:
    cells = confusion(scored.scores, scored.data.gold, threshold)
    table = np.array(
        [
            [cells["true_negatives"], cells["false_positives"]],
            [cells["false_negatives"], cells["true_positives"]],
        ]
    )
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        share = shares[row, column]
        colour = "white" if share > 0.5 else "black"
        label = f"{count:,}\n{share:.1%} of row"
        axes.text(column, row, label, ha="center", va="center", color=colour, fontsize=12)
    axes.set_xticks([0, 1], ["not sarcastic", "sarcastic"])
    axes.set_yticks([0, 1], ["not sarcastic", "sarcastic"], rotation=90, va="center")
    axes.set_xlabel(f"predicted, at threshold {threshold:.2f}")
    axes.set_ylabel("gold")
    axes.set_title("Confusion matrix (texts)")


def _roc(axes: Any, scored: Scored, threshold: float) -> None:
    metrics: Any = require("sklearn.metrics", "evaluate", "evaluating")
    positive = scored.data.gold >= GOLD_THRESHOLD
    false, true, _ = metrics.roc_curve(positive, scored.scores)
    area = metrics.roc_auc_score(positive, scored.scores)
    axes.plot(false, true, color=SARCASTIC_COLOUR, linewidth=2, label=f"scores (AUC {area:.3f})")
    axes.plot([0, 1], [0, 1], color=LINE_COLOUR, linestyle=":", label="chance (AUC 0.500)")
    called = scored.scores >= threshold
    point = called[~positive].mean(), called[positive].mean()
    axes.plot(*point, "o", color=LINE_COLOUR, clip_on=False, label=f"threshold {threshold:.2f}")
    _unit_square(axes)
    axes.set_xlabel("false-positive rate (share of the other texts called sarcastic)")
    axes.set_ylabel("true-positive rate (share of the sarcastic texts)")
    axes.set_title("ROC curve")
    axes.legend(frameon=False, loc="lower right")


def _reliability(axes: Any, scored: Scored, threshold: float) -> None:
    counts, mean, share = calibration_bins(scored.scores, scored.data.gold)
    used = counts > 0
    error = (counts[used] * np.abs(mean[used] - share[used])).sum() / counts.sum()
    low, high = wilson_interval(share[used], counts[used])
    axes.plot([0, 1], [0, 1], color=LINE_COLOUR, linestyle=":", label="perfect calibration")
    axes.errorbar(
        mean[used],
        share[used],
        yerr=[np.maximum(share[used] - low, 0), np.maximum(high - share[used], 0)],
        fmt="o",
        color=SARCASTIC_COLOUR,
        capsize=2,
        label="texts of a bin, with a 95% interval (Wilson)",
    )
    # The counts stand in a row of their own above the square, each over the middle of its bin.
    middles = (np.arange(BINS) + 0.5) / BINS
    for middle, count in zip(middles[used], counts[used], strict=True):
        axes.text(middle, 1.02, f"{count:,}", ha="center", va="bottom", fontsize=7, rotation=90)
    # Room for the longest count: "12,345" needs about 0.1.
    axes.text(-0.02, 1.02, "texts", ha="right", va="bottom", fontsize=7)
    _unit_square(axes)
    axes.set_xlabel(f"score (probability, {BINS} bins of equal width)")
    axes.set_ylabel("share of the bin's texts that are sarcastic")
    axes.set_title(f"Reliability diagram, expected calibration error {error:.3f}")
    # Below the panel, where no point can be.
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, frameon=False, fontsize=9)


def _histogram(axes: Any, scored: Scored, threshold: float) -> None:
    positive = scored.data.gold >= GOLD_THRESHOLD
    edges = np.linspace(0, 1, 2 * BINS + 1)
    highest = 0
    for chosen, label, colour in (
        (~positive, "not sarcastic", OTHER_COLOUR),
        (positive, "sarcastic", SARCASTIC_COLOUR),
    ):
        if chosen.any():
            counts = np.histogram(scored.scores[chosen], edges)[0]
            highest = max(highest, int(counts.max()))
            axes.stairs(counts, edges, fill=True, alpha=0.35, color=colour)
            axes.stairs(
                counts, edges, color=colour, linewidth=1.5, label=f"{label} ({chosen.sum():,})"
            )
    # As high as the bars: above them is the legend.
    axes.vlines(
        threshold, 0, highest, color=LINE_COLOUR, linestyle="--", label=f"threshold {threshold:.2f}"
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, highest * 1.05)
    axes.set_xlabel("score (probability)")
    axes.set_ylabel("texts per bin")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_title("Scores by gold")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=9)


def _unit_square(axes: Any) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.005)
    axes.set_aspect("equal")
