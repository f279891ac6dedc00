"""Checkpoints of a run: lines of JSON that notice damage, and how the last intact one is found."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ...data.rows import START, Position
from ..counts import Counts

_CHECKSUM_KEY = b', "checksum": "'
_BLOCK_BYTES = 1 << 20


class DamagedFileError(ValueError):
    """A file of the partial work is not what was written to it.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"'{path}' is damaged")
        self.path = path


@dataclass(frozen=True)
class Checkpoint:
    """How far a run has come.

    Attributes:
        size: Bytes of the output.
        checksum: CRC-32 of these bytes.
        source: The number of the input that is being read.
        place: Where the next chunk starts in it.
        counts: Counts of the rows.
        seconds: Time spent so far.
        is_last: Whether all inputs have been read.
    """

    size: int = 0
    checksum: int = 0
    source: int = 0
    place: Position = START
    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    is_last: bool = False

    def to_line(self, key: bytes) -> bytes:
        """Return the checkpoint as a line of the journal.

        Args:
            key: What the checksum of the line is keyed by, at most 64 bytes.
        """
        body = json.dumps(asdict(self))[:-1].encode()
        return body + _CHECKSUM_KEY + _digest(body, key) + b'"}\n'

    @classmethod
    def from_line(cls, line: bytes, key: bytes) -> Checkpoint | None:
        """Read a line of the journal; None if it is damaged or belongs to another run.

        Args:
            line: The line.
            key: As for `to_line`.
        """
        body, _, end = line.rpartition(_CHECKSUM_KEY)
        if end != _digest(body, key) + b'"}\n':
            return None
        fields = json.loads(body + b"}")
        fields["place"] = Position(*fields["place"])
        fields["counts"] = Counts(**fields["counts"])
        return cls(**fields)


def read_last_checkpoint(journal: Path, key: bytes) -> Checkpoint:
    """Return the last intact checkpoint of a journal, and cut off what follows it.

    Args:
        journal: The file, which need not exist.
        key: As for `Checkpoint.to_line`.

    Raises:
        DamagedFileError: There are lines, and none of them is intact.
    """
    lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
    end = sum(map(len, lines))
    for line in reversed(lines):
        if (checkpoint := Checkpoint.from_line(line, key)) is not None:
            os.truncate(journal, end)
            return checkpoint
        end -= len(line)
    # The first line may have been cut off.
    if any(line.endswith(b"\n") for line in lines):
        raise DamagedFileError(journal)
    if lines:
        os.truncate(journal, 0)
    return Checkpoint()


def check_rows(rows: Path, checkpoint: Checkpoint) -> None:
    """Check that a file starts with the bytes that were written before a checkpoint.

    Args:
        rows: The file, which need not exist if there are none.
        checkpoint: The checkpoint.

    Raises:
        DamagedFileError: It does not.
    """
    left, checksum = checkpoint.size, 0
    if not left:
        return
    if not rows.exists():
        raise DamagedFileError(rows)
    with rows.open("rb") as file:
        while left and (block := file.read(min(left, _BLOCK_BYTES))):
            checksum = zlib.crc32(block, checksum)
            left -= len(block)
    if left or checksum != checkpoint.checksum:
        raise DamagedFileError(rows)


def _digest(body: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(body, key=key, digest_size=8).hexdigest().encode()
