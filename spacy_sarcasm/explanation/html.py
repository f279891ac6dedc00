"""Explanations as HTML, by Jinja2 templates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from .palette import LOWERS, OPACITY_ON_DARK, OPACITY_ON_LIGHT, RAISES, strength
from .pictures import LEAST_MARKED, Picture

# HTML cannot hold NUL, which is shown by the sign for what cannot be shown.
_NUL, _SHOWN_NUL = "\0", "\N{REPLACEMENT CHARACTER}"

_PALETTE = {
    "raises": " ".join(map(str, RAISES)),
    "lowers": " ".join(map(str, LOWERS)),
    "on_light": OPACITY_ON_LIGHT,
    "on_dark": OPACITY_ON_DARK,
}


def render_pictures(pictures: Sequence[Picture], *, page: bool = False) -> str:
    """Return pictures as HTML, one below the other.

    Args:
        page: Whether to return a whole page rather than a fragment.

    Example:
        >>> render_pictures([]).partition(chr(10))[0]
        '<style>'
    """
    return render("page.html" if page else "fragment.html", pictures=pictures)


def render(template: str, **values: Any) -> str:
    """Fill in a template of this package. All texts are escaped.

    Example:
        >>> render("fragment.html", pictures=[]).partition(chr(10))[0]
        '<style>'
    """
    return _environment().get_template(template).render(palette=_PALETTE, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"exact": _exact, "number": _number, "title": _title}
    environment.globals["strength"] = strength
    return environment


def _exact(text: str) -> Markup:
    """Escape a text so that a browser has the same text, character by character."""
    escaped = str(escape(text.replace(_NUL, _SHOWN_NUL)))
    # A browser reads a carriage return as a line feed, but for a reference to it.
    return Markup(escaped.replace("\r", "&#13;"))  # noqa: S704 (escaped above)


def _number(value: float) -> str:
    return f"{value:+.2f}"


def _title(value: float) -> str:
    if abs(value) < LEAST_MARKED:
        return f"{value:+.2f}: hardly moves the score"
    return f"{value:+.2f}: {'raises' if value > 0 else 'lowers'} the score"
