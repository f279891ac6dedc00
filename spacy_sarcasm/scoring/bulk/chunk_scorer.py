"""A chunk of rows in, the same rows with their scores out, as bytes of the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from spacy.language import Language

from ...data.filetypes import delimited, jsonl, parquet
from ...data.formats import BINARY, Format, read_rows
from ...data.rows import Chunk, RowBatch, RowError
from ...data.streams import Source, compress
from ..texts import TextScorer
from .layout import KEEP, NULL, Layout, Options, Plan

# Digits after the point. Further ones hang on the machine and on a text's company in its batch.
SCORE_DIGITS = 7


@dataclass(frozen=True)
class Counts:
    """Counts of rows.

    Attributes:
        rows: All of them.
        empty: Those without a text: empty, white space or null.
        failed: Those that could not be scored.
        missing: Those without a score that did not fail.
        score_sum: The sum of all scores.
    """

    rows: int = 0
    empty: int = 0
    failed: int = 0
    missing: int = 0
    score_sum: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows + other.rows,
            self.empty + other.empty,
            self.failed + other.failed,
            self.missing + other.missing,
            self.score_sum + other.score_sum,
        )

    @property
    def mean_score(self) -> float | None:
        """The mean of the scores; None where there are none."""
        scored = self.rows - self.failed - self.missing
        return self.score_sum / scored if scored else None


@dataclass(frozen=True)
class ScoredChunk:
    """What became of a chunk.

    Attributes:
        data: Bytes of the output.
        counts: Counts of its rows.
    """

    data: bytes
    counts: Counts


class ChunkScorer:
    """Scores chunks of rows and lays them out as the output wants them."""

    def __init__(
        self, nlp: Language, options: Options, layout: Layout, sources: Sequence[Source]
    ) -> None:
        """Take a pipeline, and the parts of a plan that matter here.

        Args:
            nlp: A pipeline with a sarcasm component.
            options: The settings of the run.
            layout: How the output is written.
            sources: The inputs.
        """
        self.scorer = TextScorer(nlp)
        self.options = options
        self.layout = layout
        self.sources = sources

    def __call__(self, chunk: Chunk) -> ScoredChunk:
        """Score a chunk.

        Args:
            chunk: The chunk.

        Raises:
            ValueError: A row cannot be scored and is not to be kept, or its keys do not fit; the
                message names file and line.
        """
        source = self.sources[chunk.source]
        rows = read_rows(chunk, source.format, self.options.text_column)
        try:
            return self._score(rows, source)
        except RowError as error:
            what = "row" if source.format in BINARY else "line"
            raise ValueError(f"{source.name}, {what} {error.line}: {error.fault}") from error

    def _score(self, rows: RowBatch, source: Source) -> ScoredChunk:
        found, errors = self.scorer.score_values(rows.values)
        empty = 0
        for index, value in enumerate(rows.values):
            if index in rows.faults:
                errors[index] = rows.faults[index]
            elif value is None or (isinstance(value, str) and (not value or value.isspace())):
                empty += 1
                errors[index] = None
                found[index] = None if self.options.missing == NULL else 0.0
        failed = [index for index, error in enumerate(errors) if error is not None]
        if failed and self.options.on_error != KEEP:
            raise RowError(
                rows.lines[failed[0]],
                f"{errors[failed[0]]}. Fix the row, or keep such rows without a score with "
                "--on-error keep",
            )
        # NaN is a missing score too.
        scores = [
            None if score is None or isnan(score) else round(score, SCORE_DIGITS) for score in found
        ]
        data = self._encode(rows, source, scores, errors)
        counts = Counts(
            rows=len(scores),
            empty=empty,
            failed=len(failed),
            missing=scores.count(None) - len(failed),
            score_sum=sum(score for score in scores if score is not None),
        )
        return ScoredChunk(compress(data, self.layout.compression), counts)

    def _check_keys(self, rows: jsonl.JsonBatch, errors: Sequence[str | None]) -> None:
        """Look for keys that are called like those to be added; other formats have a header."""
        options = self.options
        failing = {*options.added, options.error_column, options.line_column}
        added = failing - {options.error_column, options.line_column}
        for row, error, line in zip(rows.objects, errors, rows.lines, strict=True):
            taken = row.keys() & (added if error is None else failing)
            if taken:
                name = min(taken)
                raise RowError(line, f"the row has a key '{name}' already: {options.remedy(name)}")

    def _encode(
        self,
        rows: RowBatch,
        source: Source,
        scores: list[float | None],
        errors: list[str | None],
    ) -> bytes:
        options, layout = self.options, self.layout
        added: dict[str, list[Any]] = {options.output_column: scores}
        if (threshold := options.threshold) is not None:
            added[options.label_column] = [
                None if score is None else int(score >= threshold) for score in scores
            ]
        if options.source_column is not None:
            name = source.name if source.path is None else str(source.path)
            added[options.source_column] = [name] * len(scores)
        if options.on_error == KEEP:
            added[options.error_column] = errors
            added[options.line_column] = [rows.broken.get(i) for i in range(len(scores))]
        if layout.format == Format.JSONL:
            if isinstance(rows, jsonl.JsonBatch):
                self._check_keys(rows, errors)
            return jsonl.encode_rows(rows, added, (options.error_column, options.line_column))
        if layout.format == Format.PARQUET:
            return parquet.encode_rows(rows, layout.columns, added, layout.schema)
        delimiter = delimited.DELIMITERS[layout.format]
        return delimited.encode_rows(rows, layout.columns, added, delimiter)


def header_of(plan: Plan) -> bytes:
    """Return what the output starts with, before the first row.

    Args:
        plan: The plan.
    """
    layout = plan.layout
    if layout.format not in delimited.DELIMITERS:
        return b""
    delimiter = delimited.DELIMITERS[layout.format]
    header = delimited.encode_header([*layout.columns, *plan.options.added], delimiter)
    return compress(header, layout.compression)
