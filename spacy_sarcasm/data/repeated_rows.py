"""Rows repeated with other texts, as a table by sentence needs them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from json.encoder import encode_basestring as quoted
from typing import Any

from .filetypes.jsonl import LENIENT_DECODER, JsonBatch, skip_space
from .filetypes.parquet import ParquetBatch, as_array
from .rows import START, Chunk, Position, RowBatch, to_json


def repeat_rows(
    rows: RowBatch, owners: Sequence[int], texts: Sequence[str | None], text_column: str
) -> RowBatch:
    """Return rows repeated, with other texts; whatever else they hold stays as it was written.

    Args:
        rows: The rows.
        owners: The number of the row that each new one repeats.
        texts: The new texts; None: the text stays.
        text_column: The column with the texts.

    Example:
        >>> repeat_rows(rows, [0, 0, 1], ["Oh great.", "A meeting.", None], "text")
        ... # doctest: +SKIP
    """
    if isinstance(rows, JsonBatch):
        return _repeat_json(rows, owners, texts, text_column)
    if isinstance(rows, ParquetBatch):
        return _repeat_parquet(rows, owners, texts, text_column)
    return RepeatedRows(rows, owners, texts, text_column)


class RepeatedRows:
    """Rows repeated with other texts; see `rows.RowBatch`."""

    def __init__(
        self, rows: RowBatch, owners: Sequence[int], texts: Sequence[str | None], text_column: str
    ) -> None:
        self._rows, self._owners, self._texts, self._column = rows, owners, texts, text_column
        self.columns: Sequence[str] = rows.columns
        self.values: list[Any] = []
        self.lines: Sequence[int] = []
        self.faults: dict[int, str] = {}
        self.broken: dict[int, str] = {}
        _set_common(self, rows, owners, texts)

    def records(self) -> Sequence[dict[str, Any]]:
        """Return the values of each row by column."""
        records = self._rows.records()
        return [
            records[owner] if text is None else {**records[owner], self._column: text}
            for owner, text in zip(self._owners, self._texts, strict=True)
        ]

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object."""
        return [to_json(record) for record in self.records()]

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row."""
        cells = list(self._rows.as_cells(columns))
        place = list(columns).index(self._column) if self._column in columns else None
        for owner, text in zip(self._owners, self._texts, strict=True):
            row = list(cells[owner])
            if text is not None and place is not None:
                row[place] = text
            yield row


def _set_common(
    new: Any, rows: RowBatch, owners: Sequence[int], texts: Sequence[str | None]
) -> None:
    new.values = [
        rows.values[owner] if text is None else text
        for owner, text in zip(owners, texts, strict=True)
    ]
    new.lines = [rows.lines[owner] for owner in owners]
    for name in ("faults", "broken"):
        found = getattr(rows, name)
        kept = {place: found[owner] for place, owner in enumerate(owners) if owner in found}
        setattr(new, name, kept)


def _repeat_json(
    rows: JsonBatch, owners: Sequence[int], texts: Sequence[str | None], text_column: str
) -> JsonBatch:
    new = copy.copy(rows)
    _set_common(new, rows, owners, texts)
    new.objects, new.written = [], []
    around = ("", "")
    seen = -1
    for owner, text in zip(owners, texts, strict=True):
        if text is None:
            new.objects.append(rows.objects[owner])
            new.written.append(rows.written[owner])
            continue
        if owner != seen:
            around, seen = _around_value(rows.written[owner], text_column), owner
        new.objects.append({**rows.objects[owner], text_column: text})
        new.written.append(quoted(text).join(around))
    return new


def _around_value(written: str, key: str) -> tuple[str, str]:
    """Return what stands before and after the value of a key of a JSON object.

    Of a key that is there twice, it is the last value, as for Python's parser.
    """
    found = (0, 0)
    at = skip_space(written, 1)
    while written[at] != "}":
        name, at = scanstring(written, at + 1)
        start = skip_space(written, skip_space(written, at) + 1)
        _, at = LENIENT_DECODER.raw_decode(written, start)
        if name == key:
            found = (start, at)
        at = skip_space(written, at)
        if written[at] == ",":
            at = skip_space(written, at + 1)
    return written[: found[0]], written[found[1] :]


def take_rows(column: Any, owners: Any) -> Any:
    """Return rows of an Arrow column.

    Args:
        column: The column.
        owners: The number of each row, as an Arrow array.
    """
    import pyarrow as pa

    try:
        return column.take(owners)
    except pa.ArrowNotImplementedError:
        # String views have no such kernel.
        return column.cast(pa.large_string()).take(owners).cast(column.type)


def _repeat_parquet(
    rows: ParquetBatch, owners: Sequence[int], texts: Sequence[str | None], text_column: str
) -> ParquetBatch:
    import pyarrow as pa

    numbers = pa.array(owners, pa.int64())
    place = rows.batch.schema.get_field_index(text_column)
    kept = rows.column_values(text_column)
    values = [
        kept[owner] if text is None else text for owner, text in zip(owners, texts, strict=True)
    ]
    has_new = any(text is not None for text in texts)
    arrays = [
        as_array(values, column.type) if has_new and at == place else take_rows(column, numbers)
        for at, column in enumerate(rows.batch.columns)
    ]
    batch = pa.RecordBatch.from_arrays(arrays, schema=rows.batch.schema)
    chunk = Chunk(0, START, Position(len(batch), len(batch) + 1), batch, 0, tuple(rows.columns))
    new = ParquetBatch(chunk, text_column)
    _set_common(new, rows, owners, texts)
    return new
