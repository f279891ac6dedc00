"""Pictures of explanations: whole, exact, and safe with any text."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console
from spacy import displacy
from spacy.language import Language

from spacy_sarcasm import explain
from spacy_sarcasm.explanation.palette import strength, to_hex

HOSTILE = "<script>alert('x')</script> & \"quoted\" </div></figure><img src=x onerror=alert(1)>"
# Elements that the template has. Text cannot add any.
ELEMENTS = {"style", "figure", "figcaption", "small", "div", "span", "details", "summary"}
ELEMENTS |= {"table", "thead", "tbody", "tr", "th", "td"}


class Reader(HTMLParser):
    """Reads the text within the element of class sx-text, and the titles of its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.titles, self.elements = "", [], []
        self.inside = False
        # As a browser reads it: a raw carriage return is a line feed.
        self.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        given = dict(attrs)
        self.inside = self.inside or given.get("class") == "sx-text"
        if self.inside and "title" in given:
            self.titles.append((given["title"], given.get("class")))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "div"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data


TEXTS = st.text(max_size=80) | st.text("<>&\"'/\r\n \u202e\u05d0\u0645👩\u200da", max_size=40)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
@example(text=HOSTILE)
@example(text="\n first line\r\nsecond\rthird &amp; &#13; ")
@example(text="مرحبا بالعالم, how \u202ereversed\u202c שלום")
@example(text="👩‍👩‍👧 🏳️‍🌈 " + "very" * 2000)
@example(text="a\0b")
def test_the_text_is_kept(bundled: Language, text: str) -> None:
    explanation = explain(bundled, text)
    for page in (False, True):
        assert Reader(explanation.to_html(page=page)).text == text.replace("\0", "\ufffd")


def test_text_adds_no_elements(bundled: Language) -> None:
    reader = Reader(explain(bundled, HOSTILE).to_html())
    assert set(reader.elements) <= ELEMENTS


def test_every_word_has_its_number(bundled: Language) -> None:
    explanation = explain(bundled, "area man  wins argument with the council")
    reader = Reader(explanation.to_html())
    words = [pair for pair in explanation if not pair[0].isspace()]
    for (_, value), (title, kind) in zip(words, reader.titles, strict=True):
        assert title.startswith(f"{value:+.2f}")
        if abs(value) >= 0.05:
            assert ("raises" in title) == (value > 0)
            assert kind == ("sx-up" if value > 0 else "sx-down")


def test_a_second_cue_beside_colour(bundled: Language) -> None:
    html = explain(bundled, "area man wins").to_html()
    lines = {
        kind: re.search(rf"\.sx-{kind} {{[^}}]*text-decoration-style: (\w+)", html)[1]
        for kind in ("up", "down")
    }
    assert lines["up"] != lines["down"]
    assert "prefers-color-scheme: dark" in html


def test_page_is_whole_and_needs_nothing_else(bundled: Language) -> None:
    html = explain(bundled, "area man wins").to_html(page=True)
    assert html.startswith("<!DOCTYPE html>")
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert not re.search(r"(src|href)=|url\(", html)


def test_notebooks_show_the_fragment(bundled: Language) -> None:
    explanation = explain(bundled, "area man wins")
    assert explanation._repr_html_() == explanation.to_html()
    assert "<html" not in explanation._repr_html_()


def test_displacy_draws_it(bundled: Language) -> None:
    explanation = explain(bundled, f"area man wins {HOSTILE}")
    drawn = explanation.to_displacy()
    html = displacy.render(drawn, style="ent", manual=True, jupyter=False)
    assert "<script>" not in html
    assert drawn["ents"]
    for ent in drawn["ents"]:
        assert ent["params"]["bg"] in html
        assert ent["label"] in html
    marked = {(ent["start"], ent["end"]) for ent in drawn["ents"]}
    strong = {
        (start, start + len(token))
        for (token, value), start in zip(explanation, explanation.starts, strict=True)
        if abs(value) >= 0.05
    }
    assert marked == strong


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("place", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_black_text_is_readable_on_every_colour(place: float) -> None:
    # WCAG 2.1 asks for a contrast of 4.5.
    assert (luminance(to_hex(place)) + 0.05) / 0.05 >= 4.5


def test_the_scale_is_diverging() -> None:
    assert to_hex(0.0) == "#ffffff"
    assert strength(5.0, 2.0) == 1
    red, blue = to_hex(1.0), to_hex(-1.0)
    # Colour-blind readers tell the ends by blue against the rest, whatever red and green do.
    assert int(blue[5:], 16) - int(red[5:], 16) > 60


def test_terminal(bundled: Language) -> None:
    explanation = explain(bundled, "area man wins \x1b[31m argument\a")
    screen = io.StringIO()
    Console(file=screen, width=100).print(explanation)
    shown = screen.getvalue()
    assert f"{explanation.score:.3f}" in shown
    assert f"{explanation.top(1)[0][1]:+.2f}" in shown
    assert "\x1b" not in shown
    assert "\a" not in shown
    colours = io.StringIO()
    Console(file=colours, width=100, force_terminal=True, color_system="truecolor").print(
        explanation
    )
    # 4 is underline, 3 italics.
    assert re.search(r"\x1b\[4;[\d;]*m(area)", colours.getvalue())
    assert re.search(r"\x1b\[3;[\d;]*m(wins)", colours.getvalue())
