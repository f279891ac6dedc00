"""Plots of how vectors cover a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..plotting import LINE_COLOUR, OTHER_COLOUR, SARCASTIC_COLOUR, new_figure, save_figure
from .coverage import Coverage

BINS = 60
COVERED_COLOUR, MISSING_COLOUR = OTHER_COLOUR, SARCASTIC_COLOUR


def plot_coverage(
    coverage: Coverage, folder: str | Path, *, corpus: str, vectors: str
) -> list[Path]:
    """Draw the presence of words by rank and the cumulative coverage.

    Args:
        folder: The folder for ``presence-by-rank.png`` and ``cumulative-coverage.png``.

    Example:
        >>> plot_coverage(coverage, "metrics", corpus="train.jsonl", vectors="glove.6B.100d.txt")
        ... # doctest: +SKIP
    """
    files = []
    for name, draw in (("presence-by-rank", _presence), ("cumulative-coverage", _cumulative)):
        figure, (axes,) = new_figure("vectors", (9, 5))
        draw(axes, coverage)
        axes.set_title(f"{axes.get_title()}\n{corpus} with {vectors}", fontsize=11)
        file = Path(folder) / f"{name}.png"
        save_figure(figure, file)
        files.append(file)
    return files


def _presence(axes: Any, coverage: Coverage) -> None:
    """Densities over rank, each with an area of one, so that they cross at the takeover rank."""
    edges = np.linspace(0, coverage.types, BINS + 1)
    ranks = np.arange(coverage.types) + 0.5
    for present, label, colour in (
        (coverage.present, "words with a vector", COVERED_COLOUR),
        (~coverage.present, "words without", MISSING_COLOUR),
    ):
        if present.any():
            density = np.histogram(ranks[present], edges)[0] / present.sum() * 1000 / edges[1]
            share = f"{label}: {present.sum():,} of {coverage.types:,}"
            axes.stairs(density, edges, fill=True, alpha=0.35, color=colour, label=share)
            axes.stairs(density, edges, color=colour, linewidth=1.5)
    _mark_cut(axes, coverage)
    axes.set_title("Where the words without a vector take over")
    axes.set_xlabel("frequency rank of the word (1 = most frequent)")
    axes.set_ylabel("density (share of the group's words per 1,000 ranks)")
    axes.set_xlim(0, coverage.types)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)


def _cumulative(axes: Any, coverage: Coverage) -> None:
    ranks = np.arange(1, coverage.types + 1)
    all_tokens = np.cumsum(coverage.counts) / coverage.tokens
    covered = np.cumsum(coverage.counts * coverage.present) / coverage.tokens
    axes.plot(ranks, 100 * all_tokens, color=LINE_COLOUR, linestyle=":", label="all words")
    label = f"words with a vector ({coverage.covered_tokens:.1%} in the end)"
    axes.plot(ranks, 100 * covered, color=COVERED_COLOUR, linewidth=2, label=label)
    _mark_cut(axes, coverage)
    axes.set_title("Coverage of the corpus by its most frequent words")
    axes.set_xlabel("vocabulary size (most frequent words of the corpus)")
    axes.set_ylabel("share of the corpus's tokens (%)")
    axes.set_xlim(0, coverage.types)
    axes.set_ylim(0, 100)
    axes.legend(frameon=False, loc="lower right")


def _mark_cut(axes: Any, coverage: Coverage) -> None:
    size = coverage.suggested_size
    label = f"suggested size: {size:,} words ({coverage.suggested_tokens:.1%} of tokens covered)"
    axes.axvline(size, color=LINE_COLOUR, linestyle="--", linewidth=1.2, label=label)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
