"""The rows of corpora in every format, and the bad ones among them."""

from __future__ import annotations

import gzip
import json

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_sarcasm.teacher.rows import Row, Tally, read_rows


def rows_of(path, **settings):
    tally = Tally()
    return list(read_rows(path, tally, **settings)), tally


def test_json_lines(write_rows):
    path = write_rows(
        [
            {"text": "a", "label": 1, "source": "onion"},
            {"headline": "b", "is_sarcastic": 0},
            {"tweet": "c", "sarcastic": True},
            {"text": "d", "cats": {"SARCASM": 0.25, "OTHER": 1.0}, "label": 1},
            {"text": "e", "label": None},
            b"",
            {"text": "f"},
        ]
    )
    rows, tally = rows_of(path)
    assert [row.text for row in rows] == list("abcdef")
    assert [row.gold for row in rows] == [1.0, 0.0, 1.0, 0.25, None, None]
    assert rows[0].columns == {"label": 1, "source": "onion"}
    assert tally == Tally(rows=6)


def test_named_field_and_category(write_rows):
    path = write_rows([{"text": "no", "title": "yes", "cats": {"IRONY": 0.5}}])
    assert rows_of(path, text_field="title", category="IRONY")[0][0].gold == 0.5
    assert rows_of(path, text_field="title")[0][0].text == "yes"


def test_compressed(tmp_path):
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(gzip.compress(b'\xef\xbb\xbf{"text": "a"}\n' + '{"text": "é"}'.encode()))
    assert [row.text for row in rows_of(path)[0]] == ["a", "é"]
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(ValueError, match=r"corpus\.jsonl\.gz' is damaged or cut short"):
        rows_of(path)


def test_lines_of_text(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_bytes("one\u2028still one\r\n\n two\n".encode())
    assert rows_of(path)[0] == [Row("one\u2028still one"), Row(" two")]


def test_docs(tmp_path):
    nlp = spacy.blank("en")
    doc = nlp("one two")
    doc.cats = {"SARCASM": 0.75, "OTHER": 0.0}
    path = tmp_path / "corpus.spacy"
    DocBin(docs=[doc, nlp("three")]).to_disk(path)
    assert rows_of(path)[0] == [
        Row("one two", 0.75, {"cats": {"SARCASM": 0.75, "OTHER": 0.0}}),
        Row("three", None, {"cats": {}}),
    ]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match=r"corpus\.spacy' is damaged"):
        rows_of(path)


BAD = {
    b"{": "Expecting property name",
    b"[1]": r"expected a JSON object, got \[1\]",
    b'{"title": "x"}': "no text: expected a field 'text' or 'headline' or 'tweet', found 'title'",
    b'{"text": 3}': "the field 'text' holds no text but 3",
    b'{"text": " "}': "the text is empty",
    b'{"text": "\\ud800"}': "lone surrogate at position 1",
    b'{"text": "x", "label": 2}': r"the gold 'label' is 2: expected a number in 0\.\.1",
    b'{"text": "x", "label": "yes"}': "the gold 'label' is 'yes'",
    b'{"text": "x", "cats": {"SARCASM": NaN}}': r"the gold cats\['SARCASM'\] is nan",
    b'{"text": "x", "cats": [1]}': "the field 'cats' holds no object",
    b'{"text": "\xff"}': "can't decode byte 0xff",
}


@pytest.mark.parametrize(("line", "message"), BAD.items())
def test_bad_rows_are_left_out_and_named(write_rows, line, message):
    good = [{"text": str(i)} for i in range(99)]
    rows, tally = rows_of(write_rows([*good[:7], line, *good[7:]]))
    assert [row.text for row in rows] == [str(i) for i in range(99)]
    assert (tally.rows, tally.bad) == (100, 1)
    with pytest.raises(ValueError, match=message):
        raise ValueError(tally.faults[0])
    assert "corpus.jsonl', line 8: " in tally.faults[0]


def test_too_many_bad_rows(write_rows):
    path = write_rows([{"text": "x"}] * 150 + [b"{"] * 2 + [{"text": "x"}] * 9000)
    seen = []
    with pytest.raises(ValueError, match=r"2 of 152 rows of .* are bad, more than 1%: .*line 151"):
        seen.extend(read_rows(path, Tally()))
    with pytest.raises(ValueError, match=r"1 of 3 rows"):
        rows_of(write_rows([{"text": "x"}, b"{", {"text": "x"}]))


def test_unknown_files(tmp_path):
    with pytest.raises(ValueError, match=r"corpus\.pdf': expected a corpus named \.jsonl"):
        rows_of(tmp_path / "corpus.pdf")
    with pytest.raises(FileNotFoundError):
        rows_of(tmp_path / "corpus.jsonl")


def test_rows_are_read_as_they_are_asked_for(write_rows):
    path = write_rows(
        [{"text": "x"}, *([b"{"] * 3), *[{"text": json.dumps(i)} for i in range(999)]]
    )
    rows = read_rows(path, Tally())
    assert next(rows).text == "x"
