"""Where a tokenizer's special cases may match across the space between two pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id

Patterns = Mapping[str, Sequence[str]]
Classes = NDArray[np.int32]
# By the last (or first) character of a special case: its text, and the class it gives.
Hiders = dict[str, dict[str, int]]


class CrossingMatches:
    """Tells which pieces may not stand next to each other.

    A match across a border needs two tokens that follow each other in a special case, one at the
    end of a piece and the other at the start of the next. Ends and starts of pieces are told apart
    by classes: 0 for those that no special case has there.
    """

    def __init__(self, patterns: Patterns) -> None:
        """Take the special cases.

        Args:
            patterns: The tokens of each, by its text.
        """
        pairs = {pair for tokens in patterns.values() for pair in pairwise(tokens)}
        before = _classes(first for first, _ in pairs)
        after = _classes(second for _, second in pairs)
        # The last class of each: several tokens may be there.
        self._risky = np.zeros((len(before) + 2, len(after) + 2), dtype=np.bool_)
        for first, second in pairs:
            self._risky[before[first], after[second]] = True
        self._risky[-1, 1:] = self._risky[1:, -1] = True
        # A special case that matches within a piece hides the tokens that it was matched by.
        self._ending = _hiders(patterns, before, -1)
        self._beginning = _hiders(patterns, after, 0)
        self._before = {get_string_id(token): number for token, number in before.items()}
        self._after = {get_string_id(token): number for token, number in after.items()}

    def end_classes(self, pieces: Sequence[str], last_tokens: Sequence[int]) -> Classes:
        """Return the class of the end of each piece, shape (pieces,).

        Args:
            last_tokens: The hash of the last token of each, 0 where there is none.
        """
        several = self._risky.shape[0] - 1
        found = [self._before.get(token, 0) for token in last_tokens]
        for place, piece in enumerate(pieces):
            hiders = self._ending.get(piece[-1:])
            if hiders is not None and piece.endswith(tuple(hiders)):
                kinds = {kind for text, kind in hiders.items() if piece.endswith(text)}
                found[place] = _one_class(kinds | {found[place]}, several)
        return np.array(found, np.int32)

    def start_classes(self, pieces: Sequence[str], first_tokens: Sequence[int]) -> Classes:
        """Return the class of the start of each piece, shape (pieces,).

        Args:
            first_tokens: The hash of the first token of each, 0 where there is none.
        """
        several = self._risky.shape[1] - 1
        found = [self._after.get(token, 0) for token in first_tokens]
        for place, piece in enumerate(pieces):
            hiders = self._beginning.get(piece[:1])
            if hiders is not None and piece.startswith(tuple(hiders)):
                kinds = {kind for text, kind in hiders.items() if piece.startswith(text)}
                found[place] = _one_class(kinds | {found[place]}, several)
        return np.array(found, np.int32)

    def are_risky(self, ends: Classes, starts: Classes) -> NDArray[np.bool_]:
        """Return whether a special case may match across each of some borders.

        Args:
            ends: Class of the end of the piece before each border, shape (borders,).
            starts: Class of the start of the piece after each border, shape (borders,).
        """
        return self._risky[ends, starts]


def _classes(tokens: Iterable[str]) -> dict[str, int]:
    return {token: number for number, token in enumerate(sorted(set(tokens)), start=1)}


def _hiders(patterns: Patterns, classes: Mapping[str, int], place: int) -> Hiders:
    hiders: Hiders = {}
    for text, tokens in patterns.items():
        if tokens[place] in classes:
            hiders.setdefault(text[place], {})[text] = classes[tokens[place]]
    return hiders


def _one_class(found: set[int], several: int) -> int:
    found = found - {0}
    return several if len(found) > 1 else max(found, default=0)
