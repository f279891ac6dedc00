"""A corpus with the scores of a teacher as soft labels.

Hinton et al. 2015, https://arxiv.org/abs/1503.02531: a small model learns more from the
probabilities of a large one than from hard labels, and on any amount of unlabelled text.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from tqdm import tqdm

from ..atomic import atomic_write
from ..recipes.publishers import headline_key
from .rows import Row, Tally, read_rows
from .teachers import Teacher

# So many texts are held at a time; a teacher sorts them by length.
CHUNK = 2048
_DECIMALS = 6


@dataclass
class Labelling:
    """What was labelled.

    Attributes:
        tallies: The rows read of each corpus, and the bad ones among them.
        excluded: How many rows were left out because they are in an excluded corpus.
        written: How many rows were written.
        blended: How many of these had gold that was blended in.
        mean: The mean of the labels written; 0 if there are none.
    """

    tallies: list[Tally] = field(default_factory=list)
    excluded: int = 0
    written: int = 0
    blended: int = 0
    mean: float = 0.0


def label_corpora(
    corpora: Sequence[Path],
    out: Path,
    teacher: Teacher,
    *,
    category: str = "SARCASM",
    text_field: str | None = None,
    gold_weight: float = 0.0,
    exclude: Sequence[Path] = (),
) -> Labelling:
    """Score corpora by a teacher and write their rows with soft labels as JSON lines.

    Each row is an object with ``text`` and ``cats``, whose entry of the category is the label, and
    with all that the row held before. The order is kept; bad rows are left out and named. At most
    a few thousand texts are held at a time.

    Args:
        corpora: The corpora, one after the other, each as `spacy_sarcasm.teacher.rows.read_rows`
            takes it.
        out: The file to write, compressed if its name ends with ``.gz``; it appears when whole.
        teacher: The teacher.
        category: The entry of ``cats`` that gets the label, and holds gold.
        text_field: The key that holds the text; see `read_rows`.
        gold_weight: The weight of a row's gold against the teacher's score, 0..1. Rows without
            gold get the teacher's score.
        exclude: Corpora whose texts are left out, such as a test split. Texts are the same that
            have the same letters and digits, whatever their case.

    Returns:
        What was labelled.

    Raises:
        OSError: A file cannot be read or written.
        ValueError: The weight is out of 0..1, too many rows of a corpus are bad, or no row is
            left.
    """
    if not 0 <= gold_weight <= 1:
        raise ValueError(f"the weight of gold must be in 0..1, not {gold_weight}")
    done = Labelling()
    excluded = {
        headline_key(row.text)
        for path in exclude
        for row in read_rows(path, Tally(), text_field=text_field, category=category)
    }
    rows = _read_all(corpora, done, excluded, text_field, category)
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
                file.write(_as_json(row, category, label))
                total += label
            done.written += len(chunk)
            progress.update(len(chunk))
        if not done.written:
            names = ", ".join(f"'{path}'" for path in corpora)
            raise ValueError(f"{names}: no texts to label, {done.excluded} of them left out")
    done.mean = total / done.written
    return done


def _read_all(
    corpora: Sequence[Path],
    done: Labelling,
    excluded: set[str],
    text_field: str | None,
    category: str,
) -> Iterator[Row]:
    for path in corpora:
        done.tallies.append(Tally())
        for row in read_rows(path, done.tallies[-1], text_field=text_field, category=category):
            # Most corpora exclude nothing, and a key takes longer than reading the row.
            if excluded and headline_key(row.text) in excluded:
                done.excluded += 1
            else:
                yield row


def _as_json(row: Row, category: str, label: float) -> str:
    cats = {**(row.columns.get("cats") or {}), category: label}
    # The text comes first, and instead of any other column of that name.
    content = {"text": row.text} | row.columns | {"text": row.text, "cats": cats}
    return json.dumps(content, ensure_ascii=False) + "\n"


@contextmanager
def _open_lines(path: Path) -> Iterator[io.TextIOWrapper]:
    with atomic_write(path) as file:
        # No name and no time in the header: the same rows give the same file.
        binary = gzip.GzipFile("", "wb", fileobj=file, mtime=0) if path.suffix == ".gz" else file
        text = io.TextIOWrapper(cast(BinaryIO, binary), encoding="utf-8", newline="\n")
        try:
            yield text
        finally:
            # Else it would close the file before that is put in place.
            text.detach()
            if binary is not file:
                binary.close()
