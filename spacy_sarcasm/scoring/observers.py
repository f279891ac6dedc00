"""What may watch a run over files: it sees each chunk of rows with its scores, once scored."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..atomic import atomic_write
from ..data.columns import listed
from ..data.filetypes.jsonl import JsonBatch
from ..data.filetypes.parquet import ParquetBatch
from ..data.rows import START, Chunk, Position, RowBatch

STATE_FILE = "observed"
# Seconds between copies of what has been observed. A resumed run observes again what came after.
STATE_SECONDS = 10.0


@dataclass(frozen=True)
class ScoredRows:
    """A chunk of scored rows.

    Attributes:
        place: Numbers that tell the chunk from all others of the run.
        values: What is in the text column.
        scores: The scores, None where there is none.
        coverage: The share of known words of each row with a text; None where it was not measured.
        empty: The number of rows without a text.
        failed: The number of rows that could not be scored.
        cells: Returns the values of a column, None where a row has none.
    """

    place: tuple[int, ...]
    values: Sequence[Any]
    scores: Sequence[float | None]
    coverage: Sequence[float] | None
    empty: int
    failed: int
    cells: Callable[[str], Sequence[Any]]


Observe = Callable[[ScoredRows], Any]
Place = tuple[int, Position]
Read = Callable[[int, Position], Iterator[Chunk]]
Score = Callable[[Iterator[Chunk]], Iterator[tuple[Chunk, Any]]]


class Observer(Protocol):
    """Watches a run."""

    @property
    def columns(self) -> Sequence[str]:
        """The columns that it looks at, besides the texts."""
        ...

    @property
    def setup(self) -> Callable[[], Observe]:
        """Called in each worker process; returns what is called with each chunk there."""
        ...

    def add(self, found: Any) -> None:
        """Take what was found in a chunk. Chunks come in order.

        Args:
            found: What the function of a worker returned.
        """
        ...

    def to_state(self) -> dict[str, Any]:
        """Return everything taken so far, as values that JSON can hold."""
        ...

    def use_state(self, state: Mapping[str, Any]) -> bool:
        """Replace everything taken so far, and return whether the state was of use.

        Args:
            state: What `to_state` returned.
        """
        ...


class Watch:
    """An observer at work on a run, whose state is kept with the partial output."""

    def __init__(self, observer: Observer, folder: Path, run_id: str) -> None:
        """Name the observer and the place of its state.

        Args:
            observer: The observer.
            folder: The folder of the partial work.
            run_id: What tells the run from any other.
        """
        self.observer = observer
        self.path = folder / STATE_FILE
        self.run_id = run_id
        self._saved_at = time.monotonic()

    def catch_up(self, size: int, end: Place | None, read: Read, score: Score) -> None:
        """Let the observer see the rows that an earlier part of the run has written.

        What it saw before its state was last saved is not scored again.

        Args:
            size: Bytes of the output at which the run resumes.
            end: The input and the place in it where the run resumes; None: at the end.
            read: Yields the chunks from a place on.
            score: Scores chunks.
        """
        found = self._load(size)
        source, place = (0, START) if found is None else found

        def chunks() -> Iterator[Chunk]:
            for chunk in read(source, place):
                if end is not None and (chunk.source, chunk.start) >= end:
                    return
                yield chunk

        for _, scored in score(chunks()):
            self.observer.add(scored.observed)

    def add(self, found: Any) -> bool:
        """Hand on what was found in a chunk; return whether the state should be saved.

        Args:
            found: What was found.
        """
        self.observer.add(found)
        return time.monotonic() - self._saved_at >= STATE_SECONDS

    def save(self, size: int, source: int, place: Position) -> None:
        """Write the state. What it has seen of the output must have reached the disk.

        Args:
            size: Bytes of the output that it has seen.
            source: The number of the input that is being read.
            place: Where the next chunk starts in it.

        Raises:
            OSError: It cannot be written.
        """
        state = {"run": self.run_id, "size": size, "source": source, "place": list(place)}
        state["state"] = self.observer.to_state()
        with atomic_write(self.path) as file:
            file.write(json.dumps(state).encode())
        self._saved_at = time.monotonic()

    def _load(self, size: int) -> Place | None:
        """Give the observer its state back; return up to where it has seen all chunks."""
        try:
            found = json.loads(self.path.read_bytes())
            if found["run"] != self.run_id or found["size"] > size:
                return None
            if self.observer.use_state(found["state"]):
                return found["source"], Position(*found["place"])
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            # None was saved yet, or the file is damaged: all rows are observed again.
            pass
        return None


def check_observed(
    observer: Observer, columns: Iterable[Sequence[str]], source_column: str | None
) -> None:
    """Check that the columns that an observer looks at exist.

    Args:
        observer: The observer.
        columns: The columns of each input.
        source_column: The column for the name of each row's file; None: no such column.

    Raises:
        ValueError: No input has one of them.
    """
    known = dict.fromkeys(name for some in columns for name in some)
    if source_column is not None:
        known[source_column] = None
    for column in observer.columns:
        if column not in known:
            raise ValueError(
                f"the inputs have no column '{column}'; their columns are: {listed(known)}"
            )


def cells_of(rows: RowBatch, column: str) -> Sequence[Any]:
    """Return the values of a column of a chunk, None where a row has none.

    Args:
        rows: The rows.
        column: The column.
    """
    if isinstance(rows, JsonBatch):
        return [row.get(column) for row in rows.objects]
    if column not in rows.columns:
        return [None] * len(rows.values)
    if isinstance(rows, ParquetBatch):
        return rows.column_values(column)
    return [cells[0] for cells in rows.as_cells([column])]
