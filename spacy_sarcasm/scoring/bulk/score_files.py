"""Files of any size scored into one file: nothing lost, nothing repeated, memory bounded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ...data.formats import Format, tell_output_format
from ...data.sources import STANDARD_INPUT, find_sources
from ...data.streams import Source
from ..counts import Counts
from ..observers import Observer, Watch, check_observed
from ..sentences import By
from .checkpoint import Checkpoint
from .chunk_scorer import Workers, header_of
from .journal import PartialOutput
from .layout import (
    DEFAULT_BATCH_SIZE,
    DEFAULT_ERROR_COLUMN,
    DEFAULT_OUTPUT_COLUMN,
    NULL,
    STOP,
    PreparedRun,
    ScoreSettings,
    prepare_run,
)
from .manifest import PartialOutputError, describe_run
from .progress import Progress
from .shared_pipeline import Model, SharedPipeline


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
        text_column: The column with the texts, given or found; None where there was no input.
    """

    output: Path
    counts: Counts
    seconds: float
    was_complete: bool = False
    text_column: str | None = None

    def __str__(self) -> str:
        if self.was_complete:
            return f"'{self.output}' was already complete: nothing to do"
        counts, mean = self.counts, self.counts.mean_score
        said = (
            f"{counts.rows:,} rows ({counts.empty:,} empty, {counts.failed:,} failed) in "
            f"{self.seconds:.1f} s, mean score {'none' if mean is None else f'{mean:.4f}'}: "
            f"{self.output}"
        )
        return "\n".join([said, *counts.unfamiliar_note()])


def score_files(
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    model: Model | SharedPipeline = None,
    text_column: str | None = None,
    output_column: str = DEFAULT_OUTPUT_COLUMN,
    error_column: str = DEFAULT_ERROR_COLUMN,
    source_column: str | None = None,
    coverage: bool = False,
    by: By = "text",
    threshold: float | None = None,
    on_error: str = STOP,
    missing: str = NULL,
    batch_size: int = DEFAULT_BATCH_SIZE,
    input_format: Format | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    more_sources: Sequence[Source] = (),
    n_process: int = 1,
    start_method: str | None = None,
    overwrite: bool = False,
    resume: bool = False,
    show_progress: bool = False,
    observer: Observer | None = None,
) -> Summary:
    """Score the texts of files, and write all their columns and the score into one file.

    The output gets its name when it is complete. Until then the work is kept in
    ``OUTPUT.partial/``. After any interruption, the same call with `resume` continues from there,
    and gives the same bytes as a run that was not interrupted.

    Args:
        inputs: As for `find_sources`.
        output: The file to write. Its ending selects the format: .jsonl, .csv, .tsv, each also
            with .gz or .zst, or .parquet.
        model: A pipeline, its path or the name of its package. None: blank English with the
            bundled weights.
        text_column: The column with the texts. None: ``text`` or ``headline``.
        output_column: The column for the scores.
        error_column: The column for what is wrong with rows that have no score.
        source_column: The column for the name of each row's file. None: no such column.
        coverage: Add a column ``OUTPUT_COLUMN_coverage``: the share of each text's words that the
            network knows.
        by: ``"text"``, or ``"sentence"`` for a row per sentence: the sentence takes the place of
            the text, and the columns ``sentence_number``, ``sentence_start`` and ``sentence_end``
            say where it is. A row without a sentence stays one row.
        threshold: Adds a column with the label 1 from this score on, else 0.
        on_error: ``"stop"`` at a row that cannot be scored, or ``"keep"`` it without a score.
        missing: The score of rows without a text or without a known word: ``"null"`` for none,
            ``"zero"`` for 0.
        batch_size: The number of rows scored at a time.
        input_format: The format of all inputs, as for `find_sources`, as the next two.
        delimiter: What separates the columns of delimited text.
        encoding: The encoding of text files.
        more_sources: Sources that go before the inputs.
        n_process: The number of worker processes; 1: no workers.
        start_method: How they are started. None: the platform's default.
        overwrite: Replace an existing output, and drop partial work.
        resume: Resume from the partial work of an interrupted run, if there is any.
        show_progress: Show a progress bar, if standard error is a terminal.
        observer: Sees all rows with their scores, also those of earlier parts of a resumed run.

    Raises:
        PartialOutputError: An output, complete or partial, is in the way.
        RunStoppedError: A row, a file, the disk or a worker ended the run.
        OSError: An input, or the folder of the output, is missing.
        ValueError: A column is missing or already exists; a setting is out of range.
        ImportError: pyarrow is not installed, and Parquet or zstd needs it.

    Example:
        >>> summary = score_files(
        ...     ["posts.csv"], "scored.parquet", text_column="body"
        ... )  # doctest: +SKIP
        >>> print(summary.counts.rows, summary.counts.mean_score)  # doctest: +SKIP
    """
    output = Path(output)
    settings = ScoreSettings(
        text_column=text_column,
        output_column=output_column,
        error_column=error_column,
        threshold=threshold,
        on_error=on_error,
        batch_size=batch_size,
        missing=missing,
        source_column=source_column,
        coverage=coverage,
        by=by,
    )
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
        text_column=settings.text_column,
        delimiter=delimiter,
        encoding=encoding,
    )
    sources = [*more_sources, *given]
    is_stream = any(source.is_stream for source in sources)
    if resume and is_stream:
        raise once
    if n_process < 1:
        raise ValueError(f"the number of processes must be at least 1, not {n_process}")
    run = prepare_run(sources, settings, kind, compression)
    if observer is not None:
        check_observed(observer, run.columns, run.settings.source_column)
    pipeline = model if isinstance(model, SharedPipeline) else SharedPipeline(model)
    work = PartialOutput(output, describe_run(run, pipeline))
    try:
        if not work.open(overwrite=overwrite, resume=resume):
            return Summary(
                output, Counts(), 0.0, was_complete=True, text_column=run.settings.text_column
            )
        workers = Workers(pipeline, run, n_process, start_method, observer)
        with _kept_work(work, keep=not is_stream):
            _score_all(run, workers, work, show_progress, observer)
            if not work.checkpoint.counts.rows and not run.has_tables:
                work.discard()
                raise ValueError("the inputs hold no rows: nothing was written")
            work.finish(_assembly(run))
        counts, seconds = work.checkpoint.counts, work.checkpoint.seconds
        return Summary(output, counts, seconds, text_column=run.settings.text_column)
    finally:
        work.close()


def _score_all(
    run: PreparedRun,
    workers: Workers,
    work: PartialOutput,
    show_progress: bool,
    observer: Observer | None,
) -> None:
    at = work.checkpoint
    watch = None if observer is None else Watch(observer, work.folder, work.run_id)
    if watch is not None and at.counts.rows:
        end = None if at.is_last else (at.source, at.place)
        watch.catch_up(at.size, end, run.read, workers.score)
    if at.is_last:
        return
    if not at.size:
        at = work.write(header_of(run), at)
    began = time.monotonic() - at.seconds
    with Progress(run.sources, at.counts.rows, show=show_progress) as progress:
        for chunk, scored in workers.score(run.read(at.source, at.place)):
            at = Checkpoint(
                source=chunk.source,
                place=chunk.end,
                counts=at.counts + scored.counts,
                seconds=time.monotonic() - began,
            )
            at = work.write(scored.data, at)
            if watch is not None and watch.add(scored.observed):
                # The state must not be ahead of the rows.
                work.save()
                watch.save(at.size, at.source, at.place)
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


def _assembly(run: PreparedRun) -> Callable[[Path, BinaryIO], None] | None:
    if run.layout.format != Format.PARQUET:
        return None
    from ...data.filetypes.parquet import assemble

    return lambda rows, file: assemble(rows, run.layout.schema, file)


def _check_place(output: Path) -> None:
    if not output.parent.is_dir():
        raise FileNotFoundError(f"the folder '{output.parent}' of the output does not exist")
    if output.is_dir():
        raise IsADirectoryError(f"the output '{output}' is a folder: name a file")
