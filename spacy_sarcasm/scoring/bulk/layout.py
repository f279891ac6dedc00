"""What a run over files will do, checked before it starts: columns, name clashes, the layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...data.columns import TEXT_COLUMNS, no_column
from ...data.formats import Format, check_texts, read_chunks, read_rows
from ...data.rows import START, Chunk, Position
from ...data.streams import Compression, Source
from ..sentences import SENTENCE, SENTENCE_COLUMNS, By, check_by

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULT_OUTPUT_COLUMN = "sarcasm"
DEFAULT_ERROR_COLUMN = "error"
SOURCE_COLUMN = "source_file"
DEFAULT_BATCH_SIZE = 1000
KEEP, STOP = "keep", "stop"
NULL, ZERO = "null", "zero"


@dataclass(frozen=True)
class ScoreSettings:
    """Settings that decide what the output of a run contains.

    Attributes:
        text_column: The column with the texts. None: ``text`` or ``headline``.
        output_column: The column for the scores.
        error_column: The column for what is wrong with rows that have no score.
        threshold: The lowest score that is labelled 1. None: no labels.
        on_error: ``"stop"`` at a row that cannot be scored, or ``"keep"`` it without a score.
        batch_size: The number of rows scored at a time.
        missing: The score of rows without a text or without a known word: ``"null"`` for none,
            ``"zero"`` for 0.
        source_column: The column for the name of each row's file. None: no such column.
        coverage: Whether there is a column for the share of each text's words that are known.
        by: ``"text"``, or ``"sentence"`` for a row per sentence, whose text takes the place of the
            whole one.
    """

    text_column: str | None = None
    output_column: str = DEFAULT_OUTPUT_COLUMN
    error_column: str = DEFAULT_ERROR_COLUMN
    threshold: float | None = None
    on_error: str = STOP
    batch_size: int = DEFAULT_BATCH_SIZE
    missing: str = NULL
    source_column: str | None = None
    coverage: bool = False
    by: By = "text"

    def __post_init__(self) -> None:
        """Check the settings.

        Raises:
            ValueError: One is out of range, or two columns have the same name.
        """
        check_by(self.by)
        if self.on_error not in (KEEP, STOP):
            raise ValueError(f"on_error must be '{KEEP}' or '{STOP}', not '{self.on_error}'")
        if self.missing not in (NULL, ZERO):
            raise ValueError(f"missing must be '{NULL}' or '{ZERO}', not '{self.missing}'")
        if self.batch_size < 1:
            raise ValueError(f"the batch size must be at least 1, not {self.batch_size}")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise ValueError(f"the threshold must be in 0..1, not {self.threshold}")
        names = [*([self.text_column] if self.text_column else []), *self.added]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two columns would be called '{twice[0]}': name another")

    @property
    def label_column(self) -> str:
        """The column that takes the labels, 1 or 0."""
        return f"{self.output_column}_label"

    @property
    def coverage_column(self) -> str:
        """The column that takes the share of known words."""
        return f"{self.output_column}_coverage"

    @property
    def line_column(self) -> str:
        """The column that takes the raw text of lines that are no rows."""
        return f"{self.error_column}_line"

    def remedy(self, name: str) -> str:
        """Return what to do about an input that has one of the columns to be added.

        Args:
            name: The column.
        """
        if name in SENTENCE_COLUMNS:
            return "rename it"
        if name == self.source_column:
            return "rename it, or leave out --source-file"
        is_score = name in {self.output_column, self.label_column, self.coverage_column}
        option = "--output-column" if is_score else "--error-column"
        return f"choose another name for the one to be added with {option}"

    @property
    def added(self) -> dict[str, str]:
        """The Arrow types of the columns that every table is given, by their names."""
        columns = dict.fromkeys(SENTENCE_COLUMNS, "int32") if self.by == SENTENCE else {}
        columns[self.output_column] = "double"
        if self.threshold is not None:
            columns[self.label_column] = "int8"
        if self.coverage:
            columns[self.coverage_column] = "double"
        if self.source_column is not None:
            columns[self.source_column] = "string"
        if self.on_error == KEEP:
            columns |= {self.error_column: "string", self.line_column: "string"}
        return columns


@dataclass(frozen=True)
class Layout:
    """How the output is written.

    Attributes:
        format: Its kind.
        compression: Its compression.
        columns: The columns of all inputs, for tables.
        schema: The schema, for Parquet.
    """

    format: Format = Format.JSONL
    compression: Compression | None = None
    columns: tuple[str, ...] = ()
    schema: pa.Schema | None = None


@dataclass
class PreparedRun:
    """A run that is ready to start.

    Attributes:
        settings: Its settings, with the text column that was found.
        sources: Its inputs.
        columns: The columns of each.
        layout: How the output is written.
        has_tables: Whether an input names its columns, though it may have no rows.
        started: Inputs that can be read only once, and have been started.
    """

    settings: ScoreSettings
    sources: Sequence[Source]
    columns: list[tuple[str, ...]]
    layout: Layout
    has_tables: bool = False
    started: dict[int, Iterator[Chunk]] = field(default_factory=dict)

    def read(self, source: int = 0, start: Position = START) -> Iterator[Chunk]:
        """Yield the chunks of all inputs from a place on, once.

        Args:
            source: The number of the input to start in.
            start: The place in it.
        """
        for number in range(source, len(self.sources)):
            if number in self.started:
                yield from self.started.pop(number)
                continue
            place = start if number == source else START
            yield from read_chunks(number, self.sources[number], self.settings.batch_size, place)


def prepare_run(
    sources: Sequence[Source],
    settings: ScoreSettings,
    output_format: Format = Format.JSONL,
    compression: Compression | None = None,
) -> PreparedRun:
    """Look into all inputs and determine the columns.

    Args:
        sources: The inputs.
        settings: The settings.
        output_format: What is to be written.
        compression: How it is compressed.

    Raises:
        OSError: An input cannot be read.
        ValueError: One has no column of texts, or has one that is called like one to be added.
        ImportError: Parquet or zstd is asked for, and pyarrow is not installed.
    """
    run = PreparedRun(settings, sources, [], Layout())
    for number, source in enumerate(sources):
        columns = _find_columns(run, number, source)
        _check_columns(source, columns, run.settings)
        run.columns.append(tuple(columns))
    if output_format == Format.JSONL:
        run.layout = Layout(output_format, compression)
        return run
    columns = list(dict.fromkeys(name for names in run.columns for name in names))
    schema = None
    if output_format == Format.PARQUET:
        from ...data.filetypes.parquet import table_schema

        schema = table_schema(list(zip(sources, run.columns, strict=True)), settings.added)
    run.layout = Layout(output_format, compression, tuple(columns), schema)
    return run


def _find_columns(run: PreparedRun, number: int, source: Source) -> Sequence[str]:
    chunks = read_chunks(number, source, run.settings.batch_size, START)
    # Whether a source can be read shows before anything is scored.
    first = next(chunks, None)
    if source.is_stream:
        run.started[number] = _joined(first, chunks)
    if first is None:
        return [run.settings.text_column or TEXT_COLUMNS[0]]
    run.has_tables = run.has_tables or bool(first.columns)
    if run.settings.text_column is None:
        columns = read_rows(first, source.format, None).columns
        # Where no row can be read the rows themselves are at fault.
        found = _first_text_column(source, columns) if columns else TEXT_COLUMNS[0]
        run.settings = replace(run.settings, text_column=found)
    text_column = run.settings.text_column
    assert text_column is not None
    rows = read_rows(first, source.format, text_column)
    check_texts(source, rows, text_column)
    return rows.columns or [text_column]


def _first_text_column(source: Source, columns: Sequence[str]) -> str:
    found = next((name for name in TEXT_COLUMNS if name in columns), None)
    if found is None:
        raise ValueError(no_column(source.name, TEXT_COLUMNS, columns, "--text-column"))
    return found


def _joined(first: Chunk | None, others: Iterator[Chunk]) -> Iterator[Chunk]:
    if first is not None:
        yield first
    yield from others


def _check_columns(source: Source, columns: Sequence[str], settings: ScoreSettings) -> None:
    wanted = settings.text_column or TEXT_COLUMNS[0]
    if wanted not in columns:
        raise ValueError(no_column(source.name, [wanted], columns, "--text-column"))
    for name in settings.added:
        if name in columns:
            raise ValueError(
                f"{source.name} has a column '{name}' already: {settings.remedy(name)}"
            )
