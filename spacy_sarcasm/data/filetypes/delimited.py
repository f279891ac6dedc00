"""Delimited text, CSV and TSV: reading, rows and writing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from ..columns import check_unique
from ..rows import CHUNK_BYTES, START, Chunk, Position, RowBatch
from ..streams import InputStream, Source, open_source
from .csv_records import BrokenRecord, LineFeed, Record, split_records

DELIMITERS = {"csv": ",", "tsv": "\t"}
SNIFFED = ",;\t|"
SNIFFED_LINES = 20
SNIFFED_BYTES = 1 << 16


class Header(NamedTuple):
    """The first record of a table.

    Attributes:
        end: Where the first row starts.
    """

    columns: tuple[str, ...]
    delimiter: str
    end: Position


class DelimitedBatch:
    """Records of delimited text; see `rows.RowBatch`."""

    def __init__(self, chunk: Chunk, text_column: str | None) -> None:
        records: list[Record] = chunk.rows
        self.columns: Sequence[str] = chunk.columns
        places = {column: place for place, column in enumerate(self.columns)}
        place = places.get(text_column) if text_column is not None else None
        self._places = places
        self.lines: Sequence[int] = [record.line for record in records]
        self.faults: dict[int, str] = {}
        self.broken: dict[int, str] = {}
        self.values: list[Any] = []
        self._records: list[list[str] | None] = []
        for index, (_, fields) in enumerate(records):
            if isinstance(fields, BrokenRecord):
                self.broken[index], self.faults[index] = fields
                self.values.append(None)
                self._records.append(None)
            else:
                self.values.append(None if place is None else fields[place])
                self._records.append(fields)

    def records(self) -> Sequence[dict[str, Any]]:
        """Return the fields of each record by column."""
        return [
            {} if fields is None else dict(zip(self.columns, fields, strict=True))
            for fields in self._records
        ]

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object."""
        keys = [quoted(column) for column in self.columns]
        return [
            "{}"
            if fields is None
            else "{" + ", ".join([f"{k}: {quoted(v)}" for k, v in zip(keys, fields)]) + "}"  # noqa: B905
            for fields in self._records
        ]

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row."""
        chosen = [self._places.get(column) for column in columns]
        for fields in self._records:
            yield [None if fields is None or at is None else fields[at] for at in chosen]


make_rows = DelimitedBatch


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield chunks of records; one without records for a table that has only a header.

    Raises:
        ValueError: Its header cannot be read, two columns have the same name, or a line is too
            long.
    """
    with open_source(source) as stream:
        header, feed = _read_header(source, stream)
        if header is None:
            return
        if not start.offset:
            n_chunks = 0
            for chunk in _cut_records(number, stream, feed, header, size):
                yield chunk
                n_chunks += 1
            if not n_chunks:
                yield Chunk(number, header.end, feed.place, [], stream.tell(), header.columns)
            return
    with open_source(source) as stream:
        stream.skip(start.offset)
        feed = LineFeed(source.name, iter(stream), start)
        yield from _cut_records(number, stream, feed, header, size)


def _cut_records(
    number: int, stream: InputStream, feed: LineFeed, header: Header, size: int
) -> Iterator[Chunk]:
    records: list[Record] = []
    begin = feed.place
    for record in split_records(feed, header.delimiter, len(header.columns)):
        records.append(record)
        if len(records) == size or feed.place.offset - begin.offset >= CHUNK_BYTES:
            yield Chunk(number, begin, feed.place, records, stream.tell(), header.columns)
            records, begin = [], feed.place
            feed.forget_neighbours()
    if records:
        yield Chunk(number, begin, feed.place, records, stream.tell(), header.columns)


def _read_header(source: Source, stream: InputStream) -> tuple[Header | None, LineFeed]:
    lines = iter(stream)
    sample: list[bytes] = []
    while len(sample) < SNIFFED_LINES and sum(map(len, sample)) < SNIFFED_BYTES:
        line = next(lines, b"")
        if not line:
            break
        sample.append(line)
    delimiter = source.delimiter or _find_delimiter(source, sample)
    feed = LineFeed(source.name, chain(sample, lines), START)
    for record in split_records(feed, delimiter, None):
        names = record.fields
        if isinstance(names, BrokenRecord):
            raise ValueError(f"{source.name}, line {record.line}: {names.fault}")
        check_unique(source.name, names)
        return Header(tuple(names), delimiter, feed.place), feed
    return None, feed


def _find_delimiter(source: Source, sample: list[bytes]) -> str:
    """Return what splits the first lines into the same number of columns, at least two."""
    usual = DELIMITERS[source.format]
    if source.format != "csv":
        return usual
    lines = [str(line, "utf-8", "replace") for line in sample]
    best, best_rating = usual, (0.5, 1)
    for delimiter in SNIFFED:
        try:
            records = [record for record in csv.reader(lines, delimiter=delimiter) if record]
        except csv.Error:
            continue
        n_columns = len(records[0]) if records else 0
        if n_columns < 2:
            continue
        # The last record may be cut off.
        rest = records[1:-1] or records[1:]
        share = sum(len(record) == n_columns for record in rest) / len(rest) if rest else 1.0
        if (share, n_columns) > best_rating:
            best, best_rating = delimiter, (share, n_columns)
    return best


def encode_header(columns: Sequence[str], delimiter: str) -> bytes:
    """Return the header of a table."""
    table = _Lines(delimiter)
    table.add(columns)
    return table.to_bytes()


def encode_rows(
    rows: RowBatch,
    columns: Sequence[str],
    added: Mapping[str, Sequence[Any]],
    delimiter: str,
) -> bytes:
    """Return rows with columns added, as lines of a table.

    Args:
        added: The values of the other columns; None is an empty cell.
    """
    table = _Lines(delimiter)
    for cells, more in zip(rows.as_cells(columns), zip(*added.values(), strict=True), strict=True):
        table.add([*cells, *more])
    return table.to_bytes()


class _Lines:
    """Lines of delimited text."""

    def __init__(self, delimiter: str) -> None:
        self.lines: list[str] = []
        # The csv module quotes cells with a carriage return only if its own line ends have one.
        self.add = csv.writer(self, delimiter=delimiter, lineterminator="\r\n").writerow

    def write(self, line: str) -> None:
        self.lines.append(line[:-2] + "\n")

    def to_bytes(self) -> bytes:
        return "".join(self.lines).encode("utf-8", "backslashreplace")
