"""Scores for streams of texts, from whatever a pipeline needs to score them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from ..pipeline.load import find_sarcasm

DEFAULT_BATCH_SIZE = 1000

Scores = NDArray[np.float64]


class TextScorer:
    """Scores lists of texts by a pipeline's sarcasm component."""

    def __init__(self, nlp: Language) -> None:
        """Take a pipeline.

        Args:
            nlp: A pipeline with a sarcasm component.

        Raises:
            ValueError: It has none.
        """
        find_sarcasm(nlp)
        self.nlp = nlp

    def score(self, texts: Sequence[str]) -> Scores:
        """Return the probability of every text, shape (texts,), in 0..1.

        Args:
            texts: The texts.

        Raises:
            TypeError: A text is no string.
            UnicodeEncodeError: A text holds lone surrogates.
        """
        return np.array([doc._.sarcasm for doc in self.nlp.pipe(texts)], dtype=np.float64)

    def score_values(self, values: Sequence[Any]) -> tuple[list[float | None], list[str | None]]:
        """Score what may not be texts; what cannot be scored harms no other.

        Args:
            values: Texts, and maybe nulls, values of other types, texts with lone surrogates.

        Returns:
            The score of each value, None for one that cannot be scored; and what was wrong with
            each, None for one that was scored.
        """
        errors = [_fault(value) for value in values]
        texts = [value for value, error in zip(values, errors, strict=True) if error is None]
        scored = iter(self.score(texts).tolist())
        scores = [next(scored) if error is None else None for error in errors]
        return scores, errors


def score_texts(
    nlp: Language, texts: Iterable[str], *, batch_size: int = DEFAULT_BATCH_SIZE
) -> Iterator[float]:
    """Yield the score of every text of a stream, in order.

    Args:
        nlp: A pipeline with a sarcasm component.
        texts: The texts.
        batch_size: So many texts are held and scored at a time.

    Yields:
        The probability of sarcasm, 0..1.
    """
    scorer = TextScorer(nlp)
    stream = iter(texts)
    while batch := list(islice(stream, batch_size)):
        yield from scorer.score(batch).tolist()


def _fault(value: Any) -> str | None:
    if value is None:
        return "the text is null"
    if not isinstance(value, str):
        return f"expected a text, got {type(value).__name__}: {value!r:.60}"
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        return f"the text holds a lone surrogate at position {error.start + 1}"
    return None
