"""Labelled texts of a corpus file, read as data, with what is wrong with lines that are not."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

TEXT_COLUMN = "headline"
LABEL_COLUMN = "is_sarcastic"


@dataclass(frozen=True)
class Row:
    """A labelled text.

    Attributes:
        line: Its line in the file, from 1; the last one where it takes several.
        text: The text as the file has it.
        label: Its gold, 0 to 1.
    """

    line: int
    text: str
    label: float


@dataclass(frozen=True)
class BadLine:
    """A line that holds no labelled text.

    Attributes:
        line: Its line in the file, from 1.
        reason: What is wrong with it.
    """

    line: int
    reason: str


def read_rows(
    path: Path, text_column: str = TEXT_COLUMN, label_column: str = LABEL_COLUMN
) -> Iterator[Row | BadLine]:
    """Read a corpus file line by line.

    Args:
        path: ``.csv`` or ``.tsv`` with a header, else JSON lines, an object a line; each also with
            ``.gz``.
        text_column: The column or key that holds the text.
        label_column: The one that holds the gold: a number in 0..1, or true or false.

    Yields:
        What each line holds, in order.

    Raises:
        OSError: The file cannot be read, or its compressed data is damaged.
        ValueError: A CSV file has no such column.
    """
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    try:
        with _open(path) as file:
            if kind in (".csv", ".tsv"):
                lines = _table(
                    file, path, "," if kind == ".csv" else "\t", text_column, label_column
                )
            else:
                lines = _json_lines(file)
            for number, row in lines:
                yield _parse(number, row, text_column, label_column)
    except EOFError as error:
        raise OSError(
            f"'{path}': the compressed data is cut short. Fetch the file again"
        ) from error


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _json_lines(file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, BadLine(number, f"no JSON ({error})")
        else:
            yield number, row


def _table(
    file: IO[bytes], path: Path, delimiter: str, *columns: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    # Bytes that are no UTF-8 spoil their own row only: it is found by the surrogates they become.
    text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    rows = csv.DictReader(text, delimiter=delimiter)
    found = rows.fieldnames or []
    for column in columns:
        if column not in found:
            raise ValueError(
                f"'{path}' has no column '{column}'; its columns are: {', '.join(found)}. Name the "
                "columns that hold text and label by --text-column and --label-column"
            )
    for row in rows:
        yield rows.line_num, row


def _parse(number: int, row: Any, text_column: str, label_column: str) -> Row | BadLine:
    if isinstance(row, BadLine):
        return row
    if not isinstance(row, dict):
        return BadLine(number, f"{row!r:.60} is no JSON object")
    text = row.get(text_column)
    if not isinstance(text, str):
        return BadLine(number, f"'{text_column}' is {text!r}")
    try:
        text.encode()
    except UnicodeEncodeError:
        return BadLine(number, f"'{text_column}' is no valid Unicode")
    label = _label(row.get(label_column))
    if label is None:
        return BadLine(number, f"'{label_column}' is {row.get(label_column)!r}")
    return Row(number, text, label)


def _label(value: Any) -> float | None:
    """The gold as a number; None if it is none in 0..1."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or math.isnan(value) or not 0 <= value <= 1:
        return None
    return float(value)
