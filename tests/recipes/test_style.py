"""Variants of a headline that differ in typesetting only."""

from __future__ import annotations

from random import Random

import pytest

from spacy_sarcasm.corpus.cleaning import copy_key
from spacy_sarcasm.recipes.style import capitalize_words, curl_quotes, double_quotes, vary_style

TEXT = "nation's mayor calls man's 'big dog' a hero"


def test_words_get_capitals_but_not_what_follows_an_apostrophe() -> None:
    assert capitalize_words("man can't  'win'") == "Man Can't  'win'"


def test_quotes_become_double_and_apostrophes_stay() -> None:
    assert double_quotes(TEXT) == "nation's mayor calls man's \"big dog\" a hero"
    assert double_quotes("dogs' owners agree") == "dogs' owners agree"


def test_quotes_become_typographic() -> None:
    assert curl_quotes(TEXT) == "nation’s mayor calls man’s ‘big dog’ a hero"


def test_variants_differ_in_typesetting_only() -> None:
    random = Random(0)
    variants = {vary_style(TEXT, random) for _ in range(500)}

    assert len(variants) > 15
    assert {copy_key(variant) for variant in variants} == {copy_key(TEXT)}
    assert TEXT.upper() in variants
    assert any(variant.endswith(".") for variant in variants)
    assert any("’" in variant for variant in variants)


@pytest.mark.parametrize("kind", ["tweet", "reddit", "everyday/plain"])
def test_posts_keep_their_words_and_gain_marks(kind: str) -> None:
    random = Random(0)
    variants = [vary_style(TEXT, random, kind) for _ in range(500)]

    assert all("mayor" in variant.lower() for variant in variants)
    for mark in ("@user", "#", "http", " , ", "..."):
        assert mark == " , " or any(mark in variant.lower() for variant in variants), mark
    assert any("calls man 's" in variant.lower().replace("’", "'") for variant in variants)


@pytest.mark.parametrize("text", ["", "?", "why?"])
def test_short_texts_have_variants_too(text: str) -> None:
    random = Random(0)
    variants = [vary_style(text, random) for _ in range(100)]

    assert {variant.strip("?!.").lower() for variant in variants} == {text.strip("?")}
    assert all(isinstance(vary_style(text, random, "tweet"), str) for _ in range(200))
