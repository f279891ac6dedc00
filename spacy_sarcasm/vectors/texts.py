"""The texts of a corpus, whatever common file they are in, and the words in them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from spacy.language import Language
from spacy.tokens import DocBin

from spacy_sarcasm.vectors.twitter import TokenWords

TEXT_FIELDS = ("text", "headline", "tweet")


def read_texts(path: str | Path, field: str | None = None) -> Iterator[str]:
    """The texts of a corpus file, one after the other.

    Args:
        path: ``.txt``: a text a line; ``.jsonl`` or ``.json``: an object a line; ``.csv`` or
            ``.tsv``: a header and a text a row; any of them also with ``.gz``.
        field: The key or column that holds the text; None for the first of ``text``, ``headline``
            and ``tweet`` that there is.

    Yields:
        The texts, empty ones left out.

    Raises:
        ValueError: The file's name has another ending, is damaged or not UTF-8, or a row has no
            such field or half a character of UTF-16 (a lone surrogate) in it.
        OSError: The file cannot be read.
    """
    path = Path(path)
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    readers = {".txt": _lines, ".json": _json_lines, ".jsonl": _json_lines}
    with _reported_damage(path), _open_text(path) as file:
        if kind in readers:
            texts = readers[kind](file, path, field)
        elif kind in (".csv", ".tsv"):
            texts = _columns(file, path, field, "," if kind == ".csv" else "\t")
        else:
            raise ValueError(
                f"{path}: expected a corpus named .txt, .jsonl, .json, .csv, .tsv (each also "
                f"with .gz) or .spacy."
            )
        yield from (text for text in texts if text and not text.isspace())


@contextmanager
def _reported_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: the file is not UTF-8 ({error}). Convert it to UTF-8 first."
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(
            f"{path}: the compressed data is damaged or cut short ({error}). Fetch or write the "
            f"file again; a file that is not compressed must not be named .gz."
        ) from error


def count_words(
    path: str | Path, nlp: Language, words: TokenWords, field: str | None = None
) -> Counter[str]:
    """How often each word occurs in a corpus.

    Args:
        path: A corpus as ``read_texts`` takes it, or a ``.spacy`` file of docs.
        nlp: A pipeline whose tokenizer splits the texts.
        words: The words of a token's text.
        field: See ``read_texts``.

    Returns:
        The number of occurrences of every word. White space is no word.

    Raises:
        ValueError: As in ``read_texts``; or the corpus holds no word.
        OSError: The file cannot be read.
    """
    tokens: Counter[str] = Counter()
    if Path(path).suffix == ".spacy":
        docs = DocBin().from_disk(path).get_docs(nlp.vocab)
    else:
        docs = map(nlp.make_doc, read_texts(path, field))
    for doc in docs:
        tokens.update(token.text for token in doc if not token.is_space)
    counts: Counter[str] = Counter()
    for token, count in tokens.items():
        for word in words(token):
            counts[word] += count
    if not counts:
        raise ValueError(f"{path}: the corpus holds no words.")
    return counts


def _open_text(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig", newline="")


def _lines(file: IO[str], path: Path, field: str | None) -> Iterator[str]:
    if field is not None:
        raise ValueError(f"{path}: a text file has no fields; leave out the field {field!r}.")
    yield from (line.rstrip("\r\n") for line in file)


def _json_lines(file: IO[str], path: Path, field: str | None) -> Iterator[str]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: no JSON ({error}).") from error
        if not isinstance(row, dict):
            raise ValueError(
                f"{path}, line {number}: expected a JSON object with the text, one a line; found "
                f"a {type(row).__name__}. Write one object a line, not one list of all."
            )
        field = field or _text_field(list(row), path)
        if not isinstance(row.get(field), str):
            raise ValueError(f"{path}, line {number}: no text in the field {field!r}.")
        if not row[field].isascii():
            _check_characters(row[field], path, number)
        yield row[field]


def _check_characters(text: str, path: Path, number: int) -> None:
    """Refuse half a character, which JSON can hold and spaCy cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{path}, line {number}: the text holds a lone surrogate at position "
            f"{error.start + 1}. It was cut within a character: repair it or leave it out."
        ) from error


def _columns(file: IO[str], path: Path, field: str | None, delimiter: str) -> Iterator[str]:
    # Strict: a quote left open is an error, whatever field_size_limit the process has set.
    rows = csv.DictReader(file, delimiter=delimiter, strict=True)
    try:
        columns = list(rows.fieldnames or [])
        field = field or _text_field(columns, path)
        if field not in columns:
            raise ValueError(f"{path}: no column {field!r}. The columns are: {', '.join(columns)}.")
        yield from (row[field] or "" for row in rows)
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {rows.line_num}: no row of a table ({error}). Expected fields in double "
            f"quotes where they hold quotes or line breaks; one may be left open."
        ) from error


def _text_field(fields: list[str], path: Path) -> str:
    for name in TEXT_FIELDS:
        if name in fields:
            return name
    raise ValueError(
        f"{path}: none of the fields {', '.join(fields)} is one of {', '.join(TEXT_FIELDS)}. "
        f"Name the field that holds the text (--field on the command line)."
    )
