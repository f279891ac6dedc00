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

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import ORTH  # type: ignore[import-not-found]
from spacy.strings import get_string_id
from spacy.tokens import Doc

from ...network.vocabulary import Rows, TextRows
from .special_cases import CrossingMatches, Patterns

# Pieces remembered before all are forgotten.
CACHE_SIZE = 100_000
# Longer pieces are hardly met twice, and would make the cache's size unknown.
LONGEST_PIECE = 64

# So many new pieces are tokenised together.
PIECES_PER_DOC = 2000
# The space before it belongs to the piece, as it does between words of a text.
_BETWEEN = " \n"
_LINE_END = get_string_id("\n")
# The id of no piece; it has no rows.
_MISSING = 0

Places = NDArray[np.int64]
RowsOf = Callable[[Sequence[Doc]], TextRows]
Tokenize = Callable[[str], Doc]


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
        self._crossing = CrossingMatches(patterns)
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
        odd: list[str] = []
        plain: list[str] = []
        for piece in pieces:
            if len(piece) <= LONGEST_PIECE:
                (plain if piece.split() == [piece] else odd).append(piece)
        for at in range(0, len(plain), PIECES_PER_DOC):
            self._learn_together(plain[at : at + PIECES_PER_DOC])
        self._learn_singly(odd)

    def _learn_together(self, pieces: Sequence[str]) -> None:
        """Learn pieces without white space from one doc, which saves most of the time of many.

        The lines' ends between them are tokens that no special case has, so none matches across.
        """
        doc = self._tokenizer(_BETWEEN.join(pieces))
        orths = doc.to_array(ORTH)
        is_line_end = orths == _LINE_END
        tokens = orths[~is_line_end]
        rows = self._rows_of([doc]).rows
        if len(rows) != len(tokens) or is_line_end.sum() != len(pieces) - 1:
            # Tokens of several words, such as `token_words` makes.
            self._learn_singly(pieces)
            return
        owner = np.cumsum(is_line_end)[~is_line_end]
        lengths = np.bincount(owner, minlength=len(pieces))
        ends = np.cumsum(lengths)
        self._add(pieces, rows, lengths, tokens[ends - lengths].tolist(), tokens[ends - 1].tolist())

    def _learn_singly(self, pieces: Sequence[str]) -> None:
        docs = [self._tokenizer(piece) for piece in pieces]
        texts = self._rows_of(docs)
        first = [doc[0].orth if len(doc) else 0 for doc in docs]
        last = [doc[-1].orth if len(doc) else 0 for doc in docs]
        self._add(pieces, texts.rows, texts.lengths, first, last)

    def _add(
        self,
        pieces: Sequence[str],
        rows: Rows,
        lengths: Places,
        first_tokens: Sequence[int],
        last_tokens: Sequence[int],
    ) -> None:
        n = len(self._lengths)
        self._ids.update(zip(pieces, range(n, n + len(pieces)), strict=True))
        starts = len(self._rows) + np.cumsum(lengths) - lengths
        self._rows = np.concatenate([self._rows, rows])
        self._lengths = np.concatenate([self._lengths, lengths])
        self._starts = np.concatenate([self._starts, starts])
        edges = np.stack(
            [
                self._crossing.end_classes(pieces, last_tokens),
                self._crossing.start_classes(pieces, first_tokens),
            ]
        )
        self._edges = np.concatenate([self._edges, edges], axis=1)

    def _needs_doc(self, ids: Places, counts: Places) -> NDArray[np.bool_]:
        """Return which texts cannot be put together of pieces, shape (texts,)."""
        first = np.cumsum(counts) - counts
        unknown = ids == _MISSING
        risky = np.zeros(len(ids), np.bool_)
        # The border between a piece and the one before it; a text's first piece has none.
        risky[1:] = self._crossing.are_risky(self._edges[0, ids[:-1]], self._edges[1, ids[1:]])
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
