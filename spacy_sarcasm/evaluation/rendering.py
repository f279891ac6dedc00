"""Markdown from the Jinja2 templates in ``templates/``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Undefined, UndefinedError

# What the metrics are called, in the order of tables.
METRIC_NAMES = {
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


def render(template: str, **values: Any) -> str:
    """Return a rendered template, with single blank lines between its blocks.

    Args:
        template: The name of a file in ``templates/``.
        values: What the template uses; one that is missing is an error.

    Raises:
        jinja2.UndefinedError: The template uses a value or key that is not there.

    Example:
        >>> render("card.md.jinja")  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        jinja2.exceptions.UndefinedError: 'training' is undefined
    """
    text = _environment().get_template(template).render(values)
    return "\n".join(_single_blank_lines(text)) + "\n"


# What has a meaning in Markdown and in the HTML that it may contain; bars are left to `_cell`.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#!~&$]")


class _OptionalKey(Undefined):
    def __str__(self) -> str:
        raise UndefinedError(self._undefined_message)


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 (Markdown, which HTML's escapes would garble)
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        # The parts of a training record are optional: a missing one is false, and printing it or
        # looking into it is an error.
        undefined=_OptionalKey,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "cell": _cell,
        "plain": _plain,
        "figures": _figures,
        "mistake": _mistake,
        "comparison": _comparison,
        "data_row": _data_row,
    }
    return environment


def _single_blank_lines(text: str) -> Iterator[str]:
    blank = True
    for line in text.splitlines():
        if line.strip() or not blank:
            yield line.rstrip()
        blank = not line.strip()


def _plain(value: object) -> str:
    """Return a text of the user's data so that Markdown shows it as it is: no links, no HTML."""
    text = " ".join(str(value).split())
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return _MARKUP.sub(r"\\\g<0>", shown)


def _cell(value: object) -> str:
    # A bar or a line break would end the cell.
    return " ".join(str(value).split()).replace("|", "\\|")


def _figures(groups: Mapping[str, Any]) -> list[list[str]]:
    return [
        ["texts", *(f"{group['texts']:,}" for group in groups.values())],
        ["sarcastic", *(f"{group['sarcastic']:,}" for group in groups.values())],
        *(
            [name, *(_interval(group["metrics"][metric]) for group in groups.values())]
            for metric, name in METRIC_NAMES.items()
        ),
    ]


def _interval(metric: Mapping[str, float | None]) -> str:
    if metric["value"] is None:
        return "-"
    if metric["low"] is None:
        return f"{metric['value']:.4f}"
    return f"{metric['value']:.4f} ({metric['low']:.3f} to {metric['high']:.3f})"


def _mistake(row: Mapping[str, Any]) -> list[object]:
    source = _plain(row["source"] or "")
    return [f"{row['score']:.4f}", row["gold"], source, _plain(row["text"])]


def _comparison(metrics: Mapping[str, Mapping[str, float | None]]) -> list[list[str]]:
    return [
        [METRIC_NAMES[name], _figure(one["model"]), _figure(one["against"]), _difference(one)]
        for name, one in metrics.items()
    ]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _difference(one: Mapping[str, float | None]) -> str:
    if one["difference"] is None:
        return "-"
    return f"{one['difference']:+.4f} ({one['low']:+.3f} to {one['high']:+.3f})"


def _data_row(data: Mapping[str, str]) -> list[str]:
    name = f"[{data['name']}]({data['url']})" if data.get("url") else data["name"]
    return [name, data["what"], data["licence"], data["use"]]
