"""What the first bytes of a vectors file say: its format, dimension and announced rows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from spacy_sarcasm.vectors.load_report import FileFormat
from spacy_sarcasm.vectors.parsing.text_rows import is_number

HEAD_BYTES = 1 << 22
SAMPLE_ROWS = 1000
BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

COUNTS = re.compile(rb"(\d{1,12}) (\d{1,6}) ?\r?")
"""A word2vec file's first line: rows and dimension."""

TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257

MAX_LONGER_SHARE = 0.01
"""Share of the first rows that may have more numbers than the dimension asked for; equal to the
share of bad rows that a file may have."""


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

    The dimension is the one asked for, where rows have it and hardly any has more numbers, or else
    that of most of the first 1,000 rows. A row's dimension is the number of numeric fields at its
    end, its first field never among them.

    Args:
        head: The file's first ``HEAD_BYTES`` bytes, or all of it where it is shorter.
        dim: The dimension the caller expects; None to take the file's.

    Returns:
        The format, the dimension, where the rows start and how many are announced.

    Raises:
        ValueError: The file is empty, is no word-vectors file, or has another dimension.
    """
    if not head:
        raise ValueError(f"{place}: the file is empty. Expected rows of a word and its numbers.")
    if head.startswith(UTF16_BOMS):
        raise ValueError(f"{place}: the file is UTF-16. Convert it to UTF-8 first.")
    if head.startswith(TAR_MAGIC, TAR_MAGIC_AT):
        raise ValueError(f"{place}: the file is a tar archive. Unpack it first, and give the file.")
    start = len(BOM) if head.startswith(BOM) else 0
    header = _word2vec_header(head, start)
    if header is None:
        header = _text_header(head, start, dim, place)
    if dim is not None and dim != header.dim:
        raise ValueError(
            f"{place}: the vectors have {header.dim} dimensions; {dim} were asked for. "
            f"Give dim={header.dim}, leave it out, or choose another file."
        )
    return header


def _text_header(head: bytes, start: int, dim: int | None, place: str) -> Header:
    """The header of a text file that has no line with counts, or one that cannot be true."""
    lines = _sample(head[start:])
    dims = Counter(map(_row_dim, lines))
    found = dim if _may_be_dim(dims, dim) else _dim_of_most(dims)
    counts = COUNTS.fullmatch(lines[0])
    if counts is not None and (len(lines) == 1 or (found or 0) > 1):
        # With one number a row, it may be a row itself.
        others = f"the rows after it have {found} numbers" if len(lines) > 1 else "no rows follow"
        raise ValueError(
            f"{place}, line 1: the header announces {int(counts[1])} rows of dimension "
            f"{int(counts[2])}; {others}. The file is damaged: fetch or write it again, or correct "
            f"the header."
        )
    if found is None:
        raise ValueError(
            f"{place}: this is no file of word vectors. Expected rows of a word and its "
            f"numbers separated by single spaces (GloVe, word2vec text), or a line with two "
            f"counts before binary rows (word2vec binary)."
        )
    odd = sum(_has_other_separators(line, found) for line in lines)
    if 2 * odd > len(lines):
        raise ValueError(
            f"{place}: between word and numbers, or between rows, there is other white space than "
            f"single spaces and line feeds. Expected rows of a word and its numbers separated by "
            f"single spaces: replace tabs, double spaces and lone carriage returns."
        )
    return Header("text", found, start)


def guess_dim(head: bytes) -> int | None:
    """The dimension of the vectors that a file starts with.

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
    text_dim = _sample_dim(body)
    if text_dim == dim:
        return Header("word2vec text", dim, end + 1, rows)
    # Text of another dimension: the header is wrong, or it is a row of one-dimensional vectors.
    if text_dim is not None or not _has_binary_row(body, dim):
        return None
    return Header("word2vec binary", dim, end + 1, rows)


def _has_binary_row(body: bytes, dim: int) -> bool:
    space = body.find(b" ", 0, 1 << 16)
    return space > 0 and len(body) >= space + 1 + 4 * dim


def _sample(body: bytes) -> list[bytes]:
    """The first rows."""
    lines = body.split(b"\n", SAMPLE_ROWS)
    # What follows the last line end is a row only where the file has no more.
    if len(lines) > 1 and (len(lines) > SAMPLE_ROWS or len(body) >= HEAD_BYTES or not lines[-1]):
        lines.pop()
    return lines


def _sample_dim(body: bytes) -> int | None:
    return _dim_of_most(Counter(map(_row_dim, _sample(body))))


def _dim_of_most(dims: Counter[int]) -> int | None:
    """The dimension of more than half of the rows, if they agree on one."""
    found, count = dims.most_common(1)[0]
    return found if found > 0 and 2 * count > dims.total() else None


def _may_be_dim(dims: Counter[int], dim: int | None) -> bool:
    """Whether the dimension asked for can be that of the rows.

    Rows that have more numbers would be read as words with spaces, so hardly any may.
    """
    if dim is None or not dims[dim]:
        return False
    longer = sum(count for found, count in dims.items() if found > dim)
    return longer <= MAX_LONGER_SHARE * dims.total()


def _has_other_separators(line: bytes, dim: int) -> bool:
    """Whether a row's word holds what must be a separator: no word of a text has it."""
    word = b" ".join(line.removesuffix(b"\r").rstrip(b" ").split(b" ")[:-dim])
    return b"\t" in word or b"\r" in word or (len(word) > 1 and word.endswith(b" "))


def _row_dim(line: bytes) -> int:
    fields = line.rstrip(b" \r").split(b" ")
    dim = 0
    while dim < len(fields) - 1 and is_number(fields[-1 - dim]):
        dim += 1
    return dim
