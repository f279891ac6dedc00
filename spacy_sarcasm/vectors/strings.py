"""The words of a whole file as spaCy's string store and vectors table save them, done in bulk.

A dictionary of a million words, or a string store filled word by word, takes longer than all other
work of reading them. Here every word's 64-bit hash, which is its key in spaCy, goes into an array;
words that come twice are told by sorting it. Only words with equal hashes are compared as strings.
The words themselves are held as the JSON that is written in the end, some thousands a piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import srsly
from spacy.strings import get_string_id, hash_string  # type: ignore[attr-defined]
from spacy.symbols import IDS as SYMBOLS  # type: ignore[import-not-found]

Hashes = npt.NDArray[np.uint64]


class FileStrings:
    """The words of a file's rows, the first of each.

    Args:
        parts: The words of all rows in order, in as many parts as they were read in. No word is
            empty.

    Attributes:
        firsts: Of every row given, whether its word had not come before.
    """

    def __init__(self, parts: Iterable[list[str]]) -> None:
        self._parts: list[bytes] = []
        sizes: list[int] = []
        hashes = [np.empty(0, np.uint64)]
        for words in parts:
            self._parts.append(_json_items(words))
            sizes.append(len(words))
            hashes.append(_hashes(words))
        self._ends = np.cumsum(sizes, dtype=np.intp)
        self._hashes: Hashes = np.concatenate(hashes)
        self._ordered: Hashes = np.sort(self._hashes)
        self.firsts = np.ones(len(self._hashes), np.bool_)
        self._drop_repeated()

    def __len__(self) -> int:
        return len(self._hashes)

    def __iter__(self) -> Iterator[str]:
        for part in self._parts:
            yield from _from_json_items(part)

    def write_key2row(self, path: Path) -> None:
        """Write the rows by key, as ``Vectors.to_disk`` does."""
        keys = self._hashes.copy()
        # spaCy's own symbols have small numbers for keys.
        symbols = _hashes(SYMBOLS)
        for row, word in self._words_of(symbols[self._are_here(symbols)]):
            keys[row] = get_string_id(word)
        # A msgpack map of 32-bit length, every key a uint64 and every row a uint32.
        pairs = np.empty(len(keys), [("t1", "u1"), ("key", ">u8"), ("t2", "u1"), ("row", ">u4")])
        pairs["t1"], pairs["t2"] = 0xCF, 0xCE
        pairs["key"] = keys
        pairs["row"] = np.arange(len(keys))
        with path.open("wb") as file:
            file.write(b"\xdf" + len(keys).to_bytes(4, "big"))
            file.write(pairs.data)

    def write_strings(self, path: Path, others: Iterable[str]) -> None:
        """Write the strings, as ``StringStore.to_disk`` does.

        Args:
            others: Strings to put before the words, but for those that are words.
        """
        strings = list(others)
        here = self._are_here(_hashes(strings)).tolist()
        strings = [string for string, is_word in zip(strings, here, strict=True) if not is_word]
        parts = [part for part in (_json_items(strings), *self._parts) if part]
        path.write_bytes(b"[\n" + b",\n".join(parts) + b"\n]")

    def _drop_repeated(self) -> None:
        """Drop words that came before. Rows count the words that are left from then on."""
        twice = self._ordered[1:][self._ordered[1:] == self._ordered[:-1]]
        seen: set[str] = set()
        for row, word in self._words_of(twice):
            self.firsts[row] = word not in seen
            seen.add(word)
        if self.firsts.all():
            return
        for index, firsts in enumerate(np.split(self.firsts, self._ends[:-1])):
            if not firsts.all():
                words = zip(_from_json_items(self._parts[index]), firsts.tolist(), strict=True)
                self._parts[index] = _json_items([word for word, is_first in words if is_first])
        self._ends -= np.concatenate([[0], np.cumsum(~self.firsts)])[self._ends]
        self._hashes = self._hashes[self.firsts]

    def _are_here(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Which of some hashes are those of words."""
        if not self._ordered.size:
            return np.zeros(len(hashes), np.bool_)
        places = np.searchsorted(self._ordered, hashes)
        here: npt.NDArray[np.bool_] = self._ordered.take(places, mode="clip") == hashes
        return here

    def _words_of(self, hashes: Hashes) -> Iterator[tuple[int, str]]:
        """Every word that has one of some hashes, and its row, in the order of the file."""
        rows = np.flatnonzero(np.isin(self._hashes, hashes)) if hashes.size else np.arange(0)
        parts = np.searchsorted(self._ends, rows, side="right")
        for part in np.unique(parts).tolist():
            words = _from_json_items(self._parts[part])
            start = int(self._ends[part]) - len(words)
            for row in rows[parts == part].tolist():
                yield row, words[row - start]


def _hashes(strings: Iterable[str]) -> Hashes:
    return np.fromiter(map(hash_string, strings), np.uint64)


def _json_items(strings: list[str]) -> bytes:
    """Strings as the items of a JSON list, one a line."""
    if not strings:
        return b""
    lines = "\n".join(strings).encode("utf-8")
    controls = np.count_nonzero(np.frombuffer(lines, np.uint8) < ord(" "))
    if controls >= len(strings):  # some are not between the strings but in them
        encoded: str = srsly.json_dumps(strings)[1:-1]
        return encoded.encode("utf-8")
    lines = lines.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b'",\n"')
    return b'"' + lines + b'"'


def _from_json_items(items: bytes) -> list[str]:
    strings: list[str] = srsly.json_loads(b"[" + items + b"]")
    return strings
