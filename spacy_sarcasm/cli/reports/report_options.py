"""Options that the commands about scored corpora share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ScoredInputs = Annotated[
    list[str],
    typer.Argument(
        help="Scored files, as spacy-sarcasm score writes them: .jsonl, .csv or .tsv (also .gz or "
        ".zst) or .parquet; folders; globs.",
        show_default=False,
    ),
]
ScoredTextColumn = Annotated[str, typer.Option(help="The column or key that holds the text.")]
ScoreColumn = Annotated[str, typer.Option(help="The column with the scores.")]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        help="Write a report of all rows to this HTML file too, with JSON beside it.",
        show_default=False,
    ),
]
GroupBy = Annotated[
    str | None,
    typer.Option(
        "--group-by",
        metavar="COLUMN",
        help="The column whose values are groups of rows, compared in the report.",
        show_default=False,
    ),
]
DateColumn = Annotated[
    str | None,
    typer.Option(
        "--date-column",
        metavar="COLUMN",
        help="The column with dates, for the report's figures over time.",
        show_default=False,
    ),
]
