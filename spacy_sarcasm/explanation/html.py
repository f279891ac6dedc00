"""Explanations as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .palette import LOWERS, OPACITY_ON_DARK, OPACITY_ON_LIGHT, RAISES, strength

if TYPE_CHECKING:
    from jinja2 import Environment

    from .attributions import Explanation

# HTML cannot hold NUL, which is shown by the sign for what cannot be shown, and reads a carriage
# return as a line feed unless it is written as a reference.
_NUL, _SHOWN_NUL = "\0", "\N{REPLACEMENT CHARACTER}"
# Weaker marks than this, in logits, are left out; the number stays in the title.
_LEAST_MARKED = 0.05


def render_explanations(explanations: Sequence[Explanation], *, page: bool = False) -> str:
    """Return explanations as HTML, one below the other.

    Args:
        explanations: The explanations.
        page: Whether to return a whole page rather than a fragment.
    """
    return render(
        "page.html" if page else "fragment.html",
        pictures=[describe(explanation) for explanation in explanations],
    )


def render(template: str, **values: Any) -> str:
    """Fill in a template of this package.

    Args:
        template: The name of its file.
        values: What it shows; all texts are escaped.
    """
    return _environment().get_template(template).render(palette=_PALETTE, **values)


def describe(explanation: Explanation) -> dict[str, Any]:
    """Return what the picture of an explanation shows, as the template takes it.

    Args:
        explanation: The explanation.
    """
    scale = explanation.scale
    pieces: list[dict[str, Any]] = []
    end = 0
    for (token, value), start in zip(explanation, explanation.starts, strict=True):
        if start > end:
            pieces.append({"text": explanation.text[end:start], "title": None})
        end = start + len(token)
        marked = abs(value) >= _LEAST_MARKED
        pieces.append(
            {
                "text": token,
                "title": None if token.isspace() else _title(value),
                "kind": ("up" if value > 0 else "down") if marked else "",
                "strength": f"{abs(strength(value, scale)):.2f}",
            }
        )
    if end < len(explanation.text):
        pieces.append({"text": explanation.text[end:], "title": None})
    return {
        "explanation": explanation,
        "pieces": pieces,
        "scale": f"{scale:.1f}",
        "numbers": [
            (token, f"{value:+.2f}") for token, value in explanation if not token.isspace()
        ],
    }


def _title(value: float) -> str:
    if abs(value) < _LEAST_MARKED:
        return f"{value:+.2f}: hardly moves the score"
    return f"{value:+.2f}: {'raises' if value > 0 else 'lowers'} the score"


@lru_cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("spacy_sarcasm.explanation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["exact"] = _exact
    return environment


def _exact(text: str) -> Any:
    """Escape a text so that the browser's text is the same, character by character."""
    from markupsafe import Markup, escape

    escaped = escape(text.replace(_NUL, _SHOWN_NUL))
    return Markup(str(escaped).replace("\r", "&#13;"))  # noqa: S704 - escaped above


_PALETTE = {
    "raises": " ".join(map(str, RAISES)),
    "lowers": " ".join(map(str, LOWERS)),
    "on_light": OPACITY_ON_LIGHT,
    "on_dark": OPACITY_ON_DARK,
}
