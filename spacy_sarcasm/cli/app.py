"""The Typer app that every command registers itself on."""

from __future__ import annotations

from typing import Annotated

import typer

from ..about import __version__
from .errors import WRONG_USE

app = typer.Typer(
    name="spacy-sarcasm",
    help="Score text for sarcasm with spaCy, and train, evaluate and export the network.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    # Plain help and errors: panels drawn with lines do not survive logs.
    rich_markup_mode=None,
)


@app.callback()
def about(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    """Score text for sarcasm with spaCy, and train, evaluate and export the network."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(WRONG_USE)
