"""The summary of a corpus as a page with plots."""

from __future__ import annotations

import base64
import io

import numpy as np

from ..plotting import LINE_COLOUR, OTHER_COLOUR, SARCASTIC_COLOUR, new_figure
from .corpus_summary import BINS, CorpusSummary
from .html import render

EXTRA = "evaluate"
_POINTS = 500
_NAMED = 12
_DPI = 100


def render_corpus(summary: CorpusSummary, name: str, top: int) -> str:
    """Return a page with the summary's plots, words and texts.

    Its size does not depend on the number of texts.

    Args:
        summary: What `summarize_corpus` returned.
        top: Words of each kind at most.

    Example:
        >>> page = render_corpus(summary, "headlines.jsonl", 20)  # doctest: +SKIP
    """
    kinds = {
        "Nearest the threshold": summary.nearest,
        "Most sarcastic": summary.highest,
        "Least sarcastic": summary.lowest,
    }
    return render(
        "corpus.html",
        name=name,
        summary=summary,
        raising=summary.raising(top),
        lowering=summary.lowering(top),
        kinds={kind: [one.picture for one in some] for kind, some in kinds.items()},
        plots=_plots(summary),
    )


def _plots(summary: CorpusSummary) -> str:
    """Return the histogram of the scores and the words' attributions as a data address."""
    figure, (left, right) = new_figure(EXTRA, (11, 4.2), columns=2)
    edges = np.linspace(0, 1, BINS + 1)
    left.stairs(summary.histogram, edges, fill=True, color=OTHER_COLOUR, alpha=0.6)
    label = f"threshold: {summary.threshold:.2f}"
    left.axvline(summary.threshold, color=LINE_COLOUR, linestyle="--", label=label)
    left.set(xlim=(0, 1), xlabel="score (probability)", ylabel="texts", title="Scores")
    left.legend(frameon=False)
    words = summary.words[:_POINTS]
    for raises, colour, marker in ((True, SARCASTIC_COLOUR, "^"), (False, OTHER_COLOUR, "v")):
        some = [word for word in words if (word.mean > 0) == raises]
        if some:
            right.scatter(
                [word.count for word in some],
                [word.mean for word in some],
                color=colour,
                marker=marker,
                s=14,
                alpha=0.6,
                label="raises scores" if raises else "lowers scores",
            )
    for word in words[:_NAMED]:
        # matplotlib's own font has no signs of other scripts; the table below has every word.
        if word.word.isascii():
            right.annotate(
                word.word[:20],
                (word.count, word.mean),
                xytext=(4, 2),
                textcoords="offset points",
                fontsize=8,
                parse_math=False,
            )
    right.axhline(0, color=LINE_COLOUR, linewidth=0.8)
    if words:
        right.set_xscale("log")
        right.legend(frameon=False)
    right.set(xlabel="occurrences", ylabel="mean attribution (logits)", title="Words")
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=_DPI)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii")
