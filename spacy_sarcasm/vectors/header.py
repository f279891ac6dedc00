"""What the first bytes of a vectors file say: its format, dimension and announced rows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from spacy_sarcasm.vectors.report import FileFormat
from spacy_sarcasm.vectors.rows import is_number

HEAD_BYTES = 1 << 22
SAMPLE_ROWS = 1000
BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

COUNTS = re.compile(rb"(\d{1,12}) (\d{1,6}) ?\r?")
"""A word2vec file's first line: rows and dimension."""


@dataclass(frozen=True)
class Header:
    """How a file's rows are written.

    Attributes:
        format: Text without a header (GloVe's), text with one, or binary.
        dim: Numbers per vector.
        start: Bytes before the first row: a byte-order mark and the header line.
        rows: Rows announced by the header, if there is one.
    """

    format: FileFormat
    dim: int
    start: int = 0
    rows: int | None = None


def read_header(head: bytes, dim: int | None, place: str) -> Header:
    """Tell a file's format and dimension from its first bytes.

    The dimension is that of most of the first 1,000 rows, a row's dimension being the number of
    numeric fields at its end, its first field never among them.

    Args:
        head: The file's first ``HEAD_BYTES`` bytes, or all of it where it is shorter.
        dim: The dimension the caller expects; None to take the file's.
        place: The file's name, for messages.

    Returns:
        The format, the dimension, where the rows start and how many are announced.

    Raises:
        ValueError: The file is empty, is no word-vectors file, or has another dimension.
    """
    if not head:
        raise ValueError(f"{place}: the file is empty. Expected rows of a word and its numbers.")
    if head.startswith(UTF16_BOMS):
        raise ValueError(f"{place}: the file is UTF-16. Convert it to UTF-8 first.")
    start = len(BOM) if head.startswith(BOM) else 0
    header = _word2vec_header(head, start)
    if header is None:
        found = _sample_dim(head[start:])
        if found is None:
            raise ValueError(
                f"{place}: this is no file of word vectors. Expected rows of a word and its "
                f"numbers separated by single spaces (GloVe, word2vec text), or a line with two "
                f"counts before binary rows (word2vec binary)."
            )
        header = Header("text", found, start)
    if dim is not None and dim != header.dim:
        raise ValueError(
            f"{place}: the vectors have {header.dim} dimensions; {dim} were asked for. "
            f"Give dim={header.dim}, leave it out, or choose another file."
        )
    return header


def guess_dim(head: bytes) -> int | None:
    """The dimension of the vectors that a file starts with.

    Args:
        head: The file's first ``HEAD_BYTES`` bytes.

    Returns:
        The dimension, or None where the bytes are no rows of vectors.
    """
    start = len(BOM) if head.startswith(BOM) else 0
    header = _word2vec_header(head, start)
    return _sample_dim(head[start:]) if header is None else header.dim


def _word2vec_header(head: bytes, start: int) -> Header | None:
    end = head.find(b"\n", start)
    counts = COUNTS.fullmatch(head[start:end]) if end >= 0 else None
    if counts is None:
        return None
    rows, dim = int(counts[1]), int(counts[2])
    body = head[end + 1 :]
    if dim == 0:
        return None
    if _sample_dim(body) == dim:
        return Header("word2vec text", dim, end + 1, rows)
    # A text file of one-dimensional vectors may start with a number as its word.
    if _sample_dim(head[start:]) == 1 or not _has_binary_row(body, dim):
        return None
    return Header("word2vec binary", dim, end + 1, rows)


def _has_binary_row(body: bytes, dim: int) -> bool:
    space = body.find(b" ", 0, 1 << 16)
    return space > 0 and len(body) >= space + 1 + 4 * dim


def _sample_dim(body: bytes) -> int | None:
    """The dimension of more than half of the first rows, if they agree on one."""
    lines = body.split(b"\n", SAMPLE_ROWS)
    # What follows the last line end is a row only where the file has no more.
    if len(lines) > SAMPLE_ROWS or len(body) >= HEAD_BYTES or not lines[-1]:
        lines.pop()
    dims = Counter(_row_dim(line) for line in lines)
    if not dims:
        return None
    found, count = dims.most_common(1)[0]
    return found if found > 0 and 2 * count > len(lines) else None


def _row_dim(line: bytes) -> int:
    fields = line.rstrip(b" \r").split(b" ")
    dim = 0
    while dim < len(fields) - 1 and is_number(fields[-1 - dim]):
        dim += 1
    return dim
