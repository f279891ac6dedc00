"""``spacy-sarcasm score``: scores of texts, printed or written to a file."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ...data.formats import Format
from ..app import app
from ..errors import WRONG_USE, fail, printable, reported_errors
from ..options import DelimiterOption, EncodingOption, ModelOption, TextColumn
from ..reports.report_options import DateColumn, GroupBy, ReportFile
from ..startup import lasting_imports
from .printing import print_rows
from .score_options import Missing, OnError, OutputFormat, SortOrder, Unit


@app.command("score")
def score_command(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files: .txt, .jsonl, .json, .csv or .tsv (also .gz or .zst), .parquet or .xlsx; "
            "folders; globs; - for standard input.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", "-t", help="A text to score. May be repeated.", show_default=False),
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
    output_format: Annotated[
        OutputFormat | None,
        typer.Option(
            help="The format to print [default: a table on a terminal, JSON lines otherwise].",
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Print only this many rows: the highest scores, or the first by --sort.",
            show_default=False,
        ),
    ] = None,
    sort: Annotated[
        SortOrder | None,
        typer.Option(
            help="The order of the rows printed: as they come, or by score, highest or lowest "
            "first; with --top or in a table [default: row, or score with --top].",
            show_default=False,
        ),
    ] = None,
    text_column: TextColumn = None,
    output_column: Annotated[str, typer.Option(help="The column for the scores.")] = "sarcasm",
    error_column: Annotated[
        str, typer.Option(help="The column for the errors of rows that are kept without a score.")
    ] = "error",
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Add a column OUTPUT-COLUMN_label: 1 from this score on, else 0.",
            show_default=False,
        ),
    ] = None,
    missing: Annotated[
        Missing,
        typer.Option(
            help="The score of rows without a text or without a known word: none (null), or 0 "
            "(zero)."
        ),
    ] = Missing.NULL,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage",
            help="Add a column OUTPUT-COLUMN_coverage: the share of each text's words that the "
            "network knows.",
        ),
    ] = False,
    by: Annotated[
        Unit,
        typer.Option(
            help="Score whole texts, or write a row for each sentence, which takes the place of "
            "the text."
        ),
    ] = Unit.TEXT,
    source_file: Annotated[
        bool, typer.Option("--source-file", help="Add a column source_file: each row's file.")
    ] = False,
    on_error: Annotated[
        OnError,
        typer.Option(help="Stop at a row that cannot be scored, or keep it without a score."),
    ] = OnError.STOP,
    input_format: Annotated[
        Format | None,
        typer.Option(
            help="The format of all inputs [default: by their names, or their first line].",
            show_default=False,
        ),
    ] = None,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing output.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")] = False,
    n_process: Annotated[int, typer.Option(min=1, help="The number of worker processes.")] = 1,
    batch_size: Annotated[
        int, typer.Option(min=1, help="The number of rows scored at a time.")
    ] = 1000,
    report: ReportFile = None,
    group_by: GroupBy = None,
    date_column: DateColumn = None,
) -> None:
    """Score texts for sarcasm: a probability from 0 to 1 for each.

    With --output, writes all columns of the inputs and the score to a file, which appears once it
    is complete; --resume continues an interrupted run. Without it, prints a table on a terminal
    and JSON Lines otherwise.
    """
    texts, given = text or [], inputs or []
    _check_use(
        {
            "nothing to score. Give texts by --text, files, or - for standard input": not (
                texts or given
            ),
            "--overwrite and --resume are for files: name one by --output": output is None
            and (overwrite or resume),
            "--top, --sort and --output-format are for printing: leave out --output": output
            is not None
            and bool(top or sort or output_format),
            "--top prints a table or JSON lines: leave out --output-format": top is not None
            and output_format not in (None, OutputFormat.JSONL),
            "--report is for files: name the scored file by --output": report is not None
            and output is None,
            "--group-by and --date-column are for a report: name one by --report": report is None
            and (group_by is not None or date_column is not None),
        }
    )
    with reported_errors():
        for one in texts:
            _check_text(one)
        with lasting_imports():
            from ...data.columns import TEXT_COLUMNS
            from ...data.sources import find_sources, partial_folder, text_source
            from ...scoring.bulk.layout import SOURCE_COLUMN, ScoreSettings
            from ...scoring.bulk.score_files import score_files
            from ...scoring.bulk.scored_stream import ScoredStream
        settings = ScoreSettings(
            text_column=text_column,
            output_column=output_column,
            error_column=error_column,
            threshold=threshold,
            on_error=on_error.value,
            batch_size=batch_size,
            missing=missing.value,
            source_column=SOURCE_COLUMN if source_file else None,
            coverage=coverage,
            by=by.value,
        )
        given_texts = [text_source(texts, text_column or TEXT_COLUMNS[0])] if texts else []
        if output is None:
            found = find_sources(
                given,
                input_format=input_format,
                text_column=text_column,
                delimiter=delimiter,
                encoding=encoding,
            )
            stream = ScoredStream(
                [*given_texts, *found],
                model=model,
                settings=settings,
                output_format=Format(output_format or OutputFormat.JSONL),
                n_process=n_process,
            )
            is_table = output_format is None and sys.stdout.isatty()
            columns = [output_column, *([settings.coverage_column] if coverage else [])]
            print_rows(stream, columns, sort, top, is_table=is_table)
            for note in stream.counts.unfamiliar_note():
                typer.echo(note, err=True)
            return
        writer = None
        if report is not None:
            with lasting_imports():
                from ...report.report_writer import ReportWriter
            writer = ReportWriter(
                report,
                model,
                threshold=threshold,
                group_column=group_by,
                date_column=date_column,
            )
        try:
            summary = score_files(
                given,
                output,
                model=writer.pipeline if writer else model,
                **asdict(settings),
                input_format=input_format,
                delimiter=delimiter,
                encoding=encoding,
                more_sources=given_texts,
                n_process=n_process,
                overwrite=overwrite,
                resume=resume,
                show_progress=True,
                observer=None if writer is None else writer.observer,
            )
        except KeyboardInterrupt:
            if partial_folder(output).exists():
                folder = partial_folder(output)
                typer.echo(f"The work so far is in '{folder}': pass --resume to continue", err=True)
            raise
        typer.echo(printable(str(summary)), err=True)
        if writer is not None:
            made = writer.write(summary, [*given, *["--text"] * bool(texts)], settings)
            typer.echo(printable(f"{report}: {made['verdict']['sentence']}"), err=True)


def _check_use(wrong: dict[str, bool]) -> None:
    """End the command with the first of some messages that is true."""
    for message, is_so in wrong.items():
        if is_so:
            fail(message, WRONG_USE)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the text {text!r} is not valid Unicode: pass it as UTF-8") from None
