"""Data sets with the scores of a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from ..scoring.texts import TextScorer
from .datasets import Labelled


@dataclass(frozen=True)
class Scored:
    """A data set with the scores of a pipeline.

    Attributes:
        scores: Probabilities, shape (texts,); NaN for texts that cannot be scored.
        out_of_domain: Whether the texts are unlike those that the network was trained on.
    """

    data: Labelled
    scores: NDArray[np.float64]
    out_of_domain: bool = False

    @property
    def has_score(self) -> NDArray[np.bool_]:
        """Which texts have a score, shape (texts,)."""
        return np.isfinite(self.scores)

    def select(self, rows: NDArray[np.bool_]) -> Scored:
        """Return the chosen texts with their scores.

        Args:
            rows: Whether each text is kept, shape (texts,).
        """
        if rows.all():
            return self
        kept = np.flatnonzero(rows).tolist()
        data = replace(
            self.data,
            texts=[self.data.texts[i] for i in kept],
            gold=self.data.gold[rows],
            sources=[self.data.sources[i] for i in kept],
        )
        return replace(self, data=data, scores=self.scores[rows])


def score_datasets(
    nlp: Language, data: Sequence[Labelled], out_of_domain: Sequence[Labelled] = ()
) -> list[Scored]:
    """Score data sets.

    Args:
        nlp: A pipeline with a sarcasm component.
        data: Data like the training data.
        out_of_domain: Data of other kinds.

    Raises:
        ValueError: There is no sarcasm component, two data sets have the same name, or no text of
            a data set can be scored.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> pipe = nlp.add_pipe("sarcasm")
        >>> data = Labelled("two", ["Oh great.", "It rains."], np.array([1.0, 0.0]), [None, None])
        >>> [one.scores.shape for one in score_datasets(nlp, [data])]
        [(2,)]
    """
    names = [one.name for one in (*data, *out_of_domain)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"more than one data set is called {', '.join(twice)}: rename one of the files"
        )
    scorer = TextScorer(nlp)
    return [
        _scored(one, scorer.score(one.texts), is_other)
        for group, is_other in ((data, False), (out_of_domain, True))
        for one in group
    ]


def _scored(data: Labelled, scores: NDArray[np.float64], out_of_domain: bool) -> Scored:
    scored = Scored(data, scores, out_of_domain)
    if not scored.has_score.any():
        raise ValueError(f"none of the {len(scores):,} texts of '{data.name}' can be scored")
    return scored
