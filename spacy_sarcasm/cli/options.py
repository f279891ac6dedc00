"""Options that several commands have, and reports that several give."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import printable

if TYPE_CHECKING:
    from ..corpus.headlines import Split
    from ..teacher.rows import Tally

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


def show_bad_rows(tally: Tally) -> None:
    """Name on standard error the rows of a corpus that were left out.

    Args:
        tally: What was read.
    """
    if not tally.bad:
        return
    typer.echo(f"{tally.bad} of {tally.rows} rows are bad and were left out:", err=True)
    for fault in tally.faults:
        typer.echo(f"  {printable(fault)}", err=True)
    if tally.bad > len(tally.faults):
        typer.echo(f"  and {tally.bad - len(tally.faults)} more", err=True)


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
TextColumn = Annotated[str, typer.Option(help="The column or key that holds the text.")]
LabelColumn = Annotated[
    str, typer.Option(help="The column or key that holds the gold, a number in 0..1.")
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


def split_names(chosen: list[SplitName] | None) -> list[Split]:
    """Return the splits asked for, ``dev`` if none was."""
    return [split.value for split in chosen or [SplitName.DEV]]
