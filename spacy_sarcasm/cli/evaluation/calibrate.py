"""``spacy-sarcasm calibrate``: scores that can be taken as probabilities, and a threshold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import ReadReport, RowSettings
from ..app import app
from ..errors import reported_errors
from ..options import (
    LABELLED_ROWS,
    CategoryOfModel,
    ModelArgument,
    SplitOption,
    reads_rows,
    show_bad_rows,
)
from ..startup import lasting_imports


@app.command("calibrate")
@reads_rows("label_column", "source_column")
def calibrate_command(
    model: ModelArgument,
    data: Annotated[list[Path], typer.Argument(help=f"{LABELLED_ROWS} Held out from training.")],
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
    category: CategoryOfModel = None,
    rows: RowSettings,
) -> None:
    """Write a copy of a pipeline with calibrated probabilities and a default threshold.

    Fits scale and shift of the logit to the data (Platt scaling) and chooses the threshold. Beside
    the copy it stores what the data scores, so that reports can tell what to trust.
    """
    with lasting_imports():
        from ...evaluation.calibrate import calibrate
        from ...evaluation.datasets import DEFAULT_SPLITS, read_data_sets
        from ...network.storage import save_network
        from ...pipeline.loading import find_sarcasm, load_scoring_pipeline
        from ...report.trust.store_reference import store_reference_of

    with reported_errors():
        nlp = load_scoring_pipeline(model)
        pipe = find_sarcasm(nlp)
        rows = replace(rows, category=category or pipe.label)
        reports: list[ReadReport] = []
        sets = read_data_sets(data, rows, splits=split or DEFAULT_SPLITS, reports=reports)
        found = calibrate(nlp, sets, maximize=maximize, max_fpr=max_fpr, threshold=threshold)
        if output.suffix == ".npz":
            save_network(pipe.network, output)
        else:
            nlp.to_disk(output)
        texts = [
            (text, float(gold), source or part.name)
            for part in sets
            for text, gold, source in zip(part.texts, part.gold, part.sources, strict=True)
        ]
        reference = store_reference_of(str(output), texts, data, rows)
    for report in reports:
        show_bad_rows(report)
    typer.echo(
        f"{output}: scale {found.scale:.4f}, shift {found.shift:.4f}, threshold "
        f"{found.threshold:.2f}, from {sum(len(part.texts) for part in sets):,} texts"
    )
    if reference is None:
        typer.echo("Too few texts for a reference: reports will have no estimate", err=True)
    else:
        typer.echo(f"{reference}: what these texts score, for reports")
