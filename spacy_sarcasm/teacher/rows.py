"""The rows of a corpus: a text, its gold if it has any, and whatever else the row holds."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import spacy
from spacy.tokens import DocBin

from ..vectors.texts import TEXT_FIELDS

GOLD_FIELDS = ("label", "is_sarcastic", "sarcastic")
# Bad rows are left out, but a file with more of them than this is not what it was taken for.
MOST_BAD = 0.01
# How many bad rows are described; the others are counted.
MOST_NAMED = 10


@dataclass
class Row:
    """A row of a corpus.

    Attributes:
        text: The text.
        gold: Its probability of sarcasm, 0..1; None if the row has none.
        columns: What else the row holds, ``cats`` for one.
    """

    text: str
    gold: float | None = None
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass
class Tally:
    """What was read.

    Attributes:
        rows: How many rows there were, bad ones too.
        bad: How many were left out.
        faults: Where the first of these are, and what is wrong with them.
    """

    rows: int = 0
    bad: int = 0
    faults: list[str] = field(default_factory=list)


def read_rows(
    path: Path, tally: Tally, *, text_field: str | None = None, category: str = "SARCASM"
) -> Iterator[Row]:
    """Read a corpus row by row; bad rows are left out.

    Args:
        path: ``.jsonl`` or ``.json``: an object a line; ``.txt``: a text a line; either also with
            ``.gz``; ``.spacy``: docs, which spaCy reads all at once. Blank lines are no rows.
        tally: Counts the rows, and takes note of bad ones.
        text_field: The key that holds the text; None: the first of ``text``, ``headline`` and
            ``tweet`` that a row has.
        category: The key in ``cats`` that holds the gold. Rows without it may have it as
            ``label``, ``is_sarcastic`` or ``sarcastic``.

    Yields:
        The good rows, in order.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file's name has another ending, or more than 1% of its rows are bad.
    """
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    make: Callable[[Any], Row]
    if kind == ".spacy":
        rows, make = _read_docs(path), lambda doc: _doc_row(doc, category)
    elif kind in (".jsonl", ".json"):
        rows, make = _read_lines(path), lambda line: _json_row(line, text_field, category)
    elif kind == ".txt":
        rows, make = _read_lines(path), _line_row
    else:
        raise ValueError(
            f"'{path}': expected a corpus named .jsonl, .json or .txt (each also with .gz) or "
            ".spacy"
        )
    for where, content in rows:
        tally.rows += 1
        try:
            row = make(content)
            _check_text(row.text)
        except ValueError as error:
            tally.bad += 1
            if len(tally.faults) < MOST_NAMED:
                tally.faults.append(f"'{path}', {where}: {error}")
            # Early on, one bad row may be more than the share that is let pass.
            if tally.rows >= 1 / MOST_BAD:
                _check_share(path, tally)
        else:
            yield row
    _check_share(path, tally)


def _check_share(path: Path, tally: Tally) -> None:
    if tally.bad > MOST_BAD * tally.rows:
        raise ValueError(
            f"{tally.bad} of {tally.rows} rows of '{path}' are bad, more than {MOST_BAD:.0%}: "
            f"{'; '.join(tally.faults[:3])}"
        )


def _read_lines(path: Path) -> Iterator[tuple[str, bytes]]:
    with _open_bytes(path) as file:
        lines = enumerate(file, start=1)
        while True:
            try:
                number, line = next(lines)
            except StopIteration:
                return
            except (EOFError, zlib.error) as error:
                raise ValueError(f"'{path}' is damaged or cut short: {error}") from error
            if line.strip():
                yield f"line {number}", line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _open_bytes(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _read_docs(path: Path) -> Iterator[tuple[str, Any]]:
    content = path.read_bytes()
    try:
        docs = DocBin().from_bytes(content).get_docs(spacy.blank("en").vocab)
    except (zlib.error, ValueError, KeyError) as error:
        raise ValueError(f"'{path}' is damaged, or holds no docs: {error}") from error
    for number, doc in enumerate(docs, start=1):
        yield f"doc {number}", doc


def _line_row(line: bytes) -> Row:
    return Row(line.decode("utf-8").rstrip("\r\n"))


def _doc_row(doc: Any, category: str) -> Row:
    return Row(
        doc.text, _check_gold(doc.cats.get(category), f"cats['{category}']"), {"cats": doc.cats}
    )


def _json_row(line: bytes, text_field: str | None, category: str) -> Row:
    columns = json.loads(line)
    if not isinstance(columns, dict):
        raise ValueError(f"expected a JSON object, got {columns!r:.60}")
    fields = TEXT_FIELDS if text_field is None else (text_field,)
    found = next((name for name in fields if name in columns), None)
    if found is None:
        raise ValueError(
            f"no text: expected a field {' or '.join(map(repr, fields))}, found "
            f"{', '.join(map(repr, columns)) or 'none'}"
        )
    text = columns.pop(found)
    if not isinstance(text, str):
        raise ValueError(f"the field '{found}' holds no text but {text!r:.60}")
    return Row(text, _find_gold(columns, category), columns)


def _find_gold(columns: dict[str, Any], category: str) -> float | None:
    cats = columns.get("cats")
    if cats is not None:
        if not isinstance(cats, dict):
            raise ValueError(f"the field 'cats' holds no object but {cats!r:.60}")
        if category in cats:
            return _check_gold(cats[category], f"cats['{category}']")
    name = next((name for name in GOLD_FIELDS if name in columns), None)
    return None if name is None else _check_gold(columns[name], f"'{name}'")


def _check_gold(value: Any, name: str) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"the gold {name} is {value!r:.60}: expected a number in 0..1")
    return float(value)


def _check_text(text: str) -> None:
    if not text.strip():
        raise ValueError("the text is empty")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the text holds a lone surrogate at position {error.start + 1}"
        ) from error
