"""Opening inputs: compression, encodings and byte-order marks, always as lines of UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..extras import require

EXTRA = "files"
# A longer line fills the memory: the file has no line feeds, or is not text.
MAX_LINE = 16 << 20
_UTF_8 = {"utf-8", "utf-8-sig"}
_BOM = codecs.BOM_UTF8
# UTF-32 first: its little-endian mark starts with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MAGIC = {
    b"PK\x03\x04": "a zip archive or a spreadsheet. Name a spreadsheet .xlsx, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls). Save it as .xlsx or .csv",
    b"\x1f\x8b": "a gzip file. Add .gz to its name",
    b"\x28\xb5\x2f\xfd": "a zstd file. Add .zst to its name",
    b"PAR1": "a Parquet file. Name it .parquet",
    b"BZh": "a bzip2 file. Unpack it",
    b"\xfd7zXZ": "an xz file. Unpack it",
    b"7z\xbc\xaf": "a 7-Zip archive. Unpack it",
    b"%PDF": "a PDF. Save its text as .txt",
    b"SQLite format 3": "an SQLite database. Export a table as .csv",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


class Compression(StrEnum):
    """How a text file is compressed."""

    GZIP = "gz"
    ZSTD = "zst"


@dataclass(frozen=True)
class Source:
    """One input.

    Attributes:
        name: What messages call it.
        format: Its format; see `formats.Format`.
        path: The file; None for standard input and for texts.
        compression: How the file is compressed.
        content: What it holds, when that was given and not read.
        delimiter: What separates the columns of delimited text; None: found out.
        encoding: Its encoding; None: UTF-8, or what a byte-order mark says.
    """

    name: str
    format: str
    path: Path | None = None
    compression: Compression | None = None
    content: bytes | None = None
    delimiter: str | None = None
    encoding: str | None = None

    @property
    def is_stream(self) -> bool:
        """Whether it can be read only once: standard input and named pipes."""
        return self.content is None and (self.path is None or not self.path.is_file())

    @property
    def size(self) -> int:
        """Bytes of the file; 0 where that is not known."""
        return self.path.stat().st_size if self.path else 0


@dataclass
class InputStream:
    """An open source.

    Attributes:
        name: What messages call it.
        lines: Its content as UTF-8, decompressed, without a byte-order mark.
    """

    name: str
    lines: BinaryIO
    raw: BinaryIO

    def __iter__(self) -> Iterator[bytes]:
        """Yield lines, which end at line feeds only; a longer line than MAX_LINE comes in parts."""
        return iter(partial(self.lines.readline, MAX_LINE + 1), b"")

    def tell(self) -> int:
        """Return how many bytes of the file have been read; 0 for a pipe."""
        return self.raw.tell() if self.raw.seekable() else 0

    def skip(self, n_bytes: int) -> None:
        """Skip bytes of the content."""
        if self.lines is self.raw and self.raw.seekable():
            self.raw.seek(n_bytes, 1)
            return
        while n_bytes and (block := self.lines.read(min(n_bytes, 1 << 20))):
            n_bytes -= len(block)


@contextmanager
def open_source(source: Source) -> Iterator[InputStream]:
    """Open a source of a text format.

    Raises:
        OSError: It cannot be read, or its compression is damaged.
        ValueError: It is not text, or not in the encoding given.
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
            content = _decompressing(raw, source.compression, stack)
            yield InputStream(source.name, _as_utf8(content, source), raw)
        except (EOFError, zlib.error) as error:
            raise OSError(f"{source.name} is damaged or cut short: {error}") from error
        except OSError as error:
            if error.filename is not None:
                raise
            raise OSError(f"{source.name} cannot be read: {error}") from error


def peek(stream: BinaryIO, size: int) -> bytes:
    """Return the next bytes of a stream, which stay there; fewer where no more are at hand.

    Args:
        stream: A buffered stream, or one that can seek.
    """
    if hasattr(stream, "peek"):
        return cast(bytes, stream.peek(size)[:size])
    found = stream.read(size)
    stream.seek(-len(found), 1)
    return found


def decode_start(start: bytes, encoding: str | None) -> str:
    """Return the first bytes of a text file as text, without a byte-order mark.

    Args:
        start: The bytes, which may end within a character.
        encoding: Their encoding; None: UTF-8, or what a byte-order mark says.
    """
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "utf-8")
    return start.decode(encoding or marked, "replace").removeprefix("\ufeff")


def check_encoding(encoding: str) -> str:
    """Return the normal name of an encoding.

    Args:
        encoding: Any of its names, such as ``"latin-1"``.

    Raises:
        ValueError: Python does not know it.
    """
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise ValueError(
            f"unknown encoding '{encoding}': expected a name such as cp1252, latin-1 or utf-16"
        ) from None


def not_utf8(line: bytes, error: UnicodeDecodeError) -> str:
    """Return a message about the first byte of a line that is not UTF-8."""
    likely = "utf-16" if line.count(0) > len(line) // 4 else "cp1252"
    return (
        f"byte {line[error.start]:#04x} at position {error.start + 1} is not UTF-8. Name the "
        f"encoding of the file, with --encoding {likely} for example"
    )


def compress(data: bytes, compression: Compression | None) -> bytes:
    """Return data as a gzip member or zstd frame of its own; such parts may follow one another."""
    if compression is None:
        return data
    if compression == Compression.GZIP:
        # Without a time in it, the same data always gives the same bytes.
        return gzip.compress(data, compresslevel=6, mtime=0)
    pa = require("pyarrow", EXTRA, "writing .zst files")
    return cast(bytes, pa.compress(data, codec="zstd", asbytes=True))


def _decompressing(raw: BinaryIO, compression: Compression | None, stack: ExitStack) -> BinaryIO:
    if compression is None:
        return raw
    if compression == Compression.GZIP:
        return cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=raw, mode="rb")))
    pa = require("pyarrow", EXTRA, "reading .zst files")
    stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return cast(BinaryIO, stack.enter_context(io.BufferedReader(stream, 1 << 18)))


def _as_utf8(content: BinaryIO, source: Source) -> BinaryIO:
    start = peek(content, 16)
    for magic, what in _MAGIC.items():
        if start.startswith(magic):
            raise ValueError(f"{source.name} looks like {what}")
    encoding = source.encoding and check_encoding(source.encoding)
    if encoding is None:
        encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    if encoding is not None and encoding not in _UTF_8:
        recoded = _Recoder(content, encoding, source.name)
        content = cast(BinaryIO, io.BufferedReader(recoded, 1 << 18))
    if peek(content, 3) == _BOM:
        content.read(3)
    return content


class _Recoder(io.RawIOBase):
    """Bytes of some encoding read as UTF-8."""

    def __init__(self, raw: BinaryIO, encoding: str, name: str) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._name = name
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = b"."
        while not self._pending and block:
            block = self._raw.read(1 << 16)
            try:
                text = self._decoder.decode(block, final=not block)
            except UnicodeError as error:
                raise ValueError(
                    f"{self._name} is not {self._encoding}: {error}. Name its encoding with "
                    "--encoding"
                ) from error
            self._pending = text.encode("utf-8", "surrogatepass")
        taken, self._pending = self._pending[: len(buffer)], self._pending[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)
