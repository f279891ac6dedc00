"""The command-line reference, from the Typer app."""

from __future__ import annotations

import re

import typer
from typer.cli import get_docs_for_click

from spacy_sarcasm.cli import app


def command_reference() -> str:
    """Return a section for each command, as `typer utils docs` writes them."""
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="spacy-sarcasm")
    # Help texts are plain text: their angle brackets are not HTML.
    text = re.sub(r"`[^`]*`|<", lambda found: "&lt;" if found[0] == "<" else found[0], text)
    # Lists of subcommands with their help cut short; each has a section of its own below.
    text = re.sub(r"^\*\*Commands\*\*:\n\n(?:\* .*\n)+\n", "", text, flags=re.MULTILINE)
    # The page has a title of its own, and --help on each command says nothing new.
    text = re.sub(r"\A# .*\n", "", text)
    return re.sub(r"^\* `(-h, )?--help`: .*\n", "", text, flags=re.MULTILINE)
