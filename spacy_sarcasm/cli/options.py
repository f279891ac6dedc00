"""Options that several commands have, and reports that several give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
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
        typer.echo(f"  {fault}", err=True)
    if tally.bad > len(tally.faults):
        typer.echo(f"  and {tally.bad - len(tally.faults)} more", err=True)
