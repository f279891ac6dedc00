"""Labelled texts to evaluate or calibrate on, from the kinds of files they come in."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from ..corpus.headlines import Split, read_headlines, split_headlines

TEXT_KEY, LABEL_KEY, SOURCE_KEY = "text", "label", "source"
# By which a file is known to be the headlines data set.
HEADLINE_KEYS = {"headline", "is_sarcastic"}
# The publishers of that data set, by label.
_HEADLINE_SOURCES = {1.0: "onion", 0.0: "huffpost"}
DEFAULT_SPLITS: tuple[Split, ...] = ("dev",)


@dataclass(frozen=True)
class Labelled:
    """A data set with gold.

    Attributes:
        name: What it is called in reports.
        texts: The texts.
        gold: Their gold, 0..1, shape (texts,).
        sources: Who published each text; None where that is not known.
        split: The split of the headlines data set, None for other files.
    """

    name: str
    texts: list[str]
    gold: NDArray[np.float64]
    sources: list[str | None]
    split: Split | None = None


@dataclass(frozen=True)
class Columns:
    """Where rows of CSV and JSON lines hold what.

    Attributes:
        text: The column of the text.
        label: The column of the gold, a number in 0..1.
        source: The column of the publisher, which rows may lack.
        cat: The category that holds the gold in rows and docs with ``cats``.
    """

    text: str = TEXT_KEY
    label: str = LABEL_KEY
    source: str = SOURCE_KEY
    cat: str = "SARCASM"


@dataclass(frozen=True)
class _Row:
    text: str
    gold: float
    source: str | None


def read_labelled(
    path: Path,
    vocab: Vocab,
    *,
    columns: Columns | None = None,
    splits: Sequence[Split] = DEFAULT_SPLITS,
) -> list[Labelled]:
    """Read a labelled file: ``.spacy``, ``.csv``, JSON lines, the last two maybe ``.gz``.

    JSON lines have ``text``, ``label`` (or ``cats``) and maybe ``source``, or are the headlines
    data set, whose frozen splits become a data set each. Docs of a ``.spacy`` file have the gold in
    ``doc.cats`` and maybe a source in ``doc.user_data["source"]``.

    Args:
        path: The file.
        vocab: A vocab for the docs of ``.spacy`` files.
        columns: Where rows hold what.
        splits: The splits wanted of the headlines data set.

    Returns:
        The data sets: one, or one a split.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is empty, or a row is broken or has no gold; the message names the row.
    """
    columns = columns or Columns()
    kind = path.name.lower().removesuffix(".gz")
    if kind.endswith(".spacy"):
        return [_labelled(path, path.name, _read_docs(path, vocab, columns.cat))]
    if kind.endswith(".csv"):
        return [_labelled(path, path.name, _read_csv(path, columns))]
    if _is_headlines(path):
        by_split = split_headlines(read_headlines(path))
        return [
            _labelled(
                path,
                f"{path.name} ({split})",
                (_Row(h.text, h.label, _HEADLINE_SOURCES[h.label]) for h in by_split[split]),
                split,
            )
            for split in splits
        ]
    return [_labelled(path, path.name, _read_json_lines(path, columns))]


def _labelled(path: Path, name: str, rows: Iterator[_Row], split: Split | None = None) -> Labelled:
    taken = list(rows)
    if not taken:
        raise ValueError(f"'{path}' holds no rows{f' of the split {split}' if split else ''}")
    gold = np.array([row.gold for row in taken], dtype=np.float64)
    return Labelled(name, [row.text for row in taken], gold, [row.source for row in taken], split)


def _read_docs(path: Path, vocab: Vocab, cat: str) -> Iterator[_Row]:
    try:
        docs = DocBin().from_bytes(path.read_bytes())
    except OSError:
        raise
    except Exception as error:
        # msgpack and zlib raise a dozen kinds of exceptions on bytes that are not theirs.
        raise ValueError(f"'{path}' is no file of spaCy docs, or damaged: {error}") from error
    for number, doc in enumerate(docs.get_docs(vocab), start=1):
        if cat not in doc.cats:
            raise ValueError(
                f"'{path}', doc {number}: it has no gold in doc.cats['{cat}'] (categories found: "
                f"{', '.join(sorted(doc.cats)) or 'none'})"
            )
        source = doc.user_data.get(SOURCE_KEY)
        with _named(path, f"doc {number}"):
            yield _Row(doc.text, _gold(doc.cats[cat]), None if source is None else str(source))


def _read_csv(path: Path, columns: Columns) -> Iterator[_Row]:
    with _open_text(path) as lines:
        reader = csv.DictReader(lines, strict=True)
        found = reader.fieldnames or []
        if lacking := [name for name in (columns.text, columns.label) if name not in found]:
            raise ValueError(
                f"'{path}' has no column {' and none '.join(map(repr, lacking))}; it has: "
                f"{', '.join(map(repr, found)) or 'none'}. Name them by --text-column and "
                "--label-column"
            )
        while True:
            with _named(path, f"line {reader.line_num + 1}"):
                row = next(reader, None)
                if row is None:
                    return
                taken = _row(row, columns)
            yield taken


def _read_json_lines(path: Path, columns: Columns) -> Iterator[_Row]:
    with _open_text(path) as lines:
        number = 0
        while True:
            number += 1
            with _named(path, f"line {number}"):
                line = lines.readline()
                if not line:
                    return
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ValueError(f"expected a JSON object, got {row!r:.60}")
                taken = _row(row, columns)
            yield taken


def _row(row: dict[str, Any], columns: Columns) -> _Row:
    text, source = row.get(columns.text), row.get(columns.source)
    if not isinstance(text, str):
        raise ValueError(f"'{columns.text}' must be a text, and is {text!r:.60}")
    cats = row.get("cats")
    label = cats.get(columns.cat) if isinstance(cats, dict) else row.get(columns.label)
    if label is None:
        raise ValueError(
            f"it has no gold: expected '{columns.label}', a number in 0..1, or 'cats' with "
            f"'{columns.cat}'"
        )
    return _Row(text, _gold(label), None if source in (None, "") else str(source))


def _gold(value: Any) -> float:
    try:
        gold = float(value)
    except (TypeError, ValueError):
        gold = -1.0
    if not 0 <= gold <= 1:
        raise ValueError(f"the gold must be a number in 0..1, and is {value!r:.60}")
    return gold


def _is_headlines(path: Path) -> bool:
    with _open_text(path) as lines, _named(path, "line 1"):
        first = next(lines, "")
    try:
        row = json.loads(first)
    except ValueError:
        return False
    return isinstance(row, dict) and row.keys() >= HEADLINE_KEYS


def _open_text(path: Path) -> Any:
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


class _named:  # noqa: N801 -- reads as the word it is in a with statement
    """Puts file and row before the message of what is wrong with it."""

    def __init__(self, path: Path, row: str) -> None:
        self.where = f"'{path}', {row}"

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, ValueError | csv.Error | EOFError | gzip.BadGzipFile):
            raise ValueError(f"{self.where}: {error}") from error
