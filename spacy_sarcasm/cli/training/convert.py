"""``spacy-sarcasm convert``: a labelled corpus as training files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import OnError, RowSettings
from ..app import app
from ..errors import reported_errors
from ..options import DelimiterOption, EncodingOption, LabelColumn, OnErrorOption, TextColumn


@app.command("convert")
def convert_command(
    source: Annotated[
        Path,
        typer.Argument(
            help="Labelled rows: .jsonl, .json, .csv or .tsv (each also .gz or .zst), .parquet, "
            ".xlsx or .spacy."
        ),
    ],
    output: Annotated[Path, typer.Argument(help="The folder to write to.")],
    *,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    positive: Annotated[
        str | None,
        typer.Option(
            help="The label that means sarcastic, where labels are words; all others mean not.",
            show_default=False,
        ),
    ] = None,
    category: Annotated[str, typer.Option(help="The category that gets the gold.")] = "SARCASM",
    lang: Annotated[str, typer.Option(help="The language whose tokenizer is used.")] = "en",
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    on_error: OnErrorOption = OnError.SKIP,
) -> None:
    """Write a corpus as train.spacy, dev.spacy and test.spacy, and report.json.

    Duplicates are dropped, and the split is frozen: it depends on the text alone. Bad rows are
    counted and listed in the report.
    """
    from ...corpus.convert import convert_corpus
    from ...pipeline.word_limit import blank_pipeline

    settings = RowSettings(
        text_column=text_column,
        label_column=label_column,
        positive=positive,
        delimiter=delimiter,
        encoding=encoding,
        on_error=on_error,
    )
    with reported_errors():
        report = convert_corpus(source, output, blank_pipeline(lang), category, settings)
    for split, labels in report.splits.items():
        shown = ", ".join(f"{count} {kind}" for kind, count in labels.items())
        typer.echo(f"{output / split}.spacy: {sum(labels.values())} texts ({shown})")
    dropped = ", ".join(f"{count} {reason}" for reason, count in report.dropped.items())
    typer.echo(f"{report.rows} rows read; dropped: {dropped or 'none'}")
    for line, reason in report.bad_lines[:10]:
        typer.echo(f"  line {line}: {reason}")
