"""JSON lines, and arrays of JSON objects: reading, rows and writing."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any

from ..rows import (
    CHUNK_BYTES,
    Chunk,
    Position,
    RowBatch,
    RowError,
    as_cell,
    cut_lines,
    split_lines,
)
from ..streams import MAX_LINE, InputStream, Source, open_source, peek

_DECODER = json.JSONDecoder()
# Python refuses to make a number of more than 4,300 digits. As text they are kept.
LENIENT_DECODER = json.JSONDecoder(parse_int=str)
_LITERAL_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_JSON_SPACE = " \t\r\n"
_SPACES = re.compile(rf"[{_JSON_SPACE}]*")


class JsonBatch:
    """Lines or array elements of JSON; see `rows.RowBatch`. Blank lines are not rows."""

    def __init__(self, chunk: Chunk, text_column: str | None) -> None:
        self.values: list[Any] = []
        self.faults: dict[int, str] = {}
        self.broken: dict[int, str] = {}
        self.objects: list[dict[str, Any]] = []
        self.written: list[str] = []
        faults: dict[int, str] = {}
        broken: dict[int, str] = {}
        numbers: list[int] = []
        if isinstance(chunk.rows, bytes):
            lines = split_lines(chunk.rows, faults, broken)
            line_of: Sequence[int] = range(chunk.start.line, chunk.start.line + len(lines))
        else:
            lines = split_lines(b"\n".join(row for _, row in chunk.rows), faults, broken)
            line_of = [line for line, _ in chunk.rows]
        for index, line in enumerate(lines):
            written = line.strip(_JSON_SPACE) if line is not None else "{}"
            if not written:
                continue
            row = len(self.values)
            found: Any = {}
            if index in faults:
                self.faults[row], self.broken[row] = faults[index], broken[index]
                written = "{}"
            else:
                found, fault = _parse(written)
                if fault is not None:
                    self.faults[row], self.broken[row] = fault, written
                elif text_column is not None and text_column not in found:
                    keys = ", ".join(found) or "none"
                    self.faults[row] = f"the row has no '{text_column}', its keys are: {keys}"
                if not found:
                    written = "{}"
            self.values.append(found.get(text_column))
            numbers.append(line_of[index])
            self.objects.append(found)
            self.written.append(written)
        self.lines: Sequence[int] = numbers

    @property
    def columns(self) -> Sequence[str]:
        """The keys found."""
        return list(dict.fromkeys(key for row in self.objects for key in row))

    def records(self) -> Sequence[dict[str, Any]]:
        """Return the object on each line."""
        return self.objects

    def as_json(self) -> Sequence[str]:
        """Return each row as it was written."""
        return self.written

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row.

        Raises:
            RowError: A row has a key that is not among them.
        """
        known = set(columns)
        for index, row in enumerate(self.objects):
            if not row.keys() <= known:
                extra = next(key for key in row if key not in known)
                raise RowError(
                    self.lines[index],
                    f"the key '{extra}' is not in the first rows of the inputs, and a table has "
                    "the same columns everywhere. Write .jsonl, which keeps each row's own keys",
                )
            yield [self._cell(index, column, row.get(column)) for column in columns]

    def _cell(self, index: int, column: str, value: Any) -> str | None:
        if isinstance(value, float) and not math.isfinite(value):
            # As it was written: a number such as 1e999 is infinite to Python only.
            literal = _LITERAL_DECODER.decode(self.written[index])[column]
            return literal if literal[-1].isdigit() else None
        return as_cell(value)


make_rows = JsonBatch


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield chunks of lines, or of the elements of an array.

    Raises:
        ValueError: A line is too long, or an array is broken.
    """
    with open_source(source) as stream:
        is_array = peek(stream.lines, 64).lstrip().startswith(b"[")
        stream.skip(start.offset)
        yield from (_cut_array if is_array else cut_lines)(number, stream, size, start)


def _cut_array(number: int, stream: InputStream, size: int, start: Position) -> Iterator[Chunk]:
    reader = _ArrayReader(stream, start)
    rows: list[tuple[int, bytes]] = []
    for row in reader.elements():
        rows.append(row)
        if len(rows) == size or reader.place.offset - start.offset >= CHUNK_BYTES:
            yield Chunk(number, start, reader.place, rows, stream.tell())
            rows, start = [], reader.place
    if rows:
        yield Chunk(number, start, reader.place, rows, stream.tell())


class _ArrayReader:
    """Finds the elements of a JSON array, of which it holds one at a time.

    Bytes are read as Latin-1, so that characters and bytes are counted alike. JSON's own signs are
    ASCII; what else strings hold does not matter here.
    """

    def __init__(self, stream: InputStream, start: Position) -> None:
        self.place = start
        self._stream = stream
        self._text = ""
        self._at = 0
        self._is_whole = False

    def elements(self) -> Iterator[tuple[int, bytes]]:
        """Yield each element on one line, with the number of the line where it starts."""
        is_first = self.place.offset == 0
        if is_first:
            self._next_sign()
            self._at += 1
        while True:
            sign = self._next_sign()
            if sign == "]":
                break
            if not is_first:
                if sign != ",":
                    raise self._error("expected a comma or ] after an element of the array")
                self._at += 1
                self._next_sign()
            is_first = False
            end = self._end_of_element()
            # Line feeds outside strings are white space, and none is within.
            element = self._text[self._at : end].replace("\n", " ").encode("latin-1")
            line = self._line()
            self._take(end)
            yield line, element
        self._at += 1
        if self._next_sign():
            raise self._error(
                "more follows the array that ends here. Expected one array, or one "
                "JSON object per line"
            )

    def _line(self) -> int:
        return self.place.line + self._text.count("\n", 0, self._at)

    def _error(self, fault: str) -> ValueError:
        return ValueError(f"{self._stream.name}, line {self._line()}: {fault}")

    def _take(self, end: int) -> None:
        lines = self.place.line + self._text.count("\n", 0, end)
        self.place = Position(self.place.offset + end, lines)
        self._text, self._at = self._text[end:], 0

    def _read_more(self) -> bool:
        block = self._stream.lines.read(max(1 << 16, len(self._text)))
        self._is_whole = not block
        self._text += block.decode("latin-1")
        return bool(block)

    def _next_sign(self) -> str:
        """Go to the next character that is not white space; empty at the end."""
        while True:
            self._at = skip_space(self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_more():
                return ""

    def _end_of_element(self) -> int:
        while True:
            fault = ""
            try:
                end = _DECODER.raw_decode(self._text, self._at)[1]
            except json.JSONDecodeError as error:
                fault = f"not JSON: {error.msg}"
            except RecursionError:
                fault = "not JSON that can be read: it is nested too deeply"
            except ValueError:
                end = LENIENT_DECODER.raw_decode(self._text, self._at)[1]
            if not fault and (end < len(self._text) or self._is_whole):
                return end
            if self._is_whole or len(self._text) - self._at > MAX_LINE or not self._read_more():
                raise self._error(fault or "the array is not closed")


def skip_space(text: str, at: int) -> int:
    """Return the place of the next character that is not JSON's white space."""
    return _SPACES.match(text, at).end()  # type: ignore[union-attr]


def _parse(line: str) -> tuple[Any, str | None]:
    """Return the object on a line, and what is wrong where there is none."""
    try:
        found, end = _DECODER.raw_decode(line)
    except json.JSONDecodeError as error:
        return {}, f"not JSON: {error.msg} at position {error.pos + 1}"
    except RecursionError:
        return {}, "not JSON that can be read: it is nested too deeply"
    except ValueError:
        found, end = LENIENT_DECODER.raw_decode(line)
    if end != len(line):
        return {}, f"not JSON: more follows the value that ends at position {end}"
    if not isinstance(found, dict):
        return {}, f"expected a JSON object on the line, got a {_json_name(found)}"
    return found, None


def _json_name(value: Any) -> str:
    return {list: "list", str: "string", bool: "boolean", type(None): "null"}.get(
        type(value), "number"
    )


def encode_rows(
    rows: RowBatch, added: Mapping[str, Sequence[Any]], sparse: Collection[str] = ()
) -> bytes:
    """Return rows with values added, as lines of JSON.

    Args:
        rows: The rows; each is written as it was, its brace opened again, so every value survives.
        added: The values to add, by key: texts, numbers or None.
        sparse: Those of the keys that rows without a value do not get.
    """
    heads = ["{" if row == "{}" else f"{row[:-1]}, " for row in rows.as_json()]
    parts = [heads]
    for number, (name, values) in enumerate(added.items()):
        key = f"{', ' if number else ''}{quoted(name)}: "
        null = "" if name in sparse else f"{key}null"
        parts.append([null if value is None else key + _literal(value) for value in values])
    return "".join([f"{''.join(row)}}}\n" for row in zip(*parts, strict=True)]).encode(
        "utf-8", "backslashreplace"
    )


def _literal(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else repr(value)
