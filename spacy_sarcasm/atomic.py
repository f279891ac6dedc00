"""Files and folders that appear under their names only when they are complete."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name, replacing any other, when complete.

    Yields:
        A temporary file beside it, removed on an error.

    Raises:
        OSError: It cannot be created; the error names `path`.

    Example:
        >>> with atomic_write(Path("scores.csv")) as file:  # doctest: +SKIP
        ...     file.write(b"text,score")
    """
    partial = path.with_name(f".{path.name}.{threading.get_native_id()}.partial")
    try:
        # A run that was killed may have left one. Somebody else's link is removed, not followed.
        partial.unlink(missing_ok=True)
        opened = partial.open("xb")
    except OSError as error:
        # The user knows the file that they named, not the one beside it.
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with opened as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut, on systems that can sync folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_json(path: Path, value: Any) -> None:
    """Write plain values as indented JSON; the file appears only when it is complete.

    Args:
        value: The values.

    Example:
        >>> write_json(Path("report.json"), {"accuracy": 0.9})  # doctest: +SKIP
    """
    with atomic_write(path) as file:
        file.write((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as JSON lines; the file appears only when it is complete.

    Example:
        >>> write_json_lines(Path("rows.jsonl"), [{"text": "a"}])  # doctest: +SKIP
    """
    with atomic_write(path) as file:
        for row in rows:
            file.write((json.dumps(row, ensure_ascii=False) + "\n").encode())


# A folder with one of these was written by a command of ours, as a pipeline or an encoder.
_WRITTEN_BY_US = ("meta.json", "config.json")


def check_new(out: Path, *, overwrite: bool = False) -> None:
    """Check that a folder is new, empty, or may be replaced.

    Args:
        overwrite: Allow replacing the folder of a pipeline or an encoder.

    Raises:
        FileExistsError: It exists and may not be replaced.
    """
    if overwrite and any((out / name).is_file() for name in _WRITTEN_BY_US):
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists already: give another folder, or remove it first")


@contextmanager
def new_folder(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Create a folder that appears under its name when complete; see `check_new`.

    Yields:
        A folder beside it to write into, renamed at the end or removed on an error.
    """
    check_new(out, overwrite=overwrite)
    out.parent.mkdir(parents=True, exist_ok=True)
    # The inner folder has the permissions of the user's own folders; the outer one is private.
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as private:
        folder = Path(private, out.name)
        folder.mkdir()
        yield folder
        if out.exists():
            # Out of the way first: removing many files takes longer than giving a name.
            out.replace(Path(private, "old"))
        folder.replace(out)
