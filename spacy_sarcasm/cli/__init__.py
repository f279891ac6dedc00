"""The command line: ``spacy-sarcasm COMMAND``, also available as ``python -m spacy sarcasm``.

Each command has a module of its own, a thin wrapper around an importable function. The modules
import nothing heavy at the top: spaCy imports them whenever its own command line starts.
"""

from __future__ import annotations

import os
import sys

import typer

# Each command registers itself on the app when it is imported.
from . import (
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
from .app import app
from .errors import FAILURE, INTERRUPTED, WRONG_USE

app.add_typer(teacher.app, name="teacher")
app.add_typer(vectors.app, name="vectors")
app.add_typer(wordnet.app, name="wordnet")


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
