"""``spacy-sarcasm calibrate``: scores that can be taken as probabilities, and a threshold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .errors import reported_errors
from .options import (
    CategoryOption,
    LabelColumn,
    ModelArgument,
    SourceColumn,
    SplitOption,
    TextColumn,
    split_names,
)
from .startup import lasting_imports


@app.command("calibrate")
def calibrate_command(
    model: ModelArgument,
    data: Annotated[
        list[Path],
        typer.Argument(help="Held-out labelled files: .spacy, .jsonl, .csv, the headlines."),
    ],
    output: Annotated[
        Path,
        typer.Option(help="The calibrated copy: a weights file if it ends in .npz, else a folder."),
    ],
    *,
    maximize: Annotated[
        str,
        typer.Option(
            metavar="GOAL",
            help="What the threshold is chosen for: accuracy, f1, youden (recall minus "
            "false-positive rate) or precision@X (the highest recall with a precision of at least "
            "X, such as precision@0.9).",
        ),
    ] = "accuracy",
    max_fpr: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="The maximum false-positive rate at the chosen threshold, in every source.",
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Store this threshold instead of choosing one."),
    ] = None,
    split: SplitOption = None,
    text_column: TextColumn = "text",
    label_column: LabelColumn = "label",
    source_column: SourceColumn = "source",
    category: CategoryOption = None,
) -> None:
    """Write a copy of a pipeline with calibrated probabilities and a default threshold.

    Fits scale and shift of the logit to the data (Platt scaling) and chooses the threshold.
    """
    with lasting_imports():
        from ..evaluation.calibrate import calibrate
        from ..evaluation.labelled import Columns, read_labelled
        from ..network.storage import save_network
        from ..pipeline.loading import find_sarcasm, load_scoring_pipeline

    with reported_errors():
        nlp = load_scoring_pipeline(model)
        pipe = find_sarcasm(nlp)
        columns = Columns(
            text=text_column, label=label_column, source=source_column, cat=category or pipe.label
        )
        sets = [
            part
            for path in data
            for part in read_labelled(path, nlp.vocab, columns=columns, splits=split_names(split))
        ]
        found = calibrate(nlp, sets, maximize=maximize, max_fpr=max_fpr, threshold=threshold)
        if output.suffix == ".npz":
            save_network(pipe.network, output)
        else:
            nlp.to_disk(output)
    typer.echo(
        f"{output}: scale {found.scale:.4f}, shift {found.shift:.4f}, threshold "
        f"{found.threshold:.2f}, from {sum(len(part.texts) for part in sets):,} texts"
    )
