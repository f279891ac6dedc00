"""Opening word-vectors files: plain, gzip, or one member of a zip archive, told by content."""

from __future__ import annotations

import errno
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from spacy_sarcasm.vectors.parsing.header import HEAD_BYTES, guess_dim

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")

DECOMPRESSION_ERRORS = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,  # a compression method that zipfile does not know
    UnicodeDecodeError,  # a member's name
)


@contextmanager
def open_source(path: Path, dim: int | None) -> Iterator[tuple[BinaryIO, str | None]]:
    """Open a word-vectors file for reading from its start.

    Args:
        path: The file. Whether it is compressed is told by its first bytes, not by its name.
        dim: The dimension wanted, which picks the member of an archive that holds several.

    Yields:
        A stream of uncompressed bytes, and the member's name where the file is a zip archive.

    Raises:
        ValueError: The archive holds no member that fits, or more than one; or the compressed data
            is damaged or cut short.
    """
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        try:
            if magic.startswith(GZIP_MAGIC):
                with gzip.open(file) as unzipped:
                    yield cast(BinaryIO, unzipped), None
            elif magic in ZIP_MAGICS:
                with zipfile.ZipFile(file) as archive:
                    member = choose_member(archive, path, dim)
                    with archive.open(member) as unzipped:
                        yield cast(BinaryIO, unzipped), member.filename
            else:
                yield file, None
        except (*DECOMPRESSION_ERRORS, OSError) as error:
            # bz2 reports damaged data as an OSError without a number, and the system a place in a
            # damaged zip's directory that is no place; all others are no matter of the data.
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise
            raise ValueError(
                f"{path}: the compressed data is damaged or cut short ({error}). "
                f"Fetch the file again."
            ) from error


def choose_member(archive: zipfile.ZipFile, path: Path, dim: int | None) -> zipfile.ZipInfo:
    """The member of a zip archive that holds the vectors wanted.

    Args:
        dim: The dimension wanted; None where the archive is to hold one file of vectors.

    Raises:
        ValueError: No member fits or several do, the archive is encrypted, or a member's name
            points outside the archive.
    """
    for info in archive.infolist():
        if _is_unsafe(info.filename):
            raise ValueError(
                f"{path}: the member {info.filename!r} points outside the archive, so the archive "
                f"is refused. Fetch it from its official address."
            )
        if info.flag_bits & 0x1:
            raise ValueError(
                f"{path}: the member {info.filename!r} is encrypted. Decrypt it first."
            )
    members = [info for info in archive.infolist() if _may_hold_vectors(info.filename)]
    if not members:
        raise ValueError(f"{path}: the archive holds no file. Expected a text file of vectors.")
    if len(members) == 1:
        return members[0]
    dims = {info: _member_dim(archive, info) for info in members}
    listing = ", ".join(f"{info.filename} (dim {found or '?'})" for info, found in dims.items())
    if dim is None:
        raise ValueError(
            f"{path}: the archive holds several files: {listing}. Say which with dim=, or --dim "
            f"on the command line."
        )
    fitting = [info for info, found in dims.items() if found == dim]
    if len(fitting) == 1:
        return fitting[0]
    raise ValueError(
        f"{path}: {len(fitting) or 'no'} members hold vectors of dimension {dim}; expected one. "
        f"The archive holds: {listing}."
    )


def _member_dim(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int | None:
    with archive.open(info) as member:
        return guess_dim(member.read(HEAD_BYTES))


def _may_hold_vectors(name: str) -> bool:
    # macOS adds a folder of resource forks and hidden files to the archives it writes.
    parts = PurePosixPath(name).parts
    if name.endswith("/") or not parts:  # a folder, "./" for one
        return False
    return "__MACOSX" not in parts and not parts[-1].startswith(".")


def _is_unsafe(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1])
