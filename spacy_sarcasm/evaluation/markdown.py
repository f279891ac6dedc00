"""An evaluation as Markdown: tables of figures, pictures, the worst mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Report = Mapping[str, Any]

_COLUMNS = {
    "accuracy": "accuracy",
    "accuracy_at_half": "accuracy at 0.5",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "false_positive_rate": "false-positive rate",
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "brier": "Brier score",
    "ece": "calibration error",
}


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table.

    Args:
        columns: The heads.
        rows: The cells.
    """
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def figures_table(groups: Mapping[str, Report]) -> str:
    """Return a table with a line for each metric and a column for each group of texts.

    Args:
        groups: Groups as reports have them, by name.
    """
    rows: list[list[object]] = [
        ["texts", *(f"{group['texts']:,}" for group in groups.values())],
        ["of them sarcastic", *(f"{group['sarcastic']:,}" for group in groups.values())],
    ]
    rows += [
        [head, *(_with_interval(group["metrics"][name]) for group in groups.values())]
        for name, head in _COLUMNS.items()
    ]
    return table(["", *groups], rows)


def data_section(figures: Report, heading: str = "##") -> str:
    """Return the section of a data set: figures, and those of its sources.

    Args:
        figures: A data set of a report.
        heading: The marks before the heading.
    """
    parts = [f"{heading} {figures['name']}", figures_table({"all": figures, **figures["sources"]})]
    return "\n\n".join(parts)


def evaluation_markdown(
    report: Report,
    pictures: Mapping[str, Sequence[Path]],
    mistakes: Mapping[str, Sequence[Report]],
) -> str:
    """Return the report of an evaluation, with texts: it is for those who have the data.

    Args:
        report: The figures.
        pictures: Files beside the report, by data set.
        mistakes: The worst mistakes, by data set.
    """
    parts = [f"# Evaluation of {report['pipeline']}", how_measured(report)]
    for figures in report["data"]:
        name = figures["name"]
        parts.append(data_section(figures))
        parts += [f"![{path.stem}]({path.name})" for path in pictures.get(name, ())]
        rows = [
            [f"{one['score']:.4f}", one["gold"], one["source"] or "", one["text"]]
            for one in mistakes.get(name, ())
        ]
        if rows:
            parts.append("Worst mistakes:")
            parts.append(table(["score", "gold", "source", "text"], rows))
    return "\n\n".join(parts) + "\n"


def how_measured(report: Report) -> str:
    """Return what the figures of a report mean.

    Args:
        report: The figures.
    """
    bootstrap = report["bootstrap"]
    return (
        f"In brackets: {bootstrap['interval']:.0%} intervals, from {bootstrap['resamples']:,} "
        f"bootstrap resamples, seed {bootstrap['seed']}. A text counts as sarcastic from a score "
        f"of {report['threshold']:.2f}, the default threshold, if nothing else is said; precision, "
        "recall and F1 are those of the sarcastic class; the calibration error is over 15 bins of "
        "equal width. A dash: not defined, since only one class occurs."
    )


def _with_interval(metric: Report) -> str:
    if metric["value"] is None:
        return "-"
    return f"{metric['value']:.4f} ({metric['low']:.3f} to {metric['high']:.3f})"


def _cell(value: object) -> str:
    # A bar or a line break in a text would end the cell.
    return " ".join(str(value).split()).replace("|", "\\|")
