"""The report as one HTML file without requests or scripts, and its content as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..atomic import atomic_write, write_json
from .charts import as_percent, length_chart, score_chart, share_chart
from .findings import REPORT_FORMAT

# What HTML cannot hold or would not show, and what would turn the text around it.
_REPLACED = [*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)]
_TURNING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_NOT_SHOWN = {
    **dict.fromkeys(_REPLACED, "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys(_TURNING, ""),
}
_GROUPS_DRAWN = 20
# Where a file says that it is a report.
_MARKED_BYTES = 1000


def check_place(path: Path) -> None:
    """Check that a report can be written, before hours of work end in an error.

    Args:
        path: The HTML file.

    Raises:
        OSError: Its folder does not exist, or it is a folder.
        ValueError: It does not end in .html, or it or the JSON file would replace a file that is
            not a report.

    Example:
        >>> check_place(Path("report.html"))
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"the report '{path}' has to end in .html")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder '{path.parent}' of the report does not exist")
    for one in (path, path.with_suffix(".json")):
        if one.is_dir():
            raise IsADirectoryError(f"the report '{one}' is a folder: name a file")
        if one.exists():
            with one.open("rb") as file:
                if REPORT_FORMAT.encode() not in file.read(_MARKED_BYTES):
                    raise ValueError(
                        f"the report would replace '{one}', which is not a report: move it away, "
                        "or choose another name"
                    )


def write_report(report: Mapping[str, Any], path: Path, name: str) -> Path:
    """Write a report as HTML, and its content as JSON beside it.

    Args:
        report: What `make_report` returned.
        path: The HTML file. The JSON file has the same name with ``.json`` at the end.
        name: What the corpus is called.

    Returns:
        The JSON file.

    Raises:
        OSError: A file cannot be written.

    Example:
        >>> write_report(report, Path("report.html"), "posts.csv")  # doctest: +SKIP
        PosixPath('report.json')
    """
    page = render_report(report, name)
    with atomic_write(path) as file:
        file.write(page.encode("utf-8"))
    beside = path.with_suffix(".json")
    write_json(beside, {"format": REPORT_FORMAT, "name": name, **report})
    return beside


def render_report(report: Mapping[str, Any], name: str) -> str:
    """Return a report as an HTML page. Everything in it is escaped.

    Args:
        report: What `make_report` returned.
        name: What the corpus is called.

    Example:
        >>> page = render_report(report, "posts.csv")  # doctest: +SKIP
    """
    charts = {
        "scores": score_chart(report["score_histogram"], report["threshold"]),
        "lengths": length_chart(report["lengths"]["histogram"]),
    }
    if report["groups"]:
        groups = report["groups"]["groups"][:_GROUPS_DRAWN]
        charts["groups"] = share_chart(groups, [group["name"] for group in groups])
    if report["over_time"]:
        periods = report["over_time"]["periods"]
        charts["periods"] = share_chart(periods, [period["start"] for period in periods])
    template = _environment().get_template("report.html")
    return template.render(it=report, name=name, charts=charts, generator=REPORT_FORMAT)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": as_percent,
        "number": lambda value: f"{value:,}",
        "shown": lambda text: text.translate(_NOT_SHOWN),
    }
    return environment
