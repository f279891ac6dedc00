"""``spacy-sarcasm report``: what a scored corpus looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...data.formats import Format
from ..app import app
from ..errors import printable, reported_errors
from ..options import DelimiterOption, EncodingOption, ModelOption
from ..startup import lasting_imports
from .report_options import DateColumn, GroupBy, ScoreColumn, ScoredInputs, ScoredTextColumn


@app.command("report")
def report_command(
    inputs: ScoredInputs,
    model: ModelOption = None,
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The HTML file to write. A JSON file is written beside it."
        ),
    ] = Path("report.html"),
    group_by: GroupBy = None,
    date_column: DateColumn = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Count scores from this one on as sarcastic [default: the model's threshold].",
            show_default=False,
        ),
    ] = None,
    text_column: ScoredTextColumn = "text",
    output_column: ScoreColumn = "sarcasm",
    error_column: Annotated[
        str, typer.Option(help="The column with the errors of rows without a score, if any.")
    ] = "error",
    input_format: Annotated[
        Format | None,
        typer.Option(help="The format of all files [default: by their names].", show_default=False),
    ] = None,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    seed: Annotated[int, typer.Option(min=0, help="The seed of the random examples.")] = 0,
) -> None:
    """Write a report of files that were scored before, as one HTML page with JSON beside it.

    The page says what the scores look like, and whether they can be trusted on these texts. Its
    size does not depend on the number of rows. To make it while scoring, use score --report.
    """
    with reported_errors():
        with lasting_imports():
            from ...report.make_report import report_files
            from ...report.scored_files import ScoredColumns
        columns = ScoredColumns(
            text_column=text_column,
            score_column=output_column,
            error_column=error_column,
            input_format=input_format,
            delimiter=delimiter,
            encoding=encoding,
        )
        report = report_files(
            inputs,
            output,
            columns=columns,
            model=model,
            threshold=threshold,
            group_column=group_by,
            date_column=date_column,
            seed=seed,
        )
        typer.echo(report["verdict"]["sentence"])
        typer.echo(printable(f"{report['rows']['all']:,} rows: {output}"), err=True)
