"""``spacy-sarcasm reference``: what labelled texts score, stored with the weights for reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import OnError, ReadReport, RowSettings
from ..app import app
from ..errors import reported_errors
from ..options import (
    CategoryOption,
    DelimiterOption,
    EncodingOption,
    LabelColumn,
    ModelArgument,
    OnErrorOption,
    SourceColumn,
    TextColumn,
    show_bad_rows,
)
from ..startup import lasting_imports


@app.command("reference")
def reference_command(
    model: ModelArgument,
    data: Annotated[
        list[Path],
        typer.Argument(
            help="Labelled rows held out of training, of all kinds and sources: .jsonl, .csv or "
            ".tsv (also .gz or .zst), .parquet, .xlsx or .spacy."
        ),
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
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    source_column: SourceColumn = "source",
    kind_column: Annotated[
        str, typer.Option(help="The column or key that says what kind of text a row is.")
    ] = "kind",
    category: CategoryOption = None,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    on_error: OnErrorOption = OnError.SKIP,
) -> None:
    """Store with the weights what labelled texts score, so that reports can say what to trust.

    Run it again after every change of the weights or their calibration.
    """
    with reported_errors():
        with lasting_imports():
            from ...pipeline.component_settings import DEFAULT_LABEL
            from ...report.trust.store_reference import store_reference
        settings = RowSettings(
            text_column=text_column,
            label_column=label_column,
            source_column=source_column,
            category=category or DEFAULT_LABEL,
            delimiter=delimiter,
            encoding=encoding,
            on_error=on_error,
        )
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
