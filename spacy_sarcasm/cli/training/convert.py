"""``spacy-sarcasm convert``: a labelled corpus as training files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import RowSettings
from ..app import app
from ..errors import reported_errors
from ..options import LABELLED_ROWS, LangOption, reads_rows


@app.command("convert")
@reads_rows("label_column", "positive")
def convert_command(
    source: Annotated[Path, typer.Argument(help=LABELLED_ROWS)],
    output: Annotated[Path, typer.Argument(help="The folder to write to.")],
    *,
    category: Annotated[str, typer.Option(help="The category that gets the gold.")] = "SARCASM",
    lang: LangOption = "en",
    rows: RowSettings,
) -> None:
    """Write a corpus as train.spacy, dev.spacy and test.spacy, and report.json.

    Duplicates are dropped, and the split is frozen: it depends on the text alone. Bad rows are
    counted and listed in the report.
    """
    from ...corpus.convert import convert_corpus
    from ...pipeline.word_limit import blank_pipeline

    with reported_errors():
        report = convert_corpus(source, output, blank_pipeline(lang), category, rows)
    for split, labels in report.splits.items():
        shown = ", ".join(f"{count} {kind}" for kind, count in labels.items())
        typer.echo(f"{output / split}.spacy: {sum(labels.values())} texts ({shown})")
    dropped = ", ".join(f"{count} {reason}" for reason, count in report.dropped.items())
    typer.echo(f"{report.rows} rows read; dropped: {dropped or 'none'}")
    for line, reason in report.bad_lines[:10]:
        typer.echo(f"  line {line}: {reason}")
