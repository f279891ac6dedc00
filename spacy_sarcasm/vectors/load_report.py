"""What a read of a word-vectors file found: rows kept, rows skipped and why."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

FileFormat = Literal["text", "word2vec text", "word2vec binary"]

MAX_BAD_SHARE = 0.01
"""A file with a larger share of bad rows is refused: it is not what it was taken for."""

FIRST_BAD_SHOWN = 5


@dataclass
class VectorsReport:
    """The outcome of reading one word-vectors file.

    Attributes:
        member: The member read, for a zip archive.
        format: How the file's rows are written.
        dim: Numbers per vector.
        rows: Rows read, the header of a word2vec file not counted.
        kept: Rows kept, each a distinct word.
        duplicates: Rows passed over because their word came before (the first row wins).
        unwanted: Rows passed over because their word is not among ``words``.
        past_limit: Rows read along with the last one kept, and left out to keep to the limit.
        bad: Rows skipped because they are damaged, by reason.
        first_bad: The first few bad rows: row's line in the file (from 1) and the reason.
    """

    path: str
    format: FileFormat
    dim: int
    member: str | None = None
    rows: int = 0
    kept: int = 0
    duplicates: int = 0
    unwanted: int = 0
    past_limit: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    first_bad: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def place(self) -> str:
        """The file, and the member in it where the file is an archive."""
        return self.path if self.member is None else f"{self.path} ({self.member})"

    @property
    def skipped(self) -> dict[str, int]:
        """Rows read and not kept, by reason; reasons that did not occur are left out."""
        counts = {
            "duplicate": self.duplicates,
            "unwanted": self.unwanted,
            "past the limit": self.past_limit,
            **self.bad,
        }
        return {reason: count for reason, count in counts.items() if count}

    def add_bad(self, line: int, reason: str) -> None:
        """Count one bad row."""
        self.bad[reason] += 1
        if len(self.first_bad) < FIRST_BAD_SHOWN:
            self.first_bad.append((line, reason))

    def check_bad_share(self) -> None:
        """Refuse a file that is mostly something else.

        Raises:
            ValueError: More than 1% of the rows looked at are bad.
        """
        bad, looked_at = self.bad.total(), self.rows - self.unwanted
        if bad <= MAX_BAD_SHARE * looked_at:
            return
        first = "; ".join(f"line {line}: {reason}" for line, reason in self.first_bad)
        raise ValueError(
            f"{self.place}: {bad} of {looked_at} rows are bad, more than {MAX_BAD_SHARE:.0%} "
            f"({first}). Expected a word and {self.dim} numbers a row. Check that the file is "
            f"whole and that the dimension is right."
        )

    def to_json(self) -> str:
        """The report as a JSON object, ``skipped`` included."""
        # Not by asdict, which turns a Counter into a count of its items.
        values: dict[str, Any] = {**vars(self), "bad": dict(self.bad), "skipped": self.skipped}
        return json.dumps(values, indent=2)
