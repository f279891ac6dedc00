"""``spacy-sarcasm evaluate``: how well a pipeline does on labelled data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .app import app
from .errors import reported_errors
from .options import LabelColumn, PipelineArgument, SplitOption, TextColumn, split_names
from .startup import lasting_imports

if TYPE_CHECKING:
    from ..evaluation.labelled import Labelled


@app.command("evaluate")
def evaluate_command(
    pipeline: PipelineArgument,
    data: Annotated[
        list[Path],
        typer.Argument(help="Labelled files: .spacy, .jsonl(.gz), .csv, or the headlines."),
    ],
    *,
    outside: Annotated[
        list[Path] | None,
        typer.Option(
            help="A labelled file of another kind than the training data, reported as such; may be "
            "given several times.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="A folder for report.md, report.json, mistakes.json and pictures."),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(
            help="The model card to write; the figures go beside it as evaluation.json, and what "
            "training.json there says of the training goes into it."
        ),
    ] = None,
    split: SplitOption = None,
    text_column: TextColumn = "text",
    label_column: LabelColumn = "label",
) -> None:
    """Measure a pipeline on labelled data and print the main figures, a line of JSON a data set.

    With --output, also intervals, figures by source, pictures and the worst mistakes.
    """
    with lasting_imports():
        from ..evaluation.card import write_card
        from ..evaluation.evaluate import make_report, score_sets
        from ..evaluation.labelled import Columns, read_labelled
        from ..evaluation.output import write_report
        from ..pipeline.loading import find_sarcasm, load_scoring_pipeline

    with reported_errors():
        nlp = load_scoring_pipeline(pipeline)
        pipe = find_sarcasm(nlp)
        columns = Columns(text=text_column, label=label_column, cat=pipe.label)

        def read(paths: list[Path]) -> list[Labelled]:
            return [
                part
                for path in paths
                for part in read_labelled(
                    path, nlp.vocab, columns=columns, splits=split_names(split)
                )
            ]

        scored = score_sets(nlp, read(data), read(outside or []))
        report = make_report(nlp, pipeline, scored)
        if output is not None:
            write_report(output, report, scored)
        if card is not None:
            write_card(card, pipe.network, report)
    for figures in report["data"]:
        typer.echo(json.dumps(_summary(figures)))


def _summary(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the main figures under the names that the component's scorer has for them."""
    names = {
        "acc": "accuracy",
        "p": "precision",
        "r": "recall",
        "f": "f1",
        "auc": "roc_auc",
        "pr_auc": "pr_auc",
        "brier": "brier",
        "ece": "ece",
    }
    values = {f"sarcasm_{key}": figures["metrics"][name]["value"] for key, name in names.items()}
    known = {key: value for key, value in values.items() if value is not None}
    is_headlines = {"split": figures["split"], "headlines": figures["texts"]}
    other = {"data": figures["name"], "texts": figures["texts"]}
    return {**(is_headlines if figures["split"] else other), **known}
