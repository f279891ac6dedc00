"""The folder that an evaluation writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..atomic import atomic_write, write_json, write_json_lines
from .evaluate import Report, worst_mistakes
from .plots import plot_evaluation
from .rendering import render
from .scored import Scored
from .thresholds import threshold_warnings


def write_report(
    folder: Path,
    report: Report,
    scored: Sequence[Scored],
    *,
    against: str = "",
    comparisons: Sequence[Report] = (),
    disagreements: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> None:
    """Write ``report.json``, ``report.md``, ``mistakes.json`` and the plots.

    After a comparison, also ``comparison.json`` and ``disagreements.jsonl``.

    Args:
        scored: The data sets it is about.
        against: The name of the pipeline that was compared.
        comparisons: What `compare` returned for each data set.
        disagreements: What `disagreements` returned, by data set.

    Example:
        >>> write_report(Path("metrics"), report, scored)  # doctest: +SKIP
    """
    folder.mkdir(parents=True, exist_ok=True)
    threshold = report["threshold"]
    pictures = {one.data.name: plot_evaluation(one, threshold, folder) for one in scored}
    mistakes = {one.data.name: worst_mistakes(one, threshold) for one in scored}
    write_json(folder / "report.json", report)
    write_json(folder / "mistakes.json", mistakes)
    if comparisons:
        write_json(folder / "comparison.json", {"against": against, "data": list(comparisons)})
        write_json_lines(
            folder / "disagreements.jsonl",
            ({"data": name, **row} for name, rows in (disagreements or {}).items() for row in rows),
        )
    text = render(
        "report.md.jinja",
        report=report,
        warnings=threshold_warnings(report),
        pictures=pictures,
        mistakes=mistakes,
        against=against,
        comparisons=comparisons,
    )
    with atomic_write(folder / "report.md") as file:
        file.write(text.encode())
