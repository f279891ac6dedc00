"""word2vec's binary format: a line with two counts, then words and little-endian float32 values.

The format is that of the original tool (Mikolov et al. 2013,
https://code.google.com/archive/p/word2vec/): ``word``, one space, ``4 * dim`` bytes and, in files
written by the tool itself, a line feed after each row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from spacy_sarcasm.vectors.parsing.decimals import Table

READ_BYTES = 1 << 22
MAX_WORD_BYTES = 1 << 16


def read_binary(
    first: bytes, stream: BinaryIO, dim: int, rows: int, place: str
) -> Iterator[tuple[list[bytes], Table]]:
    """Read the rows of a word2vec binary file.

    Args:
        first: The bytes already read after the header line.
        stream: The rest of the file.
        dim: Numbers per vector.
        rows: Rows announced by the header.

    Yields:
        Words as bytes and their vectors, shape (words, dim), some thousands at a time. A row cut
        off by the end of the file is left out.

    Raises:
        ValueError: A word is longer than 65,536 bytes, or more follows the announced rows: the
            file is damaged or not in this format.
    """
    buffer, left, width = first, rows, 4 * dim
    while left:
        words, values, used = _take_rows(buffer, width, left)
        if words:
            table = np.frombuffer(b"".join(values), "<f4").reshape(len(words), dim)
            yield words, table.astype(np.float32, copy=False)
        left -= len(words)
        buffer = buffer[used:]
        if len(buffer) > MAX_WORD_BYTES and b" " not in buffer[:MAX_WORD_BYTES]:
            raise ValueError(
                f"{place}: row {rows - left + 1} has no word of at most {MAX_WORD_BYTES} bytes. "
                "The file is damaged, or not a word2vec binary file"
            )
        more = stream.read(max(READ_BYTES, width)) if left else b""
        if left and not more:
            return
        buffer += more
    if (buffer + stream.read(MAX_WORD_BYTES)).strip(b"\n"):
        raise ValueError(
            f"{place}: the header announces {rows} rows; the file has more. Correct the header, "
            "or fetch or write the file again"
        )


def _take_rows(buffer: bytes, width: int, most: int) -> tuple[list[bytes], list[bytes], int]:
    """Words and value bytes of the whole rows in the buffer, and the bytes they take."""
    words: list[bytes] = []
    values: list[bytes] = []
    start = 0
    while len(words) < most:
        space = buffer.find(b" ", start)
        end = space + 1 + width
        if space < 0 or end > len(buffer):
            break
        words.append(buffer[start:space].lstrip(b"\n"))
        values.append(buffer[space + 1 : end])
        start = end
    return words, values, start
