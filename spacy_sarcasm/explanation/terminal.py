"""Explanations in a terminal, by rich."""

from __future__ import annotations

from collections.abc import Sequence

from rich.color import Color
from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from .palette import LOWERS, RAISES, strength, to_hex
from .pictures import Picture

_BAR_WIDTH = 20
_ROWS = 10


def render_terminal(picture: Picture) -> RenderableType:
    """Return the text with its words marked, a legend, and the words that move it most.

    Words that raise the score are underlined, those that lower it are in italics, so that the
    picture needs no colour.
    """
    sign = ">=" if picture.is_sarcastic else "<"
    head = Text.assemble(
        ("score ", "bold"),
        (f"{picture.score:.3f}", "bold"),
        f" {sign} threshold {picture.threshold:.3f}, ",
        f"with no word known {picture.base:.3f}",
    )
    scale = picture.scale
    legend = Text.assemble(
        ("raises the score", _style(1)),
        " up to ",
        f"{scale:+.1f}, ",
        ("lowers it", _style(-1)),
        f" down to {-scale:+.1f} logits",
    )
    return Group(head, _marked(picture), legend, _table(picture))


def render_marked(picture: Picture) -> Text:
    """Return the score and the text with its words marked, without legend and numbers."""
    return Text.assemble((f"{picture.score:.3f}  ", "bold"), _marked(picture))


def render_words(words: Sequence[tuple[str, float, int]]) -> RenderableType:
    """Return a table of words.

    Args:
        words: Each word with its mean attribution and its count.
    """
    table = Table(box=None, show_header=False, padding=(0, 1), show_edge=False)
    for word, mean, count in words:
        table.add_row(f"{mean:+.2f}", f"{count:,}", Text(printable(word)))
    return table


def printable(text: str) -> str:
    """Return a text without characters that move the cursor, or worse."""
    return "".join(char if char.isprintable() else " " for char in text)


def _marked(picture: Picture) -> Text:
    marked = Text()
    for piece in picture.pieces:
        place = strength(piece.attribution or 0.0, picture.scale)
        marked.append(printable(piece.text), _style(place) if piece.is_marked else None)
    return marked


def _style(place: float) -> Style:
    return Style(color="black", bgcolor=to_hex(place), underline=place > 0, italic=place < 0)


def _table(picture: Picture) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), show_edge=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_column()
    strongest = sorted(picture.tokens, key=lambda pair: -abs(pair[1]))
    for token, value in strongest[:_ROWS]:
        place = strength(value, picture.scale)
        colour = Color.from_rgb(*(RAISES if value > 0 else LOWERS))
        bar = Text("█" * max(1, round(abs(place) * _BAR_WIDTH)), Style(color=colour))
        table.add_row(f"{value:+.2f}", bar, Text(printable(token)))
    return table
