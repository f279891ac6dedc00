"""A training corpus mixed from many sources."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_sarcasm.recipes.balance import balance_kinds, match_lengths
from spacy_sarcasm.recipes.mixture import (
    Mixture,
    mix_corpus,
    read_soft_labels,
    student_rows,
    write_mixture,
)
from spacy_sarcasm.recipes.recipe import Recipe, read_recipe
from spacy_sarcasm.recipes.sourced_texts import Corpus, SourcedText, read_corpus


@pytest.fixture
def recipe(data: Path) -> Recipe:
    return read_recipe(data / "recipe.toml")


@pytest.fixture
def corpus(data: Path, recipe: Recipe) -> Corpus:
    return read_corpus(recipe, [data])


@pytest.fixture
def mixture(corpus: Corpus, recipe: Recipe) -> Mixture:
    return mix_corpus(corpus, recipe)


def counts(texts: list[SourcedText]) -> Counter[tuple[str, float | None]]:
    return Counter((text.source, text.label) for text in texts)


def make_text(words: int, label: float, source: str, number: int) -> SourcedText:
    text = " ".join([source, str(number), *["word"] * (words - 2)])
    return SourcedText(text, label, source, "headline", "train")


def test_no_source_gives_more_rows_than_allowed(mixture: Mixture) -> None:
    found = counts(mixture.pool)

    assert found["onion", 1.0] == found["huffpost", 0.0] == 10
    assert found["npr", 0.0] == found["hardtimes", 1.0] == 5
    assert found["posts", None] == 6


def test_only_training_rows_are_learnt_from(mixture: Mixture, corpus: Corpus) -> None:
    apart = {text.text for text in corpus.texts if text.split != "train"}

    assert apart.isdisjoint(text.text for text in mixture.pool)
    learnt = " ".join(text.text.lower() for text in mixture.lessons["a"])
    assert not [text for text in apart if f" {text} " in learnt and "headline" in text]


def test_rows_of_repeated_sources_come_as_often_as_told(mixture: Mixture) -> None:
    pool, lessons = counts(mixture.pool), counts(mixture.lessons["a"])

    assert lessons["everyday", 1.0] == 3 * pool["everyday", 1.0] > 0


def test_a_fold_is_left_out_of_everything(corpus: Corpus, recipe: Recipe) -> None:
    mixture = mix_corpus(corpus, recipe, ["a"])

    for texts in (mixture.pool, mixture.dev, mixture.calibration, *mixture.lessons.values()):
        assert {"npr", "hardtimes"}.isdisjoint(text.source for text in texts)
    assert {text.source for text in mixture.left_out} == {"npr", "hardtimes"}
    assert len(mixture.left_out) == 80


def test_teachers_that_saw_a_left_out_source_are_left_out_too(
    corpus: Corpus, recipe: Recipe
) -> None:
    assert list(mix_corpus(corpus, recipe, ["npr"]).lessons) == ["a"]
    assert list(mix_corpus(corpus, recipe, ["odd"]).lessons) == []


def test_the_same_recipe_gives_the_same_rows(corpus: Corpus, recipe: Recipe) -> None:
    assert mix_corpus(corpus, recipe) == mix_corpus(corpus, recipe)


def test_soft_labels_share_the_gold(recipe: Recipe) -> None:
    pool = [
        make_text(3, 1.0, "onion", 0),
        make_text(3, 1.0, "hardtimes", 1),
        make_text(3, 0.0, "npr", 2),
    ]
    soft = {pool[0].text: 0.2, pool[1].text: 0.2}

    found = {text.source: text.label for text in student_rows(pool, recipe, soft)}

    assert found == {
        "onion": pytest.approx(0.6),
        "hardtimes": pytest.approx(0.2),
        "npr": 0.0,
    }


def test_texts_without_gold_need_a_teacher(recipe: Recipe) -> None:
    text = SourcedText("any post", None, "posts", "reddit", "train")

    assert student_rows([text], recipe) == []
    assert [one.label for one in student_rows([text], recipe, {"any post": 0.25})] == [0.25] * 2


def test_passes_differ_in_style(recipe: Recipe) -> None:
    pool = [make_text(6, 1.0, "onion", i) for i in range(50)]

    rows = student_rows(pool, recipe)

    assert len(rows) == 100
    assert len({row.text for row in rows}) > 70
    assert any(row.text.isupper() for row in rows)


def test_lengths_do_not_tell_the_class() -> None:
    short = [make_text(4, 0.0, "npr", i) for i in range(80)]
    short += [make_text(4, 1.0, "onion", i) for i in range(20)]
    long = [make_text(12, 0.0, "npr", i) for i in range(20)]
    long += [make_text(12, 1.0, "onion", i) for i in range(80)]
    kept = match_lengths(short + long, 1.0, Random(0))

    for words in (4, 12):
        found = Counter(text.label for text in kept if len(text.text.split()) == words)
        assert abs(found[0.0] - found[1.0]) <= 1 < found[0.0]


def test_hard_negatives_are_dropped_last() -> None:
    texts = [make_text(4, 0.0, "npr", i) for i in range(40)]
    texts += [make_text(4, 0.0, "odd", i) for i in range(10)]
    texts += [make_text(4, 1.0, "onion", i) for i in range(10)]
    texts += [make_text(12, 1.0, "onion", i) for i in range(40)]

    kept = match_lengths(texts, 1.0, Random(0), keep_first={"odd"})

    assert Counter(text.source for text in kept if text.label == 0.0) == {"odd": 10, "npr": 1}


def test_calibration_rows_are_balanced_over_kinds_and_classes(corpus: Corpus) -> None:
    found = Counter(
        (text.kind.partition("/")[0], text.label) for text in balance_kinds(corpus.texts, 7)
    )

    assert set(found.values()) == {7}
    assert {kind for kind, _ in found} == {"headline", "tweet", "everyday"}


def test_files_and_a_report_are_written(data: Path, corpus: Corpus, recipe: Recipe) -> None:
    out, nlp = data / "out", spacy.blank("en")

    report = write_mixture(corpus, recipe, out, nlp, "SATIRE", soft_labels={"any post 1": 0.5})

    docs = list(DocBin().from_disk(out / "train.spacy").get_docs(nlp.vocab))
    assert len(docs) == sum(
        sum(classes.values()) for classes in report["rows"]["train.spacy"].values()
    )
    assert all(0.0 <= doc.cats["SATIRE"] <= 1.0 for doc in docs)
    lines = [json.loads(line) for line in (out / "pool.jsonl").read_text("utf-8").splitlines()]
    assert {"text", "source", "kind"} <= set(lines[0])
    assert {line["source"] for line in lines if "cats" not in line} == {"posts"}
    assert json.loads((out / "report.json").read_text("utf-8")) == report
    assert report["dropped"]["unknown"] == {"not in the recipe": 1}


def test_soft_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "soft.jsonl"
    path.write_text('{"text": "a", "cats": {"SARCASM": 0.25, "OTHER": 1}}\n', encoding="utf-8")

    assert read_soft_labels(path, "SARCASM") == {"a": 0.25}


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"text": "a"}', '{"text": "a", "cats": {"SARCASM": 2}}']
)
def test_a_bad_soft_label_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "soft.jsonl"
    path.write_text(f'{{"text": "a", "cats": {{"SARCASM": 0}}}}\n{line}\n', encoding="utf-8")

    with pytest.raises(ValueError, match="soft.jsonl', line 2"):
        read_soft_labels(path, "SARCASM")
