"""Scored rows on standard output: as they are, sorted, or as a short table on a terminal."""

from __future__ import annotations

import heapq
import itertools
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from .score_options import SortOrder

if TYPE_CHECKING:
    from ...scoring.bulk.scored_stream import ScoredStream

MAX_TABLE_ROWS = 100


def print_rows(
    stream: ScoredStream,
    columns: list[str],
    sort: SortOrder | None,
    top: int | None,
    *,
    is_table: bool,
) -> None:
    """Print scored rows, as a table or as they are.

    Args:
        stream: The rows.
        columns: The columns with numbers, the scores first.
        sort: The order. None: that of the rows, or with `top` the highest scores first.
        top: The number of rows. None: all, or the first hundred of a table.
        is_table: Whether to print a table.

    Raises:
        ValueError: All rows would have to be sorted.
    """
    order = sort or (SortOrder.ROW if top is None else SortOrder.SCORE)
    if is_table:
        # None: there are no rows.
        print_table(_split_rows(stream), stream.settings.text_column or "", columns, order, top)
    elif order == SortOrder.ROW:
        _print_bytes(stream if top is None else itertools.islice(_split_rows(stream), top))
    elif top is None:
        raise ValueError("--sort would hold all rows in memory: say with --top N how many to print")
    else:
        _print_bytes(_first_rows(_split_rows(stream), columns[0], order, top))


def _print_bytes(data: Iterable[bytes]) -> None:
    for some in data:
        sys.stdout.buffer.write(some)
        sys.stdout.buffer.flush()


def print_table(
    rows: Iterable[bytes],
    text_column: str,
    columns: list[str],
    order: SortOrder = SortOrder.ROW,
    top: int | None = None,
) -> None:
    """Print rows as they come, or the first in an order, and say if there are more.

    Args:
        rows: Rows as JSON.
        text_column: The column with the texts.
        columns: The columns with numbers, the scores first.
        order: The order of the rows.
        top: The number of rows. None: the first hundred.
    """
    # One more tells whether there are more.
    shown = top or MAX_TABLE_ROWS
    if order == SortOrder.ROW:
        found = list(itertools.islice(rows, shown + 1))
    else:
        found = _first_rows(rows, columns[0], order, shown + 1)
    for index, line in enumerate(_table_lines(found[:shown], text_column, columns)):
        typer.echo(line if index else typer.style(line, bold=True))
    if top is None and len(found) > shown:
        typer.echo(
            f"Only the first {shown:,} rows are shown. Pass --top N for the N highest scores, "
            "--sort score to sort them, or --output FILE for all rows",
            err=True,
        )


def _split_rows(data: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of JSON Lines.

    Args:
        data: Any number of whole lines at a time.
    """
    for some in data:
        # Not splitlines: JSON may have carriage returns between its values.
        yield from (line + b"\n" for line in some.split(b"\n") if line)


def _first_rows(lines: Iterable[bytes], column: str, order: SortOrder, count: int) -> list[bytes]:
    """Return the first rows in an order; those without a score come last.

    Holds `count` rows at a time.

    Args:
        lines: All rows as JSON.
        column: The column of the scores.
        order: By score, highest or lowest first; rows of the same score keep their order.
        count: The number of rows.
    """
    sign = 1 if order == SortOrder.SCORE_ASCENDING else -1

    def place(line: bytes) -> float:
        found = json.loads(line)[column]
        return math.inf if found is None else sign * float(found)

    return heapq.nsmallest(count, lines, key=place)


def _table_lines(
    lines: Iterable[bytes], text_column: str, number_columns: Sequence[str]
) -> Iterator[str]:
    """Yield the lines of a table, its header first.

    Args:
        lines: The rows as JSON.
        text_column: The column with the texts, which comes last.
        number_columns: The columns with numbers.
    """
    for index, line in enumerate(lines):
        if index == 0:
            yield "  ".join([*number_columns, text_column])
        row = json.loads(line)
        # Control characters would move the cursor, or worse.
        text = "".join(char if char.isprintable() else " " for char in str(row.get(text_column)))
        numbers = [
            f"{'' if row[name] is None else format(row[name], '.3f'):>{len(name)}}"
            for name in number_columns
        ]
        yield "  ".join([*numbers, text])
