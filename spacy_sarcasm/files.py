"""Files and folders that appear under their names only when they are whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that gets its name when it is whole.

    Args:
        path: The file; one that exists is replaced.

    Yields:
        A file beside it, put in its place at the end or removed on an error.

    Raises:
        OSError: The file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def check_new(out: Path) -> None:
    """Make sure that writing a folder overwrites nothing.

    Args:
        out: The folder's name.

    Raises:
        FileExistsError: It exists and is not an empty folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists already. Give another folder, or remove it first.")


@contextmanager
def new_folder(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A folder that gets its name when it is whole.

    Args:
        out: The folder's name.
        overwrite: Replace a folder of that name at the end.

    Yields:
        A folder beside it to write into, renamed at the end or removed on an error.

    Raises:
        FileExistsError: ``out`` exists, is not an empty folder and is not to be replaced.
        NotADirectoryError: ``out`` is a file, which is never replaced.
    """
    if not overwrite:
        check_new(out)
    elif out.exists() and not out.is_dir():
        raise NotADirectoryError(f"{out} is a file. Give another folder, or remove it first.")
    out.parent.mkdir(parents=True, exist_ok=True)
    # The inner folder has the permissions of the user's own folders; the outer one is private.
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as private:
        folder = Path(private, out.name)
        folder.mkdir()
        yield folder
        if out.exists():
            # Removed with the private folder; a folder with content cannot be replaced in a step.
            out.replace(Path(private, "replaced"))
        folder.replace(out)
