"""Plain text: one text per line. Lines end at line feeds only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any

from ..rows import Chunk, Position, cut_lines, split_lines
from ..streams import Source, open_source

DEFAULT_COLUMN = "text"


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield chunks of whole lines."""
    with open_source(source) as stream:
        stream.skip(start.offset)
        yield from cut_lines(number, stream, size, start)


class LineBatch:
    """Lines of text; see `rows.RowBatch`."""

    def __init__(self, chunk: Chunk, text_column: str | None) -> None:
        self.column = text_column or DEFAULT_COLUMN
        self.columns: Sequence[str] = (self.column,)
        self.faults: dict[int, str] = {}
        self.broken: dict[int, str] = {}
        lines = split_lines(chunk.rows, self.faults, self.broken)
        self.values: list[Any] = [line and line.removesuffix("\r") for line in lines]
        self.lines: Sequence[int] = range(chunk.start.line, chunk.start.line + len(lines))

    def records(self) -> Sequence[dict[str, Any]]:
        """Return each row by column."""
        return [{} if value is None else {self.column: value} for value in self.values]

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object."""
        key = quoted(self.column)
        return ["{}" if v is None else f"{{{key}: {quoted(v)}}}" for v in self.values]

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row."""
        for value in self.values:
            yield [value if column == self.column else None for column in columns]


make_rows = LineBatch
