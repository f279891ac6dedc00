"""``spacy-sarcasm evaluate``: how well a pipeline does on the headlines data set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from . import app
from .errors import reported_errors


@app.command("evaluate")
def evaluate_command(
    model: Annotated[
        str,
        typer.Argument(
            help='A pipeline package or folder, or "bundled" for the weights of this package.'
        ),
    ],
    source: Annotated[Path, typer.Argument(help="The headlines data set, JSON lines.")],
    split: Annotated[
        Literal["train", "dev", "test"], typer.Option(help="The split to score.")
    ] = "dev",
) -> None:
    """Print accuracy, precision, recall, F1 and ROC AUC on a split of the headlines, as JSON."""
    from ..evaluation.headlines import evaluate_headlines
    from ..pipeline.load import load_scoring_pipeline

    with reported_errors():
        nlp = load_scoring_pipeline(None if model == "bundled" else model)
        count, scores = evaluate_headlines(nlp, source, split)
    rounded = {key: round(value, 4) for key, value in scores.items() if value is not None}
    typer.echo(json.dumps({"split": split, "headlines": count, **rounded}))
