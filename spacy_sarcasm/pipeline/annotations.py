"""What the sarcasm component writes to docs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from ..network.row_scores import RowScores
from .component_settings import DEFAULT_EXTENSION
from .spans import SpanGetter, store_scores


class Attributes:
    """The custom attributes of one component, all starting from the setting `extension`.

    Attributes:
        score: Name of the attribute with the score, ``sarcasm`` by default.
        coverage: Name of the attribute with the coverage, ``sarcasm_coverage``.
        verdict: Name of the attribute that compares the score with the threshold,
            ``is_sarcastic``; with another `extension`, that and ``_is_sarcastic``.
        maximum: Name of the attribute with the highest score of the doc's spans, ``sarcasm_max``.
        share: Name of the attribute with the share of spans at or above the threshold,
            ``sarcasm_share``.
    """

    def __init__(self, extension: str) -> None:
        """Register the attributes, unless that has been done."""
        self.score = extension
        self.coverage = f"{extension}_coverage"
        own = extension == DEFAULT_EXTENSION
        self.verdict = "is_sarcastic" if own else f"{extension}_is_sarcastic"
        self.maximum = f"{extension}_max"
        self.share = f"{extension}_share"
        self.names = (self.score, self.coverage, self.verdict, self.maximum, self.share)
        # Where `doc._` keeps them. Writing there costs a fifth of going through `doc._`.
        keys = map(register, self.names)
        self._score_key, self._coverage_key, self._verdict_key, *self._span_keys = keys
        if not Span.has_extension(extension):
            Span.set_extension(extension, getter=SpanGetter(extension))

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

    def is_ruled_out(self, doc: Doc) -> bool:
        """Return whether the component has read a doc and did not call it sarcastic."""
        data: dict[Any, Any] = doc.user_data
        return data.get(self._coverage_key) is not None and not data.get(self._verdict_key)

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

    def write_spans(
        self,
        docs: Sequence[Doc],
        spans: Sequence[Sequence[Span]],
        scores: NDArray[np.float32],
        *,
        threshold: float,
        key: str,
    ) -> None:
        """Write the scores of spans to their docs.

        Args:
            docs: The docs.
            spans: The spans of each doc.
            scores: The scores of all spans, doc after doc, NaN where they are missing.
            threshold: The least score that counts as sarcastic.
            key: The span group that takes them.
        """
        maximum_key, share_key = self._span_keys
        start = 0
        for doc, some in zip(docs, spans, strict=True):
            part = scores[start : start + len(some)]
            start += len(some)
            store_scores(doc, key, some, part, self.score)
            known = [score for score in part.tolist() if not math.isnan(score)]
            data: dict[Any, Any] = doc.user_data
            data[maximum_key] = max(known, default=None)
            above = sum(score >= threshold for score in known)
            data[share_key] = above / len(known) if known else None


def register(name: str) -> tuple[str, str, None, None]:
    """Register a custom attribute of docs, unless that has been done.

    Returns:
        The key of its value in ``doc.user_data``.

    Example:
        >>> register("sarcasm")
        ('._.', 'sarcasm', None, None)
    """
    if not Doc.has_extension(name):
        Doc.set_extension(name, default=None)
    return ("._.", name, None, None)


# Docs can be read, from a DocBin say, where no component has been created.
Attributes(DEFAULT_EXTENSION)
