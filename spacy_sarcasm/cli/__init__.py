"""The command line: ``spacy-sarcasm COMMAND``, also available as ``python -m spacy sarcasm``.

Each command has a module of its own, a thin wrapper around an importable function. The modules
import nothing heavy at the top: spaCy imports them whenever its own command line starts.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

# Each command registers itself on the app when it is imported. Help lists them in this order.
# ruff: noqa: F401, I001
from .app import app
from .scoring import score, explain, demo, export
from .reports import report, reference
from .evaluation import evaluate, calibrate, card
from .training import assets, convert, curves, release
from .distillation import label, teacher
from .recipes import mix, seed
from .generation import generate
from .words import vectors, widen, wordnet
from .errors import (
    FAILURE,
    WRONG_USE,
    catch_signals,
    ignore_signals,
    printable,
    received_signal,
)

app.add_typer(generate.app, name="generate")
app.add_typer(teacher.app, name="teacher")
app.add_typer(vectors.app, name="vectors")
app.add_typer(wordnet.app, name="wordnet")


def main() -> None:
    """Run the command line, after `spacy_sarcasm.__main__` has seen to early interrupts."""
    catch_signals()
    try:
        status = _run()
    except BaseException:
        # An interrupted import may raise anything.
        if received_signal() is None:
            raise
        status = 0
    ignore_signals()
    if (number := received_signal()) is not None:
        typer.echo("Interrupted", err=True)
        status = 128 + number
    sys.exit(status)


def _run() -> Any:
    try:
        return app(prog_name="spacy-sarcasm", standalone_mode=False)
    except typer.Abort:
        if received_signal() is None:
            typer.echo("Aborted", err=True)
        return FAILURE
    except BrokenPipeError:
        # The reader of our output has left, as `head` does. What is still buffered would raise
        # once more at exit, so standard output is pointed elsewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except Exception as error:
        # Typer brings a Click of its own or uses the installed one, by its version, so a usage
        # error is recognised by what Click's exceptions have and no other has.
        if not hasattr(error, "format_message"):
            raise
        message = " ".join(printable(error.format_message()).split())
        typer.echo(f"Error: {message} (see spacy-sarcasm --help)", err=True)
        return WRONG_USE
