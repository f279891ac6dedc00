"""``spacy-sarcasm convert``: a labelled corpus as training files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .errors import reported_errors


@app.command("convert")
def convert_command(
    source: Annotated[
        Path,
        typer.Argument(
            help="The corpus: the headlines data set or other JSON lines, or .csv or .tsv with a "
            "header; each also with .gz."
        ),
    ],
    output: Annotated[Path, typer.Argument(help="The folder to write to.")],
    *,
    text_column: Annotated[
        str, typer.Option(help="The column or key that holds the text.")
    ] = "headline",
    label_column: Annotated[
        str, typer.Option(help="The one that holds the gold, a number in 0..1.")
    ] = "is_sarcastic",
    label: Annotated[str, typer.Option(help="The category that gets the gold.")] = "SARCASM",
    lang: Annotated[str, typer.Option(help="The language whose tokenizer is used.")] = "en",
) -> None:
    """Write a corpus as train.spacy, dev.spacy and test.spacy, and report.json.

    Duplicates are dropped, and the split is frozen: it hangs on the text alone. Bad lines are
    counted and listed in the report; more than 1% of them is an error.
    """
    import spacy

    from ..corpus.convert import convert_corpus

    with reported_errors():
        report = convert_corpus(
            source,
            output,
            spacy.blank(lang),
            label,
            text_column=text_column,
            label_column=label_column,
        )
    for split, labels in report.splits.items():
        shown = ", ".join(f"{count} {kind}" for kind, count in labels.items())
        typer.echo(f"{output / split}.spacy: {sum(labels.values())} texts ({shown})")
    dropped = ", ".join(f"{count} {reason}" for reason, count in report.dropped.items())
    typer.echo(f"{report.rows} rows read; dropped: {dropped or 'none'}")
    for line, reason in report.bad_lines[:10]:
        typer.echo(f"  line {line}: {reason}")
