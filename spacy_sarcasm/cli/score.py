"""``spacy-sarcasm score``: scores of texts, printed or written to a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .errors import WRONG_USE, fail, printable, reported_errors
from .options import ModelOption
from .startup import lasting_imports


class InputFormat(StrEnum):
    """The kinds of files that are read."""

    TEXT = "text"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"


class OnError(StrEnum):
    """What becomes of a row that cannot be scored."""

    KEEP = "keep"
    STOP = "stop"


@app.command("score")
def score_command(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files with a text a line, .jsonl, .csv, .tsv or .parquet files (the text kinds "
            "also .gz or .zst), folders, globs; - for standard input.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", "-t", help="A text to score; may be repeated.", show_default=False),
    ] = None,
    model: ModelOption = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write: .jsonl, .csv, .tsv (also .gz or .zst) or .parquet "
            "[default: print the scores].",
            show_default=False,
        ),
    ] = None,
    text_column: Annotated[str, typer.Option(help="The column or key with the texts.")] = "text",
    output_column: Annotated[str, typer.Option(help="The column for the scores.")] = "sarcasm",
    error_column: Annotated[
        str, typer.Option(help="The column for what is wrong with rows that are kept unscored.")
    ] = "error",
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Add a column OUTPUT-COLUMN_label: 1 from this score on, else 0.",
            show_default=False,
        ),
    ] = None,
    on_error: Annotated[
        OnError, typer.Option(help="Stop at a row that cannot be scored, or keep it unscored.")
    ] = OnError.STOP,
    input_format: Annotated[
        InputFormat | None,
        typer.Option(
            help="The kind of all inputs [default: by their names, else text].",
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an output that exists.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted run ended.")
    ] = False,
    n_process: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    batch_size: Annotated[int, typer.Option(min=1, help="Rows scored at a time.")] = 1000,
) -> None:
    """Score texts for sarcasm: a probability from 0 to 1 for each.

    With --output, writes all columns of the inputs and the score to a file, which gets its name
    when it is whole; an interrupted run goes on by --resume. Without it, prints a table on a
    terminal, and JSON lines when piped.
    """
    texts, given = text or [], inputs or []
    if not texts and not given:
        fail("nothing to score. Give texts by --text, files, or - for standard input", WRONG_USE)
    if output is None and (overwrite or resume):
        fail("--overwrite and --resume are for files: name one by --output", WRONG_USE)
    with reported_errors():
        for one in texts:
            _check_text(one)
        with lasting_imports():
            from ..data.formats import Format
            from ..data.sources import find_sources, partial_folder, text_source
            from ..scoring.bulk.layout import Options
            from ..scoring.bulk.score_files import score_files, score_to_jsonl
        options = Options(
            text_column=text_column,
            output_column=output_column,
            error_column=error_column,
            threshold=threshold,
            on_error=on_error.value,
            chunk_rows=batch_size,
        )
        given_texts = [text_source(texts, text_column)] if texts else []
        kind = None if input_format is None else Format(input_format.value)
        if output is None:
            sources = [*given_texts, *find_sources(given, input_format=kind)]
            lines = score_to_jsonl(sources, model=model, options=options, n_process=n_process)
            _print_scores(lines, text_column, output_column)
            return
        try:
            summary = score_files(
                given,
                output,
                model=model,
                options=options,
                input_format=kind,
                more_sources=given_texts,
                n_process=n_process,
                overwrite=overwrite,
                resume=resume,
                show_progress=True,
            )
        except KeyboardInterrupt:
            if partial_folder(output).exists():
                folder = partial_folder(output)
                typer.echo(f"The work so far is in '{folder}': pass --resume to continue", err=True)
            raise
        typer.echo(printable(str(summary)), err=True)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the text {text!r} is not valid Unicode: pass it as UTF-8") from None


def _print_scores(lines: Iterable[bytes], text_column: str, output_column: str) -> None:
    """Print scores as they come: rows of a table on a terminal, else JSON lines."""
    if not sys.stdout.isatty():
        for some in lines:
            sys.stdout.buffer.write(some)
            sys.stdout.buffer.flush()
        return
    width = len(output_column)
    for i, line in enumerate(line for some in lines for line in some.splitlines()):
        if i == 0:
            typer.secho(f"{output_column}  {text_column}", bold=True)
        row = json.loads(line)
        score, text = row[output_column], row.get(text_column)
        # Control characters would move the cursor, or worse.
        shown = "".join(char if char.isprintable() else " " for char in str(text))
        typer.echo(f"{'' if score is None else format(score, '.3f'):>{width}}  {shown}")
