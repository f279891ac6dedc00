"""The reader ``spacy_sarcasm.JsonlCorpus.v1``: training straight from labelled rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from spacy.language import Language
from spacy.training import Example

from ..data.labelled import check_gold, read_labelled_rows
from ..data.row_settings import CATS_COLUMN, OnError, ReadReport, RowSettings


class JsonlCorpus:
    """Labelled texts of a file, read again at each pass.

    Gold is any number in 0..1, so a teacher's scores can be learnt from. Rows may have ``cats``,
    an object with the gold of each category.
    """

    def __init__(self, path: Path, settings: RowSettings, limit: int) -> None:
        """Make a reader.

        Args:
            path: The file; see `data.labelled.read_labelled_rows`.
            limit: The maximum number of texts to read; 0 for all.
        """
        self.path = path
        self.settings = settings
        self.limit = limit
        self._has_warned = False

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Read the file.

        Raises:
            ValueError: Too many rows are bad; the message names file and line.
        """
        report = ReadReport()
        rows = read_labelled_rows(self.path, self.settings, report=report)
        for row in islice(rows, self.limit or None):
            if row.fault is not None:
                continue
            given = row.values.get(CATS_COLUMN)
            cats = dict(given) if isinstance(given, dict) else {}
            cats[self.settings.category] = row.gold
            try:
                gold = {name: check_gold(value, f"cats['{name}']") for name, value in cats.items()}
            except ValueError as error:
                raise ValueError(f"'{self.path}', {report.unit} {row.line}: {error}") from error
            yield Example.from_dict(nlp.make_doc(row.text), {"cats": gold})
        if report.bad and not self._has_warned:
            self._has_warned = True
            shown = "; ".join(report.describe(3))
            warnings.warn(
                f"'{self.path}': {report.bad} of {report.rows} rows are bad and were skipped: "
                f"{shown}",
                stacklevel=2,
            )


def make_jsonl_corpus(
    path: str | Path | None,
    label: str = "SARCASM",
    limit: int = 0,
    text_column: str | None = None,
    label_column: str | None = None,
    on_error: str = "skip",
) -> Callable[[Language], Iterable[Example]]:
    """Make a `JsonlCorpus`: the reader ``spacy_sarcasm.JsonlCorpus.v1``.

    Args:
        path: The file: JSON lines or any other format of `data.labelled.read_labelled_rows`.
        label: The category that the label column is the gold of.
        limit: The maximum number of texts to read; 0 for all.
        text_column: The column of the text; None: ``text`` or ``headline``.
        label_column: The column of the gold; None: ``cats``, ``label`` or ``is_sarcastic``.
        on_error: ``"stop"`` at a bad row, ``"skip"`` bad rows up to 1% of all, or ``"keep"`` going
            whatever their share.

    Returns:
        The reader, as ``[corpora]`` takes it.

    Raises:
        ValueError: There is no path, or ``on_error`` is something else.

    Example:
        >>> from spacy_sarcasm.corpus.reader import make_jsonl_corpus
        >>> reader = make_jsonl_corpus("train.jsonl")
    """
    if path is None:
        raise ValueError(
            "spacy_sarcasm.JsonlCorpus.v1 was given no path: set it in [corpora], or by "
            "--paths.train and --paths.dev where the config takes it from there"
        )
    settings = RowSettings(
        text_column=text_column,
        label_column=label_column,
        category=label,
        on_error=OnError(on_error),
    )
    return JsonlCorpus(Path(path), settings, limit)
