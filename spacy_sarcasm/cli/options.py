"""Options that several commands have, and reports that several give."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ..data.row_settings import OnError
from .errors import printable

if TYPE_CHECKING:
    from ..corpus.headlines import Split
    from ..data.row_settings import ReadReport

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A pipeline package or folder with a sarcasm component "
        "[default: blank English with the bundled weights].",
        show_default=False,
    ),
]


def show_bad_rows(report: ReadReport) -> None:
    """Name on standard error the rows of a file that were left out."""
    if not report.bad:
        return
    typer.echo(
        f"{report.path}: {report.bad} of {report.rows} rows are bad and were left out:", err=True
    )
    for fault in report.describe():
        typer.echo(f"  {printable(fault)}", err=True)
    if report.bad > len(report.faults):
        typer.echo(f"  and {report.bad - len(report.faults)} more", err=True)


class SplitName(StrEnum):
    """A split of the headlines data set."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


ModelArgument = Annotated[
    str,
    typer.Argument(
        help='A pipeline package or folder, a weights file (.npz), or "bundled" for the weights of '
        "this package."
    ),
]
SplitOption = Annotated[
    list[SplitName] | None,
    typer.Option(
        help="A split of the headlines data set. May be repeated [default: dev].",
        show_default=False,
    ),
]
SourceColumn = Annotated[
    str,
    typer.Option(
        help="The column or key that says where a text comes from, for figures by source."
    ),
]
CategoryOption = Annotated[
    str | None,
    typer.Option(
        help="The entry of `cats` that holds the gold [default: the component's label].",
        show_default=False,
    ),
]
TextColumn = Annotated[
    str | None,
    typer.Option(
        help="The column or key that holds the text [default: text or headline].",
        show_default=False,
    ),
]
LabelColumn = Annotated[
    str | None,
    typer.Option(
        help="The column or key that holds the gold, a number in 0..1 [default: cats, label or "
        "is_sarcastic].",
        show_default=False,
    ),
]
Category = Annotated[str, typer.Option(help="The entry of `cats` that holds the gold.")]
DelimiterOption = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        help="The column delimiter of .csv files: a character, or tab [default: detected].",
        show_default=False,
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        help="The encoding of text files, cp1252 for example [default: UTF-8, or UTF-16 with a "
        "byte-order mark].",
        show_default=False,
    ),
]
OnErrorOption = Annotated[
    OnError,
    typer.Option(
        "--on-error",
        help="Stop at a bad row, skip bad rows up to 1% of all, or keep going whatever their "
        "share.",
    ),
]


def split_names(chosen: list[SplitName] | None) -> list[Split]:
    """Return the splits asked for, ``dev`` if none was."""
    return [split.value for split in chosen or [SplitName.DEV]]
