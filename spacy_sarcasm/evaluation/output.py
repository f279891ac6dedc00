"""The folder that an evaluation leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..atomic import atomic_write
from .evaluate import Report, Scored, worst_mistakes, write_json
from .markdown import evaluation_markdown
from .plots import plot_evaluation


def write_report(folder: Path, report: Report, scored: Sequence[Scored]) -> None:
    """Write ``report.json``, ``report.md``, ``mistakes.json`` and the pictures.

    Args:
        folder: Where to, made if it does not exist.
        report: What `make_report` returned.
        scored: The data sets it is about.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: A file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    threshold = report["threshold"]
    pictures = {one.data.name: plot_evaluation(one, threshold, folder) for one in scored}
    mistakes = {one.data.name: worst_mistakes(one, threshold) for one in scored}
    write_json(folder / "report.json", report)
    write_json(folder / "mistakes.json", mistakes)
    with atomic_write(folder / "report.md") as file:
        file.write(evaluation_markdown(report, pictures, mistakes).encode())
