"""A lock on a folder of partial output: one run at a time, across processes and threads."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import BinaryIO

LOCK_NAME = "lock"

# Folders locked by this process, by process id and path: a forked child holds none of them.
# `dict.setdefault` is atomic, so no lock is needed, and none can be left locked by a fork.
_held: dict[tuple[int, str], FolderLock] = {}


class LockedError(Exception):
    """Another run holds the lock; the message says where that run is."""


class FolderLock:
    """Locks a folder through a file in it. Creates the folder, and can remove it when empty.

    Across processes this is a record lock (`fcntl.lockf`): it ends with the process, whatever file
    handles its worker processes have inherited, where a `flock` would live on in them. A record
    lock does not keep the threads of one process apart, and closing any handle of the file
    releases it, so the process also keeps a table of its own, which is asked first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / LOCK_NAME
        self._file: BinaryIO | None = None
        self._key = (0, "")

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._file is not None

    def acquire(self) -> None:
        """Create the folder if needed and take the lock.

        Raises:
            LockedError: Another run holds it.
            OSError: The folder or the file cannot be created.
        """
        self._key = (os.getpid(), str(self.folder.resolve()))
        if _held.setdefault(self._key, self) is not self:
            raise LockedError("another run in this process")
        try:
            while not self._lock_file():
                pass
        except BaseException:
            _held.pop(self._key, None)
            raise

    def clean_up(self) -> None:
        """Remove what an interrupted `acquire` may have left behind."""
        with contextlib.suppress(LockedError, OSError):
            if self.folder.exists():
                self.acquire()
                self.release()

    def _lock_file(self) -> bool:
        """Lock the file; return False if another run removed it in the meantime."""
        self.folder.mkdir(exist_ok=True)
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        try:
            file = os.fdopen(os.open(self._path, flags, 0o666), "r+b")
        except FileNotFoundError:
            return False
        try:
            _lock_record(file)
            if not _is_same_file(file, self._path):
                file.close()
                return False
        except BaseException:
            file.close()
            raise
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock up, and remove the folder if nothing else is in it."""
        if self._file is None:
            return
        if os.name == "nt":
            # Windows does not remove open files.
            self._file.close()
        # While it is locked: a run that has opened it sees that it is gone, and starts over.
        self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            # Not empty: it holds work to resume, or another run has just started in it.
            self.folder.rmdir()
        self._file.close()
        self._file = None
        _held.pop(self._key, None)


def _lock_record(file: BinaryIO) -> None:
    try:
        import fcntl
    except ImportError:
        # Windows refuses to replace files that another process has open.
        return
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            raise LockedError("another process") from None
        raise


def _is_same_file(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False
