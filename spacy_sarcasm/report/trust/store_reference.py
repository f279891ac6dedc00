"""Storing a reference with weights, from files of labelled rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ...data.labelled import read_labelled_rows
from ...data.row_settings import ReadReport, RowSettings
from ...scoring.bulk.shared_pipeline import SharedPipeline
from .build_reference import ANY_KIND, HeldOutText, TooFewTextsError, build_reference
from .reference import Reference, reference_place, save_reference

KIND_COLUMN = "kind"


def store_reference(
    model: str,
    data: Sequence[Path],
    settings: RowSettings | None = None,
    *,
    kind_column: str = KIND_COLUMN,
    output: Path | None = None,
    reports: list[ReadReport] | None = None,
) -> tuple[Reference, Path]:
    """Write the reference of a pipeline's weights to its place beside them.

    Args:
        model: As for `load_scoring_pipeline`.
        data: Files of labelled rows that were held out of training.
        settings: Where rows hold what. Rows without a source have the name of their file for one.
        kind_column: The column that says what kind of text a row is, such as ``headline``. Rows
            without it are of one kind.
        output: The file to write; None: where reports look for it.
        reports: Takes what was read of each file.

    Returns:
        The reference, and the file.

    Raises:
        OSError: A file cannot be read or written.
        ValueError: No kind of text has enough rows of both classes.

    Example:
        >>> reference, path = store_reference("new.npz", [Path("dev.jsonl")])  # doctest: +SKIP
        >>> path.name  # doctest: +SKIP
        'new.reference.npz'
    """
    pipeline = SharedPipeline(model)
    texts = read_held_out(data, settings or RowSettings(), kind_column, reports)
    reference = build_reference(pipeline.nlp, texts)
    path = output or reference_place(model)
    save_reference(reference, path)
    return reference, path


def store_reference_of(
    model: str,
    texts: Iterable[tuple[str, float, str]],
    data: Sequence[Path],
    settings: RowSettings,
    kind_column: str = KIND_COLUMN,
) -> Path | None:
    """Write the reference of weights that were just calibrated, from the same texts.

    Args:
        model: As for `load_scoring_pipeline`.
        texts: Text, gold and source.
        data: The files that they were read from, for the kinds of the texts.
        settings: Where rows hold what.
        kind_column: The column with the kind of text.

    Returns:
        The file; None if no kind has enough texts. An older file is removed then.

    Raises:
        OSError: A file cannot be read or written.

    Example:
        >>> store_reference_of("new.npz", [], [], RowSettings())  # doctest: +SKIP
    """
    kinds = {one.text: one.kind for one in read_held_out(data, settings, kind_column)}
    held_out = [HeldOutText(*one, kinds.get(one[0], ANY_KIND)) for one in texts]
    path = reference_place(model)
    try:
        reference = build_reference(SharedPipeline(model).nlp, held_out)
    except TooFewTextsError:
        path.unlink(missing_ok=True)
        return None
    save_reference(reference, path)
    return path


def read_held_out(
    data: Sequence[Path],
    settings: RowSettings,
    kind_column: str = KIND_COLUMN,
    reports: list[ReadReport] | None = None,
) -> Iterator[HeldOutText]:
    """Yield the rows of labelled files with their sources and kinds.

    Args:
        data: The files.
        settings: Where rows hold what.
        kind_column: The column with the kind of text.
        reports: Takes what was read of each file.

    Raises:
        OSError: A file cannot be read.
        ValueError: Too many rows of a file are bad.

    Example:
        >>> texts = list(read_held_out([Path("dev.jsonl")], RowSettings()))  # doctest: +SKIP
    """
    for path in data:
        report = ReadReport()
        for row in read_labelled_rows(path, settings, report=report):
            if row.fault is None and row.gold is not None:
                kind = row.values.get(kind_column)
                yield HeldOutText(
                    row.text, row.gold, row.source or path.name, str(kind) if kind else ANY_KIND
                )
        if reports is not None:
            reports.append(report)
