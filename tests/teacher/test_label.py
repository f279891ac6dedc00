"""A corpus with a teacher's scores: what is written, in which order, and when nothing is."""

from __future__ import annotations

import gzip

import pytest

from spacy_sarcasm.data.row_settings import RowSettings
from spacy_sarcasm.teacher import label
from spacy_sarcasm.teacher.label import label_corpora

from .conftest import read_rows_of


def test_rows_keep_what_they_hold(write_rows, counting, tmp_path):
    corpus = write_rows(
        [
            {"id": 7, "headline": "abab", "source": "é"},
            {"text": "a", "cats": {"OTHER": 1.0}, "label": 0},
        ]
    )
    done = label_corpora([corpus], tmp_path / "out.jsonl", counting)
    assert read_rows_of(tmp_path / "out.jsonl") == [
        {"text": "abab", "id": 7, "source": "é", "cats": {"SARCASM": 0.5}},
        {"text": "a", "cats": {"OTHER": 1.0, "SARCASM": 1.0}, "label": 0},
    ]
    assert (done.written, done.blended, done.mean) == (2, 0, 0.75)


def test_a_field_of_another_name_becomes_the_text(write_rows, counting, tmp_path):
    corpus = write_rows([{"text": "no", "title": "aab"}])
    settings = RowSettings("title", category="X")
    label_corpora([corpus], tmp_path / "out.jsonl", counting, settings=settings)
    assert read_rows_of(tmp_path / "out.jsonl") == [{"text": "aab", "cats": {"X": 0.666667}}]


def test_gold_is_blended_in(write_rows, counting, tmp_path):
    corpus = write_rows([{"text": "ab", "label": 1}, {"text": "ab"}, {"text": "ab", "label": 0}])
    done = label_corpora([corpus], tmp_path / "out.jsonl", counting, gold_weight=0.25)
    labels = [row["cats"]["SARCASM"] for row in read_rows_of(tmp_path / "out.jsonl")]
    assert labels == [0.625, 0.5, 0.375]
    assert done.blended == 2
    with pytest.raises(ValueError, match=r"must be in 0\.\.1, not 1\.5"):
        label_corpora([corpus], tmp_path / "out.jsonl", counting, gold_weight=1.5)


def test_order_and_bounded_memory(write_rows, counting, tmp_path, monkeypatch):
    monkeypatch.setattr(label, "CHUNK", 10)
    texts = ["a" * (1 + i % 7) + "b" * (i % 5) for i in range(95)]
    corpus = write_rows([{"text": text, "id": i} for i, text in enumerate(texts)])
    label_corpora([corpus], tmp_path / "out.jsonl.gz", counting)
    assert counting.sizes == [10] * 9 + [5]
    (tmp_path / "plain").write_bytes(gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()))
    rows = read_rows_of(tmp_path / "plain")
    assert [row["id"] for row in rows] == list(range(95))
    for row, text in zip(rows, texts, strict=True):
        assert row["cats"]["SARCASM"] == pytest.approx(text.count("a") / len(text), abs=1e-6)


def test_the_same_rows_give_the_same_compressed_file(write_rows, counting, tmp_path):
    corpus = write_rows([{"text": "ab"}] * 50)
    for name in ("one.gz", "two.gz"):
        label_corpora([corpus], tmp_path / name, counting)
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_a_file_that_is_not_whole_is_not_there(write_rows, counting, tmp_path, monkeypatch, name):
    monkeypatch.setattr(label, "CHUNK", 100)
    corpus = write_rows([{"text": "ab"}] * 500 + [b"{"] * 20)
    out = tmp_path / name
    out.write_text("the file of before")
    with pytest.raises(ValueError, match=r"are bad, more than 1%"):
        label_corpora([corpus], out, counting)
    assert len(counting.sizes) == 5
    assert out.read_text() == "the file of before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.jsonl", name]
    with pytest.raises(ValueError, match=r"corpus\.jsonl': no texts to label"):
        label_corpora([write_rows([])], out, counting)


def test_bad_rows_are_reported(write_rows, counting, tmp_path):
    corpus = write_rows([{"text": "ab"}] * 150 + [{"text": ""}, {"text": 1}])
    done = label_corpora([corpus], tmp_path / "out.jsonl", counting)
    assert (done.written, done.empty, done.read[0].bad) == (150, 1, 1)
    assert done.read[0].faults == [(152, "'text' is 1: expected a text")]


def test_several_corpora_without_the_texts_of_others(write_rows, counting, tmp_path):
    corpora = [
        write_rows([{"text": "one"}, {"text": "“Two,”  he says"}, {"text": "twos"}], "a.jsonl"),
        write_rows([{"text": "two, he says"}, {"text": "three"}], "b.jsonl"),
    ]
    test = write_rows([{"text": 'TWO, "he says"', "label": 1}], "test.jsonl")
    done = label_corpora(corpora, tmp_path / "out.jsonl", counting, exclude=[test])
    texts = [row["text"] for row in read_rows_of(tmp_path / "out.jsonl")]
    assert texts == ["one", "twos", "three"]
    assert (done.written, done.excluded) == (3, 2)
    assert [report.rows for report in done.read] == [3, 2]
    with pytest.raises(ValueError, match=r"no texts to label, 1 of them left out"):
        label_corpora([test], tmp_path / "out.jsonl", counting, exclude=[test])
