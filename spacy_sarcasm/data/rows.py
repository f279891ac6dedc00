"""Chunks of rows, which every format reads, and what scoring and training take from them.

A chunk is what is scored, written and recorded at a time. Its bounds depend on the source and the
chunk size alone, wherever reading starts: scores of a text in another batch differ in their last
digits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, cast

from .streams import MAX_LINE, InputStream, not_utf8

# A chunk ends at this many bytes too, so that long texts do not fill the memory.
CHUNK_BYTES = 4 << 20


class Position(NamedTuple):
    """A place in a source between two rows.

    Attributes:
        offset: Bytes before it, decompressed and as UTF-8; rows for binary formats.
        line: The number of the line (row for binary formats) that comes next, from 1.
    """

    offset: int = 0
    line: int = 1


START = Position()


@dataclass(frozen=True)
class Chunk:
    """Rows that follow one another in a source.

    Attributes:
        source: The number of the source.
        end: Where the next chunk starts.
        bytes_read: Bytes of the file that have been read up to its end.
        columns: The columns, for formats with a header.
    """

    source: int
    start: Position
    end: Position
    rows: Any
    bytes_read: int
    columns: tuple[str, ...] = ()


class RowError(ValueError):
    """A row that stops the run."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(line, fault)
        self.line = line
        self.fault = fault


class RowBatch(Protocol):
    """The rows of a chunk, whatever their format.

    Attributes:
        values: What is in the text column, one value per row.
        lines: The number of each row's line.
        faults: What is wrong with rows that cannot be read, by their index.
        broken: The raw text of lines that are not rows, by their index.
    """

    values: list[Any]
    lines: Sequence[int]
    faults: dict[int, str]
    broken: dict[int, str]

    @property
    def columns(self) -> Sequence[str]:
        """The columns or keys found."""
        ...

    def records(self) -> Sequence[dict[str, Any]]:
        """Return the values of each row by column; none for rows that cannot be read."""
        ...

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object, as it was written where it was JSON."""
        ...

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row; None where there is no value."""
        ...


class RecordBatch:
    """Rows of a format whose values have types; see `RowBatch`."""

    def __init__(
        self, rows: Sequence[dict[str, Any]], lines: Sequence[int], columns: Sequence[str]
    ) -> None:
        self._rows = rows
        self.values: list[Any] = []
        self.lines = lines
        self.columns = columns
        self.faults: dict[int, str] = {}
        self.broken: dict[int, str] = {}

    def records(self) -> Sequence[dict[str, Any]]:
        """Return the values of each row by column."""
        return self._rows

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object."""
        return [to_json(row) for row in self.records()]

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row."""
        for row in self.records():
            yield [as_cell(row.get(column)) for column in columns]


def cut_lines(number: int, stream: InputStream, size: int, start: Position) -> Iterator[Chunk]:
    """Yield chunks of whole lines as bytes.

    Args:
        stream: The source, open at `start`.

    Raises:
        ValueError: A line is longer than MAX_LINE.
    """
    lines: list[bytes] = []
    n_bytes = 0
    for line in stream:
        lines.append(line)
        n_bytes += len(line)
        if len(lines) == size or n_bytes >= CHUNK_BYTES:
            if len(line) > MAX_LINE:
                raise ValueError(too_long(stream.name, start.line + len(lines) - 1))
            end = Position(start.offset + n_bytes, start.line + len(lines))
            yield Chunk(number, start, end, b"".join(lines), stream.tell())
            lines, n_bytes, start = [], 0, end
    if lines:
        end = Position(start.offset + n_bytes, start.line + len(lines))
        yield Chunk(number, start, end, b"".join(lines), stream.tell())


def too_long(name: str, line: int) -> str:
    """Return the message about a line that is too long to hold."""
    return (
        f"{name}, line {line}: the line is longer than {MAX_LINE >> 20} MiB. Expected one row "
        "per line, each line ended by a line feed"
    )


def split_lines(data: bytes, faults: dict[int, str], broken: dict[int, str]) -> list[str | None]:
    """Return lines without their ends, None for each that is not UTF-8.

    Args:
        faults: Takes what is wrong with lines, by their index.
        broken: Takes their raw text.
    """
    data = data.removesuffix(b"\n")
    try:
        return cast(list[str | None], str(data, "utf-8").split("\n"))
    except UnicodeDecodeError:
        pass
    lines: list[str | None] = []
    for index, line in enumerate(data.split(b"\n")):
        try:
            lines.append(str(line, "utf-8"))
        except UnicodeDecodeError as error:
            faults[index] = not_utf8(line, error)
            broken[index] = line.decode("utf-8", "backslashreplace").removesuffix("\r")
            lines.append(None)
    return lines


def as_cell(value: Any) -> str | None:
    """Return a value as the text of a cell: text as it is, other values as JSON, null as None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    value = plain(value)
    return value if isinstance(value, str) else to_json(value)


def to_json(value: Any) -> str:
    """Return a value as JSON: NaN and infinity as null, dates and the like as text."""
    try:
        return json.dumps(value, ensure_ascii=False, default=plain, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=plain)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain(value: Any) -> Any:
    """Return what represents a value that JSON does not have: dates and the like as text."""
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
