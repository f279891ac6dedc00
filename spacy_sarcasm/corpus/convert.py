"""Corpora as spaCy's own training files: a DocBin per split."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from spacy.language import Language

from ..atomic import atomic_write
from ..data.filetypes.docbin import write_docs
from ..data.labelled import read_labelled_rows
from ..data.row_settings import ReadReport, RowSettings
from .headlines import Headline, Split, count_labels, duplicate_key, split_headlines

REPORT_FILE = "report.json"


@dataclass
class ConvertReport:
    """What became of the rows of a corpus file.

    Attributes:
        source: The file.
        kept: Rows that went into a split.
        dropped: Rows that did not, by reason: ``bad``, ``empty`` (no text) or ``duplicate``.
        bad_lines: The first bad ones: the line in the file, from 1, and what is wrong.
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
        """Return the report as a JSON object."""
        # asdict cannot copy a Counter.
        values = {**vars(self), "dropped": dict(self.dropped)}
        return json.dumps(values, indent=2, ensure_ascii=False)


def convert_corpus(
    source: Path,
    folder: Path,
    nlp: Language,
    category: str,
    settings: RowSettings | None = None,
) -> ConvertReport:
    """Write a corpus as ``train.spacy``, ``dev.spacy`` and ``test.spacy``, and a report.

    The first of duplicates is kept (see ``duplicate_key``), and the split is the frozen one (see
    ``split_of``).

    Args:
        source: The corpus; see `data.labelled.read_labelled_rows`.
        folder: The folder to write to, made if it does not exist.
        category: The category of ``doc.cats`` that gets the gold.

    Raises:
        ValueError: Too many rows are bad, or none is left; nothing is written then.
    """
    report = ConvertReport(str(source))
    settings = replace(settings or RowSettings(), category=category)
    splits = split_headlines(_read(source, report, settings))
    report.splits = {split: count_labels(headlines) for split, headlines in splits.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for split, headlines in splits.items():
        rows = ((headline.text, headline.label) for headline in headlines)
        write_docs(folder / f"{split}.spacy", rows, nlp, category)
    with atomic_write(folder / REPORT_FILE) as file:
        file.write(report.to_json().encode() + b"\n")
    return report


def _read(source: Path, report: ConvertReport, settings: RowSettings) -> list[Headline]:
    found: dict[str, Headline] = {}
    read = ReadReport()
    for row in read_labelled_rows(source, settings, report=read):
        key = duplicate_key(row.text)
        if row.fault is not None:
            continue
        if not key or key in found:
            report.dropped["duplicate" if key else "empty"] += 1
        else:
            found[key] = Headline(row.text, row.gold or 0.0)
    if read.bad:
        report.dropped["bad"] = read.bad
    report.rows, report.kept, report.bad_lines = read.rows, len(found), read.faults
    if not found:
        raise ValueError(f"'{source}' holds no labelled texts: {read.rows} rows were read")
    return list(found.values())
