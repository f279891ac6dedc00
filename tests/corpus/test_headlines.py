"""The headlines data set: read as data, without duplicates, in the frozen split."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from spacy_sarcasm.corpus.headlines import (
    Headline,
    count_labels,
    read_headlines,
    split_headlines,
    split_of,
)

ROWS = [
    {"article_link": "x", "headline": "area man wins", "is_sarcastic": 1},
    {"article_link": "x", "headline": "rain in the north", "is_sarcastic": 0},
    {"article_link": "x", "headline": "Area  man\twins ", "is_sarcastic": 1},
    {"article_link": "x", "headline": "straße gesperrt", "is_sarcastic": 0},
    {"article_link": "x", "headline": "STRASSE GESPERRT", "is_sarcastic": 1},
]


def write(path: Path, rows: list) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_first_of_duplicates_is_kept(tmp_path: Path) -> None:
    headlines = read_headlines(write(tmp_path / "h.json", ROWS))
    assert headlines == [
        Headline("area man wins", 1.0),
        Headline("rain in the north", 0.0),
        Headline("straße gesperrt", 0.0),
    ]
    assert count_labels(headlines) == {"sarcastic": 1, "serious": 2}


def test_split_is_that_of_the_digest() -> None:
    for i in range(200):
        text = f"headline {i} é"
        digit = int(hashlib.md5(text.encode()).hexdigest(), 16) % 10
        assert split_of(text) == {0: "test", 1: "dev"}.get(digit, "train")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "not JSON"),
        ("[1]", "expected a JSON object on the line"),
        ('{"headline": "a"}', "no gold: expected 'is_sarcastic'"),
        ('{"headline": "a", "is_sarcastic": 2}', "'is_sarcastic' is 2"),
        ('{"is_sarcastic": 1}', "no text: expected 'headline'"),
        ("__import__('os')", "not JSON"),
    ],
)
def test_bad_line_is_named(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "h.json"
    path.write_text(f"{json.dumps(ROWS[0])}\n{line}\n")
    with pytest.raises(ValueError, match=rf"'{path}', line 2: ") as caught:
        read_headlines(path)
    assert fault in str(caught.value)


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "h.json"
    path.write_text(f"{json.dumps(ROWS[0])}\n\n")
    assert len(read_headlines(path)) == 1


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "h.json"
    path.write_bytes(b'{"headline": "\xff", "is_sarcastic": 1}\n')
    with pytest.raises(ValueError, match="line 1"):
        read_headlines(path)


def test_empty_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no headlines"):
        read_headlines(write(tmp_path / "h.json", []))


@pytest.mark.data
def test_real_headlines(headlines_file: Path) -> None:
    headlines = read_headlines(headlines_file)
    splits = split_headlines(headlines)
    # The sizes of the frozen split.
    assert {split: len(splits[split]) for split in splits} == {
        "train": 21_313,
        "dev": 2_677,
        "test": 2_612,
    }
    assert len({" ".join(h.text.casefold().split()) for h in headlines}) == len(headlines)
