"""Counts of the rows of a run."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Counts:
    """Counts of rows.

    Attributes:
        rows: All of them.
        empty: Those without a text: empty, white space or null.
        failed: Those that could not be scored.
        unreadable: Those with a text in which the network knows no word.
        unfamiliar: Those with a text of which it knows fewer than half of the words; the
            unreadable ones are among them.
        missing: Those without a score that did not fail.
        score_sum: The sum of all scores.
    """

    rows: int = 0
    empty: int = 0
    failed: int = 0
    unreadable: int = 0
    unfamiliar: int = 0
    missing: int = 0
    score_sum: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def unfamiliar_share(self) -> float | None:
        """The share of the texts with fewer than half of their words known; None without texts."""
        texts = self.rows - self.empty - self.failed
        return self.unfamiliar / texts if texts else None

    def unfamiliar_note(self) -> list[str]:
        """Return the line that says of how many texts the network knows too little, if of any."""
        share = self.unfamiliar_share
        if not share:
            return []
        hint = " Are they in another language than the network's?" if share > 0.5 else ""
        return [
            f"In {self.unfamiliar:,} texts ({share:.1%}), the network knows fewer than half of the "
            f"words; in {self.unreadable:,} it knows none.{hint}"
        ]

    @property
    def mean_score(self) -> float | None:
        """The mean of the scores; None where there are none."""
        scored = self.rows - self.failed - self.missing
        return self.score_sum / scored if scored else None
