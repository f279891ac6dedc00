r"""Rows of a text file of word vectors: ``word number number ...``, separated by one space.

The format is that of GloVe (Pennington et al. 2014, https://nlp.stanford.edu/projects/glove/) and
of word2vec's text files. Rows are bytes, ended by ``\n`` alone: real tokens hold U+0085,
no-break spaces and other white space that ``str.split`` and ``str.splitlines`` would break
(stanfordnlp/GloVe#159).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from spacy_sarcasm.vectors.parsing.decimals import Table, parse_clean_block

TOO_FEW = "too few values"
TOO_MANY = "too many values"
NOT_A_NUMBER = "a value is not a number"
NOT_FINITE = "a value is not finite"
NOT_UTF8 = "the word is not UTF-8"
NO_WORD = "the word is empty"

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
NON_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)

CAREFUL_ROWS = 16
"""A block this small that does not check out is read row by row instead of being halved."""


@dataclass
class Rows:
    """Rows read from a block of lines.

    Attributes:
        words: The word of each good row.
        table: Their vectors, shape (len(words), dim).
        bad: The bad rows: index among the lines given, and the reason.
    """

    words: list[str]
    table: Table
    bad: list[tuple[int, str]]


def is_number(field: bytes) -> bool:
    """Whether a field is written as a finite decimal number."""
    return NUMBER.fullmatch(_text(field)) is not None


def parse_block(block: bytes, dim: int) -> Rows:
    """Read rows, at C speed where they are clean and with care where they are not.

    The last ``dim`` fields are the values and what is left is the word. Where more fields than one
    are left, the row is bad if they all parse as numbers; otherwise they are a word with spaces.

    Args:
        block: Whole rows, each ended by a line feed; none if empty.
        dim: Numbers per vector, at least 1.

    Returns:
        The good rows in the order given, and the bad ones with their reason.
    """
    if not block:
        return Rows([], np.empty((0, dim), np.float32), [])
    clean = parse_clean_block(block, dim)
    return _parse_lines(block[:-1].split(b"\n"), dim) if clean is None else Rows(*clean, bad=[])


def _parse_lines(lines: list[bytes], dim: int) -> Rows:
    clean = _parse_clean_lines(lines, dim)
    if clean is not None:
        return clean
    if len(lines) <= CAREFUL_ROWS:
        return _parse_carefully(lines, dim)
    half = len(lines) // 2
    left, right = _parse_lines(lines[:half], dim), _parse_lines(lines[half:], dim)
    return Rows(
        words=left.words + right.words,
        table=np.concatenate([left.table, right.table]),
        bad=left.bad + [(index + half, reason) for index, reason in right.bad],
    )


def _parse_clean_lines(lines: list[bytes], dim: int) -> Rows | None:
    """All lines at once, or None where any of them needs a closer look."""
    heads, _, tails = zip(*[line.partition(b" ") for line in lines], strict=True)
    # Empty lines would be skipped by the parser, not refused.
    if not all(heads) or not all(tails):
        return None
    try:
        words = b"\n".join(heads).decode("utf-8").split("\n")
        table = np.loadtxt(tails, np.float32, comments=None, delimiter=" ", ndmin=2)
    except ValueError:  # not UTF-8, not a number, or rows of several lengths: read row by row
        return None
    if table.shape != (len(lines), dim) or not np.isfinite(table).all():
        return None
    return Rows(words, table, [])


def _parse_carefully(lines: list[bytes], dim: int) -> Rows:
    words: list[str] = []
    vectors: list[Table] = []
    bad: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        row = _parse_row(line, dim)
        if isinstance(row, str):
            bad.append((index, row))
        else:
            words.append(row[0])
            vectors.append(row[1])
    table = np.stack(vectors) if vectors else np.empty((0, dim), np.float32)
    return Rows(words, table, bad)


def _parse_row(line: bytes, dim: int) -> tuple[str, Table] | str:
    """One row's word and vector, or what is wrong with it."""
    fields = line.rstrip(b" ").split(b" ")
    if len(fields) <= dim:
        return TOO_FEW
    left, values = fields[:-dim], [_text(field) for field in fields[-dim:]]
    if len(left) > 1 and all(is_number(field) for field in left):
        return TOO_MANY
    vector = _parse_values(values)
    if isinstance(vector, str):
        return vector
    try:
        word = b" ".join(left).decode("utf-8")
    except UnicodeDecodeError:
        return NOT_UTF8
    return (word, vector) if word else NO_WORD


def _parse_values(values: list[str]) -> Table | str:
    if any(NON_FINITE.fullmatch(value) for value in values):
        return NOT_FINITE
    if not all(NUMBER.fullmatch(value) for value in values):
        return NOT_A_NUMBER
    with np.errstate(over="ignore"):  # a number too large for float32 is reported below
        vector = np.array([float(value) for value in values], np.float64).astype(np.float32)
    return vector if np.isfinite(vector).all() else NOT_FINITE


def _text(field: bytes) -> str:
    # As numpy.loadtxt reads a field, so that a row reads the same whichever way it is parsed.
    return field.decode("latin-1").strip()
