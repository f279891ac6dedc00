"""What a picture of an explanation shows, whatever draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Attributions below it, in logits, are not marked.
LEAST_MARKED = 0.05


@dataclass(frozen=True)
class Piece:
    """A stretch of the text.

    Attributes:
        text: The characters.
        attribution: The attribution of the token that it is, in logits; None for white space.
    """

    text: str
    attribution: float | None

    @property
    def is_marked(self) -> bool:
        """Whether the token moves the score enough to be marked."""
        return self.attribution is not None and abs(self.attribution) >= LEAST_MARKED


@dataclass(frozen=True)
class Picture:
    """A text in pieces, with its score.

    Attributes:
        scale: The attribution that has the strongest colour, in logits.
        base: The score of a text of which the network knows no word.
        threshold: The least score that counts as sarcastic.
    """

    pieces: tuple[Piece, ...]
    scale: float
    score: float
    base: float
    threshold: float

    @property
    def is_sarcastic(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= self.threshold

    @property
    def tokens(self) -> list[tuple[str, float]]:
        """The tokens that are not white space, and their attributions."""
        return [
            (piece.text, piece.attribution)
            for piece in self.pieces
            if piece.attribution is not None
        ]


def cut_into_pieces(
    text: str, tokens: Sequence[str], starts: Sequence[int], attributions: Sequence[float]
) -> tuple[Piece, ...]:
    """Cut a text into its tokens and the white space between them."""
    pieces: list[Piece] = []
    end = 0
    for token, start, value in zip(tokens, starts, attributions, strict=True):
        if start > end:
            pieces.append(Piece(text[end:start], None))
        pieces.append(Piece(token, None if token.isspace() else value))
        end = start + len(token)
    if end < len(text):
        pieces.append(Piece(text[end:], None))
    return tuple(pieces)
