"""The rows of a chunk: their texts, and the rows themselves as JSON and as cells of a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any, Protocol, cast

from .chunks import BOM, BrokenRecord, Chunk, CsvRecord, not_utf8
from .formats import Format

_DECODER = json.JSONDecoder()
# Python refuses to make a number of more than 4,300 digits. As text they are kept.
_LENIENT_DECODER = json.JSONDecoder(parse_int=str)
_JSON_SPACE = " \t\r\n"


class RowError(ValueError):
    """A row stops the run.

    Attributes:
        line: The number of its line.
        fault: What is wrong with it and what to do.
    """

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(line, fault)
        self.line = line
        self.fault = fault


class Rows(Protocol):
    """The rows of a chunk.

    Attributes:
        values: What stands where the text should, one a row.
        lines: The number of each row's line.
        faults: What was wrong with rows that could not be read, by their index.
        broken: The raw text of lines that are no rows, by their index.
    """

    values: list[Any]
    lines: Sequence[int]
    faults: dict[int, str]
    broken: dict[int, str]

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object, as it was written where it was JSON."""
        ...

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row; None where there is no value.

        Args:
            columns: The columns wanted.
        """
        ...


class TextRows:
    """Lines of text."""

    def __init__(self, chunk: Chunk, text_column: str) -> None:
        self.text_column = text_column
        self.values: list[Any]
        self.faults: dict[int, str] = {}
        self.broken: dict[int, str] = {}
        self.values = _split(chunk, self.faults, self.broken)
        self.values = [value and value.removesuffix("\r") for value in self.values]
        self.lines: Sequence[int] = range(chunk.start.line, chunk.start.line + len(self.values))

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object."""
        key = quoted(self.text_column)
        return ["{}" if v is None else f"{{{key}: {quoted(v)}}}" for v in self.values]

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row.

        Args:
            columns: The columns wanted.
        """
        for value in self.values:
            yield [value if column == self.text_column else None for column in columns]


class JsonRows:
    """Lines of JSON. Blank ones are no rows."""

    def __init__(self, chunk: Chunk, text_column: str) -> None:
        self.values: list[Any] = []
        self.faults: dict[int, str] = {}
        self.broken: dict[int, str] = {}
        self.objects: list[dict[str, Any]] = []
        self._written: list[str] = []
        faults: dict[int, str] = {}
        broken: dict[int, str] = {}
        numbers: list[int] = []
        for index, line in enumerate(_split(chunk, faults, broken)):
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
                if fault is None and text_column not in found:
                    fault = f"the row has no '{text_column}'"
                    self.faults[row] = f"{fault}, its keys are: {', '.join(found) or 'none'}"
                elif fault is not None:
                    self.faults[row], self.broken[row] = fault, written
                if not found:
                    written = "{}"
            self.values.append(found.get(text_column))
            numbers.append(chunk.start.line + index)
            self.objects.append(found)
            self._written.append(written)
        self.lines: Sequence[int] = numbers

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object."""
        return self._written

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row.

        Args:
            columns: The columns wanted.
        """
        known = set(columns)
        for line, row in zip(self.lines, self.objects, strict=True):
            if not row.keys() <= known:
                extra = next(key for key in row if key not in known)
                raise RowError(
                    line,
                    f"the key '{extra}' is not in the first rows of the inputs, and a table has "
                    "the same columns everywhere. Write .jsonl, which keeps each row's own keys",
                )
            yield [as_cell(row.get(column)) for column in columns]


class CsvRows:
    """Records of a CSV file."""

    def __init__(self, chunk: Chunk, text_column: str) -> None:
        records = cast(list[CsvRecord], chunk.rows)
        place = chunk.columns.index(text_column)
        self.columns = chunk.columns
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
                self.values.append(fields[place])
                self._records.append(fields)

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
        places = {column: place for place, column in enumerate(self.columns)}
        chosen = [places.get(column) for column in columns]
        for fields in self._records:
            yield [None if fields is None or at is None else fields[at] for at in chosen]


def read_rows(chunk: Chunk, format: Format, text_column: str) -> Rows:
    """Return the rows of a chunk.

    Args:
        chunk: The chunk.
        format: How its source is laid out.
        text_column: The column with the texts.
    """
    if format == Format.TEXT:
        return TextRows(chunk, text_column)
    if format == Format.JSONL:
        return JsonRows(chunk, text_column)
    if format == Format.PARQUET:
        from .parquet import ParquetRows

        return ParquetRows(chunk, text_column)
    return CsvRows(chunk, text_column)


def as_cell(value: Any) -> str | None:
    """Return a value as the text of a cell: texts as they are, others as JSON, null as None."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _split(chunk: Chunk, faults: dict[int, str], broken: dict[int, str]) -> list[Any]:
    """Return the lines of a chunk without their ends, None for one that is not UTF-8."""
    data = cast(bytes, chunk.rows)
    if chunk.start.line == 1:
        data = data.removeprefix(BOM)
    data = data.removesuffix(b"\n")
    try:
        return list(str(data, "utf-8").split("\n"))
    except UnicodeDecodeError:
        pass
    lines: list[Any] = []
    for index, line in enumerate(data.split(b"\n")):
        try:
            lines.append(str(line, "utf-8"))
        except UnicodeDecodeError as error:
            faults[index] = not_utf8(line, error)
            broken[index] = line.decode("utf-8", "backslashreplace").removesuffix("\r")
            lines.append(None)
    return lines


def _parse(line: str) -> tuple[Any, str | None]:
    """Return the object on a line, and what is wrong where there is none."""
    try:
        found, end = _DECODER.raw_decode(line)
    except json.JSONDecodeError as error:
        return {}, f"not JSON: {error.msg} at position {error.pos + 1}"
    except RecursionError:
        return {}, "not JSON that can be read: it is nested too deeply"
    except ValueError:
        found, end = _LENIENT_DECODER.raw_decode(line)
    if end != len(line):
        return {}, f"not JSON: more follows the value that ends at position {end}"
    if not isinstance(found, dict):
        return {}, f"expected a JSON object on the line, got a {_json_name(found)}"
    return found, None


def _json_name(value: Any) -> str:
    return {list: "list", str: "string", bool: "boolean", type(None): "null"}.get(
        type(value), "number"
    )
