"""What `explain` returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .palette import strength, to_hex
from .pictures import LEAST_MARKED, Picture, cut_into_pieces

if TYPE_CHECKING:
    from rich.console import RenderableType

_TOKENS_IN_REPR = 8


@dataclass(frozen=True, repr=False)
class Explanation:
    """The score of a text, and what each of its tokens adds to it.

    Iterating gives ``(token, attribution)`` pairs. A notebook shows it as a picture.

    Attributes:
        tokens: The texts of its tokens, in order.
        starts: Where each token starts in the text, in characters.
        attributions: What the logit of the score loses without each token: above 0 where the token
            raises the score. 0.0 for white space and for tokens beyond ``max_length``.
        score: The text's score, 0 to 1.
        base: The score of a text of as many words of which the network knows none.
        threshold: The least score that counts as sarcastic.
        method: How the attributions were found.
    """

    text: str
    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    attributions: tuple[float, ...]
    score: float
    base: float
    threshold: float
    method: str

    def __iter__(self) -> Iterator[tuple[str, float]]:
        """Iterate over the tokens' texts and attributions."""
        return iter(zip(self.tokens, self.attributions, strict=True))

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.tokens)

    def __repr__(self) -> str:
        """Show the score and the tokens that move it most."""
        parts = [f"score={self.score:.3f}", f"base={self.base:.3f}"]
        parts += [f"{token!r} {value:+.2f}" for token, value in self.top(_TOKENS_IN_REPR)]
        parts += ["..."] if len(self) > _TOKENS_IN_REPR else []
        return f"Explanation({', '.join(parts)})"

    @property
    def is_sarcastic(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= self.threshold

    @property
    def scale(self) -> float:
        """The attribution that is drawn in the strongest colour, at least 1 logit."""
        return max(1.0, *map(abs, self.attributions)) if self.attributions else 1.0

    def top(self, n: int) -> list[tuple[str, float]]:
        """Return the tokens that move the score most, the strongest first.

        Example:
            >>> explanation.top(3)  # doctest: +SKIP
        """
        return sorted(self, key=lambda pair: -abs(pair[1]))[:n]

    @property
    def picture(self) -> Picture:
        """What a picture of it shows."""
        pieces = cut_into_pieces(self.text, self.tokens, self.starts, self.attributions)
        return Picture(pieces, self.scale, self.score, self.base, self.threshold)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON.

        Example:
            >>> json.dumps(explanation.to_dict())  # doctest: +SKIP
        """
        return {
            "text": self.text,
            "score": self.score,
            "base": self.base,
            "threshold": self.threshold,
            "method": self.method,
            "tokens": [
                {"text": token, "start": start, "end": start + len(token), "attribution": value}
                for token, start, value in zip(
                    self.tokens, self.starts, self.attributions, strict=True
                )
            ],
        }

    def to_displacy(self) -> dict[str, Any]:
        """Return what displaCy draws with ``style="ent", manual=True``.

        Each token that moves the score is an entity with a colour of its own, and its attribution
        as label.

        Example:
            >>> from spacy import displacy
            >>> drawn = explanation.to_displacy()  # doctest: +SKIP
            >>> displacy.render(drawn, style="ent", manual=True)  # doctest: +SKIP
        """
        scale = self.scale
        return {
            "text": self.text,
            "ents": [
                {
                    "start": start,
                    "end": start + len(token),
                    "label": f"{value:+.1f}",
                    "params": {"bg": to_hex(strength(value, scale))},
                }
                for token, start, value in zip(
                    self.tokens, self.starts, self.attributions, strict=True
                )
                if abs(value) >= LEAST_MARKED
            ],
            "title": None,
        }

    def to_html(self, page: bool = False) -> str:
        """Return a picture as HTML: words shaded by their attributions, with a legend.

        It needs no other file and no script, and follows the reader's light or dark mode.

        Args:
            page: Whether to return a whole page rather than a fragment to put into one.

        Example:
            >>> Path("page.html").write_text(explanation.to_html(page=True), encoding="utf-8")
            ... # doctest: +SKIP
        """
        from .html import render_pictures

        return render_pictures([self.picture], page=page)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __rich__(self) -> RenderableType:
        """Show the text with its words marked, and the numbers, in a terminal."""
        from .terminal import render_terminal

        return render_terminal(self.picture)
