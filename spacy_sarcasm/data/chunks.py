"""Sources cut into chunks of rows, the same chunks wherever reading starts.

A chunk is what is scored, written and taken note of at a time. Its bounds hang on the source and
the chunk size alone: scores of a text in another batch differ in their last digits.
"""

from __future__ import annotations

import csv
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from .formats import DELIMITERS, Format, decompressing
from .sources import Source

if TYPE_CHECKING:
    import pyarrow as pa

# A chunk ends at so many bytes too, so that long texts do not fill the memory.
CHUNK_BYTES = 4 << 20
# The csv module's own limit, 128 KiB, is too little for articles.
FIELD_LIMIT = 16 << 20
BOM = b"\xef\xbb\xbf"


class Position(NamedTuple):
    """A place in a source between two rows.

    Attributes:
        offset: Bytes before it, decompressed; rows for Parquet.
        line: The number of the line (row for Parquet) that comes next, from 1.
    """

    offset: int = 0
    line: int = 1


START = Position()


class BrokenRecord(NamedTuple):
    """Lines of a CSV file that are no record.

    Attributes:
        raw: The lines.
        fault: What is wrong with them.
    """

    raw: str
    fault: str


class CsvRecord(NamedTuple):
    """A record of a CSV file.

    Attributes:
        line: The number of its first line.
        fields: Its fields.
    """

    line: int
    fields: list[str] | BrokenRecord


@dataclass(frozen=True)
class Chunk:
    """Rows that follow one another in a source.

    Attributes:
        source: The number of the source.
        start: Where it starts.
        end: Where the next chunk starts.
        rows: Whole lines, records, or a batch of Arrow's.
        bytes_read: Bytes of the file that have been read up to its end.
        columns: The columns of a CSV file.
    """

    source: int
    start: Position
    end: Position
    rows: bytes | list[CsvRecord] | pa.RecordBatch
    bytes_read: int
    columns: tuple[str, ...] = ()


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield the chunks of a source.

    Args:
        number: The number of the source.
        source: The source.
        size: Rows of a chunk.
        start: Where to start: START, or where a chunk ended.

    Raises:
        OSError: The file cannot be read, or its compression is damaged.
        ValueError: It has no header, or is no Parquet file.
    """
    if source.format == Format.PARQUET:
        from .parquet import read_parquet_chunks

        yield from read_parquet_chunks(number, source, size, start)
        return
    read = _csv_chunks if source.format in DELIMITERS else _line_chunks
    with open_source(source) as stream:
        yield from read(number, source, stream, size, start)


@dataclass
class InputStream:
    """An open source.

    Attributes:
        lines: Its content, decompressed.
        raw: The file as it is.
    """

    lines: BinaryIO
    raw: BinaryIO

    def tell(self) -> int:
        """Return how many bytes of the file have been read; 0 for a pipe."""
        return self.raw.tell() if self.raw.seekable() else 0

    def skip(self, n_bytes: int) -> None:
        """Read on without a look at what is read."""
        if self.lines is self.raw and self.raw.seekable():
            self.raw.seek(n_bytes, 1)
            return
        while n_bytes and (block := self.lines.read(min(n_bytes, 1 << 20))):
            n_bytes -= len(block)


@contextmanager
def open_source(source: Source) -> Iterator[InputStream]:
    """Open a source of one of the text kinds.

    Args:
        source: The source.

    Yields:
        The open source.

    Raises:
        OSError: It cannot be read, or its compression is damaged.
    """
    with ExitStack() as stack:
        raw: BinaryIO
        if source.content is not None:
            raw = io.BytesIO(source.content)
        elif source.path is None:
            raw = sys.stdin.buffer
        else:
            raw = stack.enter_context(source.path.open("rb", buffering=1 << 18))
        try:
            yield InputStream(decompressing(raw, source.compression, stack), raw)
        except (EOFError, zlib.error) as error:
            raise OSError(f"{source.name} is damaged or cut short: {error}") from error
        except OSError as error:
            if error.filename is not None:
                raise
            raise OSError(f"{source.name} cannot be read: {error}") from error


def _line_chunks(
    number: int, source: Source, stream: InputStream, size: int, start: Position
) -> Iterator[Chunk]:
    stream.skip(start.offset)
    lines: list[bytes] = []
    n_bytes = 0
    # Iterating over bytes splits at \n only.
    for line in stream.lines:
        lines.append(line)
        n_bytes += len(line)
        if len(lines) == size or n_bytes >= CHUNK_BYTES:
            end = Position(start.offset + n_bytes, start.line + len(lines))
            yield Chunk(number, start, end, b"".join(lines), stream.tell())
            lines, n_bytes, start = [], 0, end
    if lines:
        end = Position(start.offset + n_bytes, start.line + len(lines))
        yield Chunk(number, start, end, b"".join(lines), stream.tell())


def _csv_chunks(
    number: int, source: Source, stream: InputStream, size: int, start: Position
) -> Iterator[Chunk]:
    header, first = read_header(source, stream)
    place = first
    if start.offset:
        stream.skip(start.offset - first.offset)
        place = start
    feed = _CsvFeed(stream.lines, place)
    columns = tuple(header)
    records: list[CsvRecord] = []
    begin = place
    for record in _read_records(feed, DELIMITERS[source.format], len(columns)):
        records.append(record)
        if len(records) == size or feed.place.offset - begin.offset >= CHUNK_BYTES:
            yield Chunk(number, begin, feed.place, records, stream.tell(), columns)
            records, begin = [], feed.place
    if records:
        yield Chunk(number, begin, feed.place, records, stream.tell(), columns)


def read_header(source: Source, stream: InputStream) -> tuple[list[str], Position]:
    """Read the first record of a CSV file.

    Args:
        source: The file.
        stream: The same, open at its start.

    Returns:
        The names of the columns, and where the first row starts.

    Raises:
        ValueError: They cannot be read, or two columns have the same name.
    """
    # Offsets do not count the mark; `skip` goes by their difference.
    first = stream.lines.readline().removeprefix(BOM)
    feed = _CsvFeed(chain([first] if first else [], stream.lines), START)
    for record in _read_records(feed, DELIMITERS[source.format], None):
        names = record.fields
        if isinstance(names, BrokenRecord):
            raise ValueError(f"{source.name}, line {record.line}: {names.fault}")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{source.name} has several columns called '{twice[0]}': rename them")
        return names, feed.place
    return [], feed.place


class _CsvFeed:
    """Hands lines to the csv module, which takes no more than it needs, and keeps the place."""

    def __init__(self, lines: Any, place: Position) -> None:
        self.lines = iter(lines)
        self.place = place
        self.record: list[bytes] = []
        self.fault: str | None = None

    def __iter__(self) -> _CsvFeed:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.record.append(line)
        self.place = Position(self.place.offset + len(line), self.place.line + 1)
        try:
            return str(line, "utf-8")
        except UnicodeDecodeError as error:
            self.fault = self.fault or not_utf8(line, error)
            return str(line, "utf-8", "replace")

    def take(self) -> tuple[str, str | None]:
        """Return the lines since the last call, and what is wrong with their bytes."""
        raw, fault = b"".join(self.record), self.fault
        self.record, self.fault = [], None
        return raw.decode("utf-8", "backslashreplace").rstrip("\r\n"), fault


def not_utf8(line: bytes, error: UnicodeDecodeError) -> str:
    """Return a message that names the first byte of a line that is not UTF-8."""
    return (
        f"byte {line[error.start]:#04x} at position {error.start + 1} is not UTF-8. Convert the "
        "text to UTF-8 first"
    )


def _read_records(feed: _CsvFeed, delimiter: str, n_fields: int | None) -> Iterator[CsvRecord]:
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
    reader = csv.reader(feed, delimiter=delimiter)
    while True:
        line = feed.place.line
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raw, _ = feed.take()
            yield CsvRecord(line, BrokenRecord(raw, f"the record cannot be read: {error}"))
            continue
        if not fields:
            # A blank line, which is no record.
            feed.record = []
            continue
        if feed.fault is None and (n_fields is None or len(fields) == n_fields):
            feed.record = []
            yield CsvRecord(line, fields)
            continue
        raw, fault = feed.take()
        fault = fault or f"expected {n_fields} fields as in the header, got {len(fields)}"
        yield CsvRecord(line, BrokenRecord(raw, fault))
