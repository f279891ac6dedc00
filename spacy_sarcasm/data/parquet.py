"""Parquet in and out, by pyarrow. Nothing else in scoring imports it, but for .zst files."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from ..extras import require
from .chunks import Chunk, Position
from .formats import EXTRA, Format
from .rows import as_cell
from .sources import Source

if TYPE_CHECKING:
    import pyarrow as pa

# A row group ends at so many rows or so many bytes in memory, whichever comes first.
GROUP_ROWS = 50_000
GROUP_BYTES = 64 << 20


def read_schema(source: Source) -> pa.Schema:
    """Return the schema of a Parquet file.

    Args:
        source: The file.

    Raises:
        ValueError: It is no Parquet file, or two columns have the same name.
    """
    with _open(source) as file:
        schema = file.schema_arrow
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise ValueError(f"{source.name} has several columns called '{twice[0]}': rename them")
    return schema


def read_parquet_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield the chunks of a Parquet file; none goes over the end of a row group.

    Args:
        number: The number of the source.
        source: The file.
        size: Rows of a chunk at most.
        start: Where to start, in rows.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no Parquet file.
    """
    with _open(source) as file:
        total = max(1, file.metadata.num_rows)
        at = Position()
        for group in range(file.metadata.num_row_groups):
            end_of_group = at.offset + file.metadata.row_group(group).num_rows
            if end_of_group <= start.offset:
                at = Position(end_of_group, end_of_group + 1)
                continue
            for batch in file.iter_batches(batch_size=size, row_groups=[group]):
                end = Position(at.offset + len(batch), at.line + len(batch))
                if at.offset >= start.offset and len(batch):
                    yield Chunk(number, at, end, batch, source.size * end.offset // total)
                at = end


def _open(source: Source) -> Any:
    pq = require("pyarrow.parquet", EXTRA, "reading and writing Parquet")
    import pyarrow as pa

    try:
        # Buffered and not read ahead: a row group may be larger than the memory.
        return pq.ParquetFile(source.path, pre_buffer=False, buffer_size=1 << 20)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{source.name} is no whole Parquet file: {error}") from error


class ParquetRows:
    """A batch of rows of a Parquet file."""

    def __init__(self, chunk: Chunk, text_column: str) -> None:
        self.batch = cast("pa.RecordBatch", chunk.rows)
        self.values: list[Any] = self.batch.column(text_column).to_pylist()
        self.lines: Sequence[int] = range(chunk.start.line, chunk.end.line)
        self.faults: dict[int, str] = {}
        self.broken: dict[int, str] = {}

    def as_json(self) -> Sequence[str]:
        """Return each row as a JSON object."""
        return [
            json.dumps(row, ensure_ascii=False, default=_plain) for row in self.batch.to_pylist()
        ]

    def as_cells(self, columns: Sequence[str]) -> Iterator[list[str | None]]:
        """Yield the cells of each row.

        Args:
            columns: The columns wanted.
        """
        for row in self.batch.to_pylist():
            yield [as_cell(_plain(row.get(column))) for column in columns]


def _plain(value: Any) -> Any:
    """Return what stands for a value that JSON does not have: dates and the like as text."""
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def table_schema(
    sources: Sequence[tuple[Source, Sequence[str]]], added: dict[str, str]
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
        schema = read_schema(source) if source.format == Format.PARQUET else None
        metadata = metadata or (schema.metadata if schema is not None else None)
        for column in columns:
            # A column that another file lacks is null there.
            field = pa.field(column, pa.string()) if schema is None else schema.field(column)
            field = field.with_nullable(True)
            known = fields.setdefault(column, field)
            if known.type != field.type:
                raise ValueError(
                    f"the column '{column}' is {known.type} in {origin[column]} and {field.type} "
                    f"in {source.name}: score them apart, or write .jsonl"
                )
            origin.setdefault(column, source.name)
    for name, kind in added.items():
        fields[name] = pa.field(name, pa.type_for_alias(kind))
    return pa.schema(list(fields.values()), metadata=metadata)


def make_batch(
    rows: Any, schema: pa.Schema, columns: Sequence[str], added: dict[str, list[Any]]
) -> bytes:
    """Return rows and what was added to them as an Arrow stream of one batch.

    Args:
        rows: The rows of a chunk.
        schema: The schema of the file to be written.
        columns: The columns of the inputs.
        added: The values of the other columns.
    """
    import pyarrow as pa

    arrays: list[Any]
    if isinstance(rows, ParquetRows):
        found = {name: rows.batch.column(name) for name in rows.batch.schema.names}
        arrays = [
            found[name] if name in found else pa.nulls(len(rows.values), schema.field(name).type)
            for name in columns
        ]
    else:
        cells: list[Sequence[str | None]] = list(zip(*rows.as_cells(columns), strict=True))
        # A chunk may hold blank lines alone.
        cells = cells or [[] for _ in columns]
        arrays = [
            _as_array(column, schema.field(name).type)
            for column, name in zip(cells, columns, strict=True)
        ]
    arrays += [pa.array(values, schema.field(name).type) for name, values in added.items()]
    batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, schema) as stream:
        stream.write_batch(batch)
    return buffer.getvalue()


def _as_array(cells: Sequence[str | None], kind: Any) -> Any:
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
        schema: Their schema.
        file: The file to write.
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
