"""Counting a corpus while it is scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..scoring.observers import Observe
from .counting.chunk_counter import ChunkCounter
from .counting.tally import Tally, TallySettings


class CorpusObserver:
    """Counts all rows of a run of `score_files`; see `scoring.observers.Observer`.

    Example:
        >>> observer = CorpusObserver(TallySettings(threshold=0.5))
        >>> score_files(["posts.csv"], "scored.csv", observer=observer)  # doctest: +SKIP
        >>> observer.tally.total.rows  # doctest: +SKIP
        1000
    """

    def __init__(self, settings: TallySettings) -> None:
        """Start with nothing counted.

        Args:
            settings: What is counted.
        """
        self.settings = settings
        self.tally = Tally(settings)

    @property
    def columns(self) -> Sequence[str]:
        """The columns for groups and dates, those that are wanted."""
        settings = self.settings
        return [one for one in (settings.group_column, settings.date_column) if one is not None]

    @property
    def setup(self) -> Callable[[], Observe]:
        """Make what counts chunks in a process."""
        return partial(ChunkCounter, self.settings)

    def add(self, found: Any) -> None:
        """Add the counts of a chunk.

        Args:
            found: What a `ChunkCounter` returned.
        """
        self.tally.add(found)

    def to_state(self) -> dict[str, Any]:
        """Return the counts as values that JSON can hold."""
        return self.tally.to_state()

    def use_state(self, state: Mapping[str, Any]) -> bool:
        """Take over counts, if they were made with the same settings.

        Args:
            state: What `to_state` returned.
        """
        tally = Tally.from_state(state)
        if tally.settings != self.settings:
            return False
        self.tally = tally
        return True
