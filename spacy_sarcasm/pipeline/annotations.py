"""What the sarcasm component writes to docs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from spacy.tokens import Doc

from ..network.row_scores import RowScores
from .component_settings import DEFAULT_EXTENSION


class Attributes:
    """The custom attributes of one component, all starting from the setting `extension`.

    Attributes:
        score: Name of the attribute with the score, ``sarcasm`` by default.
        coverage: Name of the attribute with the coverage, ``sarcasm_coverage``.
        verdict: Name of the attribute that compares the score with the threshold,
            ``is_sarcastic``; with another `extension`, that and ``_is_sarcastic``.
    """

    def __init__(self, extension: str) -> None:
        """Register the attributes, unless that has been done."""
        self.score = extension
        self.coverage = f"{extension}_coverage"
        own = extension == DEFAULT_EXTENSION
        self.verdict = "is_sarcastic" if own else f"{extension}_is_sarcastic"
        # Where `doc._` keeps them. Writing there costs a fifth of going through `doc._`.
        self._score_key, self._coverage_key, self._verdict_key = map(
            _register, (self.score, self.coverage, self.verdict)
        )

    def get_score(self, doc: Doc) -> float | None:
        """Return the score that was written to a doc, None where there is none."""
        data: dict[Any, Any] = doc.user_data
        score: float | None = data.get(self._score_key)
        return score

    def get_coverage(self, doc: Doc) -> float | None:
        """Return the coverage that was written to a doc, None where there is none."""
        data: dict[Any, Any] = doc.user_data
        coverage: float | None = data.get(self._coverage_key)
        return coverage

    def write(
        self, docs: Iterable[Doc], scored: RowScores, *, threshold: float, label: str | None
    ) -> None:
        """Write scores to docs, as plain Python values; a missing score is None and in no category.

        Args:
            threshold: The least score that counts as sarcastic.
            label: The category in ``doc.cats`` that mirrors the score; None for no mirror.
        """
        values = zip(docs, scored.scores.tolist(), scored.coverage.tolist(), strict=True)
        for doc, score, coverage in values:
            data: dict[Any, Any] = doc.user_data
            data[self._coverage_key] = coverage
            if math.isnan(score):
                data[self._score_key] = data[self._verdict_key] = None
                if label is not None:
                    doc.cats.pop(label, None)
                continue
            data[self._score_key] = score
            data[self._verdict_key] = score >= threshold
            if label is not None:
                doc.cats[label] = score


def _register(name: str) -> tuple[str, str, None, None]:
    if not Doc.has_extension(name):
        Doc.set_extension(name, default=None)
    return ("._.", name, None, None)


# Docs can be read, from a DocBin say, where no component has been created.
Attributes(DEFAULT_EXTENSION)
