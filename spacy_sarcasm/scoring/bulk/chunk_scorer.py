"""A chunk of rows in, the same rows with their scores out, as bytes of the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from spacy.language import Language

from ...data.filetypes import delimited, jsonl, parquet
from ...data.formats import BINARY, Format, read_rows
from ...data.repeated_rows import repeat_rows
from ...data.rows import Chunk, RowBatch, RowError
from ...data.streams import Source, compress
from ...pipeline.loading import find_sarcasm
from ..counts import Counts
from ..observers import Observe, Observer, ScoredRows, cells_of
from ..sentences import SENTENCE, SentenceScorer, expand
from ..texts import TextScorer
from ..values import ScoredValues
from .layout import KEEP, ZERO, Layout, PreparedRun, ScoreSettings
from .shared_pipeline import SharedPipeline
from .worker_pool import run_workers

# Digits after the point. More would depend on the machine, and on the other texts of the batch.
SCORE_DIGITS = 7
# Texts of which the network knows a smaller share of the words are counted.
FAMILIAR = 0.5


@dataclass(frozen=True)
class ScoredChunk:
    """What became of a chunk.

    Attributes:
        data: Bytes of the output.
        counts: Counts of its rows.
        observed: What an observer of the run found in it.
    """

    data: bytes
    counts: Counts
    observed: Any = None


class ChunkScorer:
    """Scores chunks of rows and lays them out as the output wants them."""

    def __init__(
        self,
        nlp: Language,
        settings: ScoreSettings,
        layout: Layout,
        sources: Sequence[Source],
        observe: Observe | None = None,
    ) -> None:
        """Take a pipeline, and the parts of a run that matter here.

        Args:
            nlp: A pipeline with a sarcasm component.
            settings: The settings of the run.
            layout: How the output is written.
            sources: The inputs.
            observe: Called with each chunk and its scores.
        """
        self.observe = observe
        self.scorer = SentenceScorer(nlp) if settings.by == SENTENCE else TextScorer(nlp)
        self.settings = settings
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
        rows = read_rows(chunk, source.format, self.settings.text_column)
        try:
            return self._score(rows, source, (chunk.source, *chunk.start))
        except RowError as error:
            what = "row" if source.format in BINARY else "line"
            raise ValueError(f"{source.name}, {what} {error.line}: {error.fault}") from error

    def _score(self, rows: RowBatch, source: Source, place: tuple[int, ...]) -> ScoredChunk:
        rows, (found, coverage, errors), where = self._measure(rows)
        empty, known = 0, []
        for index, value in enumerate(rows.values):
            if index in rows.faults:
                errors[index] = rows.faults[index]
            elif value is None or (isinstance(value, str) and (not value or value.isspace())):
                empty += 1
                errors[index] = found[index] = None
            elif (share := coverage[index]) is not None:
                known.append(share)
            if errors[index] is None and found[index] is None and self.settings.missing == ZERO:
                found[index] = 0.0
        failed = [index for index, error in enumerate(errors) if error is not None]
        if failed and self.settings.on_error != KEEP:
            raise RowError(
                rows.lines[failed[0]],
                f"{errors[failed[0]]}. Fix the row, or keep such rows without a score with "
                "--on-error keep",
            )
        scores = [None if score is None else round(score, SCORE_DIGITS) for score in found]
        shares = [None if share is None else round(share, SCORE_DIGITS) for share in coverage]
        data = self._encode(rows, source, where, scores, shares, errors)
        counts = Counts(
            rows=len(scores),
            empty=empty,
            failed=len(failed),
            unreadable=known.count(0.0),
            unfamiliar=sum(share < FAMILIAR for share in known),
            missing=scores.count(None) - len(failed),
            score_sum=sum(score for score in scores if score is not None),
        )
        scored = ScoredChunk(compress(data, self.layout.compression), counts)
        if self.observe is None:
            return scored

        def cells(column: str) -> Sequence[Any]:
            if column == self.settings.source_column:
                return [_name_of(source)] * len(scores)
            return cells_of(rows, column)

        seen = ScoredRows(place, rows.values, scores, known, empty, len(failed), cells)
        return replace(scored, observed=self.observe(seen))

    def _measure(self, rows: RowBatch) -> tuple[RowBatch, ScoredValues, dict[str, list[Any]]]:
        """Return the rows to write, what scoring found, and where sentences are, by column."""
        if isinstance(self.scorer, TextScorer):
            return rows, self.scorer.measure_values(rows.values), {}
        sentences, errors = self.scorer.measure_values(rows.values)
        found = expand(sentences)
        column = self.settings.text_column or ""
        repeated = repeat_rows(rows, found.owners, found.texts, column)
        errors = [errors[owner] for owner in found.owners]
        return repeated, ScoredValues(found.scores, found.coverage, errors), {**found.columns}

    def _check_keys(self, rows: jsonl.JsonBatch, errors: Sequence[str | None]) -> None:
        """Look for keys that are called like those to be added; other formats have a header."""
        settings = self.settings
        failing = {*settings.added, settings.error_column, settings.line_column}
        added = failing - {settings.error_column, settings.line_column}
        for row, error, line in zip(rows.objects, errors, rows.lines, strict=True):
            taken = row.keys() & (added if error is None else failing)
            if taken:
                name = min(taken)
                raise RowError(line, f"the row has a key '{name}' already: {settings.remedy(name)}")

    def _encode(
        self,
        rows: RowBatch,
        source: Source,
        where: dict[str, list[Any]],
        scores: list[float | None],
        shares: list[float | None],
        errors: list[str | None],
    ) -> bytes:
        settings, layout = self.settings, self.layout
        # In the order of `ScoreSettings.added`.
        added: dict[str, list[Any]] = {**where, settings.output_column: scores}
        if (threshold := settings.threshold) is not None:
            added[settings.label_column] = [
                None if score is None else int(score >= threshold) for score in scores
            ]
        if settings.coverage:
            added[settings.coverage_column] = shares
        if settings.source_column is not None:
            added[settings.source_column] = [_name_of(source)] * len(scores)
        if settings.on_error == KEEP:
            added[settings.error_column] = errors
            added[settings.line_column] = [rows.broken.get(i) for i in range(len(scores))]
        if layout.format == Format.JSONL:
            if isinstance(rows, jsonl.JsonBatch):
                self._check_keys(rows, errors)
            return jsonl.encode_rows(rows, added, (settings.error_column, settings.line_column))
        if layout.format == Format.PARQUET:
            return parquet.encode_rows(rows, layout.columns, added, layout.schema)
        delimiter = delimited.DELIMITERS[layout.format]
        return delimited.encode_rows(rows, layout.columns, added, delimiter)


def _name_of(source: Source) -> str:
    return source.name if source.path is None else str(source.path)


def header_of(run: PreparedRun) -> bytes:
    """Return what the output starts with, before the first row.

    Args:
        run: The run.
    """
    layout = run.layout
    if layout.format not in delimited.DELIMITERS:
        return b""
    delimiter = delimited.DELIMITERS[layout.format]
    header = delimited.encode_header([*layout.columns, *run.settings.added], delimiter)
    return compress(header, layout.compression)


@dataclass(frozen=True)
class _Setup:
    """Makes what scores chunks; sent to workers."""

    pipeline: SharedPipeline
    settings: ScoreSettings
    layout: Layout
    sources: tuple[Source, ...]
    is_worker: bool
    observe: Callable[[], Observe] | None = None

    def __call__(self) -> ChunkScorer:
        nlp = self.pipeline.nlp
        if self.is_worker:
            # The cores are busy with the other workers.
            find_sarcasm(nlp).cfg["threads"] = 1
        observe = None if self.observe is None else self.observe()
        return ChunkScorer(nlp, self.settings, self.layout, self.sources, observe)


class Workers:
    """Scores chunks, in worker processes if there is to be more than one process."""

    def __init__(
        self,
        pipeline: SharedPipeline,
        run: PreparedRun,
        n_process: int,
        start_method: str | None,
        observer: Observer | None = None,
    ) -> None:
        self.sources = tuple(run.sources)
        observe = None if observer is None else observer.setup
        is_worker = n_process > 1
        self.setup = _Setup(pipeline, run.settings, run.layout, self.sources, is_worker, observe)
        self.n_process = n_process
        self.start_method = start_method

    def score(self, chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, ScoredChunk]]:
        """Yield chunks with their scores, in order.

        Args:
            chunks: The chunks.
        """
        return run_workers(
            self.setup,
            chunks,
            self.n_process,
            start_method=self.start_method,
            describe=self._describe,
        )

    def _describe(self, chunk: Chunk) -> str:
        source = self.sources[chunk.source]
        what = "rows" if source.format in BINARY else "lines"
        return f"{source.name}, {what} {chunk.start.line:,} to {chunk.end.line - 1:,}"
