"""Spreadsheets, ``.xlsx``: the active sheet, whose first row names the columns, by openpyxl."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...extras import require
from ..columns import check_unique
from ..rows import Chunk, Position, RecordBatch, plain
from ..streams import EXTRA, Source


class SheetBatch(RecordBatch):
    """Rows of a sheet."""

    def __init__(self, chunk: Chunk, text_column: str | None) -> None:
        rows = [dict(zip(chunk.columns, cells, strict=False)) for _, cells in chunk.rows]
        super().__init__(rows, [line for line, _ in chunk.rows], chunk.columns)
        texts = [None if text_column is None else row.get(text_column) for row in rows]
        # A title such as 1984 is a number to a spreadsheet.
        self.values = [value if value is None else str(plain(value)) for value in texts]


make_rows = SheetBatch


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield chunks of the rows of the active sheet; blank rows are left out.

    Args:
        start: Where to start, in rows of the sheet.

    Raises:
        ValueError: It is not such a file, or two columns have the same name.
    """
    with _open(source) as sheet:
        rows = sheet.iter_rows(values_only=True)
        names = _trimmed(next(rows, ()))
        columns = tuple(
            f"column {place}" if name is None else str(plain(name))
            for place, name in enumerate(names, start=1)
        )
        if not columns:
            return
        check_unique(source.name, columns)
        total = max(sheet.max_row or 1, 1)
        first = max(start.offset, 1)
        begin = at = Position(first, first + 1)
        taken: list[tuple[int, tuple[Any, ...]]] = []
        n_chunks = 0
        for cells in sheet.iter_rows(min_row=first + 1, values_only=True):
            if any(cell is not None for cell in cells):
                taken.append((at.line, cells))
            at = Position(at.offset + 1, at.line + 1)
            if len(taken) == size:
                read = min(source.size, source.size * at.offset // total)
                yield Chunk(number, begin, at, taken, read, columns)
                n_chunks += 1
                taken, begin = [], at
        if taken or not (n_chunks or start.offset):
            yield Chunk(number, begin, at, taken, source.size, columns)


def _trimmed(cells: tuple[Any, ...]) -> list[Any]:
    found = list(cells)
    while found and found[-1] is None:
        found.pop()
    return found


@contextmanager
def _open(source: Source) -> Iterator[Any]:
    openpyxl = require("openpyxl", EXTRA, "reading .xlsx files")
    if source.path is None:
        raise ValueError(f"{source.name} cannot be read as .xlsx: give the name of a file")
    with source.path.open("rb") as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheet = book.active
        except Exception as error:
            # zipfile, XML parsers and openpyxl raise many kinds of exceptions here.
            raise ValueError(f"{source.name} is not a whole .xlsx file: {error}") from error
        if sheet is None or not hasattr(sheet, "iter_rows"):
            raise ValueError(f"{source.name} has no sheet with cells")
        try:
            yield sheet
        finally:
            book.close()
