"""``spacy-sarcasm convert``: the headlines data set as training files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import app
from .errors import reported_errors


@app.command("convert")
def convert_command(
    source: Annotated[Path, typer.Argument(help="The headlines data set, JSON lines.")],
    output: Annotated[Path, typer.Argument(help="The folder to write to.")],
    label: Annotated[str, typer.Option(help="The category that gets the gold.")] = "SARCASM",
) -> None:
    """Write the headlines data set as train.spacy, dev.spacy and test.spacy.

    Duplicates are dropped, and the split is frozen: it hangs on the headline's text alone.
    """
    import spacy

    from ..corpus.convert import convert_headlines

    with reported_errors():
        counts = convert_headlines(source, output, spacy.blank("en"), label)
    for split, labels in counts.items():
        shown = ", ".join(f"{count} {kind}" for kind, count in labels.items())
        typer.echo(f"{output / split}.spacy: {sum(labels.values())} headlines ({shown})")
