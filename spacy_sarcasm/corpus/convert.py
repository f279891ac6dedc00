"""Corpora as spaCy's own training files: a DocBin a split."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from spacy.language import Language
from spacy.tokens import DocBin

from ..atomic import atomic_write
from .headlines import Headline, Split, count_labels, duplicate_key, split_headlines
from .rows import LABEL_COLUMN, TEXT_COLUMN, BadLine, read_rows

MAX_BAD_SHARE = 0.01
"""A file with a larger share of bad lines is refused: it is not what it was taken for."""

FIRST_BAD_SHOWN = 5
REPORT_FILE = "report.json"


@dataclass
class ConvertReport:
    """What became of the rows of a corpus file.

    Attributes:
        source: The file.
        rows: Lines read, the header of a CSV file not counted.
        kept: Rows that went into a split.
        dropped: Rows that did not, by reason: ``bad``, ``empty`` (no text) or ``duplicate``.
        bad_lines: The bad ones: the line in the file, from 1, and what is wrong.
        splits: For each split how many rows are ``sarcastic`` (a label of at least 0.5) and how
            many ``serious``.
    """

    source: str
    rows: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    bad_lines: list[tuple[int, str]] = field(default_factory=list)
    splits: dict[Split, dict[str, int]] = field(default_factory=dict)

    def to_json(self) -> str:
        """The report as a JSON object."""
        # asdict cannot copy a Counter.
        values = {**vars(self), "dropped": dict(self.dropped)}
        return json.dumps(values, indent=2, ensure_ascii=False)


def convert_corpus(
    source: Path,
    folder: Path,
    nlp: Language,
    label: str,
    *,
    text_column: str = TEXT_COLUMN,
    label_column: str = LABEL_COLUMN,
) -> ConvertReport:
    """Write a corpus as ``train.spacy``, ``dev.spacy`` and ``test.spacy``, and a report.

    The first of duplicates is kept (see ``duplicate_key``), and the split is the frozen one (see
    ``split_of``).

    Args:
        source: The corpus; see ``read_rows``.
        folder: The folder to write to, made if it does not exist.
        nlp: The pipeline whose tokenizer is used.
        label: The category of ``doc.cats`` that gets the gold.
        text_column: The column or key that holds the text.
        label_column: The one that holds the gold.

    Returns:
        What became of the rows, which ``report.json`` in the folder says as well.

    Raises:
        OSError: A file cannot be read or written.
        ValueError: More than 1% of the lines are bad, or none is left; nothing is written then.
    """
    report = ConvertReport(str(source))
    splits = split_headlines(_read(source, report, text_column, label_column))
    report.splits = {split: count_labels(headlines) for split, headlines in splits.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for split, headlines in splits.items():
        _write(folder / f"{split}.spacy", headlines, nlp, label)
    with atomic_write(folder / REPORT_FILE) as file:
        file.write(report.to_json().encode() + b"\n")
    return report


def _read(
    source: Path, report: ConvertReport, text_column: str, label_column: str
) -> list[Headline]:
    seen: set[str] = set()
    headlines = []
    for row in read_rows(source, text_column, label_column):
        report.rows += 1
        if isinstance(row, BadLine):
            report.dropped["bad"] += 1
            report.bad_lines.append((row.line, row.reason))
            continue
        key = duplicate_key(row.text)
        if not key or key in seen:
            report.dropped["duplicate" if key else "empty"] += 1
            continue
        seen.add(key)
        headlines.append(Headline(row.text, row.label))
    report.kept = len(headlines)
    _check(report, text_column, label_column)
    return headlines


def _check(report: ConvertReport, text_column: str, label_column: str) -> None:
    bad = report.dropped["bad"]
    if bad > MAX_BAD_SHARE * report.rows:
        shown = "; ".join(f"line {line}: {why}" for line, why in report.bad_lines[:FIRST_BAD_SHOWN])
        raise ValueError(
            f"'{report.source}': {bad} of {report.rows} lines are bad, more than "
            f"{MAX_BAD_SHARE:.0%} ({shown}). Expected '{text_column}', a text, and "
            f"'{label_column}', a number in 0..1, in JSON lines or in a .csv or .tsv file with a "
            "header. Mend the file, or name other columns by --text-column and --label-column"
        )
    if not report.kept:
        raise ValueError(
            f"'{report.source}' holds no labelled texts: {report.rows} lines were read"
        )


def _write(path: Path, headlines: Iterable[Headline], nlp: Language, label: str) -> None:
    docs = DocBin()
    for headline in headlines:
        doc = nlp.make_doc(headline.text)
        doc.cats = {label: headline.label}
        docs.add(doc)
    with atomic_write(path) as file:
        file.write(docs.to_bytes())
