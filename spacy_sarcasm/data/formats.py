"""The formats of files with rows of text: one module for each, and what picks it.

A module in ``filetypes`` has ``read_chunks``, which cuts a source into chunks of rows, and
``make_rows``, which makes a `rows.RowBatch` of a chunk. A new format is a module like that, a
member of `Format`, and an entry each in `SUFFIXES` and `_MODULES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from .columns import listed
from .filetypes import delimited, docbin, jsonl, parquet, plain_text, spreadsheet
from .rows import Chunk, Position, RowBatch
from .streams import Compression, Source


class Format(StrEnum):
    """A format of files with rows of text."""

    TEXT = "text"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    XLSX = "xlsx"
    SPACY = "spacy"


SUFFIXES = {
    ".txt": Format.TEXT,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.JSONL,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".parquet": Format.PARQUET,
    ".xlsx": Format.XLSX,
    ".spacy": Format.SPACY,
}
# They cannot be read from a pipe, and are not compressed as a whole.
BINARY = {Format.PARQUET, Format.XLSX, Format.SPACY}
WRITABLE = {Format.JSONL, Format.CSV, Format.TSV, Format.PARQUET}


class _ReadChunks(Protocol):
    def __call__(
        self, number: int, source: Source, size: int, start: Position
    ) -> Iterator[Chunk]: ...


class _MakeRows(Protocol):
    def __call__(self, chunk: Chunk, text_column: str | None) -> RowBatch: ...


class _FormatModule(Protocol):
    @property
    def read_chunks(self) -> _ReadChunks: ...

    @property
    def make_rows(self) -> _MakeRows: ...


_MODULES: dict[str, _FormatModule] = {
    Format.TEXT: plain_text,
    Format.JSONL: jsonl,
    Format.CSV: delimited,
    Format.TSV: delimited,
    Format.PARQUET: parquet,
    Format.XLSX: spreadsheet,
    Format.SPACY: docbin,
}


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield the chunks of a source.

    Args:
        size: Rows per chunk.
        start: Where to start: START, or where a chunk ended.

    Raises:
        OSError: The file cannot be read, or its compression is damaged.
        ValueError: It cannot be read as its format.
    """
    return _MODULES[source.format].read_chunks(number, source, size, start)


def read_rows(chunk: Chunk, format: str, text_column: str | None) -> RowBatch:
    """Return the rows of a chunk."""
    return _MODULES[format].make_rows(chunk, text_column)


def check_texts(source: Source, rows: RowBatch, text_column: str) -> None:
    """Check that the column chosen for its texts does not hold numbers.

    Args:
        rows: Its first rows, read for that column.

    Raises:
        ValueError: All of at least two values are numbers, and there are other columns.
    """
    held = [value for value in rows.values if value is not None and value != ""]
    # Elsewhere numbers have a type of their own.
    may_be_text = source.format in {Format.CSV, Format.TSV, Format.XLSX}
    if len(held) < 2 or len(rows.columns) < 2 or source.format == Format.TEXT:
        return
    if all(_is_number(value, may_be_text) for value in held):
        raise ValueError(
            f"the column '{text_column}' of {source.name} holds numbers, not texts; its columns "
            f"are: {listed(rows.columns)}. Name the column with the texts with --text-column"
        )


def _is_number(value: object, may_be_text: bool) -> bool:
    if not isinstance(value, str):
        return isinstance(value, int | float)
    try:
        float(value)
    except ValueError:
        return False
    return may_be_text


def tell_format(path: Path) -> tuple[Format | None, Compression | None]:
    """Return the format and the compression that a file's name tells; None for unknown ones.

    Args:
        path: The file, which need not exist.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    compression = None
    if suffixes and suffixes[-1][1:] in set(Compression):
        compression = Compression(suffixes.pop()[1:])
    return (SUFFIXES.get(suffixes[-1]) if suffixes else None), compression


def tell_output_format(path: Path) -> tuple[Format, Compression | None]:
    """Return the format and the compression of a file to be written.

    Raises:
        ValueError: Its name tells no format that can be written.
    """
    kind, compression = tell_format(path)
    if kind is None or kind not in WRITABLE or (kind == Format.PARQUET and compression):
        raise ValueError(
            f"the output '{path}' has to end in .jsonl, .csv, .tsv (each also .gz or .zst) or "
            ".parquet, which says how it is written"
        )
    return kind, compression
