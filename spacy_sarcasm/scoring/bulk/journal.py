"""Write output next to its final name, with a journal from which a run can resume.

Our own code because the output of a resumed run must equal that of an uninterrupted one byte for
byte, in plain files that need no database beside them. The reason is correctness, not speed;
``tests/benchmarks/files.py`` compares scoring files with `score_texts`.

``OUT.partial/`` holds ``rows``, what has been written so far; ``journal``, one line of JSON per
checkpoint; ``manifest.json``, what the run consists of; and ``lock``. A checkpoint is written only
after the rows before it have reached the disk, so the last intact line of the journal can
always be trusted. Anything after that point in ``rows`` is cut off and scored again.

Every line of the journal carries a checksum keyed by the manifest, and the checksum of all rows
before it, which reveals damage and files from another run.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from ...atomic import atomic_write, sync_folder
from ...data.sources import partial_folder
from ..observers import STATE_FILE
from .checkpoint import Checkpoint, DamagedFileError, check_rows, read_last_checkpoint
from .folder_lock import FolderLock, LockedError
from .manifest import (
    MANIFEST,
    MARK,
    PartialOutputError,
    check_manifest,
    holds_work,
    is_temporary,
)

# Seconds between checkpoints: at most this much work is lost, and the disk is not synced all the
# time.
CHECKPOINT_SECONDS = 1.0

JOURNAL, ROWS, ASSEMBLED = "journal", "rows", "assembled"
# In the order in which they are removed: without its manifest, a folder is not recognised as ours.
_OUR_FILES = (JOURNAL, ROWS, ASSEMBLED, STATE_FILE, MANIFEST)


class PartialOutput:
    """The work on an output until it is complete."""

    def __init__(self, output: Path, manifest: Mapping[str, Any]) -> None:
        """Name the work; nothing is read or written yet.

        Args:
            output: The final name.
            manifest: What the output is made from, as values that JSON can hold.
        """
        self.output = output
        self.folder = partial_folder(output)
        self.manifest = json.loads(json.dumps({**MARK, **manifest}))
        self.checkpoint = Checkpoint()
        self.saved = self.checkpoint
        content = json.dumps(self.manifest, sort_keys=True).encode()
        self._key = hashlib.blake2b(content, digest_size=16).digest()
        self._lock = FolderLock(self.folder)
        self._rows: BinaryIO | None = None
        self._journal: BinaryIO | None = None
        self._saved_at = 0.0

    def open(self, *, overwrite: bool = False, resume: bool = False) -> bool:
        """Start, or resume an interrupted run; `checkpoint` then says from where.

        Args:
            overwrite: Replace an existing output, and drop partial work.
            resume: Resume from partial work, if there is any.

        Returns:
            Whether there is anything left to do: False if the interrupted run had already given
            the output its name.

        Raises:
            PartialOutputError: The output exists; partial work exists and was not to be resumed,
                belongs to another run or is damaged; or another run is working on it.
            OSError: The folder cannot be written.
        """
        # First without the lock, which would leave a file behind, then with it.
        self._check(overwrite=overwrite, resume=resume)
        try:
            self._lock.acquire()
        except LockedError as error:
            raise PartialOutputError(
                f"{error} is working on '{self.output}': wait for it or stop it"
            ) from None
        except BaseException:
            self._lock.clean_up()
            raise
        is_new = False
        try:
            if self._check(overwrite=overwrite, resume=resume) and resume:
                check_manifest(self.folder, self.manifest)
                if self._read_journal():
                    self.discard()
                    return False
            else:
                is_new = True
                self._start()
            # Unbuffered: fsync sees all that was written, and an error is raised only once.
            self._rows = (self.folder / ROWS).open("ab", buffering=0)
            self._rows.truncate(self.checkpoint.size)
            self._journal = (self.folder / JOURNAL).open("ab", buffering=0)
        except BaseException:
            if is_new:
                self.discard()
            self.close()
            raise
        self._saved_at = time.monotonic()
        return True

    def _check(self, *, overwrite: bool, resume: bool) -> bool:
        """Return whether there is partial work; raise if anything is in the way."""
        has_partial = holds_work(self.folder)
        if has_partial and not (overwrite or resume):
            raise PartialOutputError(
                f"'{self.folder}' holds the work of an interrupted run: pass --resume to continue "
                "it, or --overwrite to start over"
            )
        # Also a link that leads nowhere.
        exists = self.output.is_symlink() or self.output.exists()
        if exists and not overwrite and not (resume and has_partial):
            if not has_partial and not self._lock.is_held:
                # A run that was killed after all was done can leave an empty folder behind.
                self._lock.clean_up()
            but = ", and there is no interrupted run to resume" if resume else ""
            raise PartialOutputError(
                f"the output '{self.output}' already exists{but}: pass --overwrite to replace it, "
                "or choose another name"
            )
        return has_partial

    def _read_journal(self) -> bool:
        """Find the checkpoint to resume from; return whether the output already has its name."""
        rows = self.folder / ROWS
        try:
            self.checkpoint = self.saved = read_last_checkpoint(self.folder / JOURNAL, self._key)
            if self.checkpoint.is_last and not rows.exists() and self.output.exists():
                return True
            check_rows(rows, self.checkpoint)
        except DamagedFileError as error:
            raise PartialOutputError(f"{error}: pass --overwrite to start over") from error
        return False

    def _start(self) -> None:
        self._remove_files()
        with atomic_write(self.folder / MANIFEST) as file:
            file.write(json.dumps(self.manifest, indent=2).encode())

    @property
    def run_id(self) -> str:
        """What tells the run from any other."""
        return self._key.hex()

    @property
    def is_open(self) -> bool:
        """Whether rows can be written."""
        return self._rows is not None

    def write(self, data: bytes, checkpoint: Checkpoint) -> Checkpoint:
        """Append data, and save a checkpoint if the last one is a while ago.

        Args:
            data: The data.
            checkpoint: Where a resumed run would continue after it.

        Returns:
            The checkpoint with its size and checksum filled in.

        Raises:
            OSError: The data cannot be written, for example because the disk is full.
        """
        _write_all(self._rows, data)
        self.checkpoint = replace(
            checkpoint,
            size=self.checkpoint.size + len(data),
            checksum=zlib.crc32(data, self.checkpoint.checksum),
        )
        if checkpoint.is_last or time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
            self.save()
        return self.checkpoint

    def save(self) -> None:
        """Write a checkpoint, from which a resumed run would continue.

        Raises:
            OSError: The disk is full or broken.
        """
        if self._rows is None or self._journal is None:
            return
        os.fsync(self._rows.fileno())
        _write_all(self._journal, self.checkpoint.to_line(self._key))
        os.fsync(self._journal.fileno())
        self.saved = self.checkpoint
        self._saved_at = time.monotonic()

    def finish(self, assemble: Callable[[Path, BinaryIO], None] | None = None) -> None:
        """Give the output its name, and remove everything else.

        Args:
            assemble: Makes the output from ``rows``, for formats that cannot be written row by row.

        Raises:
            OSError: The output cannot be written.
        """
        rows = self.folder / ROWS
        if self._rows is not None:
            os.fsync(self._rows.fileno())
        if assemble is None:
            rows.replace(self.output)
        else:
            assembled = self.folder / ASSEMBLED
            with atomic_write(assembled) as file:
                assemble(rows, file)
            assembled.replace(self.output)
            rows.unlink()
        sync_folder(self.output.parent)
        self.discard()

    def discard(self) -> None:
        """Remove the partial work, if this object holds its lock. Other files are left alone."""
        if not self._lock.is_held:
            return
        self._close_files()
        self._remove_files()
        self._lock.release()

    def _remove_files(self) -> None:
        for path in self.folder.iterdir():
            if is_temporary(path.name):
                path.unlink(missing_ok=True)
        for name in _OUR_FILES:
            (self.folder / name).unlink(missing_ok=True)

    def keep(self) -> int:
        """Save a checkpoint for a later run; remove the work if there is nothing to resume.

        Returns:
            The number of rows that a resumed run would not score again.
        """
        if self.is_open:
            with suppress(OSError):
                # On a full disk the last checkpoint counts.
                self.save()
            if not self.saved.counts.rows:
                self.discard()
        return self.saved.counts.rows

    def close(self) -> None:
        """Close the files and release the lock; the files stay."""
        self._close_files()
        self._lock.release()

    def _close_files(self) -> None:
        for file in (self._rows, self._journal):
            if file is not None:
                file.close()
        self._rows = self._journal = None


def _write_all(file: BinaryIO | None, data: bytes) -> None:
    if file is None:
        raise ValueError("the output is not open")
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
