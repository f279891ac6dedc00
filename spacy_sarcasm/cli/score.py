"""``spacy-sarcasm score``: scores of texts on the terminal, or as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from itertools import chain
from typing import Annotated

import typer

from . import app
from .errors import WRONG_USE, fail, reported_errors
from .options import ModelOption


@app.command("score")
def score_command(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Files with a text a line; - for standard input.", show_default=False),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", "-t", help="A text to score; may be repeated.", show_default=False),
    ] = None,
    model: ModelOption = None,
) -> None:
    """Score texts for sarcasm: a probability from 0 to 1 for each.

    Prints a table on a terminal, and JSON lines with `text` and `sarcasm` when piped.
    """
    from ..pipeline.load import load_scoring_pipeline
    from ..scoring.lines import check_files, read_lines, score_lines

    texts, sources = text or [], files or []
    if not texts and not sources:
        fail("nothing to score. Give texts by --text, files, or - for standard input", WRONG_USE)
    with reported_errors():
        check_files(sources)
        for given in texts:
            _check_text(given)
        nlp = load_scoring_pipeline(model)
        _print_scores(score_lines(nlp, chain(texts, read_lines(sources))))


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the text {text!r} is not valid Unicode: pass it as UTF-8") from None


def _print_scores(scores: Iterable[tuple[str, float]]) -> None:
    """Print scores as they come: rows of a table on a terminal, else JSON lines."""
    if not sys.stdout.isatty():
        for text, score in scores:
            typer.echo(json.dumps({"text": text, "sarcasm": score}, ensure_ascii=False))
        return
    for i, (text, score) in enumerate(scores):
        if i == 0:
            typer.secho("sarcasm  text", bold=True)
        # Control characters would move the cursor or worse.
        shown = "".join(char if char.isprintable() else " " for char in text)
        typer.echo(f"{score:7.3f}  {shown}")
