"""Scores for the sentences of texts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, NamedTuple, get_args

from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, Span

from ..pipeline.classifier import SarcasmClassifier
from ..pipeline.loading import find_sarcasm
from .values import check_texts, find_fault, memory_zone, names_from, score_each

By = Literal["text", "sentence"]
BY: tuple[str, ...] = get_args(By)
SENTENCE: By = "sentence"

# The columns of a table by sentence, before those with the scores.
SENTENCE_COLUMNS = ("sentence_number", "sentence_start", "sentence_end")

# Docs are held until they have this many tokens.
BATCH_TOKENS = 100_000


class SentenceScore(NamedTuple):
    """A sentence of a text and its score.

    Attributes:
        start: Where it starts in the text, in characters.
        end: Where it ends.
        text: The sentence, without the white space around it.
        score: Its score, None (or what `missing` says) where that is missing.
        coverage: The share of its words that the network knows.
    """

    start: int
    end: int
    text: str
    score: float | None
    coverage: float


class SentenceRows(NamedTuple):
    """A row for each sentence of some texts, and one for each text without sentences.

    Attributes:
        owners: The number of the text of each row.
        texts: The sentences; None in a row of a text without sentences, as in the next four.
        numbers: The number of each sentence in its text, from 1.
        starts: Where it starts in the text, in characters.
        ends: Where it ends.
        coverage: The share of its words that are known.
        scores: Its score, None where it is missing.
    """

    owners: list[int]
    texts: list[str | None]
    numbers: list[int | None]
    starts: list[int | None]
    ends: list[int | None]
    coverage: list[float | None]
    scores: list[float | None]

    @property
    def columns(self) -> dict[str, list[int | None]]:
        """The columns that tell where each sentence is, by their names."""
        return dict(zip(SENTENCE_COLUMNS, (self.numbers, self.starts, self.ends), strict=True))


def check_by(by: str) -> None:
    """Raise a ValueError if `by` is neither ``"text"`` nor ``"sentence"``.

    Example:
        >>> check_by("sentence")
    """
    if by not in BY:
        raise ValueError(f"by must be one of {', '.join(BY)}, not {by!r:.100}")


def split_sentences(doc: Doc) -> list[Span]:
    """Return the sentences of a doc, without the white space around them.

    Where no component has found the sentences, spaCy's rule-based sentencizer does. What is only
    white space is no sentence.

    Example:
        >>> import spacy
        >>> split_sentences(spacy.blank("en")("Oh great. Another meeting."))
        [Oh great., Another meeting.]
    """
    if not doc.has_annotation("SENT_START"):
        doc = _sentencizer()(doc)
    trimmed = map(_trim, doc.sents)
    return [sentence for sentence in trimmed if len(sentence)]


def expand(texts: Sequence[Sequence[SentenceScore]]) -> SentenceRows:
    """Return the rows of a table by sentence.

    Args:
        texts: The sentences of each text.

    Example:
        >>> expand([[SentenceScore(0, 3, "Oh.", 0.5, 1.0)], []]).owners
        [0, 1]
    """
    rows = [
        (owner, one.text, number, one.start, one.end, one.coverage, one.score)
        if one is not None
        else (owner, None, None, None, None, None, None)
        for owner, sentences in enumerate(texts)
        for number, one in enumerate(sentences or [None], start=1)
    ]
    columns: list[list[Any]] = [list(values) for values in zip(*rows, strict=True)]
    return SentenceRows(*columns) if rows else SentenceRows([], [], [], [], [], [], [])


class SentenceScorer:
    """Scores the sentences of texts by a pipeline's sarcasm component.

    Texts become Docs, which the components before the sarcasm component process. The words of a
    text are looked up once; the sentences of many texts are scored together.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> _ = nlp.add_pipe("sarcasm")
        >>> [[first, second]] = SentenceScorer(nlp).score(["Oh great. The council met."])
        >>> (second.start, second.end, second.text)
        (10, 26, 'The council met.')
    """

    def __init__(self, nlp: Language) -> None:
        """Take a pipeline; raise a ValueError if it has no sarcasm component."""
        find_sarcasm(nlp)
        self.nlp = nlp

    def score(self, texts: Sequence[str], *, first_row: int = 1) -> list[list[SentenceScore]]:
        """Return the scored sentences of every text.

        Args:
            first_row: The number of the first text in error messages.

        Raises:
            TypeError: A text is not a string.
            ValueError: A text holds lone surrogates or is longer than ``nlp.max_length``, or an
                error handler of the pipeline dropped it.
            NotTrainedError: The component has no weights.
        """
        check_texts(texts, first_row, self.nlp.max_length)
        found: list[list[SentenceScore]] = []
        for row, outcome in enumerate(self._score(texts), start=first_row):
            if isinstance(outcome, str):
                raise ValueError(
                    f"row {row}: {outcome}, so it has no score. Remove the handler "
                    "(nlp.set_error_handler), or leave the text out"
                )
            found.append(outcome)
        return found

    def measure_values(
        self, values: Sequence[Any]
    ) -> tuple[list[list[SentenceScore]], list[str | None]]:
        """Score values that may not all be texts. A value that cannot be scored affects no other.

        Args:
            values: Texts, and perhaps nulls, other values, or texts with lone surrogates.

        Returns:
            The scored sentences of each value, and what is wrong with it, None if nothing is.

        Raises:
            NotTrainedError: The component has no weights.
        """
        find_sarcasm(self.nlp).get_ready()
        errors = [find_fault(value, self.nlp.max_length) for value in values]
        texts = [value for value, error in zip(values, errors, strict=True) if error is None]
        outcomes = iter(score_each(self._score, texts))
        found: list[list[SentenceScore]] = []
        for place, error in enumerate(errors):
            outcome = next(outcomes) if error is None else error
            if isinstance(outcome, str):
                errors[place], outcome = outcome, []
            found.append(outcome)
        return found, errors

    def _score(self, texts: Sequence[str]) -> list[list[SentenceScore] | str]:
        """Return the sentences of each text, or what became of it."""
        dropped = "an error handler of the pipeline dropped this text"
        found: list[list[SentenceScore] | str] = [dropped] * len(texts)
        component = find_sarcasm(self.nlp)
        not_run = names_from(self.nlp, component)
        with memory_zone(self.nlp):
            pairs = zip(texts, range(len(texts)), strict=True)
            docs: list[tuple[Doc, int]] = []
            n_tokens = 0
            for doc, place in self.nlp.pipe(pairs, as_tuples=True, disable=not_run):
                docs.append((doc, place))
                n_tokens += len(doc)
                if n_tokens >= BATCH_TOKENS:
                    _score_docs(component, docs, found)
                    docs, n_tokens = [], 0
            _score_docs(component, docs, found)
        return found


def stream_sentences(
    scorer: SentenceScorer,
    stream: Iterator[str | None],
    batch_size: int,
    missing: float | None,
) -> Iterator[list[SentenceScore]]:
    """Yield the scored sentences of each text of a stream.

    Args:
        stream: The texts; None for a missing one, which has no sentences.
        batch_size: The number of texts scored at a time.
        missing: The score of sentences that have none.
    """
    row = 1
    while batch := list(islice(stream, batch_size)):
        texts = ["" if text is None else text for text in batch]
        for sentences in scorer.score(texts, first_row=row):
            yield [one._replace(score=missing) if one.score is None else one for one in sentences]
        row += len(batch)


def _score_docs(
    component: SarcasmClassifier,
    docs: Iterable[tuple[Doc, int]],
    found: list[list[SentenceScore] | str],
) -> None:
    split = [(place, split_sentences(doc)) for doc, place in docs]
    scored = component.predict_spans([span for _, spans in split for span in spans])
    values = zip(scored.scores.tolist(), scored.coverage.tolist(), strict=True)
    for place, spans in split:
        sentences = []
        for span in spans:
            score, coverage = next(values)
            known = None if math.isnan(score) else score
            where = span.start_char, span.end_char, span.text
            sentences.append(SentenceScore(*where, known, coverage))
        found[place] = sentences


@lru_cache
def _sentencizer() -> Sentencizer:
    return Sentencizer()


def _trim(sentence: Span) -> Span:
    start, end = sentence.start, sentence.end
    while start < end and sentence.doc[start].is_space:
        start += 1
    while start < end and sentence.doc[end - 1].is_space:
        end -= 1
    return sentence.doc[start:end]
