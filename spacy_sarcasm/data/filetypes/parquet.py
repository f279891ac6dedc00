"""Parquet: reading, rows and writing, by pyarrow."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from ...extras import require
from ..columns import check_unique
from ..rows import Chunk, Position, RecordBatch, RowBatch
from ..streams import EXTRA, Source

if TYPE_CHECKING:
    import pyarrow as pa

# A row group ends at this many rows or bytes in memory, whichever comes first.
GROUP_ROWS = 50_000
GROUP_BYTES = 64 << 20


def read_schema(source: Source) -> pa.Schema:
    """Return the schema of a Parquet file."""
    with _open(source) as file:
        schema = file.schema_arrow
    check_unique(source.name, schema.names)
    return schema


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield the chunks of a Parquet file; none crosses the end of a row group.

    Args:
        start: Where to start, in rows.

    Raises:
        ValueError: It is not a Parquet file, or two columns have the same name.
    """
    import pyarrow as pa

    with _open(source) as file:
        schema = file.schema_arrow
        check_unique(source.name, schema.names)
        columns = tuple(schema.names)
        total = file.metadata.num_rows
        if not total and not start.offset:
            empty = pa.RecordBatch.from_pylist([], schema=schema)
            yield Chunk(number, start, start, empty, 0, columns)
        at = Position()
        for group in range(file.metadata.num_row_groups):
            end_of_group = at.offset + file.metadata.row_group(group).num_rows
            if end_of_group <= start.offset:
                at = Position(end_of_group, end_of_group + 1)
                continue
            for batch in file.iter_batches(batch_size=size, row_groups=[group]):
                end = Position(at.offset + len(batch), at.line + len(batch))
                if at.offset >= start.offset and len(batch):
                    n_bytes = source.size * end.offset // total
                    yield Chunk(number, at, end, batch, n_bytes, columns)
                at = end


def _open(source: Source) -> Any:
    pq = require("pyarrow.parquet", EXTRA, "reading and writing Parquet")
    import pyarrow as pa

    try:
        # Buffered and not read ahead: a row group may be larger than the memory.
        return pq.ParquetFile(source.path, pre_buffer=False, buffer_size=1 << 20)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{source.name} is not a whole Parquet file: {error}") from error


class ParquetBatch(RecordBatch):
    """A batch of rows of a Parquet file."""

    def __init__(self, chunk: Chunk, text_column: str | None) -> None:
        super().__init__([], range(chunk.start.line, chunk.end.line), chunk.columns)
        self.batch = cast("pa.RecordBatch", chunk.rows)
        place = chunk.columns.index(text_column) if text_column in chunk.columns else None
        self.values = [None] * len(self.lines) if place is None else self._column(place)

    def records(self) -> Sequence[dict[str, Any]]:
        """Return the values of each row by column."""
        columns = [self._column(place) for place in range(len(self.columns))]
        return [
            dict(zip(self.columns, values, strict=True)) for values in zip(*columns, strict=True)
        ]

    def column_values(self, name: str) -> list[Any]:
        """Return the values of one column.

        Args:
            name: The column, one of `columns`.
        """
        return self._column(self.columns.index(name))

    def _column(self, place: int) -> list[Any]:
        column = self.batch.column(place)
        try:
            return cast(list[Any], column.to_pylist())
        except (ValueError, OverflowError):
            return [_value(scalar) for scalar in column]


make_rows = ParquetBatch


def _value(scalar: Any) -> Any:
    """Return a value, as text where Python has none such: bad UTF-8, dates after 9999."""
    import pyarrow as pa

    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        pass
    except (ValueError, OverflowError):
        try:
            return str(scalar.cast(pa.string()))
        except (pa.ArrowException, ValueError, OverflowError):
            return str(scalar)
    try:
        # Lone surrogates, which no text to be scored may have.
        return scalar.as_buffer().to_pybytes().decode("utf-8", "surrogateescape")
    except AttributeError:
        return str(scalar.type)


def table_schema(
    sources: Sequence[tuple[Source, Sequence[str]]], added: Mapping[str, str]
) -> pa.Schema:
    """Return the schema of the file to be written.

    Columns of Parquet files keep their types, all others hold texts.

    Args:
        sources: The sources and the columns of each.
        added: The types of the columns to be added, by their names.

    Raises:
        ValueError: Two sources have a column of the same name and of different types.
    """
    require("pyarrow", EXTRA, "writing Parquet")
    import pyarrow as pa

    fields: dict[str, Any] = {}
    origin: dict[str, str] = {}
    metadata: dict[bytes, bytes] | None = None
    for source, columns in sources:
        schema = read_schema(source) if source.format == "parquet" else pa.schema([])
        known = {field.name: field for field in schema}
        metadata = metadata or schema.metadata
        for column in columns:
            # A column that another file lacks is null there.
            field = known.get(column, pa.field(column, pa.string())).with_nullable(True)
            first = fields.setdefault(column, field)
            if first.type != field.type:
                raise ValueError(
                    f"the column '{column}' is {first.type} in {origin[column]} and {field.type} "
                    f"in {source.name}: score them separately, or write .jsonl"
                )
            origin.setdefault(column, source.name)
    for name, kind in added.items():
        fields[name] = pa.field(name, pa.type_for_alias(kind))
    return pa.schema(list(fields.values()), metadata=metadata)


def encode_rows(
    rows: RowBatch,
    columns: Sequence[str],
    added: Mapping[str, Sequence[Any]],
    schema: pa.Schema,
) -> bytes:
    """Return rows with columns added, as an Arrow stream of one batch.

    Args:
        added: The values of the other columns.
    """
    import pyarrow as pa

    types = dict(zip(schema.names, schema.types, strict=True))
    arrays: list[Any]
    if isinstance(rows, ParquetBatch):
        places = {name: place for place, name in enumerate(rows.columns)}
        arrays = [
            rows.batch.column(places[name])
            if name in places
            else pa.nulls(len(rows.values), types[name])
            for name in columns
        ]
    else:
        cells: list[Sequence[str | None]] = list(zip(*rows.as_cells(columns), strict=True))
        # A chunk may hold blank lines alone.
        cells = cells or [[] for _ in columns]
        arrays = [
            as_array(column, types[name]) for column, name in zip(cells, columns, strict=True)
        ]
    arrays += [pa.array(values, types[name]) for name, values in added.items()]
    batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, schema) as stream:
        stream.write_batch(batch)
    return buffer.getvalue()


def as_array(cells: Sequence[str | None], kind: Any) -> Any:
    """Return texts as an Arrow array; lone surrogates become escape sequences."""
    import pyarrow as pa

    try:
        return pa.array(cells, kind)
    except UnicodeEncodeError:
        # Lone surrogates, which Arrow's texts cannot hold.
        return pa.array([cell and printable(cell) for cell in cells], kind)


def printable(text: str) -> str:
    r"""Return a text with lone surrogates written as \udxxx, which UTF-8 can hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def assemble(streams: Path, schema: pa.Schema, file: BinaryIO) -> None:
    """Write a Parquet file from the streams of its chunks, a row group at a time.

    Args:
        streams: A file with the streams, one after another.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(file, schema) as writer:
        group: list[Any] = []
        for batch in _read_batches(streams):
            group.append(batch)
            if (
                sum(map(len, group)) >= GROUP_ROWS
                or sum(part.nbytes for part in group) >= GROUP_BYTES
            ):
                writer.write_table(pa.Table.from_batches(group, schema))
                group = []
        if group:
            writer.write_table(pa.Table.from_batches(group, schema))


def _read_batches(streams: Path) -> Iterator[Any]:
    import pyarrow as pa

    size = streams.stat().st_size
    with streams.open("rb") as file:
        while file.tell() < size:
            yield from pa.ipc.open_stream(file)
