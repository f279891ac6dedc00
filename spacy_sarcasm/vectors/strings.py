"""The words of a whole file as spaCy's string store and vectors table save them, done in bulk.

A dictionary of a million words, or a string store filled word by word, takes longer than all other
work of reading them. Here every word's 64-bit hash, which is its key in spaCy, goes into an array;
words that come twice are told by sorting it. Only words with equal hashes are compared as strings.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import srsly
from spacy.strings import get_string_id, hash_string  # type: ignore[attr-defined]
from spacy.symbols import IDS as SYMBOLS  # type: ignore[import-not-found]

Hashes = npt.NDArray[np.uint64]


class FileStrings:
    """The words of a file's rows.

    Args:
        parts: The words, all rows in order, in as many parts as they were read in. None is empty.

    Attributes:
        words: The words, in the order of their rows.
        firsts: Of every row given, whether its word had not come before; ``words`` has these.
    """

    def __init__(self, parts: Iterable[list[str]]) -> None:
        self.words: list[str] = []
        hashes = [np.empty(0, np.uint64)]
        for words in parts:
            self.words += words
            hashes.append(_hashes(words))
        self._hashes: Hashes = np.concatenate(hashes)
        self._ordered: Hashes = np.sort(self._hashes)
        self.firsts = self._drop_repeated()

    def key2row(self) -> bytes:
        """The rows by key, as ``Vectors.to_disk`` writes them in a file of that name."""
        keys = self._hashes.copy()
        # spaCy's own symbols have small numbers for keys.
        symbols = _hashes(SYMBOLS)
        for row in self._rows_of(symbols[self._are_here(symbols)]):
            keys[row] = get_string_id(self.words[row])
        # A msgpack map of 32-bit length, every key a uint64 and every row a uint32.
        pairs = np.empty(len(keys), [("t1", "u1"), ("key", ">u8"), ("t2", "u1"), ("row", ">u4")])
        pairs["t1"], pairs["t2"] = 0xCF, 0xCE
        pairs["key"] = keys
        pairs["row"] = np.arange(len(keys))
        return b"\xdf" + len(keys).to_bytes(4, "big") + pairs.tobytes()

    def json(self, others: Iterable[str]) -> bytes:
        """The strings, as ``StringStore.to_disk`` writes them.

        Args:
            others: Strings to put before the words, but for those that are words.

        Returns:
            A JSON list.
        """
        strings = list(others)
        here = self._are_here(_hashes(strings)).tolist()
        strings = [string for string, is_word in zip(strings, here, strict=True) if not is_word]
        # Apart, as the vocab's strings have control characters and words hardly ever have.
        lists = [_json_items(items) for items in (strings, self.words) if items]
        return b"[\n" + b",\n".join(lists) + b"\n]"

    def _drop_repeated(self) -> npt.NDArray[np.bool_]:
        firsts = np.ones(len(self.words), np.bool_)
        twice = self._ordered[1:][self._ordered[1:] == self._ordered[:-1]]
        seen: set[str] = set()
        for row in self._rows_of(twice):
            firsts[row] = self.words[row] not in seen
            seen.add(self.words[row])
        if not firsts.all():
            self.words = [self.words[row] for row in np.flatnonzero(firsts).tolist()]
            self._hashes = self._hashes[firsts]
        return firsts

    def _are_here(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Which of some hashes are those of words."""
        if not self._ordered.size:
            return np.zeros(len(hashes), np.bool_)
        places = np.searchsorted(self._ordered, hashes)
        here: npt.NDArray[np.bool_] = self._ordered.take(places, mode="clip") == hashes
        return here

    def _rows_of(self, hashes: Hashes) -> list[int]:
        """The rows of the words that have these hashes, in order."""
        if not hashes.size:
            return []
        rows: list[int] = np.flatnonzero(np.isin(self._hashes, hashes)).tolist()
        return rows


def _hashes(strings: Iterable[str]) -> Hashes:
    return np.fromiter(map(hash_string, strings), np.uint64)


def _json_items(strings: list[str]) -> bytes:
    """At least one string as the items of a JSON list, one a line."""
    lines = "\n".join(strings).encode("utf-8")
    controls = np.count_nonzero(np.frombuffer(lines, np.uint8) < ord(" "))
    if controls >= len(strings):  # some are not between the strings but in them
        items: str = srsly.json_dumps(strings)[1:-1]
        return items.encode("utf-8")
    lines = lines.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b'",\n"')
    return b'"' + lines + b'"'
