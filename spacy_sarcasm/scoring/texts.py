"""Scores for streams of texts, from whatever a pipeline needs to score them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from ..network.vocabulary import TextRows
from ..pipeline.classifier import SarcasmClassifier
from ..pipeline.loading import find_sarcasm
from .docless.eligibility import State, fallback_reason, same_state, state_of
from .docless.pieces import PieceTable
from .docless.special_cases import Patterns
from .docless.tokenizing import copy_tokenizer, special_patterns
from .sentences import SENTENCE, By, SentenceScore, SentenceScorer, check_by, stream_sentences
from .values import (
    ScoredValues,
    check_texts,
    find_fault,
    memory_zone,
    names_from,
    score_each,
)

DEFAULT_BATCH_SIZE = 4000

Scores = NDArray[np.float64]


class TextScorer:
    """Scores lists of texts by a pipeline's sarcasm component.

    Where the pipeline allows it, no Docs are made: the tokens of pieces between spaces are kept as
    vocabulary rows, up to a limit (`pieces.CACHE_SIZE`). Scores are not cached. New strings do
    stay in ``nlp.vocab``, unless the caller is in a memory zone.

    Changes to the pipeline, its tokenizer and the component between two calls are noticed, but not
    changes to single lexemes (``nlp.vocab["colour"].norm_ = "color"``): create a new scorer after
    those. Like spaCy's memory zones, a scorer is for one thread at a time.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> _ = nlp.add_pipe("sarcasm")
        >>> TextScorer(nlp).score(["oh great", "the council met"]).shape
        (2,)
    """

    def __init__(self, nlp: Language) -> None:
        """Take a pipeline.

        Args:
            nlp: A pipeline with a sarcasm component. If it has several, the last one scores.
                Components after it are not run.

        Raises:
            ValueError: It has none.
        """
        find_sarcasm(nlp)
        self.nlp = nlp
        self._state: State | None = None
        self._fallback_reason: str | None = None
        self._table: PieceTable | None = None

    @property
    def fallback_reason(self) -> str | None:
        """Why texts have to become Docs, which is slower; None if they need not.

        Raises:
            NotTrainedError: The component has no weights.
        """
        self._prepare()
        return self._fallback_reason

    def score(self, texts: Sequence[str], *, first_row: int = 1) -> Scores:
        """Return the probability of every text, shape (texts,), in 0..1; NaN where it is missing.

        Args:
            texts: The texts.
            first_row: The number of the first text in error messages.

        Raises:
            TypeError: A text is not a string.
            ValueError: A text holds lone surrogates or is longer than ``nlp.max_length``, or an
                error handler of the pipeline dropped it.
            NotTrainedError: The component has no weights.
        """
        check_texts(texts, first_row, self._longest)
        scores, _, scored = self._score(texts)
        if not scored.all():
            row = first_row + int(np.flatnonzero(~scored)[0])
            raise ValueError(
                f"row {row}: an error handler of the pipeline dropped this text, so it has no "
                "score. Remove the handler (nlp.set_error_handler), or use score_values, which "
                "scores the others"
            )
        return scores

    def score_values(self, values: Sequence[Any]) -> tuple[list[float | None], list[str | None]]:
        """Score values that may not all be texts. A value that cannot be scored affects no other.

        Args:
            values: Texts, and perhaps nulls, other values, or texts with lone surrogates.

        Returns:
            The score of each value, None where it is missing; and what is wrong with each value,
            None if nothing is.

        Raises:
            NotTrainedError: The component has no weights.
        """
        scored = self.measure_values(values)
        return scored.scores, scored.errors

    def measure_values(self, values: Sequence[Any]) -> ScoredValues:
        """Score values as `score_values` does, and tell how much of each the network could read.

        Args:
            values: As for `score_values`.

        Raises:
            NotTrainedError: The component has no weights.

        Example:
            >>> import spacy
            >>> nlp = spacy.blank("en")
            >>> _ = nlp.add_pipe("sarcasm")
            >>> TextScorer(nlp).measure_values(["oh great", "12345", None]).coverage
            [1.0, 0.0, None]
        """
        self._prepare()
        errors = [find_fault(value, self._longest) for value in values]
        texts = [value for value, error in zip(values, errors, strict=True) if error is None]
        outcomes = iter(score_each(self._try, texts))
        scores: list[float | None] = []
        shares: list[float | None] = []
        for place, error in enumerate(errors):
            outcome = next(outcomes) if error is None else error
            if isinstance(outcome, str):
                errors[place] = outcome
                scores.append(None)
                shares.append(None)
            else:
                score, coverage = outcome
                scores.append(None if math.isnan(score) else score)
                shares.append(coverage)
        return ScoredValues(scores, shares, errors)

    def _try(self, texts: Sequence[str]) -> list[tuple[float, float] | str]:
        """Return score and coverage of each text, or what became of it."""
        dropped = "an error handler of the pipeline dropped the text"
        scores, coverage, scored = self._score(texts)
        return [
            (score, share) if done else dropped
            for score, share, done in zip(
                scores.tolist(), coverage.tolist(), scored.tolist(), strict=True
            )
        ]

    def _score(self, texts: Sequence[str]) -> tuple[Scores, Scores, NDArray[np.bool_]]:
        """Return scores and coverage of checked texts, and which of them were scored."""
        component = self._prepare()
        scores, coverage = np.zeros((2, len(texts)), dtype=np.float64)
        scored = np.ones(len(texts), dtype=np.bool_)
        if not texts:
            return scores, coverage, scored
        if self._table is None:
            scored[:] = False
            with memory_zone(self.nlp):
                pairs = zip(texts, range(len(texts)), strict=True)
                after = names_from(self.nlp, component)[1:]
                for doc, place in self.nlp.pipe(pairs, as_tuples=True, disable=after):
                    score = component.get_score(doc)
                    scores[place] = np.nan if score is None else score
                    coverage[place] = component.attributes.get_coverage(doc) or 0.0
                    scored[place] = True
            return scores, coverage, scored
        rows, places = self._table.text_rows(texts)
        scores[places], coverage[places] = component.predict_rows(rows)
        return scores, coverage, scored

    def _prepare(self) -> SarcasmClassifier:
        """Find out how to score, again if the pipeline has changed; return the component."""
        component = find_sarcasm(self.nlp)
        state = state_of(self.nlp, component)
        if self._state is None or not same_state(self._state, state):
            self._table = None
            patterns = special_patterns(self.nlp.tokenizer)
            self._fallback_reason = fallback_reason(self.nlp, component, patterns)
            if self._fallback_reason is None and patterns is not None:
                self._table = self._make_table(component, patterns)
            self._state = state
        return component

    def _make_table(self, component: SarcasmClassifier, patterns: Patterns) -> PieceTable:
        network = component.network

        def rows_of(docs: Sequence[Doc]) -> TextRows:
            return network.vocabulary.text_rows(docs, network.config.settings, None)

        settings = network.config.settings
        make_tokenizer = partial(copy_tokenizer, self.nlp.tokenizer, settings)
        return PieceTable(make_tokenizer, patterns, rows_of)

    @property
    def _longest(self) -> int:
        return int(self.nlp.max_length)


@overload
def score_texts(
    nlp: Language,
    texts: Iterable[str | None],
    *,
    by: Literal["text"] = "text",
    batch_size: int = DEFAULT_BATCH_SIZE,
    missing: float | None = math.nan,
) -> Iterator[float | None]: ...
@overload
def score_texts(
    nlp: Language,
    texts: Iterable[str | None],
    *,
    by: Literal["sentence"],
    batch_size: int = DEFAULT_BATCH_SIZE,
    missing: float | None = math.nan,
) -> Iterator[list[SentenceScore]]: ...
def score_texts(
    nlp: Language,
    texts: Iterable[str | None],
    *,
    by: By = "text",
    batch_size: int = DEFAULT_BATCH_SIZE,
    missing: float | None = math.nan,
) -> Iterator[float | None] | Iterator[list[SentenceScore]]:
    """Yield the score of every text of a stream, in order, or those of its sentences.

    The scores are those of ``nlp.pipe``, within 1e-5. See `TextScorer` for how they are computed.

    Args:
        nlp: A pipeline with a sarcasm component.
        texts: The texts; None for a missing one.
        by: ``"text"``, or ``"sentence"`` for the sentences of each text: those that a component
            before the sarcasm component finds, else those of spaCy's rule-based sentencizer.
        batch_size: The number of texts held and scored at a time, at least 1.
        missing: The score of texts and sentences that have none: missing ones, empty ones, and
            those in which the network knows no word.

    Yields:
        The probability of sarcasm, 0..1, or `missing`. By sentence, a list for each text, empty for
        a text without sentences, of ``(start, end, text, score, coverage)``; `start` and `end` are
        in characters.

    Raises:
        TypeError: A text is not a string; the message names its row, counted from 1.
        ValueError: A text cannot be scored, or the pipeline has no sarcasm component.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> _ = nlp.add_pipe("sarcasm")
        >>> scores = list(score_texts(nlp, ["oh great", None], missing=None))
        >>> scores[1] is None
        True
        >>> for [first, second] in score_texts(nlp, ["Oh great. It rains."], by="sentence"):
        ...     print(second.start, second.end, second.text)
        10 19 It rains.
    """
    check_by(by)
    if isinstance(texts, str):
        raise TypeError("score_texts takes an iterable of texts: for one text, pass [text]")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    if by == SENTENCE:
        return stream_sentences(SentenceScorer(nlp), iter(texts), batch_size, missing)
    return _score_stream(TextScorer(nlp), iter(texts), batch_size, missing)


def _score_stream(
    scorer: TextScorer, stream: Iterator[str | None], batch_size: int, missing: float | None
) -> Iterator[float | None]:
    row = 1
    while batch := list(islice(stream, batch_size)):
        nulls = [place for place, text in enumerate(batch) if text is None]
        scores = scorer.score(["" if text is None else text for text in batch], first_row=row)
        found: list[float | None] = list(scores.tolist())
        for place in [*nulls, *np.flatnonzero(np.isnan(scores)).tolist()]:
            found[place] = missing
        yield from found
        row += len(batch)
