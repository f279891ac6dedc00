"""The kinds of files that hold rows of text, told by their names, and their compression."""

from __future__ import annotations

import gzip
import io
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..extras import require


class Format(StrEnum):
    """A kind of file with rows of text."""

    TEXT = "text"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"


class Compression(StrEnum):
    """How a file of one of the text kinds is compressed."""

    GZIP = "gz"
    ZSTD = "zst"


SUFFIXES = {
    ".txt": Format.TEXT,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.JSONL,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".parquet": Format.PARQUET,
}
DELIMITERS = {Format.CSV: ",", Format.TSV: "\t"}
EXTRA = "files"


def tell_format(path: Path) -> tuple[Format | None, Compression | None]:
    """Return the kind and the compression that a file's name tells; None for no known one.

    Args:
        path: The file, which need not exist.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    compression = None
    if suffixes and suffixes[-1][1:] in set(Compression):
        compression = Compression(suffixes.pop()[1:])
    return (SUFFIXES.get(suffixes[-1]) if suffixes else None), compression


def tell_output_format(path: Path) -> tuple[Format, Compression | None]:
    """Return the kind and the compression of a file to be written.

    Args:
        path: The file.

    Raises:
        ValueError: Its name tells no kind that can be written.
    """
    kind, compression = tell_format(path)
    if kind in (None, Format.TEXT) or (kind == Format.PARQUET and compression):
        raise ValueError(
            f"the output '{path}' has to end in .jsonl, .csv, .tsv (each also .gz or .zst) or "
            ".parquet, which says how it is written"
        )
    return cast(Format, kind), compression


def compress(data: bytes, compression: Compression | None) -> bytes:
    """Return data as a gzip member or zstd frame of its own; such parts may follow one another.

    Args:
        data: The data.
        compression: How; None: not at all.
    """
    if compression is None:
        return data
    if compression == Compression.GZIP:
        # Without a time in it, the same data always gives the same bytes.
        return gzip.compress(data, compresslevel=6, mtime=0)
    return cast(bytes, _pyarrow("writing .zst files").compress(data, codec="zstd", asbytes=True))


def decompressing(raw: BinaryIO, compression: Compression | None, stack: ExitStack) -> BinaryIO:
    """Return a buffered stream of what a file holds.

    Args:
        raw: The file.
        compression: How it is compressed.
        stack: Closes what is opened here.
    """
    if compression is None:
        return raw
    if compression == Compression.GZIP:
        return cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=raw, mode="rb")))
    pa = _pyarrow("reading .zst files")
    stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return cast(BinaryIO, stack.enter_context(io.BufferedReader(stream, 1 << 18)))


def _pyarrow(purpose: str) -> Any:
    return require("pyarrow", EXTRA, purpose)
