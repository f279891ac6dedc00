"""Scores for streams of texts, from whatever a pipeline needs to score them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import islice
from typing import Any

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
from .values import ScoredValues, find_fault

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
        self._check(texts, first_row)
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
        outcomes = iter(self._try_all(texts))
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

    def _try_all(self, texts: Sequence[str]) -> list[tuple[float, float] | str]:
        """Return score and coverage of each text, or what was wrong with it."""
        try:
            scores, coverage, scored = self._score(texts)
        except MemoryError:
            raise
        except Exception as error:
            if len(texts) == 1:
                return [f"{type(error).__name__}: {error}"]
            # One at a time tells which of them has the fault.
            return [outcome for text in texts for outcome in self._try_all([text])]
        dropped = "an error handler of the pipeline dropped the text"
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
            with self._zone():
                pairs = zip(texts, range(len(texts)), strict=True)
                after = _names_after(self.nlp, component)
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

    def _zone(self) -> AbstractContextManager[Any]:
        # Zones cannot be nested: in a caller's own, strings stay until that ends.
        vocab: Any = self.nlp.vocab
        return nullcontext() if vocab.in_memory_zone else self.nlp.memory_zone()

    def _check(self, texts: Sequence[str], first_row: int) -> None:
        if set(map(type, texts)) <= {str} and max(map(len, texts), default=0) <= self._longest:
            try:
                " ".join(texts).encode("utf-8")
            except UnicodeEncodeError:
                pass
            else:
                return
        for row, text in enumerate(texts, start=first_row):
            fault = find_fault(text, self._longest)
            if fault is not None:
                kind = ValueError if isinstance(text, str) else TypeError
                raise kind(
                    f"row {row}: {fault}. Fix or leave out such rows, or use "
                    "TextScorer.score_values, which reports them and scores the others"
                )

    @property
    def _longest(self) -> int:
        return int(self.nlp.max_length)


def score_texts(
    nlp: Language,
    texts: Iterable[str | None],
    *,
    batch_size: int = DEFAULT_BATCH_SIZE,
    missing: float | None = math.nan,
) -> Iterator[float | None]:
    """Yield the score of every text of a stream, in order.

    The scores are those of ``nlp.pipe``, within 1e-5. See `TextScorer` for how they are computed.

    Args:
        nlp: A pipeline with a sarcasm component.
        texts: The texts; None for a missing one.
        batch_size: The number of texts held and scored at a time, at least 1.
        missing: What is yielded for texts that have no score: missing ones, empty ones, and those
            in which the network knows no word.

    Yields:
        The probability of sarcasm, 0..1, or `missing`.

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
    """
    if isinstance(texts, str):
        raise TypeError("score_texts takes an iterable of texts: for one text, pass [text]")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
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


def _names_after(nlp: Language, component: SarcasmClassifier) -> list[str]:
    pipes = list(nlp.pipeline)
    place = max(at for at, (_, pipe) in enumerate(pipes) if pipe is component)
    return [name for name, _ in pipes[place + 1 :]]
