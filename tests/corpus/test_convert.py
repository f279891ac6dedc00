"""Corpora as training files: what is kept, what is dropped and why, and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_sarcasm.corpus.convert import ConvertReport, convert_corpus
from spacy_sarcasm.corpus.headlines import (
    SPLITS,
    Headline,
    count_labels,
    read_headlines,
    split_headlines,
    split_of,
)
from spacy_sarcasm.data.row_settings import RowSettings

NLP = spacy.blank("en")


def rows_of(count: int) -> list[dict]:
    return [{"headline": f"headline number {i}", "is_sarcastic": i % 2} for i in range(count)]


def write(path: Path, rows: list) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read_split(folder: Path, split: str, label: str = "SARCASM") -> list[Headline]:
    docs = DocBin().from_disk(folder / f"{split}.spacy").get_docs(NLP.vocab)
    return [Headline(doc.text, doc.cats[label]) for doc in docs]


def convert(source: Path, **settings: str) -> ConvertReport:
    return convert_corpus(source, source.parent / "out", NLP, "SARCASM", RowSettings(**settings))


def test_writes_what_the_splits_hold(tmp_path: Path) -> None:
    source = write(tmp_path / "h.json", rows_of(60))
    report = convert_corpus(source, tmp_path / "out", NLP, "IRONY")
    splits = split_headlines(read_headlines(source))
    for split in SPLITS:
        found = read_split(tmp_path / "out", split, "IRONY")
        assert found == splits[split]
        assert report.splits[split] == count_labels(found)
        assert found
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "dev.spacy",
        "report.json",
        "test.spacy",
        "train.spacy",
    ]


def test_report_accounts_for_every_row(tmp_path: Path) -> None:
    rows = [*rows_of(300), {"headline": " Headline  NUMBER 7", "is_sarcastic": 0}]
    rows += [{"headline": " \t", "is_sarcastic": 1}, "{broken", {"headline": "a"}]
    report = convert(write(tmp_path / "h.json", rows))
    assert (report.rows, report.kept) == (304, 300)
    assert report.dropped == {"duplicate": 1, "empty": 1, "bad": 2}
    assert [line for line, _ in report.bad_lines] == [303, 304]
    assert "not JSON" in report.bad_lines[0][1]
    assert report.bad_lines[1][1].startswith("no gold: expected 'label' or 'is_sarcastic'")
    assert sum(sum(labels.values()) for labels in report.splits.values()) == report.kept
    saved = json.loads((tmp_path / "out" / "report.json").read_text())
    assert saved == json.loads(report.to_json())
    assert saved["bad_lines"][1] == [304, report.bad_lines[1][1]]


def test_more_than_one_percent_of_bad_lines_is_refused(tmp_path: Path) -> None:
    bad = ["[1]", '{"headline": "x", "is_sarcastic": 2}']
    source = write(tmp_path / "h.json", [*rows_of(198), *bad])
    assert convert(source).dropped["bad"] == 2
    source = write(tmp_path / "h.json", [*rows_of(197), *bad])
    (tmp_path / "out" / "report.json").unlink()
    with pytest.raises(ValueError, match=r"2 of 199 rows are bad, more than 1%") as caught:
        convert(source)
    assert "line 198: expected a JSON object on the line, got a list; line 199: the gold " in str(
        caught.value
    )
    assert "'is_sarcastic' is 2: expected a number in 0..1" in str(caught.value)
    assert not (tmp_path / "out" / "report.json").exists()


def test_csv_with_named_columns_and_soft_labels(tmp_path: Path) -> None:
    source = tmp_path / "tweets.csv"
    rows = [
        '"one, with\na second line",1',
        "two,0.25",
        "three,yes",
        *(f"t{i},0" for i in range(98)),
    ]
    source.write_text("tweet,sarcastic\n" + "\n".join(rows) + "\n", encoding="utf-8")
    report = convert(source, text_column="tweet", label_column="sarcastic")
    assert report.bad_lines == [(5, "the gold 'sarcastic' is 'yes': expected a number in 0..1")]
    found = {h for split in SPLITS for h in read_split(tmp_path / "out", split)}
    assert {Headline("one, with\na second line", 1.0), Headline("two", 0.25)} <= found
    assert sum(labels["serious"] for labels in report.splits.values()) == 99


def test_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    source = tmp_path / "tweets.tsv"
    source.write_text("tweet\tsarcastic\nx\t1\n")
    with pytest.raises(ValueError, match=r"no column 'text' or 'headline'; .* tweet, sarcastic"):
        convert(source)


def test_bytes_that_are_no_utf8_spoil_one_row(tmp_path: Path) -> None:
    source = tmp_path / "tweets.csv"
    rows = [b"headline,is_sarcastic", b"\xff,1", *(b"t%d,0" % i for i in range(100))]
    source.write_bytes(b"\n".join(rows))
    report = convert(source)
    assert report.kept == 100
    (bad,) = report.bad_lines
    assert bad[0] == 2
    assert "byte 0xff at position 1 is not UTF-8" in bad[1]


def test_gzip(tmp_path: Path) -> None:
    source = tmp_path / "h.jsonl.gz"
    lines = "".join(f"{json.dumps(row)}\n" for row in rows_of(20)).encode()
    source.write_bytes(gzip.compress(lines))
    assert convert(source).kept == 20
    source.write_bytes(gzip.compress(lines)[:-20])
    with pytest.raises(OSError, match="cut short"):
        convert(source)


def test_rows_are_data_not_code(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    source = write(tmp_path / "h.json", [f"open({str(mark)!r}, 'w')"])
    with pytest.raises(ValueError, match="not JSON"):
        convert(source)
    assert not mark.exists()


def test_a_file_without_texts(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no labelled texts"):
        convert(write(tmp_path / "h.json", []))


@pytest.mark.data
def test_real_headlines(headlines_file: Path, tmp_path: Path) -> None:
    report = convert_corpus(headlines_file, tmp_path, NLP, "SARCASM")
    assert (report.rows, report.kept, report.dropped) == (26_709, 26_602, {"duplicate": 107})
    assert {split: sum(labels.values()) for split, labels in report.splits.items()} == {
        "train": 21_313,
        "dev": 2_677,
        "test": 2_612,
    }
    assert all(split_of(headline.text) == "dev" for headline in read_split(tmp_path, "dev"))
