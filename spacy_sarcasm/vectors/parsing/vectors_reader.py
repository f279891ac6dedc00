"""Reading a file of word vectors once, block by block, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Generic, NamedTuple, TypeVar

import numpy as np

from spacy_sarcasm.vectors.load_report import VectorsReport
from spacy_sarcasm.vectors.parsing.archives import open_source
from spacy_sarcasm.vectors.parsing.binary import read_binary
from spacy_sarcasm.vectors.parsing.decimals import Table
from spacy_sarcasm.vectors.parsing.header import HEAD_BYTES, Header, read_header
from spacy_sarcasm.vectors.parsing.text_rows import (
    NO_WORD,
    NOT_FINITE,
    NOT_UTF8,
    Rows,
    parse_block,
)

Key = TypeVar("Key", str, int)

BLOCK_BYTES = 1 << 18
MAX_ROW_BYTES = 1 << 20
"""No real row is as long; a longer one is a file of another kind, or a decompression bomb."""


class Block(NamedTuple, Generic[Key]):
    """New words with their keys and vectors, the latter of shape (len(words), dim)."""

    words: list[str]
    keys: list[Key]
    table: Table


class VectorsReader(Generic[Key]):
    """One pass over a file of word vectors, the first row of each word kept.

    Args:
        path: GloVe text, word2vec text or word2vec binary; plain, gzip or zip.
        key: What tells words apart and is collected in ``rows_by_key``.
        dim: The dimension expected. It picks the member of an archive that holds several.
        words: The words to keep; None for all.
        limit: The most rows to keep; None for all. Files are in order of falling frequency.
        strict: Fail at the first bad row instead of skipping it.

    Attributes:
        rows_by_key: Every kept word's key and its row in the order of the file, from 0.
        report: What the pass found; complete when ``blocks`` is exhausted.
    """

    def __init__(
        self,
        path: str | Path,
        key: Callable[[str], Key],
        *,
        dim: int | None = None,
        words: Iterable[str] | None = None,
        limit: int | None = None,
        strict: bool = False,
    ) -> None:
        if dim is not None and dim < 1:
            raise ValueError(f"dim is {dim}; expected a positive number of dimensions.")
        if limit is not None and limit < 1:
            raise ValueError(f"limit is {limit}; expected a positive number of rows.")
        if isinstance(words, str):
            raise ValueError("words is one string; expected a collection of words.")
        self.path = Path(path)
        self.key: Callable[[str], Key] = key
        self.dim = dim
        self.wanted = None if words is None else frozenset(words)
        self.limit = limit
        self.strict = strict
        self.rows_by_key: dict[Key, int] = {}
        self.report: VectorsReport

    def rows(self) -> Generator[Rows]:
        """Read the file, words that came before and rows past the limit included.

        Yields:
            The good rows of wanted words in the order of the file, some thousands at a time. The
            report does not count them as kept or as duplicates.

        Raises:
            ValueError: The file is not a word-vectors file, is damaged, has more than 1% bad rows
                or (``strict``) any, or another number of rows than its header announces. The
                message names the file and the line.
        """
        with open_source(self.path, self.dim) as (stream, member):
            head = stream.read(HEAD_BYTES)
            place = str(self.path) if member is None else f"{self.path} ({member})"
            header = read_header(head, self.dim, place)
            self.report = VectorsReport(str(self.path), header.format, header.dim, member)
            yield from self._parsed(header, head[header.start :], stream)
            self._check_count(header.rows)
        self.report.check_bad_share()

    def blocks(self) -> Iterator[Block[Key]]:
        """Read the file up to the limit, the first row of each word.

        Yields:
            The kept rows in the order of the file, some thousands at a time.

        Raises:
            ValueError: As in ``rows``; the file's length is not checked where the limit is reached.
        """
        with closing(self.rows()) as parsed:
            for rows in parsed:
                block = self._new_words(rows)
                self.report.kept = len(self.rows_by_key)
                if block.words:
                    yield block
                if self.report.kept == self.limit:
                    self.report.check_bad_share()
                    break

    def _parsed(self, header: Header, first: bytes, stream: BinaryIO) -> Iterator[Rows]:
        """Good rows whose words are wanted; everything else is counted in the report."""
        if header.format == "word2vec binary":
            yield from self._parsed_binary(header, first, stream)
            return
        prefixes = self._wanted_prefixes()
        line = 1 if header.rows is None else 2
        for block in _row_blocks(first, stream, self.report.place):
            picked = None
            if prefixes is None:
                rows = parse_block(block, header.dim)
                count = len(rows.words) + len(rows.bad)
            else:
                lines = block[:-1].split(b"\n")
                count = len(lines)
                picked = [i for i, row in enumerate(lines) if row.partition(b" ")[0] in prefixes]
                self.report.unwanted += count - len(picked)
                wanted = b"".join([lines[i] + b"\n" for i in picked])
                rows = parse_block(wanted, header.dim)
            self.report.rows += count
            for index, reason in rows.bad:
                self._add_bad(line + (index if picked is None else picked[index]), reason)
            line += count
            yield self._wanted_rows(rows)

    def _parsed_binary(self, header: Header, first: bytes, stream: BinaryIO) -> Iterator[Rows]:
        announced = header.rows or 0
        for encoded, table in read_binary(first, stream, header.dim, announced, self.report.place):
            finite = np.logical_and.reduce(np.isfinite(table), axis=1)
            words: list[str] = []
            good: list[int] = []
            for index, word in enumerate(encoded):
                reason = None if finite[index] else NOT_FINITE
                text = ""
                try:
                    text = word.decode("utf-8")
                except UnicodeDecodeError:
                    reason = NOT_UTF8
                if reason is None and not text:
                    reason = NO_WORD
                if reason is None:
                    words.append(text)
                    good.append(index)
                else:
                    self._add_bad(self.report.rows + index + 1, reason)
            self.report.rows += len(encoded)
            yield self._wanted_rows(Rows(words, table[good], []))

    def _add_bad(self, line: int, reason: str) -> None:
        if self.strict:
            raise ValueError(
                f"{self.report.place}, line {line}: {reason}. Expected a word and "
                f"{self.report.dim} numbers. Repair the row, or read the file without strict."
            )
        self.report.add_bad(line, reason)

    def _wanted_prefixes(self) -> frozenset[bytes] | None:
        """What the rows of wanted words start with: tokens may hold spaces themselves."""
        if self.wanted is None:
            return None
        # Surrogates are in no UTF-8 file; such a word is simply not found.
        encoded = (word.encode("utf-8", "surrogatepass") for word in self.wanted)
        return frozenset(word.partition(b" ")[0] for word in encoded)

    def _wanted_rows(self, rows: Rows) -> Rows:
        if self.wanted is None:
            return rows
        kept = [i for i, word in enumerate(rows.words) if word in self.wanted]
        self.report.unwanted += len(rows.words) - len(kept)
        return Rows([rows.words[i] for i in kept], rows.table[kept], [])

    def _new_words(self, rows: Rows) -> Block[Key]:
        """The rows whose words have not come before, up to the limit."""
        words, table = rows.words, rows.table
        keys = list(map(self.key, words))
        known = self.rows_by_key
        before = len(known)
        rows_of = list(map(known.setdefault, keys, range(before, before + len(keys))))
        new = len(known) - before
        if new < len(keys):
            # Some words came before, here or in an earlier block: close the gaps they leave.
            kept = [i for i, row in enumerate(rows_of) if row == before + i]
            self.report.duplicates += len(keys) - new
            words, keys, table = [words[i] for i in kept], [keys[i] for i in kept], table[kept]
            known.update(zip(keys, range(before, before + new), strict=True))
        return self._up_to_limit(Block(words, keys, table))

    def _up_to_limit(self, block: Block[Key]) -> Block[Key]:
        excess = 0 if self.limit is None else len(self.rows_by_key) - self.limit
        if excess <= 0:
            return block
        for key in block.keys[-excess:]:
            del self.rows_by_key[key]
        self.report.past_limit += excess
        return Block(block.words[:-excess], block.keys[:-excess], block.table[:-excess])

    def check_kept(self) -> VectorsReport:
        """The report of a finished pass.

        Raises:
            ValueError: No row was kept.
        """
        if not self.report.kept:
            raise ValueError(
                f"{self.report.place}: none of its {self.report.rows} rows was kept (skipped: "
                f"{self.report.skipped}). Check the words asked for."
            )
        return self.report

    def _check_count(self, announced: int | None) -> None:
        if announced is None or self.report.rows == announced:
            return
        if self.report.rows < announced:
            ending = f"ends after {self.report.rows}. It was cut short: fetch or write it again"
        else:
            ending = f"has {self.report.rows}. Correct the header, or fetch or write the file again"
        raise ValueError(
            f"{self.report.place}: the header announces {announced} rows; the file {ending}"
        )


def _row_blocks(first: bytes, stream: BinaryIO, place: str) -> Iterator[bytes]:
    """Whole rows, each ended by a line feed, some hundred kilobytes at a time."""
    pieces = (first[i : i + BLOCK_BYTES] for i in range(0, len(first), BLOCK_BYTES))
    rest = b""
    for chunk in chain(pieces, iter(lambda: stream.read(BLOCK_BYTES), b"")):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield _usual_row_ends(rest + chunk[:end])
            rest = b""
        rest += chunk[end:]
        if len(rest) > MAX_ROW_BYTES:
            raise ValueError(
                f"{place}: a row is longer than {MAX_ROW_BYTES} bytes. Expected a word and its "
                f"numbers; this is a file of another kind, or a damaged one."
            )
    if rest:
        yield _usual_row_ends(rest + b"\n")


def _usual_row_ends(block: bytes) -> bytes:
    if b"\r" in block:  # Windows ends lines with CR LF
        block = block.replace(b"\r\n", b"\n")
    if block[: block.find(b"\n")].endswith(b" "):  # word2vec and fastText end rows with a space
        block = block.replace(b" \n", b"\n")
    return block
