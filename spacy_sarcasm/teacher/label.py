"""Label corpora with the scores of a teacher.

Hinton et al. 2015, https://arxiv.org/abs/1503.02531: a small model learns more from the
probabilities of a large one than from hard labels, and from any amount of unlabelled text.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from tqdm import tqdm

from ..atomic import atomic_write
from ..corpus.cleaning import copy_key
from ..data.labelled import read_labelled_rows
from ..data.row_settings import CATS_COLUMN, Gold, LabelledRow, ReadReport, RowSettings
from ..data.rows import to_json
from .teachers import Teacher

# Texts held at a time; a teacher sorts them by length.
CHUNK = 2048
_DECIMALS = 6


@dataclass
class LabelReport:
    """The outcome of labelling.

    Attributes:
        read: The rows read from each corpus, with the bad ones.
        excluded: Rows left out because they are in an excluded corpus.
        empty: Rows left out because their text is blank.
        blended: Rows whose gold was blended with the teacher's score.
        mean: The mean of the labels written; 0 if there are none.
    """

    read: list[ReadReport] = field(default_factory=list)
    excluded: int = 0
    empty: int = 0
    written: int = 0
    blended: int = 0
    mean: float = 0.0


def label_corpora(
    corpora: Sequence[Path],
    out: Path,
    teacher: Teacher,
    *,
    settings: RowSettings | None = None,
    gold_weight: float = 0.0,
    exclude: Sequence[Path] = (),
) -> LabelReport:
    """Score corpora with a teacher and write their rows with soft labels as JSON lines.

    Each row has ``text``, ``cats`` with the label, and the row's other values. Rows keep their
    order; bad rows and blank texts are left out and counted. A few thousand texts are held in
    memory at a time.

    Args:
        corpora: The files; see `data.labelled.read_labelled_rows`.
        out: The file to write, compressed if its name ends in ``.gz``; it appears when complete.
        settings: Where rows hold text and gold; its category is the entry of ``cats`` that gets the
            label.
        gold_weight: The weight of a row's gold, 0..1; the teacher's score has the rest. Rows
            without gold get the teacher's score.
        exclude: Corpora whose texts are left out, such as a test split. Two texts are the same if
            they have the same letters and digits, in any case.

    Raises:
        ValueError: The weight is out of 0..1, too many rows of a corpus are bad, or no row is
            left.

    Example:
        >>> teacher = load_teacher("teacher")  # doctest: +SKIP
        >>> label_corpora([Path("tweets.csv")], Path("soft.jsonl"), teacher)  # doctest: +SKIP
    """
    if not 0 <= gold_weight <= 1:
        raise ValueError(f"the weight of gold must be in 0..1, not {gold_weight}")
    settings = settings or RowSettings()
    done = LabelReport()
    excluded = {
        copy_key(row.text)
        for path in exclude
        for row in read_labelled_rows(path, settings, gold=Gold.IGNORED)
    }
    rows = _read_all(corpora, done, excluded, settings)
    total = 0.0
    with _open_lines(out) as file, tqdm(desc="labelling", unit="text", mininterval=1) as progress:
        while chunk := list(islice(rows, CHUNK)):
            scores = teacher.score([row.text for row in chunk]).tolist()
            for row, score in zip(chunk, scores, strict=True):
                label = score
                if gold_weight and row.gold is not None:
                    label = gold_weight * row.gold + (1 - gold_weight) * score
                    done.blended += 1
                label = round(label, _DECIMALS)
                file.write(_as_json(row, settings.category, label))
                total += label
            done.written += len(chunk)
            progress.update(len(chunk))
        if not done.written:
            names = ", ".join(f"'{path}'" for path in corpora)
            raise ValueError(f"{names}: no texts to label, {done.excluded} of them left out")
    done.mean = total / done.written
    return done


def _read_all(
    corpora: Sequence[Path], done: LabelReport, excluded: set[str], settings: RowSettings
) -> Iterator[LabelledRow]:
    for path in corpora:
        done.read.append(ReadReport())
        for row in read_labelled_rows(path, settings, gold=Gold.OPTIONAL, report=done.read[-1]):
            if row.fault is not None:
                continue
            # Computing a key takes longer than reading the row.
            if excluded and copy_key(row.text) in excluded:
                done.excluded += 1
            elif row.is_blank:
                done.empty += 1
            else:
                yield row


def _as_json(row: LabelledRow, category: str, label: float) -> str:
    values = {name: value for name, value in row.values.items() if name != row.text_column}
    cats = {**(values.get(CATS_COLUMN) or {}), category: label}
    # The text comes first, and replaces any other column of that name.
    content = {"text": row.text} | values | {"text": row.text, CATS_COLUMN: cats}
    return to_json(content) + "\n"


@contextmanager
def _open_lines(path: Path) -> Iterator[io.TextIOWrapper]:
    with atomic_write(path) as file:
        # The header has neither name nor time, so the same rows give the same file.
        binary = gzip.GzipFile("", "wb", fileobj=file, mtime=0) if path.suffix == ".gz" else file
        text = io.TextIOWrapper(cast(BinaryIO, binary), encoding="utf-8", newline="\n")
        try:
            yield text
        finally:
            # Otherwise it would close the file before it gets its name.
            text.detach()
            if binary is not file:
                binary.close()
