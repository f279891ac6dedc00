"""Labelled files of every kind, and what is said of broken ones."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_sarcasm.corpus.headlines import split_of
from spacy_sarcasm.data.row_settings import RowSettings
from spacy_sarcasm.evaluation.datasets import read_labelled

ROWS = [("oh great, rain", 1.0, "a"), ("it\u2028rains | again\n", 0.25, None), ("", 0.0, "b")]


def as_json(text: str, label: float, source: str | None, number: int) -> str:
    gold = {"label": label} if number % 2 else {"cats": {"SARCASM": label, "OTHER": 1}}
    row = {"text": text, **gold, **({"source": source} if source else {})}
    return json.dumps(row, ensure_ascii=False) + "\n"


def write(path: Path) -> Path:
    if path.suffix == ".spacy":
        nlp, docs = spacy.blank("en"), DocBin(store_user_data=True)
        for text, label, source in ROWS:
            doc = nlp.make_doc(text)
            doc.cats = {"SARCASM": label}
            if source:
                doc.user_data["source"] = source
            docs.add(doc)
        docs.to_disk(path)
    elif path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows([("", "text", "label", "source"), *((0, *row) for row in ROWS)])
    else:
        text = "\n".join(as_json(*row, i) for i, row in enumerate(ROWS)).encode()
        path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


@pytest.mark.parametrize("kind", ["spacy", "csv", "jsonl", "jsonl.gz", "json"])
def test_kinds(tmp_path: Path, kind: str) -> None:
    (data,) = read_labelled(write(tmp_path / f"rows.{kind}"))
    found = list(zip(data.texts, data.gold.tolist(), data.sources, strict=True))
    assert found == ROWS
    assert (data.name, data.split) == (f"rows.{kind}", None)


def test_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "tweets.csv"
    path.write_text('n,tweet,sarcastic\n0,"two\nlines",1\n')
    settings = RowSettings("tweet", "sarcastic")
    (data,) = read_labelled(path, settings)
    assert (data.texts, data.gold.tolist(), data.sources) == (["two\nlines"], [1.0], [None])


def test_headlines_by_split(tmp_path: Path) -> None:
    path = tmp_path / "headlines.json"
    rows = [{"headline": f"headline {i}", "is_sarcastic": i % 2} for i in range(60)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    sets = read_labelled(path, splits=["test", "dev"])
    assert [data.split for data in sets] == ["test", "dev"]
    for data in sets:
        assert data.name == f"headlines.json ({data.split})"
        assert {split_of(text) for text in data.texts} == {data.split}
        assert data.sources == ["onion" if gold else "huffpost" for gold in data.gold]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"", "holds no rows"),
        ("a.jsonl", b'{"text": "a", "label": 1}\n{"text"', "line 2: "),
        ("a.jsonl", b"[1]\n", "line 1: expected a JSON object on the line, got a number"),
        (
            "a.jsonl",
            b'{"label": 1}\n',
            "line 1: no text: expected 'text' or 'headline', found label",
        ),
        ("a.jsonl", b'{"text": "a"}\n', "line 1: no gold: expected 'label'"),
        ("a.jsonl", b'{"text": "a", "cats": {"X": 1}}\n', "line 1: no gold"),
        ("a.jsonl", b'{"text": "a", "label": 2}\n', r"line 1: the gold .* is 2: .* in 0\.\.1"),
        ("a.jsonl", b'{"text": "a", "label": "x"}\n', "line 1: the gold 'label' is 'x'"),
        ("a.jsonl", b"\xf0\xfe\n", "line 1: .*not UTF-8"),
        ("a.csv", b"", "holds no rows"),
        (
            "a.csv",
            b"tweet,label\na,1\n",
            "has no column 'text' or 'headline'; its columns are: tweet, label.*--text-c",
        ),
        ("a.csv", b"text,label\n", "holds no rows"),
        ("a.csv", b"text,label\na,1\nb\n", "line 3: expected 2 fields as in the header, got 1"),
        ("a.csv", b'text,label\n"a,1\n', "line 2: "),
        ("a.spacy", b"junk", "is damaged, or does not hold spaCy Docs"),
        ("a.spacy", DocBin().to_bytes(), "holds no rows"),
        (
            "a.spacy",
            DocBin(docs=[spacy.blank("en")("hello")]).to_bytes(),
            r"doc 1: no gold: expected .* cats\['SARCASM'\]",
        ),
    ],
)
def test_faults_name_the_row(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"(?s)'{path}'.*{message}"):
        read_labelled(path)


def test_damaged_compression(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(b"not gzip")
    with pytest.raises(OSError, match=rf"'{path}' cannot be read"):
        read_labelled(path)


def test_missing_file(tmp_path: Path) -> None:
    for name in ("none.jsonl", "none.csv", "none.spacy"):
        with pytest.raises(FileNotFoundError, match=name):
            read_labelled(tmp_path / name)
