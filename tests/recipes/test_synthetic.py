"""Texts made from other texts, for the teachers to label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from spacy_sarcasm.recipes.mixture import mix_corpus, student_rows
from spacy_sarcasm.recipes.recipe import Recipe, SyntheticSettings, read_recipe
from spacy_sarcasm.recipes.sourced_texts import Corpus, SourcedText, read_corpus
from spacy_sarcasm.recipes.synthetic import SYNTHETIC, Neighbours, make_synthetic_texts

TEXTS = [
    SourcedText(text, 0.0, "npr", "headline", "train")
    for text in (
        "council votes to close the library after a long debate in the town hall",
        "scientists find a new species of frog in the hills after years of rain",
        "local man wins a prize for the largest marrow in town after a recount",
        "tired minister resigns after a report on spending in the ministry",
    )
]
LIKE = {
    "library": ("museum",),
    "frog": ("toad", "newt"),
    "man": ("woman",),
    "hills": ("woods",),
    "prize": ("cup",),
}


def neighbours(word: str) -> Sequence[str]:
    return LIKE.get(word, ())


def make(seed: int = 0, **numbers: Any) -> list[str]:
    settings = SyntheticSettings(**numbers)
    return [text.text for text in make_synthetic_texts(TEXTS, settings, neighbours, Random(seed))]


def test_joined_texts_start_like_one_text_and_end_like_another() -> None:
    known = [text.text for text in TEXTS]

    for new in make(joined=8):
        words = new.split()
        assert new not in known
        assert any(
            any(text.startswith(" ".join(words[: at + 1])) for text in known)
            and any(text.endswith(" ".join(words[at:])) for text in known)
            for at in range(len(words))
        ), new


def test_replaced_words_are_neighbours() -> None:
    for new in make(replaced=1):
        words = new.split()
        old = next(t.text.split() for t in TEXTS if t.text.split()[-1] == words[-1])
        changed = [(a, b) for a, b in zip(old, words, strict=True) if a != b]
        assert changed
        assert all(b in LIKE[a] for a, b in changed)


def test_cropped_texts_are_parts() -> None:
    for new in make(cropped=10):
        assert len(new.split()) >= 3
        assert any(f" {new} " in f" {text.text} " and new != text.text for text in TEXTS)


def test_the_seed_decides() -> None:
    assert make(1, joined=5, cropped=5) == make(1, joined=5, cropped=5)
    assert make(1, joined=5, cropped=5) != make(2, joined=5, cropped=5)


def test_a_corpus_that_is_too_small_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"synthetic texts could be made of 10000.*\[synthetic\]"):
        make(joined=10_000)


def test_a_kind_without_texts_is_an_error() -> None:
    settings = SyntheticSettings(joined=1, kinds={"tweet": 1.0})
    with pytest.raises(ValueError, match="kind 'tweet'"):
        make_synthetic_texts(TEXTS, settings, neighbours, Random(0))


@pytest.mark.parametrize("settings", [{"joined": -1}, {"kinds": {}}, {"kinds": {"headline": 0}}])
def test_settings_out_of_range_are_errors(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        SyntheticSettings(**settings)  # type: ignore[arg-type]


def test_neighbours_are_the_nearest_words_of_the_vectors(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    # The first 150 words are function words, which have no neighbours.
    rows = [f"the{'e' * at} 0 0 1" for at in range(150)]
    rows += ["cat 1 0 0", "dog 0.9 0.1 0", "car 0 1 0", "42 1 0 0"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = Neighbours(path)

    assert "dog" in found("cat")
    assert "42" not in found("cat")
    assert list(found("the")) == list(found("unknown")) == []


def test_a_mixture_holds_synthetic_texts_to_be_labelled(data: Path) -> None:
    path = data / "recipe.toml"
    path.write_text(path.read_text("utf-8") + "\n[synthetic]\ncropped = 2\n", encoding="utf-8")
    recipe: Recipe = read_recipe(path)
    corpus: Corpus = read_corpus(recipe, [data])
    texts = [replace(text, text=f"{text.text} with a few more words") for text in corpus.texts]
    mixture = mix_corpus(Corpus(texts), recipe)
    new = [text for text in mixture.pool if text.source == SYNTHETIC]

    assert len(new) == 2
    assert all(text.label is None for text in new)
    # Without the teachers' labels there is nothing to learn from them.
    assert not [text for text in student_rows(mixture.pool, recipe) if text.source == SYNTHETIC]
    soft = {text.text: 0.25 for text in new}
    learnt = [t for t in student_rows(mixture.pool, recipe, soft) if t.source == SYNTHETIC]
    assert len(learnt) == 2 * recipe.student.passes
    assert {text.label for text in learnt} == {0.25}
