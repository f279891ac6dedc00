"""Summaries of corpora: the right texts and words, in bounded memory, on a page of bounded size."""

from __future__ import annotations

import json
from collections import defaultdict
from html.parser import HTMLParser

import numpy as np
import pytest
from spacy.language import Language

from spacy_sarcasm import explain
from spacy_sarcasm.explanation import corpus_summary
from spacy_sarcasm.explanation.corpus_summary import summarize_corpus

TEXT = "area man wins another meeting about the north council wow nation reports"
WORDS = TEXT.split()
HOSTILE = "<script>alert(1)</script> $x^2$ area area area"


def make_texts(count: int) -> list[str]:
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(WORDS, size=rng.integers(2, 9))) for _ in range(count)]


def test_texts_and_words(bundled: Language) -> None:
    texts = [*dict.fromkeys(make_texts(60)), "", "  \n"]
    explained = [one for one in explain(bundled, texts) if one.text.strip()]
    summary = summarize_corpus(bundled, iter(texts), top=5)
    assert summary.texts == len(explained) == summary.histogram.sum()
    assert summary.blank == 2
    by_score = sorted(explained, key=lambda one: one.score)
    assert summary.sarcastic == sum(one.score >= summary.threshold for one in explained)
    assert [one.text for one in summary.highest] == [one.text for one in by_score[:-6:-1]]
    assert [one.text for one in summary.lowest] == [one.text for one in by_score[:5]]
    by_distance = sorted(explained, key=lambda one: abs(one.score - summary.threshold))
    assert [one.text for one in summary.nearest] == [one.text for one in by_distance[:5]]
    values = defaultdict(list)
    for one in explained:
        for token, value in one:
            values[token].append(value)
    assert summary.words
    for word in summary.words:
        assert word.count == len(values[word.word]) >= corpus_summary.MIN_COUNT
        assert word.mean == pytest.approx(np.mean(values[word.word]), abs=1e-3)
    moved = [abs(word.mean * word.count) for word in summary.words]
    assert moved == sorted(moved, reverse=True)
    assert all(word.mean > 0 for word in summary.raising(3))
    assert all(word.mean < 0 for word in summary.lowering(3))
    json.dumps(summary.to_dict(3))


def test_repeated_texts_are_shown_once(bundled: Language) -> None:
    summary = summarize_corpus(bundled, ["area man"] * 5 + ["the council"] * 5, top=3)
    assert [one.text for one in summary.highest] == ["area man", "the council"]
    assert summary.texts == 10


def test_words_are_bounded(bundled: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_summary, "MAX_WORDS", 20)
    monkeypatch.setattr(corpus_summary, "_BATCH_TEXTS", 10)
    texts = [f"area man rare{i}" for i in range(100)]
    before = len(bundled.vocab.strings)
    summary = summarize_corpus(bundled, texts, top=1)
    assert {word.word: word.count for word in summary.words} == {"area": 100, "man": 100}
    assert len(bundled.vocab.strings) <= before + 5


def test_no_texts(bundled: Language) -> None:
    summary = summarize_corpus(bundled, [], top=3)
    assert summary.texts == 0
    assert summary.to_dict(3)["words"] == {"raising": [], "lowering": []}


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements, self.sources, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.sources += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page(bundled: Language) -> None:
    pytest.importorskip("matplotlib")
    from spacy_sarcasm.explanation.corpus_page import render_corpus

    texts = [HOSTILE, *make_texts(40), "مرحبا مرحبا مرحبا 👩‍👩‍👧"]
    html = render_corpus(summarize_corpus(bundled, texts, top=50), "a <b>.json", 50)
    page = Page(html)
    assert "script" not in page.elements
    assert "b" not in page.elements
    assert HOSTILE in page.text
    assert "a <b>.json" in page.text
    assert all(source.startswith("data:image/png") for source in page.sources)
    assert len(page.sources) == 1
    many = render_corpus(summarize_corpus(bundled, texts * 10, top=50), "a <b>.json", 50)
    assert len(many) < 1.3 * len(html)
    render_corpus(summarize_corpus(bundled, [], top=3), "nothing", 3)
