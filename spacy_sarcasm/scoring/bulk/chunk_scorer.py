"""A chunk of rows in, the same rows with their scores out, as bytes of the output."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from typing import Any

from spacy.language import Language

from ...data.chunks import Chunk
from ...data.formats import DELIMITERS, Format, compress
from ...data.rows import JsonRows, RowError, Rows, read_rows
from ...data.sources import Source
from ..texts import TextScorer
from .layout import KEEP, Layout, Options, Plan

# Digits after the point. Further ones hang on the machine and on a text's company in its batch.
SCORE_DIGITS = 7


@dataclass(frozen=True)
class Counts:
    """Counts of rows.

    Attributes:
        rows: All of them.
        empty: Those with a text that has no words.
        failed: Those that could not be scored.
        score_sum: The sum of all scores.
    """

    rows: int = 0
    empty: int = 0
    failed: int = 0
    score_sum: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows + other.rows,
            self.empty + other.empty,
            self.failed + other.failed,
            self.score_sum + other.score_sum,
        )

    @property
    def mean_score(self) -> float | None:
        """The mean of the scores; None where there are none."""
        scored = self.rows - self.failed
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
            return self._score(rows)
        except RowError as error:
            what = "row" if source.format == Format.PARQUET else "line"
            raise ValueError(f"{source.name}, {what} {error.line}: {error.fault}") from error

    def _score(self, rows: Rows) -> ScoredChunk:
        found, errors = self.scorer.score_values(rows.values)
        for index, fault in rows.faults.items():
            errors[index] = fault
        failed = [index for index, error in enumerate(errors) if error is not None]
        if failed and self.options.on_error != KEEP:
            raise RowError(
                rows.lines[failed[0]],
                f"{errors[failed[0]]}. Mend the row, or keep such rows without a score by "
                "--on-error keep",
            )
        scores = [None if score is None else round(score, SCORE_DIGITS) for score in found]
        if self.layout.format == Format.JSONL:
            data = self._as_jsonl(rows, scores, errors).encode("utf-8", "backslashreplace")
        else:
            data = self._as_table(rows, scores, errors)
        texts = (value for value, score in zip(rows.values, scores, strict=True) if score == 0.0)
        counts = Counts(
            rows=len(scores),
            empty=sum(not text.strip() for text in texts),
            failed=len(failed),
            score_sum=sum(score for score in scores if score is not None),
        )
        return ScoredChunk(compress(data, self.layout.compression), counts)

    def _as_jsonl(
        self, rows: Rows, scores: Sequence[float | None], errors: Sequence[str | None]
    ) -> str:
        options = self.options
        if isinstance(rows, JsonRows):
            self._check_keys(rows, errors)
        score_key, label_key = quoted(options.output_column), quoted(options.label_column)
        error_key, line_key = quoted(options.error_column), quoted(options.line_column)
        threshold = options.threshold
        lines = []
        for index, (row, score, error) in enumerate(
            zip(rows.as_json(), scores, errors, strict=True)
        ):
            # The row as it was written, its brace opened again: every value survives.
            head = "{" if row == "{}" else row[:-1] + ", "
            shown = "null" if score is None else repr(score)
            line = f"{head}{score_key}: {shown}"
            if threshold is not None:
                label = "null" if score is None else int(score >= threshold)
                line += f", {label_key}: {label}"
            if error is not None:
                line += f", {error_key}: {quoted(error)}"
                if index in rows.broken:
                    line += f", {line_key}: {quoted(rows.broken[index])}"
            lines.append(line)
        lines.append("")
        return "}\n".join(lines)

    def _check_keys(self, rows: JsonRows, errors: Sequence[str | None]) -> None:
        """Look for keys that are called like those to be added; other formats have a header."""
        options = self.options
        added = {options.output_column: "--output-column"}
        if options.threshold is not None:
            added[options.label_column] = "--output-column"
        failing = added | {
            options.error_column: "--error-column",
            options.line_column: "--error-column",
        }
        for row, error, line in zip(rows.objects, errors, rows.lines, strict=True):
            taken = row.keys() & (added if error is None else failing).keys()
            if taken:
                name = min(taken)
                raise RowError(
                    line,
                    f"the row has a key '{name}' already: name another for the one to be added "
                    f"by {failing[name]}",
                )

    def _as_table(self, rows: Rows, scores: list[float | None], errors: list[str | None]) -> bytes:
        options = self.options
        added: dict[str, list[Any]] = {options.output_column: scores}
        if (threshold := options.threshold) is not None:
            added[options.label_column] = [
                None if score is None else int(score >= threshold) for score in scores
            ]
        if options.on_error == KEEP:
            added[options.error_column] = errors
            added[options.line_column] = [rows.broken.get(i) for i in range(len(scores))]
        if self.layout.format == Format.PARQUET:
            from ...data.parquet import make_batch

            return make_batch(rows, self.layout.schema, self.layout.columns, added)
        table = _Table(self.layout.format)
        for cells, more in zip(
            rows.as_cells(self.layout.columns), zip(*added.values(), strict=True), strict=True
        ):
            table.add([*cells, *more])
        return table.to_bytes()


class _Table:
    """Lines of CSV or TSV; None is an empty cell."""

    def __init__(self, format: Format) -> None:
        self.lines: list[str] = []
        # The csv module quotes cells with a carriage return only if its own line ends have one.
        self.add = csv.writer(self, delimiter=DELIMITERS[format], lineterminator="\r\n").writerow

    def write(self, line: str) -> None:
        """Take a line of the csv module's."""
        self.lines.append(line[:-2] + "\n")

    def to_bytes(self) -> bytes:
        return "".join(self.lines).encode("utf-8", "backslashreplace")


def header_of(plan: Plan) -> bytes:
    """Return what the output starts with, before the first row.

    Args:
        plan: The plan.
    """
    layout = plan.layout
    if layout.format not in DELIMITERS:
        return b""
    table = _Table(layout.format)
    table.add([*layout.columns, *plan.options.added])
    return compress(table.to_bytes(), layout.compression)
