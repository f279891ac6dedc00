"""The command line: ``spacy-sarcasm COMMAND``, also reachable as ``python -m spacy sarcasm``.

One module a command, each a thin wrapper around an importable function. The modules import
nothing heavy at their top: spaCy imports them whenever its own command line starts.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from ..about import __version__
from .errors import FAILURE, INTERRUPTED, WRONG_USE

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
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)
    ] = False,
) -> None:
    """Score text for sarcasm with spaCy, and train, evaluate and export the network."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(WRONG_USE)


def main() -> None:
    """Run the command line. The entry point of the ``spacy-sarcasm`` script."""
    try:
        status = app(prog_name="spacy-sarcasm", standalone_mode=False)
    except typer.Abort:
        typer.echo("Interrupted", err=True)
        status = INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has left, as `head` does. What is still buffered would raise
        # once more at exit, so standard output is pointed elsewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = FAILURE
    except Exception as error:
        # Typer brings a Click of its own or uses the installed one, by its version, so a wrong
        # use is told by what Click's exceptions have and no other has.
        if not hasattr(error, "format_message"):
            raise
        message = " ".join(error.format_message().split())
        typer.echo(f"Error: {message} (see spacy-sarcasm --help)", err=True)
        status = WRONG_USE
    sys.exit(status)


# Each command registers itself on the app.
from . import (  # noqa: E402
    assets,  # noqa: F401
    calibrate,  # noqa: F401
    convert,  # noqa: F401
    curves,  # noqa: F401
    evaluate,  # noqa: F401
    export,  # noqa: F401
    label,  # noqa: F401
    mix,  # noqa: F401
    release,  # noqa: F401
    score,  # noqa: F401
    seed,  # noqa: F401
    teacher,
    vectors,
    wordnet,
)

app.add_typer(teacher.app, name="teacher")
app.add_typer(vectors.app, name="vectors")
app.add_typer(wordnet.app, name="wordnet")
