"""Delimited text, CSV and TSV: reading, rows and writing.

The standard csv module splits the records. pandas, Polars and pyarrow split faster, but none of
them says at which byte a record starts, which resuming needs, or goes on after a bad record.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from .rows import CHUNK_BYTES, START, Chunk, Position, RowBatch, check_unique, too_long
from .streams import MAX_LINE, InputStream, Source, not_utf8, open_source

DELIMITERS = {"csv": ",", "tsv": "\t"}
SNIFFED = ",;\t|"
SNIFFED_LINES = 20
SNIFFED_BYTES = 1 << 16
# How the fault of a record starts that would swallow others.
OPEN_QUOTE = "a quote that is opened here is not closed properly"
# Lines within a field that could each be a row: so many of them are rows that it swallowed. Two
# columns need more, since many a text has a comma per line; fewer will do if all start with a
# number as the record itself does.
SWALLOWED_LINES = 3
SWALLOWED_LINES_OF_TWO = 10
SWALLOWED_NUMBERED_LINES = 2
# Where there is one column, a record is too long that has more lines than this, and this many
# times the lines of any record before it.
FEW_LINES = 100
TIMES_AS_LONG = 20
MIN_NEIGHBOURS = 10


class BrokenRecord(NamedTuple):
    """Lines that are not a record.

    Attributes:
        raw: The lines.
        fault: What is wrong with them.
    """

    raw: str
    fault: str


class Record(NamedTuple):
    """A record.

    Attributes:
        line: The number of its first line.
        fields: Its fields.
    """

    line: int
    fields: list[str] | BrokenRecord


class Header(NamedTuple):
    """The first record of a table.

    Attributes:
        columns: The names of the columns.
        delimiter: What separates them.
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
        """Yield the cells of each row.

        Args:
            columns: The columns wanted.
        """
        chosen = [self._places.get(column) for column in columns]
        for fields in self._records:
            yield [None if fields is None or at is None else fields[at] for at in chosen]


make_rows = DelimitedBatch


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield chunks of records; one without records for a table that has only a header.

    Args:
        number: The number of the source.
        source: The source.
        size: Rows per chunk.
        start: Where to start.

    Raises:
        OSError: It cannot be read.
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
        feed = _LineFeed(source.name, iter(stream), start)
        yield from _cut_records(number, stream, feed, header, size)


def _cut_records(
    number: int, stream: InputStream, feed: _LineFeed, header: Header, size: int
) -> Iterator[Chunk]:
    records: list[Record] = []
    begin = feed.place
    for record in _read_records(feed, header.delimiter, len(header.columns)):
        records.append(record)
        if len(records) == size or feed.place.offset - begin.offset >= CHUNK_BYTES:
            yield Chunk(number, begin, feed.place, records, stream.tell(), header.columns)
            records, begin = [], feed.place
            feed.forget_neighbours()
    if records:
        yield Chunk(number, begin, feed.place, records, stream.tell(), header.columns)


def _read_header(source: Source, stream: InputStream) -> tuple[Header | None, _LineFeed]:
    lines = iter(stream)
    sample: list[bytes] = []
    while len(sample) < SNIFFED_LINES and sum(map(len, sample)) < SNIFFED_BYTES:
        line = next(lines, b"")
        if not line:
            break
        sample.append(line)
    delimiter = source.delimiter or _find_delimiter(source, sample)
    feed = _LineFeed(source.name, chain(sample, lines), START)
    for record in _read_records(feed, delimiter, None):
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


class _LineFeed:
    """Hands lines to the csv module, which takes no more than it needs, and keeps the place."""

    def __init__(self, name: str, lines: Iterator[bytes], place: Position) -> None:
        self.name = name
        self.place = place
        self._lines = lines
        self._returned: deque[bytes] = deque()
        # The lines of the record that is being read, and what is wrong with their bytes.
        self.record: list[bytes] = []
        self.fault: str | None = None
        self.forget_neighbours()

    def __iter__(self) -> _LineFeed:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        if len(line) > MAX_LINE:
            raise ValueError(too_long(self.name, self.place.line))
        self.record.append(line)
        self.place = Position(self.place.offset + len(line), self.place.line + 1)
        try:
            return str(line, "utf-8")
        except UnicodeDecodeError as error:
            self.fault = self.fault or not_utf8(line, error)
            return str(line, "utf-8", "replace")

    def start_record(self) -> None:
        """Forget the lines of the last record, and what was wrong with their bytes."""
        self.record = []
        self.fault = None

    def return_lines(self, kept: int) -> None:
        """Take back all lines of the record but the first ones, to read them as records."""
        back = self.record[kept:]
        self._returned.extendleft(reversed(back))
        self.record = self.record[:kept]
        offset = self.place.offset - sum(map(len, back))
        self.place = Position(offset, self.place.line - len(back))

    def take_raw(self) -> str:
        """Return the text of the record's lines."""
        raw = b"".join(self.record)
        return raw.decode("utf-8", "backslashreplace").rstrip("\r\n")

    def forget_neighbours(self) -> None:
        """Forget the lengths of earlier records: chunks must not depend on one another."""
        self.n_records = 0
        self.most_lines = 1


def _read_records(feed: _LineFeed, delimiter: str, n_fields: int | None) -> Iterator[Record]:
    # The csv module's own limit, 128 KiB, is too little for articles.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))
    # Strict: otherwise a quote that is left open swallows what follows, unnoticed.
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        line = feed.place.line
        feed.start_record()
        fields: list[str] = []
        fault = None
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fields, fault = _read_leniently(feed, delimiter, error)
        # A blank line is not a record.
        if not fields and fault is None:
            continue
        if fault is None and len(feed.record) > 1 and _has_swallowed(fields, feed, delimiter):
            fault = _open_quote(feed)
        fault = fault or feed.fault
        if fault is None and n_fields is not None and len(fields) != n_fields:
            fault = f"expected {n_fields} fields as in the header, got {len(fields)}"
            # A quote may be the cause: the lines after the first may be records.
            feed.return_lines(1)
        feed.n_records += 1
        feed.most_lines = max(feed.most_lines, len(feed.record))
        yield Record(line, BrokenRecord(feed.take_raw(), fault) if fault else fields)


def _read_leniently(
    feed: _LineFeed, delimiter: str, error: csv.Error
) -> tuple[list[str], str | None]:
    """Read a record again whose quotes are not in order; in one line they harm no other row."""
    if len(feed.record) > 1 or "unexpected end" in str(error):
        return [], _open_quote(feed)
    line = str(feed.record[0], "utf-8", "replace")
    try:
        return next(csv.reader([line], delimiter=delimiter)), None
    except csv.Error as again:
        return [], f"the record cannot be read: {again}"


def _open_quote(feed: _LineFeed) -> str:
    """Return the message about a quote left open, and take back the lines that it swallowed."""
    n_lines = len(feed.record) - 1
    feed.return_lines(1)
    swallowed = f" and would swallow the next {n_lines:,} lines" if n_lines else ""
    return (
        f"{OPEN_QUOTE}{swallowed}. Close it, or write it "
        'twice ("") in a field in quotes if it belongs to the text'
    )


def _has_swallowed(fields: list[str], feed: _LineFeed, delimiter: str) -> bool:
    """Tell whether a record of many lines, though well-formed, looks like many records."""
    if len(fields) == 1:
        most = max(FEW_LINES, TIMES_AS_LONG * feed.most_lines)
        return feed.n_records >= MIN_NEIGHBOURS and len(feed.record) > most
    lines = [str(line, "utf-8", "replace") for line in feed.record[1:]]
    rows = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
    needed = SWALLOWED_LINES if len(fields) > 2 else SWALLOWED_LINES_OF_TWO
    if fields[0].isdecimal() and all(row and row[0].isdecimal() for row in rows):
        needed = SWALLOWED_NUMBERED_LINES
    n_alike = sum(len(row) == len(fields) for row in rows)
    return n_alike >= max(needed, 0.9 * len(rows))


def encode_header(columns: Sequence[str], delimiter: str) -> bytes:
    """Return the header of a table.

    Args:
        columns: The names of its columns.
        delimiter: What separates them.
    """
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
        rows: The rows.
        columns: The columns of the rows.
        added: The values of the other columns; None is an empty cell.
        delimiter: What separates columns.
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
