"""Pictures of an evaluation."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..atomic import atomic_write
from ..extras import require
from ..pipeline.scorer import GOLD_THRESHOLD
from .evaluate import Scored
from .metrics import BINS, calibration_bins, confusion

SARCASTIC_COLOUR, OTHER_COLOUR, LINE_COLOUR = "#b2182b", "#2166ac", "#333333"

Draw = Callable[[Any, Scored, float], None]


def plot_evaluation(scored: Scored, threshold: float, folder: Path) -> list[Path]:
    """Draw confusion matrix, ROC curve, reliability diagram and histogram of the scores.

    Args:
        scored: A data set with its scores.
        threshold: The least score that counts as sarcastic.
        folder: Where to put the four ``.png`` files, named after the data set.

    Returns:
        The files; no ROC curve where only one class occurs.

    Raises:
        ImportError: matplotlib or scikit-learn is not installed.
        OSError: A file cannot be written.
    """
    require("matplotlib", "evaluate", "drawing plots")
    from matplotlib.figure import Figure

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
        figure = Figure(figsize=(6.4, 5.4), layout="constrained")
        axes = figure.add_subplot()
        draw(axes, scored, threshold)
        title = f"{scored.data.name}, {len(scored.scores):,} texts"
        axes.set_title(f"{axes.get_title()}\n{title}", fontsize=11)
        path = folder / f"{file_name(scored.data.name)}-{kind}.png"
        with atomic_write(path) as file:
            figure.savefig(file, format="png", dpi=120)
        files.append(path)
    return files


def file_name(name: str) -> str:
    """Return a data set's name as part of a file's name.

    Args:
        name: The name.
    """
    return re.sub(r"[^\w.-]+", "-", name).strip("-")


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
    axes.set_xlabel(f"score at or above the threshold, {threshold:.2f}")
    axes.set_ylabel("gold")
    axes.set_title("Confusion matrix (texts)")


def _roc(axes: Any, scored: Scored, threshold: float) -> None:
    metrics: Any = require("sklearn.metrics", "evaluate", "evaluating")
    positive = scored.data.gold >= GOLD_THRESHOLD
    false, true, _ = metrics.roc_curve(positive, scored.scores)
    area = metrics.roc_auc_score(positive, scored.scores)
    axes.plot(false, true, color=SARCASTIC_COLOUR, linewidth=2, label=f"area under it: {area:.3f}")
    axes.plot([0, 1], [0, 1], color=LINE_COLOUR, linestyle=":", label="chance: 0.500")
    called = scored.scores >= threshold
    point = called[~positive].mean(), called[positive].mean()
    axes.plot(*point, "o", color=LINE_COLOUR, label=f"at the threshold, {threshold:.2f}")
    _unit_square(axes)
    axes.set_xlabel("false-positive rate (share of the texts that are not sarcastic)")
    axes.set_ylabel("true-positive rate (share of the sarcastic texts)")
    axes.set_title("ROC curve")
    axes.legend(frameon=False, loc="lower right")


def _reliability(axes: Any, scored: Scored, threshold: float) -> None:
    counts, mean, share = calibration_bins(scored.scores, scored.data.gold)
    used = counts > 0
    error = (counts[used] * np.abs(mean[used] - share[used])).sum() / counts.sum()
    edges = np.linspace(0, 1, BINS + 1)
    axes.stairs(
        np.nan_to_num(share), edges, fill=True, alpha=0.25, color=SARCASTIC_COLOUR, label="bins"
    )
    # The standard error of a share shows which bins hold too few texts to tell.
    spread = np.sqrt(share[used] * (1 - share[used]) / counts[used])
    axes.errorbar(
        mean[used],
        share[used],
        yerr=spread,
        fmt="o",
        color=SARCASTIC_COLOUR,
        capsize=2,
        label="mean score of a bin, ± standard error",
    )
    axes.plot([0, 1], [0, 1], color=LINE_COLOUR, linestyle=":", label="perfect calibration")
    _unit_square(axes)
    axes.set_xlabel(f"score (probability, {BINS} bins of equal width)")
    axes.set_ylabel("share of the bin's texts that are sarcastic")
    axes.set_title(f"Reliability diagram, expected calibration error {error:.3f}")
    axes.legend(frameon=False, loc="upper left")


def _histogram(axes: Any, scored: Scored, threshold: float) -> None:
    positive = scored.data.gold >= GOLD_THRESHOLD
    edges = np.linspace(0, 1, 2 * BINS + 1)
    for chosen, label, colour in (
        (~positive, "not sarcastic", OTHER_COLOUR),
        (positive, "sarcastic", SARCASTIC_COLOUR),
    ):
        if chosen.any():
            counts = np.histogram(scored.scores[chosen], edges)[0]
            axes.stairs(counts, edges, fill=True, alpha=0.35, color=colour)
            axes.stairs(
                counts, edges, color=colour, linewidth=1.5, label=f"{label}: {chosen.sum():,}"
            )
    axes.axvline(threshold, color=LINE_COLOUR, linestyle="--", label=f"threshold: {threshold:.2f}")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("score (probability)")
    axes.set_ylabel("texts a bin")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("Scores by gold")
    # Its ground hides the line of the threshold.
    axes.legend(loc="upper center", framealpha=1, edgecolor="none")


def _unit_square(axes: Any) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.005)
    axes.set_aspect("equal")
    axes.spines[["top", "right"]].set_visible(False)
