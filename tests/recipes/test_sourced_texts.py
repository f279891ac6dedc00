"""Files of many sources become one corpus whose splits never leak."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from spacy_sarcasm.corpus.headlines import split_of
from spacy_sarcasm.recipes.recipe import read_recipe
from spacy_sarcasm.recipes.sourced_texts import Corpus, everyday_split, read_corpus


def read(data: Path) -> Corpus:
    return read_corpus(read_recipe(data / "recipe.toml"), [data])


def add_row(data: Path, **row: object) -> None:
    with (data / "rows.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def test_sources_kinds_and_labels_are_read(data: Path) -> None:
    found = {(text.source, text.kind, text.label) for text in read(data).texts}

    assert ("onion", "headline", 1.0) in found
    assert ("everyday", "everyday/chat", 0.0) in found
    assert ("odd", "headline", 0.0) in found
    assert ("posts", "reddit", None) in found
    assert not any(source == "unknown" for source, *_ in found)


def test_the_headlines_keep_their_frozen_split(data: Path) -> None:
    for text in read(data).texts:
        if text.source in ("onion", "huffpost"):
            assert text.split == split_of(text.text)


def test_the_texts_of_a_pair_are_in_one_split(data: Path) -> None:
    splits: dict[str, set[str]] = defaultdict(set)
    for text in read(data).texts:
        if text.pair is not None:
            splits[text.pair].add(text.split)

    assert len(splits) == 90
    assert all(len(found) == 1 for found in splits.values())
    assert set.union(*splits.values()) == {"train", "dev", "test"}


def test_a_third_of_the_everyday_texts_is_test() -> None:
    splits = [everyday_split(f"key {i}") for i in range(3000)]

    assert 0.30 < splits.count("test") / 3000 < 0.36
    assert 0.07 < splits.count("dev") / 3000 < 0.13


def test_copies_and_near_copies_of_test_headlines_are_dropped(data: Path) -> None:
    with (data / "headlines.json").open("a", encoding="utf-8") as file:
        for i in range(40):
            text = f"area man number {i} wins the annual pie eating contest"
            file.write(json.dumps({"headline": text, "is_sarcastic": 1}) + "\n")
    tests = [
        text.text
        for text in read(data).texts
        if text.split == "test" and text.text.startswith("area man")
    ]
    assert tests
    add_row(data, text=tests[0].title() + "!", label=1, source="hardtimes")
    add_row(data, text=f"Local {tests[0]} again", label=1, source="hardtimes")

    corpus = read(data)

    assert corpus.dropped["hardtimes", "copy"] == 1
    assert corpus.dropped["hardtimes", "repeats a test text"] == 1


def test_what_is_dropped_is_counted(data: Path) -> None:
    add_row(data, text="word", label=1, source="hardtimes")

    dropped = read(data).dropped

    assert dropped["unknown", "not in the recipe"] == 1
    assert dropped["hardtimes", "too short"] == 1


@pytest.mark.parametrize(
    "row",
    [
        {"text": 3, "label": 1, "source": "npr"},
        {"text": "two words", "label": 2, "source": "npr"},
        {"text": "two words", "label": 1},
        {"text": "two words", "source": "npr"},
    ],
)
def test_a_bad_row_is_named(data: Path, row: dict[str, object]) -> None:
    add_row(data, **row)

    with pytest.raises(ValueError, match=r"rows\.jsonl', line \d+"):
        read(data)


def test_a_missing_file_is_named(data: Path) -> None:
    (data / "rows.jsonl").unlink()

    with pytest.raises(FileNotFoundError, match="rows.jsonl"):
        read(data)
