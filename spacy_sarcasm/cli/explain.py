"""``spacy-sarcasm explain``: which words move the scores of texts."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import app
from .errors import WRONG_USE, fail, reported_errors
from .options import ModelOption
from .startup import lasting_imports

if TYPE_CHECKING:
    from ..explanation.attributions import Explanation


class Method(StrEnum):
    """How a word is taken out of its text."""

    OCCLUSION = "occlusion"
    REPLACEMENT = "replacement"


@app.command("explain")
def explain_command(
    texts: Annotated[list[str], typer.Argument(help="Texts to explain.", show_default=False)],
    model: ModelOption = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write: .html or .json [default: print the explanations].",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        Method,
        typer.Option(help="Remove each word in turn, or replace it by the unknown word."),
    ] = Method.OCCLUSION,
) -> None:
    """Show which words raise and lower the sarcasm score of texts.

    Without --output, marks the words on a terminal, and prints JSON lines when piped.
    """
    if output is not None and output.suffix not in (".html", ".json"):
        fail(f"--output must end in .html or .json, not '{output.name}'", WRONG_USE)
    with reported_errors():
        with lasting_imports():
            from ..explanation.explain import explain
            from ..pipeline.loading import load_scoring_pipeline
        nlp = load_scoring_pipeline(model)
        explanations = explain(nlp, texts, method=method.value)
        if output is None:
            _print(explanations)
        else:
            _write(explanations, output)


def _print(explanations: list[Explanation]) -> None:
    if not sys.stdout.isatty():
        for explanation in explanations:
            typer.echo(json.dumps(explanation.to_dict(), ensure_ascii=False))
        return
    from rich.console import Console

    console = Console(highlight=False)
    for number, explanation in enumerate(explanations):
        if number:
            console.print()
        console.print(explanation)


def _write(explanations: list[Explanation], output: Path) -> None:
    from ..atomic import atomic_write
    from ..explanation.html import render_pictures

    if output.suffix == ".html":
        content = render_pictures([one.picture for one in explanations], page=True)
    else:
        found = [explanation.to_dict() for explanation in explanations]
        content = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    with atomic_write(output) as file:
        file.write(content.encode("utf-8"))
    typer.echo(f"Wrote '{output}'", err=True)
