"""Output that grows beside its final name, with a journal from which a run goes on.

``OUT.partial/`` holds ``rows``, what has been written so far; ``journal``, a line of JSON for each
checkpoint; ``manifest.json``, what the run is made of; and ``lock``. A checkpoint is written only
after the rows before it have reached the disk, so that the last whole line of the journal always
tells the truth. What follows it in ``rows`` is cut off and scored again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from ...atomic import atomic_write
from ...data.rows import START, Position
from ...data.sources import partial_folder
from .chunk_scorer import Counts

# Seconds between checkpoints: so much work is lost at most, and the disk is not asked all the time.
CHECKPOINT_SECONDS = 1.0


class PartialOutputError(ValueError):
    """There is an output, whole or partial, that the run was not told what to do with."""


@dataclass(frozen=True)
class Checkpoint:
    """What is done.

    Attributes:
        size: Bytes of the output.
        source: The number of the input that is being read.
        place: Where the next chunk starts in it.
        counts: Counts of the rows.
        seconds: How long it took.
        is_last: Whether all inputs have been read.
    """

    size: int = 0
    source: int = 0
    place: Position = START
    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    is_last: bool = False

    def to_json(self) -> str:
        """Return it as a line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Checkpoint:
        """Read what `to_json` returned.

        Args:
            line: The line.
        """
        fields = json.loads(line)
        fields["place"] = Position(*fields["place"])
        fields["counts"] = Counts(**fields["counts"])
        return cls(**fields)


class PartialOutput:
    """The work on an output until it is whole."""

    def __init__(self, output: Path, manifest: Mapping[str, Any]) -> None:
        """Name the work; nothing is read or written yet.

        Args:
            output: The final name.
            manifest: What the output is made of: values that JSON holds.
        """
        self.output = output
        self.folder = partial_folder(output)
        self.manifest = json.loads(json.dumps(manifest))
        self.checkpoint = Checkpoint()
        self.saved = self.checkpoint
        self._rows: BinaryIO | None = None
        self._journal: BinaryIO | None = None
        self._lock: BinaryIO | None = None
        self._saved_at = 0.0

    def open(self, *, overwrite: bool = False, resume: bool = False) -> bool:
        """Start, or go on where an interrupted run ended; `checkpoint` says where.

        Args:
            overwrite: Replace an output that exists, and forget partial work.
            resume: Go on from partial work.

        Returns:
            Whether there is anything left to do: False if a resumed run had come to its end.

        Raises:
            PartialOutputError: The output exists, partial work does and is of another run, or
                another process is at it.
            OSError: It cannot be written.
        """
        has_partial = (self.folder / "manifest.json").exists()
        if self.output.exists() and not (overwrite or resume):
            raise PartialOutputError(
                f"the output '{self.output}' exists already: pass --overwrite to replace it, or "
                "name another"
            )
        if has_partial and not (overwrite or resume):
            raise PartialOutputError(
                f"'{self.folder}' holds the work of an interrupted run: pass --resume to go on "
                "with it, or --overwrite to start anew"
            )
        if resume and not has_partial and self.output.exists():
            return False
        self.folder.mkdir(exist_ok=True)
        self._take_lock()
        if resume and has_partial:
            self._check_manifest()
            if not (self.folder / "rows").exists() and self.output.exists():
                # It was cut off after the output got its name.
                self.discard()
                return False
            self._read_journal()
        else:
            for name in ("journal", "rows", "manifest.json"):
                (self.folder / name).unlink(missing_ok=True)
            with atomic_write(self.folder / "manifest.json") as file:
                file.write(json.dumps(self.manifest, indent=2).encode())
        # Unbuffered: what is written is seen by the checkpoint's fsync, and an error arises once.
        self._rows = (self.folder / "rows").open("ab", buffering=0)
        self._rows.truncate(self.checkpoint.size)
        self._journal = (self.folder / "journal").open("ab", buffering=0)
        self._saved_at = time.monotonic()
        return True

    @property
    def is_open(self) -> bool:
        """Whether rows can be written."""
        return self._rows is not None

    def write(self, data: bytes, checkpoint: Checkpoint) -> Checkpoint:
        """Append data, and from time to time make sure of it.

        Args:
            data: The data.
            checkpoint: Where a resumed run would go on after it.

        Returns:
            The checkpoint with its size filled in.

        Raises:
            OSError: It cannot be written, the disk being full for example.
        """
        _write_all(self._rows, data)
        self.checkpoint = replace(checkpoint, size=self.checkpoint.size + len(data))
        if checkpoint.is_last or time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
            self.save()
        return self.checkpoint

    def save(self) -> None:
        """Make sure that a resumed run goes on from here.

        Raises:
            OSError: The disk is full or broken.
        """
        if self._rows is None or self._journal is None:
            return
        os.fsync(self._rows.fileno())
        _write_all(self._journal, self.checkpoint.to_json().encode() + b"\n")
        os.fsync(self._journal.fileno())
        self.saved = self.checkpoint
        self._saved_at = time.monotonic()

    def finish(self, assemble: Callable[[Path, BinaryIO], None] | None = None) -> None:
        """Give the output its name, and remove what was needed to make it.

        Args:
            assemble: Makes the output from ``rows``, for kinds that are not what the rows are.

        Raises:
            OSError: It cannot be written.
        """
        rows = self.folder / "rows"
        if self._rows is not None:
            os.fsync(self._rows.fileno())
        if assemble is None:
            rows.replace(self.output)
        else:
            whole = self.folder / "assembled"
            with atomic_write(whole) as file:
                assemble(rows, file)
            whole.replace(self.output)
            rows.unlink()
        _sync_folder(self.output.parent)
        self.discard()

    def discard(self) -> None:
        """Remove all partial work."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Let go of the files, which stay."""
        for file in (self._rows, self._journal, self._lock):
            if file is not None:
                file.close()
        self._rows = self._journal = self._lock = None

    def _take_lock(self) -> None:
        self._lock = (self.folder / "lock").open("ab")
        try:
            import fcntl
        except ImportError:
            # Windows refuses to replace files that another process has open.
            return
        try:
            # A record lock: it ends with this process, whatever its workers still hold.
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise PartialOutputError(
                f"another process is at work on '{self.output}': wait for it or end it"
            ) from None

    def _check_manifest(self) -> None:
        path = self.folder / "manifest.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise PartialOutputError(
                f"'{path}' is damaged: pass --overwrite to start anew"
            ) from error
        differing = [
            f"{key} was {_shown(found.get(key))} and is {_shown(self.manifest.get(key))}"
            for key in dict.fromkeys([*self.manifest, *found])
            if found.get(key) != self.manifest.get(key)
        ]
        if differing:
            raise PartialOutputError(
                f"the interrupted run in '{self.folder}' cannot be resumed, since something has "
                f"changed: {'; '.join(differing)}. Run it as before, or pass --overwrite to start "
                "anew"
            )

    def _read_journal(self) -> None:
        self.checkpoint = Checkpoint()
        journal = self.folder / "journal"
        whole = 0
        lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
        for line in lines:
            # The last line may have been cut off.
            if not line.endswith(b"\n"):
                break
            with contextlib.suppress(ValueError, TypeError, KeyError):
                self.checkpoint = Checkpoint.from_json(line.decode())
            whole += len(line)
        if lines:
            os.truncate(journal, whole)
        rows = self.folder / "rows"
        size = rows.stat().st_size if rows.exists() else 0
        if size < self.checkpoint.size:
            raise PartialOutputError(
                f"'{rows}' has {size:,} bytes, fewer than the {self.checkpoint.size:,} that were "
                "written: pass --overwrite to start anew"
            )
        self.saved = self.checkpoint


def _write_all(file: BinaryIO | None, data: bytes) -> None:
    if file is None:
        raise ValueError("the output is not open")
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _sync_folder(folder: Path) -> None:
    """Make a new name last through a power cut, where folders can be synced."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 200 else f"{text[:200]}..."
