"""Vocabulary rows of texts, found piece by piece: what stands between single spaces.

spaCy's tokenizer works on one run of characters at a time (`Tokenizer._tokenize_affixes` in
spacy/tokenizer.pyx): spaces part the runs and tell nothing to their neighbours. So a piece gives
the same tokens in every text, and is tokenised once. The exception is the last step,
`Tokenizer._apply_special_cases`: a phrase matcher looks for the tokens of special cases over the
whole text, and finds those of `:((` in `:( (` too. A match that crosses a space needs two tokens
that follow each other in a special case, the first at the end of a piece and the second at the
start of the next. Texts with such neighbours are tokenised whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, repeat

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from ..network.vocabulary import TextRows

# Pieces remembered before all are forgotten.
CACHE_SIZE = 100_000
# Longer pieces are hardly met twice, and would make the cache's size unknown.
LONGEST_PIECE = 64

# The id of no piece; it has no rows.
_MISSING = 0

Places = NDArray[np.int64]
RowsOf = Callable[[Sequence[Doc]], TextRows]
Tokenize = Callable[[str], Doc]
Patterns = Mapping[str, Sequence[str]]


class Borders:
    """Tells which pieces may not stand next to each other."""

    def __init__(self, patterns: Patterns) -> None:
        """Take the special cases.

        Args:
            patterns: What `special_patterns` returned for a tokenizer.
        """
        pairs = {pair for tokens in patterns.values() for pair in pairwise(tokens)}
        # Class 0: no special case has the token there. The last class: several tokens may be there.
        self._before = _classes(first for first, _ in pairs)
        self._after = _classes(second for _, second in pairs)
        self._risky = np.zeros((len(self._before) + 2, len(self._after) + 2), dtype=np.bool_)
        for first, second in pairs:
            self._risky[self._before[first], self._after[second]] = True
        self._risky[-1, 1:] = self._risky[1:, -1] = True
        # A special case within a piece hides the tokens it was matched by.
        self._endings = _ends(patterns, self._before, -1)
        self._beginnings = _ends(patterns, self._after, 0)

    def end_class(self, piece: str, tokens: Doc) -> int:
        """Return the class of the end of a piece, for `are_risky`."""
        found = {self._before.get(tokens[-1].text, 0)} if len(tokens) else {0}
        if piece.endswith(tuple(self._endings)):
            found |= {kind for text, kind in self._endings.items() if piece.endswith(text)}
        return _one_class(found, len(self._before) + 1)

    def start_class(self, piece: str, tokens: Doc) -> int:
        """Return the class of the start of a piece, for `are_risky`."""
        found = {self._after.get(tokens[0].text, 0)} if len(tokens) else {0}
        if piece.startswith(tuple(self._beginnings)):
            found |= {kind for text, kind in self._beginnings.items() if piece.startswith(text)}
        return _one_class(found, len(self._after) + 1)

    def are_risky(self, ends: NDArray[np.int32], starts: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return whether a special case may match across each of some borders.

        Args:
            ends: Class of the end of the piece before each border, shape (borders,).
            starts: Class of the start of the piece after each border, shape (borders,).
        """
        return self._risky[ends, starts]


class PieceTable:
    """Remembers the rows of pieces, and makes those of texts of them."""

    def __init__(
        self, make_tokenizer: Callable[[], Tokenize], patterns: Patterns, rows_of: RowsOf
    ) -> None:
        """Make an empty table.

        Args:
            make_tokenizer: Returns a tokenizer that keeps what it meets to itself. It is called
                again whenever the table is emptied, so that strings do not pile up.
            patterns: What `special_patterns` returned for the tokenizer.
            rows_of: Returns the rows of docs, uncut.
        """
        self._make_tokenizer = make_tokenizer
        self._borders = Borders(patterns)
        self._rows_of = rows_of
        self._clear()

    def __len__(self) -> int:
        """Return the number of pieces that are remembered."""
        return len(self._ids)

    def _clear(self) -> None:
        self._tokenizer = self._make_tokenizer()
        self._n_whole = 0
        self._ids: dict[str, int] = {}
        self._rows = np.zeros(0, np.int32)
        self._lengths = np.zeros(1, np.int64)
        self._starts = np.zeros(1, np.int64)
        self._edges = np.zeros((2, 1), np.int32)

    def text_rows(self, texts: Sequence[str]) -> tuple[TextRows, Places]:
        """Return the rows of texts, uncut, and the place among them of each text's rows.

        Args:
            texts: The texts, without lone surrogates.

        Returns:
            The rows of all texts, in an order of their own; and the index of each row of that
            order in `texts`, shape (texts,).
        """
        pieces = " ".join(texts).split(" ")
        counts = np.fromiter(map(str.count, texts, repeat(" ")), np.int64, len(texts)) + 1
        if max(len(self._ids), self._n_whole) >= CACHE_SIZE:
            self._clear()
        ids = self._look_up(pieces)
        missing = np.flatnonzero(ids == _MISSING)
        if len(missing):
            self._learn({pieces[place] for place in missing.tolist()})
            ids = self._look_up(pieces)
        whole = self._needs_doc(ids, counts)
        if not whole.any():
            return self._assemble(ids, counts), np.arange(len(texts))
        kept = ~whole
        by_piece = self._assemble(ids[np.repeat(kept, counts)], counts[kept])
        at = np.flatnonzero(whole)
        by_doc = self._rows_of([self._tokenizer(texts[place]) for place in at.tolist()])
        self._n_whole += int(counts[at].sum())
        rows = np.concatenate([by_piece.rows, by_doc.rows])
        lengths = np.concatenate([by_piece.lengths, by_doc.lengths])
        return TextRows(rows, lengths, n_cut=0), np.concatenate([np.flatnonzero(kept), at])

    def _look_up(self, pieces: Sequence[str]) -> Places:
        return np.fromiter(map(self._ids.get, pieces, repeat(_MISSING)), np.int64, len(pieces))

    def _learn(self, pieces: Iterable[str]) -> None:
        new = [piece for piece in pieces if len(piece) <= LONGEST_PIECE]
        docs = [self._tokenizer(piece) for piece in new]
        texts = self._rows_of(docs)
        edges = [
            [self._borders.end_class(piece, doc) for piece, doc in zip(new, docs, strict=True)],
            [self._borders.start_class(piece, doc) for piece, doc in zip(new, docs, strict=True)],
        ]
        first = len(self._lengths)
        self._ids.update(zip(new, range(first, first + len(new)), strict=True))
        starts = len(self._rows) + np.cumsum(texts.lengths) - texts.lengths
        self._rows = np.concatenate([self._rows, texts.rows])
        self._lengths = np.concatenate([self._lengths, texts.lengths])
        self._starts = np.concatenate([self._starts, starts])
        self._edges = np.concatenate([self._edges, np.array(edges, np.int32)], axis=1)

    def _needs_doc(self, ids: Places, counts: Places) -> NDArray[np.bool_]:
        """Return which texts cannot be put together of pieces, shape (texts,)."""
        first = np.cumsum(counts) - counts
        unknown = ids == _MISSING
        risky = np.zeros(len(ids), np.bool_)
        # The border between a piece and the one before it; a text's first piece has none.
        risky[1:] = self._borders.are_risky(self._edges[0, ids[:-1]], self._edges[1, ids[1:]])
        risky[first] = False
        return np.logical_or.reduceat(risky | unknown, first)

    def _assemble(self, ids: Places, counts: Places) -> TextRows:
        if not len(counts):
            return TextRows(np.zeros(0, np.int32), np.zeros(0, np.int64), n_cut=0)
        per_piece = self._lengths[ids]
        total = np.cumsum(per_piece)
        # Where each row is: the start of its piece, and how far into the piece it is.
        offset = self._starts[ids] - total + per_piece
        places = np.repeat(offset, per_piece) + np.arange(total[-1])
        lengths = np.add.reduceat(per_piece, np.cumsum(counts) - counts)
        return TextRows(self._rows[places], lengths, n_cut=0)


def _classes(tokens: Iterable[str]) -> dict[str, int]:
    return {token: number for number, token in enumerate(sorted(set(tokens)), start=1)}


def _ends(patterns: Patterns, classes: Mapping[str, int], place: int) -> dict[str, int]:
    return {
        text: classes[tokens[place]]
        for text, tokens in patterns.items()
        if tokens[place] in classes
    }


def _one_class(found: set[int], several: int) -> int:
    found = found - {0}
    return several if len(found) > 1 else max(found, default=0)
