"""Labelled rows: every entry over every format and every fault, and the reader itself."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.tokens import DocBin

from spacy_sarcasm.corpus.convert import convert_corpus
from spacy_sarcasm.corpus.reader import make_jsonl_corpus
from spacy_sarcasm.data.labelled import read_labelled_rows
from spacy_sarcasm.data.row_settings import Gold, OnError, ReadReport, RowSettings
from spacy_sarcasm.evaluation.datasets import read_data_sets
from spacy_sarcasm.teacher.label import label_corpora
from spacy_sarcasm.teacher.train_teacher import read_gold
from spacy_sarcasm.vectors.twitter import lower_words
from spacy_sarcasm.vectors.word_counts import count_words, read_texts

NLP = spacy.blank("en")
ROWS = [{"text": f"a text, number {i}\nof two lines", "label": i % 2} for i in range(200)]


class Half:
    """A teacher that is never sure."""

    def score(self, texts: list[str]) -> np.ndarray:
        return np.full(len(texts), 0.5)


def convert(path: Path) -> list[str]:
    folder = path.parent / "converted"
    convert_corpus(path, folder, NLP, "SARCASM")
    return [
        doc.text
        for split in ("train", "dev", "test")
        for doc in DocBin().from_disk(folder / f"{split}.spacy").get_docs(NLP.vocab)
    ]


def label(path: Path) -> list[str]:
    out = path.parent / "labelled.jsonl"
    label_corpora([path], out, Half())
    return [json.loads(line)["text"] for line in out.read_text("utf-8").split("\n") if line]


def coverage(path: Path) -> list[str]:
    # The words of the texts are all that it returns.
    count_words(path, NLP, lower_words)
    return list(read_texts(path))


ENTRIES: dict[str, Callable[[Path], list[str]]] = {
    "convert": convert,
    "evaluate, calibrate": lambda path: [
        text for part in read_data_sets([path]) for text in part.texts
    ],
    "label": label,
    "teacher train": lambda path: read_gold(path).texts,
    "vectors train": lambda path: list(read_texts(path)),
    "vectors coverage": coverage,
    "JsonlCorpus": lambda path: [example.text for example in make_jsonl_corpus(path)(NLP)],
}
# They need no gold, and say nothing of it.
WITHOUT_GOLD = {"vectors train", "vectors coverage"}


def as_csv(rows: list[dict[str, Any]], delimiter: str) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["text", "label"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_docs(rows: list[dict[str, Any]]) -> bytes:
    docs = DocBin()
    for row in rows:
        doc = NLP.make_doc(row["text"])
        doc.cats = {"SARCASM": row["label"]}
        docs.add(doc)
    return docs.to_bytes()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def as_sheet(rows: list[dict[str, Any]]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["text", "label"])
    for row in rows:
        book.active.append([row["text"], row["label"]])
    book.save(buffer)
    return buffer.getvalue()


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_zst(data: bytes) -> bytes:
    return bytes(pytest.importorskip("pyarrow").compress(data, codec="zstd", asbytes=True))


FORMATS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "a.jsonl": as_lines,
    "b.jsonl": lambda rows: as_lines(rows).replace(b"\n", b"\r\n\n") + b"\n \n",
    "a.json": lambda rows: json.dumps(rows, indent=2).encode(),
    "a.jsonl.gz": lambda rows: gzip.compress(as_lines(rows)),
    "a.jsonl.zst": lambda rows: as_zst(as_lines(rows)),
    "a.csv": lambda rows: as_csv(rows, ","),
    "b.csv": lambda rows: as_csv(rows, ";"),
    "c.csv": lambda rows: as_csv(rows, ",").decode().encode("utf-16"),
    "d.csv": lambda rows: b"\xef\xbb\xbf" + as_csv(rows, "|"),
    "a.csv.gz": lambda rows: gzip.compress(as_csv(rows, ",")),
    "a.tsv": lambda rows: as_csv(rows, "\t"),
    "a.parquet": as_parquet,
    "a.xlsx": as_sheet,
    "a.spacy": as_docs,
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_reads_every_format(tmp_path: Path, entry: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FORMATS[name](ROWS))
    # What Windows ends a line with in a quoted field stays as it is.
    found = [text.replace("\r\n", "\n") for text in ENTRIES[entry](path)]
    assert sorted(found) == sorted(row["text"] for row in ROWS)


FAULTS = {
    "no JSON": (b"{", "not JSON"),
    "list": (b"[1]", "expected a JSON object on the line, got a list"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "not UTF-8": (b'{"text": "\xff"}', "byte 0xff at position 11 is not UTF-8"),
    "no text": (b'{"title": "x"}', "no text: expected 'text' or 'headline', found title"),
    "null": (b'{"text": null, "label": 1}', "the text is null"),
    "number": (b'{"text": 3, "label": 1}', "'text' is 3: expected a text"),
    "surrogate": (b'{"text": "\\ud800", "label": 1}', "lone surrogate at position 1"),
}
GOLD_FAULTS = {
    "range": (b'{"text": "x", "label": 2}', r"the gold 'label' is 2: expected .* in 0\.\.1"),
    "word": (b'{"text": "x", "label": "yes"}', "the gold 'label' is 'yes'"),
    "NaN": (b'{"text": "x", "cats": {"SARCASM": NaN}}', r"the gold cats\['SARCASM'\] is nan"),
    "cats": (b'{"text": "x", "cats": [1]}', r"'cats' is \[1\]: expected the gold of each"),
    "digits": (b'{"text": "x", "label": 1' + b"0" * 400 + b"}", "the gold 'label' is 1000"),
    "more digits": (b'{"text": "x", "label": 1' + b"0" * 9000 + b"}", "the gold 'label' is '1000"),
}


@pytest.mark.filterwarnings("ignore:.*rows are bad and were skipped")
@pytest.mark.parametrize("fault", [*FAULTS, *GOLD_FAULTS])
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_treats_bad_rows_alike(tmp_path: Path, entry: str, fault: str) -> None:
    line, message = (FAULTS | GOLD_FAULTS)[fault]
    if fault in GOLD_FAULTS and entry in WITHOUT_GOLD:
        pytest.skip("needs no gold")
    path = tmp_path / "a.jsonl"
    good = as_lines(ROWS)
    path.write_bytes(good + line + b"\n")
    assert sorted(ENTRIES[entry](path)) == sorted(row["text"] for row in ROWS)
    path.write_bytes(good + (line + b"\n") * 3)
    with pytest.raises(ValueError, match=rf"'{path}': 3 of 203 rows are bad, .*{message}"):
        ENTRIES[entry](path)


DAMAGED = {
    "a.jsonl.gz": (gzip.compress(as_lines(ROWS))[:-20], "is damaged or cut short"),
    "b.jsonl.gz": (b"\x1f\x8bjunk" * 9, "cannot be read|is damaged"),
    "a.spacy": (b"\x93\x01\x02\x03", "is damaged, or does not hold spaCy Docs"),
    "a.parquet": (b"junk", "is not a whole Parquet file"),
    "a.xlsx": (b"junk", r"is not a whole \.xlsx file"),
    "a.csv": (b"PK\x03\x04....", "looks like a zip archive or a spreadsheet"),
    "b.csv": (b"body,mark\nx,1\n", "no column 'text' or 'headline'; its columns are: body, mark"),
    "c.csv": (as_csv(ROWS, ",") + b'x"y\n"open,1\nx,0\n', "line .*a quote that is opened here"),
    "a.json": (b'[{"text": "x", "label": 1},', "line 1: not JSON"),
    "a.pdf": (b"x\n", "expected a file of"),
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_names_damaged_files(tmp_path: Path, entry: str, name: str) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("openpyxl")
    content, message = DAMAGED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises((ValueError, OSError), match=f"'{path}'.*({message})"):
        ENTRIES[entry](path)


def rows_of(path: Path, **settings: Any) -> tuple[list[Any], ReadReport]:
    report = ReadReport()
    rows = read_labelled_rows(path, RowSettings(**settings), gold=Gold.OPTIONAL, report=report)
    return list(rows), report


def write(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_columns_and_gold(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        b'{"text": "a", "label": 1, "source": "onion"}',
        b'{"headline": "b", "is_sarcastic": 0}',
        b'{"text": "c", "label": true}',
        b'{"text": "d", "cats": {"SARCASM": 0.25, "OTHER": 1.0}, "label": 1}',
        b'{"text": "e", "label": null}',
        b"",
        b'{"text": "f"}',
    )
    rows, report = rows_of(path)
    assert [row.text for row in rows] == list("abcdef")
    assert [row.gold for row in rows] == [1.0, 0.0, 1.0, 0.25, None, None]
    assert rows[0].values == {"text": "a", "label": 1, "source": "onion"}
    assert [row.source for row in rows[:2]] == ["onion", None]
    assert [row.line for row in rows] == [1, 2, 3, 4, 5, 7]
    assert (report.rows, report.bad) == (6, 0)


def test_named_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", b'{"text": "no", "title": "yes", "cats": {"IRONY": 0.5}}')
    assert rows_of(path, text_column="title", category="IRONY")[0][0].gold == 0.5
    assert rows_of(path, text_column="title")[0][0].text == "yes"
    path = write(tmp_path / "a.csv", b"tweet,kind", b"x,Sarcastic", b"y,none")
    rows, _ = rows_of(path, text_column="tweet", label_column="kind", positive="sarcastic")
    assert [(row.text, row.gold) for row in rows] == [("x", 1.0), ("y", 0.0)]
    with pytest.raises(ValueError, match=r"no column 'Tweets'; .*Did you mean 'tweet'\? Name"):
        rows_of(path, text_column="Tweets")


def test_lines_of_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffone\u2028still\rone\r\n\n two\n".encode())
    rows, _ = rows_of(path)
    assert [row.text for row in rows] == ["one\u2028still\rone", "", " two"]
    assert [row.is_blank for row in rows] == [False, True, False]
    with pytest.raises(ValueError, match="one text per line, without columns"):
        rows_of(path, text_column="tweet")


def test_policies(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *[b'{"text": "x"}'] * 150, b"{", b"{", b'{"text": "y"}')
    with pytest.raises(ValueError, match=rf"'{path}', line 151: not JSON"):
        rows_of(path, on_error=OnError.STOP)
    with pytest.raises(ValueError, match=rf"'{path}': 2 of 152 rows are bad, more than 1%: line"):
        rows_of(path)
    rows, report = rows_of(path, on_error=OnError.KEEP)
    assert (len(rows), report.bad) == (153, 2)
    assert [row.line for row in rows if row.fault] == [151, 152]
    assert rows[-1].text == "y"


def test_rows_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", b'{"text": "x"}', b"{", *[b'{"text": "x"}'] * 999)
    rows = read_labelled_rows(path, gold=Gold.IGNORED)
    assert isinstance(rows, Iterator)
    assert next(rows).text == "x"


def test_long_fields_and_lines_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.csv", b"text,label", b"x" * 300_000 + b",1")
    assert len(rows_of(path)[0][0].text) == 300_000
    for module in ("streams", "rows", "filetypes.csv_records"):
        monkeypatch.setattr(f"spacy_sarcasm.data.{module}.MAX_LINE", 5 << 20)
    for name in ("a.txt", "a.jsonl", "a.csv"):
        (tmp_path / name).write_bytes(b"text," * (2 << 20))
        with pytest.raises(ValueError, match=rf"{name}', line 1: the line is longer than 5 MiB"):
            rows_of(tmp_path / name)


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("text,label\ncaf\xe9,1\n".encode("cp1252"))
    with pytest.raises(ValueError, match="line 2: byte 0xe9 .* is not UTF-8.* --encoding cp1252"):
        rows_of(path)
    assert rows_of(path, encoding="cp1252")[0][0].text == "caf\xe9"
    with pytest.raises(ValueError, match="unknown encoding 'cp125': expected a name such as"):
        rows_of(path, encoding="cp125")
    with pytest.raises(ValueError, match=rf"'{path}' is not utf-16: .*BOM"):
        rows_of(path, encoding="utf-16")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file '.*a\.jsonl'"):
        rows_of(tmp_path / "a.jsonl")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        rows_of(tmp_path)
