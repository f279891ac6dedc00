"""Explanations in a terminal, by rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color
from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from .palette import LOWERS, RAISES, strength, to_hex

if TYPE_CHECKING:
    from .attributions import Explanation

# Weaker ones are shown as plain text.
_LEAST_STRENGTH = 0.05
_BAR_WIDTH = 20
_ROWS = 10


def render_terminal(explanation: Explanation) -> RenderableType:
    """Return the text with its words marked, a legend, and the words that move it most.

    Words that raise the score are underlined, those that lower it are in italics, so that the
    picture needs no colour.

    Args:
        explanation: What to show.
    """
    sign = ">=" if explanation.is_sarcastic else "<"
    head = Text.assemble(
        ("score ", "bold"),
        (f"{explanation.score:.3f}", "bold"),
        f" {sign} threshold {explanation.threshold:.3f}, ",
        f"with no word known {explanation.base:.3f}",
    )
    scale = explanation.scale
    legend = Text.assemble(
        ("raises the score", _style(1)),
        " up to ",
        f"{scale:+.1f}, ",
        ("lowers it", _style(-1)),
        f" down to {-scale:+.1f} logits",
    )
    return Group(head, _marked(explanation), legend, _table(explanation))


def printable(text: str) -> str:
    """Return a text without characters that move the cursor, or worse.

    Args:
        text: Any text.
    """
    return "".join(char if char.isprintable() else " " for char in text)


def _marked(explanation: Explanation) -> Text:
    marked = Text()
    end = 0
    scale = explanation.scale
    for (token, value), start in zip(explanation, explanation.starts, strict=True):
        marked.append(printable(explanation.text[end:start]))
        end = start + len(token)
        place = strength(value, scale)
        marked.append(printable(token), _style(place) if abs(place) >= _LEAST_STRENGTH else None)
    marked.append(printable(explanation.text[end:]))
    return marked


def _style(place: float) -> Style:
    return Style(color="black", bgcolor=to_hex(place), underline=place > 0, italic=place < 0)


def _table(explanation: Explanation) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), show_edge=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_column()
    for token, value in explanation.top(_ROWS):
        if not value:
            break
        place = strength(value, explanation.scale)
        colour = Color.from_rgb(*(RAISES if value > 0 else LOWERS))
        bar = Text("█" * max(1, round(abs(place) * _BAR_WIDTH)), Style(color=colour))
        table.add_row(f"{value:+.2f}", bar, Text(printable(token)))
    return table
