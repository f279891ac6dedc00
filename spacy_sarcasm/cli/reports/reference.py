"""``spacy-sarcasm reference``: what labelled texts score, stored with the weights for reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import ReadReport, RowSettings
from ..app import app
from ..errors import reported_errors
from ..options import LABELLED_ROWS, CategoryOfModel, ModelArgument, reads_rows, show_bad_rows
from ..startup import lasting_imports


@app.command("reference")
@reads_rows("label_column", "source_column")
def reference_command(
    model: ModelArgument,
    data: Annotated[
        list[Path],
        typer.Argument(help=f"{LABELLED_ROWS} Held out of training, of all kinds and sources."),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write [default: beside the weights, where reports look for it].",
            show_default=False,
        ),
    ] = None,
    kind_column: Annotated[
        str, typer.Option(help="The column or key that says what kind of text a row is.")
    ] = "kind",
    category: CategoryOfModel = None,
    rows: RowSettings,
) -> None:
    """Store with the weights what labelled texts score, so that reports can say what to trust.

    Run it again after every change of the weights or their calibration.
    """
    with reported_errors():
        with lasting_imports():
            from ...pipeline.component_settings import DEFAULT_LABEL
            from ...report.trust.store_reference import store_reference
        settings = replace(rows, category=category or DEFAULT_LABEL)
        reports: list[ReadReport] = []
        reference, path = store_reference(
            model, data, settings, kind_column=kind_column, output=output, reports=reports
        )
    for report in reports:
        show_bad_rows(report)
    for kind in reference.kinds:
        others, sarcastic = kind.counts.sum(axis=(0, 2)).tolist()
        typer.echo(
            f"{kind.name}: {sarcastic:,} sarcastic texts and {others:,} others of "
            f"{len(kind.sources):,} sources"
        )
    typer.echo(f"{path}: {path.stat().st_size / 1000:.0f} kB")
