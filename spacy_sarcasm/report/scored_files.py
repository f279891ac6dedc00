"""Counting files that were scored before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..data.columns import no_column
from ..data.formats import Format, read_chunks, read_rows
from ..data.rows import START, Chunk, RowBatch
from ..data.sources import find_sources
from ..data.streams import Source
from ..scoring.observers import ScoredRows, cells_of
from .counting.chunk_counter import ChunkCounter
from .counting.tally import Tally, TallySettings

_CHUNK_ROWS = 1000


@dataclass(frozen=True)
class ScoredColumns:
    """Where scored files hold what, and how they are read.

    Attributes:
        text_column: The column with the texts.
        score_column: The column with the scores.
        error_column: The column that says why a row has no score; it need not exist.
        input_format: The format of all files; None: as their names tell.
        delimiter: What separates columns; None: found out.
        encoding: The encoding of text files; None: UTF-8, or what a byte-order mark says.
    """

    text_column: str = "text"
    score_column: str = "sarcasm"
    error_column: str = "error"
    input_format: Format | None = None
    delimiter: str | None = None
    encoding: str | None = None

    @property
    def coverage_column(self) -> str:
        """The column with the share of known words, which need not exist."""
        return f"{self.score_column}_coverage"


def count_files(
    inputs: Sequence[str | Path], columns: ScoredColumns, settings: TallySettings
) -> Tally:
    """Count the rows of scored files, in one pass and bounded memory.

    Args:
        inputs: As for `find_sources`.
        columns: Where they hold what.
        settings: What is counted.

    Raises:
        OSError: A file cannot be read.
        ValueError: A column is missing, or a score is not a number in 0..1.

    Example:
        >>> settings = TallySettings(threshold=0.5)
        >>> tally = count_files(["scored.csv"], ScoredColumns(), settings)  # doctest: +SKIP
        >>> tally.total.rows  # doctest: +SKIP
        1000
    """
    tally, count = Tally(settings), ChunkCounter(settings)
    wanted = [one for one in (settings.group_column, settings.date_column) if one is not None]
    for source, chunk, rows in read_scored(inputs, columns, wanted):
        tally.add(count(_scored_rows(source, chunk, rows, columns)))
    if not tally.total.rows:
        raise ValueError("the files hold no rows: score some first, with spacy-sarcasm score")
    return tally


def read_scored(
    inputs: Sequence[str | Path], columns: ScoredColumns, wanted: Sequence[str] = ()
) -> Iterator[tuple[Source, Chunk, RowBatch]]:
    """Yield the chunks of scored files.

    Args:
        inputs: As for `find_sources`.
        columns: Where they hold what.
        wanted: Other columns that every file must have.

    Raises:
        OSError: A file cannot be read.
        ValueError: A column is missing.
    """
    sources = find_sources(
        inputs,
        input_format=columns.input_format,
        text_column=columns.text_column,
        delimiter=columns.delimiter,
        encoding=columns.encoding,
    )
    options = {columns.text_column: "--text-column", columns.score_column: "--output-column"}
    for number, source in enumerate(sources):
        is_first = True
        for chunk in read_chunks(number, source, _CHUNK_ROWS, START):
            rows = read_rows(chunk, source.format, columns.text_column)
            for name in (*options, *wanted) if is_first else ():
                if name not in rows.columns:
                    option = options.get(name, "--group-by or --date-column")
                    raise ValueError(no_column(source.name, [name], rows.columns, option))
            is_first = False
            yield source, chunk, rows


def scores_of(source: Source, rows: RowBatch, columns: ScoredColumns) -> list[float | None]:
    """Return the scores of a chunk, None where there is none.

    Args:
        source: The file.
        rows: The chunk.
        columns: Where it holds what.

    Raises:
        ValueError: A score is not a number in 0..1; the message names file and line.
    """
    cells = cells_of(rows, columns.score_column)
    try:
        return [None if cell is None else _score(cell) for cell in cells]
    except ValueError:
        pass
    for line, cell in zip(rows.lines, cells, strict=True):
        try:
            _score(cell)
        except ValueError as error:
            raise ValueError(
                f"{source.name}, line {line}: {error}. Name the column with the scores with "
                "--output-column"
            ) from None
    raise AssertionError("one of the cells holds no score")


def _score(cell: Any) -> float | None:
    if cell is None or cell == "":
        return None
    try:
        score = float(cell)
    except (TypeError, ValueError):
        raise ValueError(f"expected a score in 0..1, got {cell!r:.60}") from None
    if math.isnan(score):
        return None
    if not 0 <= score <= 1:
        raise ValueError(f"expected a score in 0..1, got {score}")
    return score


def _scored_rows(
    source: Source, chunk: Chunk, rows: RowBatch, columns: ScoredColumns
) -> ScoredRows:
    scores = scores_of(source, rows, columns)
    values = rows.values
    empty = [not isinstance(value, str) or not value or value.isspace() for value in values]
    # Of an empty row there is nothing to count or to show, whatever its score.
    scores = [None if blank else score for blank, score in zip(empty, scores, strict=True)]
    coverage = None
    if columns.coverage_column in rows.columns:
        cells = cells_of(rows, columns.coverage_column)
        coverage = [
            share
            for cell, blank in zip(cells, empty, strict=True)
            if not blank and (share := _score(cell)) is not None
        ]
    failed = sum(
        bool(cell) and not blank
        for cell, blank in zip(cells_of(rows, columns.error_column), empty, strict=True)
    )
    return ScoredRows(
        (chunk.source, *chunk.start),
        values,
        scores,
        coverage,
        sum(empty),
        failed,
        lambda column: cells_of(rows, column),
    )
