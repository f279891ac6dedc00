"""Split delimited text into records, with their positions, and detect quotes that swallow records.

The standard csv module splits the fields. pandas, Polars and pyarrow are faster, but none of them
reports the byte at which a record starts, which resuming needs, or continues after a bad record.
The reason is these two features, not speed.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from ..rows import Position, too_long
from ..streams import MAX_LINE, not_utf8

# How the fault message starts for a record that would swallow others.
OPEN_QUOTE = "a quote that is opened here is not closed properly"
# A field with this many lines that could each be a row has swallowed rows. Two columns need more,
# since texts often have a comma per line; fewer suffice if all start with a number, as the record
# itself does.
SWALLOWED_LINES = 3
SWALLOWED_LINES_OF_TWO = 10
SWALLOWED_NUMBERED_LINES = 2
# With a single column, a record is too long if it has more lines than this and this many times the
# lines of any record before it.
FEW_LINES = 100
TIMES_AS_LONG = 20
MIN_NEIGHBOURS = 10


class BrokenRecord(NamedTuple):
    """Lines that are not a record."""

    raw: str
    fault: str


class Record(NamedTuple):
    """A record.

    Attributes:
        line: The number of its first line.
    """

    line: int
    fields: list[str] | BrokenRecord


class LineFeed:
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

    def __iter__(self) -> LineFeed:
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


def split_records(feed: LineFeed, delimiter: str, n_fields: int | None) -> Iterator[Record]:
    """Yield the records of delimited text, those too that cannot be read.

    Args:
        n_fields: How many fields a record has; None: any number.
    """
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
        if len(fields) == n_fields and len(feed.record) == 1 and feed.fault is None:
            feed.n_records += 1
            yield Record(line, fields)
            continue
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
    feed: LineFeed, delimiter: str, error: csv.Error
) -> tuple[list[str], str | None]:
    """Read a record again whose quotes are not in order; in one line they harm no other row."""
    if len(feed.record) > 1 or "unexpected end" in str(error):
        return [], _open_quote(feed)
    line = str(feed.record[0], "utf-8", "replace")
    try:
        return next(csv.reader([line], delimiter=delimiter)), None
    except csv.Error as again:
        return [], f"the record cannot be read: {again}"


def _open_quote(feed: LineFeed) -> str:
    """Return the message about a quote left open, and take back the lines that it swallowed."""
    n_lines = len(feed.record) - 1
    feed.return_lines(1)
    swallowed = f" and would swallow the next {n_lines:,} lines" if n_lines else ""
    return (
        f"{OPEN_QUOTE}{swallowed}. Close it, or write it "
        'twice ("") in a field in quotes if it belongs to the text'
    )


def _has_swallowed(fields: list[str], feed: LineFeed, delimiter: str) -> bool:
    """Tell whether a record of many lines, though well-formed, looks like many records."""
    if len(fields) == 1:
        most = max(FEW_LINES, TIMES_AS_LONG * feed.most_lines)
        return feed.n_records >= MIN_NEIGHBOURS and len(feed.record) > most
    lines = [str(line, "utf-8", "replace") for line in feed.record[1:]]
    rows = [_fields_of(line, delimiter) for line in lines]
    needed = SWALLOWED_LINES if len(fields) > 2 else SWALLOWED_LINES_OF_TWO
    if fields[0].isdecimal() and all(row and row[0].isdecimal() for row in rows):
        needed = SWALLOWED_NUMBERED_LINES
    # A quote written twice is one within a field, and in order.
    n_alike = sum(
        len(row) == len(fields) and '""' not in line for row, line in zip(rows, lines, strict=True)
    )
    return n_alike >= max(needed, 0.9 * len(rows))


def _fields_of(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        # A carriage return outside quotes, which no record has.
        return []
