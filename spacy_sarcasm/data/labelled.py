"""The one reader of labelled rows, for everything that trains or evaluates.

Rows have a text, maybe gold (a number in 0..1) and maybe other values. They come in any format of
`formats.Format`. What makes a row bad, and what becomes of bad rows, is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .columns import TEXT_COLUMNS, listed, no_column
from .filetypes.csv_records import OPEN_QUOTE
from .formats import (
    BINARY,
    SUFFIXES,
    Format,
    check_texts,
    read_chunks,
    read_rows,
    tell_format,
)
from .row_settings import (
    CATS_COLUMN,
    LABEL_COLUMNS,
    MAX_BAD_SHARE,
    MAX_FAULTS,
    Gold,
    LabelledRow,
    OnError,
    ReadReport,
    RowSettings,
)
from .rows import START, RowBatch
from .sources import check_delimiter, make_source
from .streams import Source, check_encoding

_CHUNK_ROWS = 1000
_TRUTH = {"true": 1.0, "false": 0.0}


def read_labelled_rows(
    path: str | Path,
    settings: RowSettings | None = None,
    *,
    gold: Gold = Gold.REQUIRED,
    report: ReadReport | None = None,
) -> Iterator[LabelledRow]:
    """Read labelled rows, a chunk at a time.

    Args:
        path: A file: JSON lines or an array, CSV, TSV or lines of text (each also .gz or .zst),
            Parquet, .xlsx or .spacy.
        settings: Where rows hold what, and what becomes of bad ones.
        gold: Whether rows need gold.
        report: Counts the rows and takes note of bad ones.

    Yields:
        The rows, in order; among them those with a blank text.

    Raises:
        OSError: The file cannot be read, or its compression is damaged.
        ValueError: It is not of a known format, a column is missing, or there are bad rows that
            may not be skipped.

    Example:
        >>> from spacy_sarcasm.data.labelled import read_labelled_rows
        >>> for row in read_labelled_rows("tweets.csv"):  # doctest: +SKIP
        ...     print(row.text, row.gold)
    """
    settings = settings or RowSettings()
    report = ReadReport() if report is None else report
    source = _find_source(Path(path), settings, gold)
    report.path, report.unit = str(path), _unit(source)
    for row in _RowReader(source, settings, gold).read():
        report.rows += 1
        if row.fault is None:
            yield row
            continue
        report.bad += 1
        if len(report.faults) < MAX_FAULTS:
            report.faults.append((row.line, row.fault))
        # What an open quote does to the rows after it is no matter of a share.
        is_fatal = row.fault.startswith(OPEN_QUOTE) and settings.on_error == OnError.SKIP
        if settings.on_error == OnError.STOP or is_fatal:
            raise ValueError(f"{source.name}, {report.unit} {row.line}: {row.fault}")
        if settings.on_error == OnError.KEEP:
            yield row
        # Early on, one bad row may be more than the share that is let pass.
        elif report.rows >= 1 / MAX_BAD_SHARE:
            _check_share(source, report)
    if settings.on_error == OnError.SKIP:
        _check_share(source, report)


def check_gold(value: Any, name: str, *, may_be_text: bool = False) -> float:
    """Return gold as a number in 0..1.

    Args:
        name: What messages call it.
        may_be_text: Whether it may be written as a text, as in delimited files.

    Example:
        >>> check_gold(True, "'label'")
        1.0
    """
    number = value
    if may_be_text and isinstance(value, str):
        number = _TRUTH.get(value.strip().lower())
        if number is None:
            try:
                number = float(value)
            except ValueError:
                number = None
    # NaN fails the comparison as well.
    if not isinstance(number, int | float) or not 0 <= number <= 1:
        raise ValueError(f"the gold {name} is {value!r:.60}: expected a number in 0..1")
    return float(number)


def _unit(source: Source) -> str:
    if source.format == Format.SPACY:
        return "doc"
    return "row" if source.format in BINARY else "line"


def _check_share(source: Source, report: ReadReport) -> None:
    if report.bad > MAX_BAD_SHARE * report.rows:
        raise ValueError(
            f"{source.name}: {report.bad} of {report.rows} rows are bad, more than "
            f"{MAX_BAD_SHARE:.0%}: {'; '.join(report.describe(3))}. Fix the rows, or name the "
            "columns with --text-column and --label-column"
        )


def _find_source(path: Path, settings: RowSettings, gold: Gold) -> Source:
    if not path.exists():
        raise FileNotFoundError(f"there is no file '{path}'")
    if path.is_dir():
        raise IsADirectoryError(f"'{path}' is a folder: name a file")
    if settings.encoding is not None:
        check_encoding(settings.encoding)
    source = make_source(
        path,
        settings.input_format,
        delimiter=check_delimiter(settings.delimiter),
        encoding=settings.encoding,
    )
    if source.format != Format.TEXT:
        return source
    is_told = settings.input_format is not None or tell_format(path)[0] is not None
    if gold == Gold.REQUIRED or not is_told:
        named = [suffix for suffix in SUFFIXES if gold != Gold.REQUIRED or suffix != ".txt"]
        raise ValueError(
            f"'{path}': expected a file of {'labelled rows' if gold == Gold.REQUIRED else 'texts'} "
            f"named {', '.join(named)}"
        )
    if settings.text_column is not None:
        raise ValueError(
            f"'{path}' holds one text per line, without columns: leave out --text-column"
        )
    return source


class _RowReader:
    """Makes labelled rows of the rows of a source."""

    def __init__(self, source: Source, settings: RowSettings, gold: Gold) -> None:
        self.source = source
        self.settings = settings
        self.gold = gold
        named = settings.text_column
        self.text_columns = TEXT_COLUMNS if named is None else (named,)
        label = settings.label_column
        self.label_columns = LABEL_COLUMNS if label is None else (label,)
        self.has_text_gold = source.format in {Format.CSV, Format.TSV, Format.XLSX}

    def read(self) -> Iterator[LabelledRow]:
        for number, chunk in enumerate(read_chunks(0, self.source, _CHUNK_ROWS, START)):
            # Formats with a header name their columns once.
            text_column = self._header_column(chunk.columns) if chunk.columns else None
            batch = read_rows(chunk, self.source.format, text_column)
            if text_column is not None and not number:
                check_texts(self.source, batch, text_column)
            yield from self._rows(batch, text_column)

    def _header_column(self, columns: Sequence[str]) -> str:
        found = next((name for name in self.text_columns if name in columns), None)
        name = self.source.name
        if found is None:
            raise ValueError(no_column(name, self.text_columns, columns, "--text-column"))
        wanted = [*self.label_columns, *([] if self.settings.label_column else [CATS_COLUMN])]
        if self.gold == Gold.REQUIRED and not set(wanted) & set(columns):
            raise ValueError(no_column(name, wanted, columns, "--label-column"))
        return found

    def _rows(self, batch: RowBatch, text_column: str | None) -> Iterator[LabelledRow]:
        for index, values in enumerate(batch.records()):
            line = batch.lines[index]
            fault = batch.faults.get(index)
            if fault is None:
                try:
                    name = text_column or self._find_text(values)
                    text = batch.values[index] if text_column else values[name]
                    yield self._row(line, name, text, values)
                    continue
                except ValueError as error:
                    fault = str(error)
            yield LabelledRow(line, "", values=values, fault=fault)

    def _find_text(self, values: dict[str, Any]) -> str:
        for name in self.text_columns:
            if name in values:
                return name
        wanted = " or ".join(f"'{name}'" for name in self.text_columns)
        raise ValueError(f"no text: expected {wanted}, found {listed(values)}")

    def _row(self, line: int, name: str, text: Any, values: dict[str, Any]) -> LabelledRow:
        if not isinstance(text, str):
            raise ValueError(
                "the text is null" if text is None else f"'{name}' is {text!r:.60}: expected a text"
            )
        if not text.isascii():
            try:
                text.encode("utf-8")
            except UnicodeEncodeError as error:
                raise ValueError(
                    f"the text holds a lone surrogate at position {error.start + 1}"
                ) from error
        gold = None if self.gold == Gold.IGNORED else self._find_gold(values)
        publisher = values.get(self.settings.source_column)
        return LabelledRow(
            line, text, gold, values, name, None if publisher in (None, "") else str(publisher)
        )

    def _find_gold(self, values: dict[str, Any]) -> float | None:
        category = self.settings.category
        cats = values.get(CATS_COLUMN) if self.settings.label_column is None else None
        if cats is not None and not isinstance(cats, dict):
            raise ValueError(f"'cats' is {cats!r:.60}: expected the gold of each category")
        if cats and cats.get(category) is not None:
            return check_gold(cats[category], f"cats['{category}']")
        name = next((name for name in self.label_columns if name in values), None)
        value = None if name is None else values[name]
        if value is None or (self.has_text_gold and value == ""):
            if self.gold == Gold.REQUIRED:
                wanted = " or ".join(f"'{name}'" for name in self.label_columns)
                in_cats = "" if self.settings.label_column else f", or cats['{category}']"
                raise ValueError(f"no gold: expected {wanted}{in_cats}, a number in 0..1")
            return None
        positive = self.settings.positive
        if positive is not None:
            return float(str(value).strip().casefold() == positive.strip().casefold())
        return check_gold(value, f"'{name}'", may_be_text=self.has_text_gold)
