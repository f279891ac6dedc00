"""What readers of labelled rows are told, and what they say of a row and of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .formats import Format

LABEL_COLUMNS = ("label", "is_sarcastic")
CATS_COLUMN = "cats"
SOURCE_COLUMN = "source"
CATEGORY = "SARCASM"
MAX_BAD_SHARE = 0.01
"""A file with a larger share of bad rows is refused: it is not what it was taken for."""

MAX_FAULTS = 10
"""Bad rows that are described; the others are counted."""


class OnError(StrEnum):
    """What becomes of bad rows."""

    STOP = "stop"
    SKIP = "skip"
    KEEP = "keep"


class Gold(StrEnum):
    """Whether rows need gold."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    IGNORED = "ignored"


@dataclass(frozen=True)
class RowSettings:
    """Where rows hold what, how their file is written, and what becomes of bad ones.

    Attributes:
        text_column: The column of the text; None: ``text`` or ``headline``.
        label_column: The column of the gold, a number in 0..1, true or false; None: ``cats``,
            ``label`` or ``is_sarcastic``.
        source_column: The column of who published the text, which rows may lack.
        category: The category that holds the gold in ``cats``.
        positive: The label that means sarcastic where labels are words; all others mean not.
        input_format: The format; None: told by the file's name.
        delimiter: What separates columns of delimited text; None: found out.
        encoding: The encoding of a text file; None: UTF-8, or what a byte-order mark says.
        on_error: Stop at the first bad row, skip bad rows up to 1% of all, or keep them with
            their fault.

    Example:
        >>> RowSettings(text_column="tweet", label_column="sarcastic").on_error
        <OnError.SKIP: 'skip'>
    """

    text_column: str | None = None
    label_column: str | None = None
    source_column: str = SOURCE_COLUMN
    category: str = CATEGORY
    positive: str | None = None
    input_format: Format | None = None
    delimiter: str | None = None
    encoding: str | None = None
    on_error: OnError = OnError.SKIP


@dataclass
class LabelledRow:
    """A row.

    Attributes:
        line: The number of its line, or of the row in binary formats, from 1.
        text: The text; empty for a bad row that is kept.
        gold: Its probability of sarcasm, 0..1; None if the row has none.
        values: All values of the row, by column.
        text_column: The column of the text.
        source: Who published the text; None if that is not known.
        fault: What is wrong with a bad row that is kept; None for good rows.
    """

    line: int
    text: str
    gold: float | None = None
    values: dict[str, Any] = field(default_factory=dict)
    text_column: str = "text"
    source: str | None = None
    fault: str | None = None

    @property
    def is_blank(self) -> bool:
        """Whether the text is empty or white space."""
        return not self.text.strip()


@dataclass
class ReadReport:
    """What was read.

    Attributes:
        path: The file.
        rows: How many rows there were, bad ones too.
        bad: How many were bad.
        unit: What rows are called: ``line``, ``row`` or ``doc``.
        faults: The line of each of the first bad rows, and what is wrong with it.
    """

    path: str = ""
    rows: int = 0
    bad: int = 0
    unit: str = "line"
    faults: list[tuple[int, str]] = field(default_factory=list)

    def describe(self, count: int = MAX_FAULTS) -> list[str]:
        """Return the first faults as texts.

        Args:
            count: How many at most.
        """
        return [f"{self.unit} {line}: {fault}" for line, fault in self.faults[:count]]
