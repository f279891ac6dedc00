"""Files of any size scored into one file: nothing lost, nothing repeated, memory bounded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ...data.formats import BINARY, Format, tell_output_format
from ...data.rows import Chunk
from ...data.sources import STANDARD_INPUT, find_sources
from ...data.streams import Source
from ...pipeline.loading import find_sarcasm
from .checkpoint import Checkpoint
from .chunk_scorer import ChunkScorer, Counts, ScoredChunk, header_of
from .journal import PartialOutput
from .layout import Layout, Options, Plan, make_plan
from .manifest import PartialOutputError, make_manifest
from .progress import Progress
from .shared_pipeline import Model, SharedPipeline
from .worker_pool import run_workers


class RunStoppedError(ValueError):
    """A run ended before its end; the message says why, and what is kept."""


@dataclass(frozen=True)
class Summary:
    """What a run has done.

    Attributes:
        output: The file that was written.
        counts: Counts of its rows.
        seconds: How long scoring took, earlier parts of a resumed run included.
        was_complete: Whether a resumed run had nothing left to do.
    """

    output: Path
    counts: Counts
    seconds: float
    was_complete: bool = False

    def __str__(self) -> str:
        if self.was_complete:
            return f"'{self.output}' was already complete: nothing to do"
        mean = self.counts.mean_score
        return (
            f"{self.counts.rows:,} rows ({self.counts.empty:,} empty, {self.counts.failed:,} "
            f"failed) in {self.seconds:.1f} s, mean score "
            f"{'none' if mean is None else f'{mean:.4f}'}: {self.output}"
        )


def score_files(
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    model: Model = None,
    options: Options | None = None,
    input_format: Format | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    more_sources: Sequence[Source] = (),
    n_process: int = 1,
    start_method: str | None = None,
    overwrite: bool = False,
    resume: bool = False,
    show_progress: bool = False,
) -> Summary:
    """Score the texts of files into one file that has all their columns and the score.

    The output gets its name when it is whole. Until then the work lies in ``OUTPUT.partial/``,
    from where the same call with `resume` goes on after any interruption, and gives the same bytes
    as a run that was not interrupted.

    Args:
        inputs: As for `find_sources`.
        output: The file to write; its ending says how: .jsonl, .csv, .tsv, each also with .gz or
            .zst, or .parquet.
        model: A pipeline, its path or its package's name; None: blank English with the bundled
            weights.
        options: Names of columns, threshold, what to do with rows that cannot be scored.
        input_format: The format of all inputs, as for `find_sources`, as the next two.
        delimiter: What separates the columns of delimited text.
        encoding: The encoding of text files.
        more_sources: Sources that go before the inputs.
        n_process: Worker processes; 1: none.
        start_method: How they are started; None: the platform's default.
        overwrite: Replace an output that exists, and forget partial work.
        resume: Go on from the partial work of an interrupted run, if there is any.
        show_progress: Show a progress bar, if standard error is a terminal.

    Returns:
        What was done.

    Raises:
        PartialOutputError: There is an output, whole or partial, that cannot be gone on with.
        RunStoppedError: A row, a file, the disk or a worker ended the run.
        OSError: An input, or the output's folder, is missing.
        ValueError: A column is missing or is there already; an option is out of its range.
        ImportError: Parquet or zstd is asked for, and pyarrow is not installed.
    """
    output, options = Path(output), options or Options()
    kind, compression = tell_output_format(output)
    _check_place(output)
    once = PartialOutputError(
        "standard input and pipes can be read only once: --resume needs files"
    )
    if resume and STANDARD_INPUT in map(str, inputs):
        raise once
    given = find_sources(
        inputs,
        input_format=input_format,
        output=output,
        text_column=options.text_column,
        delimiter=delimiter,
        encoding=encoding,
    )
    sources = [*more_sources, *given]
    is_stream = any(source.is_stream for source in sources)
    if resume and is_stream:
        raise once
    if n_process < 1:
        raise ValueError(f"the number of processes must be at least 1, not {n_process}")
    plan = make_plan(sources, options, kind, compression)
    pipeline = SharedPipeline(model)
    work = PartialOutput(output, make_manifest(plan, pipeline))
    try:
        if not work.open(overwrite=overwrite, resume=resume):
            return Summary(output, Counts(), 0.0, was_complete=True)
        workers = _Workers(pipeline, plan, n_process, start_method)
        with _kept_work(work, keep=not is_stream):
            _run(plan, workers, work, show_progress)
            if not work.checkpoint.counts.rows and not plan.has_tables:
                work.discard()
                raise ValueError("the inputs hold no rows: nothing was written")
            work.finish(_assembly(plan))
        return Summary(output, work.checkpoint.counts, work.checkpoint.seconds)
    finally:
        work.close()


def score_to_stream(
    sources: Sequence[Source],
    *,
    model: Model = None,
    options: Options | None = None,
    output_format: Format = Format.JSONL,
    n_process: int = 1,
) -> Iterator[bytes]:
    """Yield the rows of sources with their scores as text, many at a time.

    Args:
        sources: The sources.
        model: As for `score_files`.
        options: As for `score_files`.
        output_format: JSON lines, CSV or TSV.
        n_process: Worker processes; 1: none.

    Raises:
        OSError: An input cannot be read.
        ValueError: A row cannot be scored, or a column is missing or there already.
    """
    plan = make_plan(sources, options or Options(), output_format)
    if header := header_of(plan):
        yield header
    for _, scored in _Workers(SharedPipeline(model), plan, n_process, None).score(plan.read()):
        yield scored.data


@dataclass(frozen=True)
class _Setup:
    """Makes what scores chunks; sent to workers."""

    pipeline: SharedPipeline
    options: Options
    layout: Layout
    sources: tuple[Source, ...]
    is_worker: bool

    def __call__(self) -> ChunkScorer:
        nlp = self.pipeline.nlp
        if self.is_worker:
            # The cores are busy with the other workers.
            find_sarcasm(nlp).cfg["threads"] = 1
        return ChunkScorer(nlp, self.options, self.layout, self.sources)


class _Workers:
    def __init__(
        self, pipeline: SharedPipeline, plan: Plan, n_process: int, start_method: str | None
    ) -> None:
        self.sources = tuple(plan.sources)
        self.setup = _Setup(pipeline, plan.options, plan.layout, self.sources, n_process > 1)
        self.n_process = n_process
        self.start_method = start_method

    def score(self, chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, ScoredChunk]]:
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


def _run(plan: Plan, workers: _Workers, work: PartialOutput, show_progress: bool) -> None:
    at = work.checkpoint
    if at.is_last:
        return
    if not at.size:
        at = work.write(header_of(plan), at)
    began = time.monotonic() - at.seconds
    with Progress(plan.sources, at.counts.rows, show=show_progress) as progress:
        for chunk, scored in workers.score(plan.read(at.source, at.place)):
            at = Checkpoint(
                source=chunk.source,
                place=chunk.end,
                counts=at.counts + scored.counts,
                seconds=time.monotonic() - began,
            )
            at = work.write(scored.data, at)
            progress.update(chunk, scored.counts.rows)
    work.write(b"", replace(at, is_last=True))


@contextmanager
def _kept_work(work: PartialOutput, keep: bool) -> Iterator[None]:
    """Keep what is done when a run is interrupted, and say so; remove it if it is of no use."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise RunStoppedError(f"{error}{_kept(work, keep)}") from error
    except BaseException:
        _kept(work, keep)
        raise


def _kept(work: PartialOutput, keep: bool) -> str:
    if not keep:
        work.discard()
        return ""
    rows = work.keep()
    return f". {rows:,} rows are kept in '{work.folder}': pass --resume to continue" if rows else ""


def _assembly(plan: Plan) -> Callable[[Path, BinaryIO], None] | None:
    if plan.layout.format != Format.PARQUET:
        return None
    from ...data.filetypes.parquet import assemble

    return lambda rows, file: assemble(rows, plan.layout.schema, file)


def _check_place(output: Path) -> None:
    if not output.parent.is_dir():
        raise FileNotFoundError(f"the folder '{output.parent}' of the output does not exist")
    if output.is_dir():
        raise IsADirectoryError(f"the output '{output}' is a folder: name a file")
