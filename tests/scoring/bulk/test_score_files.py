"""Files in, one file out: every kind, every value kept, every odd row told."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
import threading
from pathlib import Path

import pytest
from spacy.language import Language

from spacy_sarcasm.data import rows as data_rows
from spacy_sarcasm.data.formats import Format, read_chunks
from spacy_sarcasm.data.sources import find_sources
from spacy_sarcasm.scoring.bulk.layout import ScoreSettings
from spacy_sarcasm.scoring.bulk.score_files import RunStoppedError, score_files

from ..conftest import ScoreOf, make_texts, read_jsonl, write_jsonl

KEEP = {"on_error": "keep"}


def test_lines_of_text(tmp_path: Path, bundled: Language, score_of: ScoreOf) -> None:
    given = tmp_path / "texts.txt"
    # Lines end at line feeds only; a mark at the start is no part of the text.
    given.write_bytes("\ufeffarea man\r\ntwo\u2028still two\x85\n\n\x0cwins".encode())
    summary = score_files([given], tmp_path / "out.jsonl", model=bundled)
    texts = ["area man", "two\u2028still two\x85", "\x0cwins"]
    found = read_jsonl(tmp_path / "out.jsonl")
    assert found.pop(2) == {"text": "", "sarcasm": None}
    assert found == [{"text": text, "sarcasm": score_of(text)} for text in texts]
    counts = summary.counts
    assert (counts.rows, counts.empty, counts.failed) == (4, 1, 0)
    assert counts.mean_score == pytest.approx(sum(score_of(t).expected for t in texts) / 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "texts.txt"]


def test_json_survives_byte_for_byte(tmp_path: Path, bundled: Language) -> None:
    lines = [
        '{"z": 1, "text": "wow", "a": {"deep": [1, {"x": null}], "big": 123456789012345678901}}',
        '{"text":"caf\\u00e9 \u4f60\u597d","f":1.10,"g":1e400,"h":-0.0,"n":NaN}',
        '  { "text" : "spaces" , "t" : true }  ',
        '{"text": "twice", "a": 1, "a": "2"}',
        '{"text": "digits", "n": ' + "7" * 5000 + "}",
        '{"text": "a", "\u2028": "\U0001f600"}',
    ]
    (tmp_path / "in.jsonl").write_text("\n\n".join(lines) + "\r\n")
    score_files([tmp_path / "in.jsonl"], tmp_path / "out.jsonl", model=bundled)
    written = (tmp_path / "out.jsonl").read_text().split("\n")
    assert written.pop() == ""
    assert len(written) == len(lines)
    for line, out in zip(lines, written, strict=True):
        head, _, score = out.rpartition(', "sarcasm": ')
        assert head + "}" == line.strip()
        assert 0 <= float(score[:-1]) <= 1


def test_csv_keeps_every_field(tmp_path: Path, score_of: ScoreOf, bundled: Language) -> None:
    rows = [
        ["id", "text", "note, quoted"],
        ["007", 'area "man"\nwins', "1e5"],
        ["", "a\rb", " spaced "],
        ["true", "plain", "é,\t"],
    ]
    given = tmp_path / "in.csv"
    with given.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    score_files([given], tmp_path / "out.csv", model=bundled, threshold=0.5)
    with (tmp_path / "out.csv").open(newline="") as file:
        out = list(csv.reader(file))
    assert [row[:3] for row in out] == rows
    assert out[0][3:] == ["sarcasm", "sarcasm_label"]
    for row in out[1:]:
        assert float(row[3]) == score_of(row[1])
        assert row[4] == str(int(float(row[3]) >= 0.5))
    # TSV of CSV, JSON of TSV.
    score_files([given], tmp_path / "out.tsv", model=bundled)
    options = {"output_column": "again"}
    score_files([tmp_path / "out.tsv"], tmp_path / "out.jsonl", model=bundled, **options)
    found = read_jsonl(tmp_path / "out.jsonl")
    assert [list(row.values())[:3] for row in found] == rows[1:]
    assert all(float(row["sarcasm"]) == row["again"] for row in found)


def test_several_files_of_several_kinds(tmp_path: Path, bundled: Language) -> None:
    pa = pytest.importorskip("pyarrow")
    folder = tmp_path / "in"
    folder.mkdir()
    with gzip.open(folder / "a.jsonl.gz", "wt") as file:
        file.write('{"text": "one", "n": 1}\n{"n": [2, "x"], "text": "two"}\n')
    (folder / "b.txt.zst").write_bytes(pa.compress(b"three\nfour", codec="zstd", asbytes=True))
    (folder / "c.csv").write_text("text,c\nfive,5\n")
    for suffix in ("jsonl", "csv", "parquet"):
        score_files([folder], tmp_path / f"out.{suffix}", model=bundled)
    rows = read_jsonl(tmp_path / "out.jsonl")
    scores = [row.pop("sarcasm") for row in rows]
    assert rows == [
        {"text": "one", "n": 1},
        {"n": [2, "x"], "text": "two"},
        {"text": "three"},
        {"text": "four"},
        {"text": "five", "c": "5"},
    ]
    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.reader(file))
    assert table[0] == ["text", "n", "c", "sarcasm"]
    assert table[2] == ["two", '[2, "x"]', "", repr(scores[1])]
    assert table[5] == ["five", "", "5", repr(scores[4])]
    import pyarrow.parquet as pq

    found = pq.read_table(tmp_path / "out.parquet").to_pydict()
    assert found["n"] == ["1", '[2, "x"]', None, None, None]
    assert found["sarcasm"] == scores


@pytest.mark.parametrize("suffix", ["jsonl.gz", "csv.gz", "jsonl.zst", "tsv.zst"])
def test_compressed_output(tmp_path: Path, bundled: Language, suffix: str) -> None:
    pytest.importorskip("pyarrow")
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": text} for text in make_texts(25)])
    options = {"batch_size": 10}
    plain = (tmp_path / f"plain.{suffix}").with_suffix("")
    score_files([given], plain, model=bundled, **options)
    score_files([given], tmp_path / f"out.{suffix}", model=bundled, **options)
    again = {"output_column": "again", "batch_size": 7}
    output = tmp_path / "again.jsonl"
    score_files([tmp_path / f"out.{suffix}"], output, model=bundled, **again)
    assert [row["text"] for row in read_jsonl(output)] == make_texts(25)
    if suffix.endswith("gz"):
        assert gzip.decompress((tmp_path / f"out.{suffix}").read_bytes()) == plain.read_bytes()


BAD_JSON = [
    (b'{"text": "a"', "not JSON: Expecting ',' delimiter at position 13"),
    (b'{"text": "a"} x', "not JSON: more follows the value that ends at position 13"),
    (b'["a"]', "expected a JSON object on the line, got a list"),
    (b'{"text": "\xff"}', "byte 0xff at position 11 is not UTF-8"),
    (b'{"Text": "a"}', "the row has no 'text', its keys are: Text"),
    (b'{"text": 3}', "expected a text, got int: 3"),
    (b'{"text": "\\ud800"}', "the text holds a lone surrogate"),
    (b"[" * 100_000, "not JSON that can be read: it is nested too deeply"),
]


@pytest.mark.parametrize(("line", "message"), BAD_JSON)
def test_rows_of_json_that_cannot_be_scored(
    tmp_path: Path, bundled: Language, score_of: ScoreOf, line: bytes, message: str
) -> None:
    given = tmp_path / "in.jsonl"
    given.write_bytes(b'{"text": "wow"}\n' + line + b'\n{"text": "north"}\n')
    with pytest.raises(RunStoppedError) as stopped:
        score_files([given], tmp_path / "out.jsonl", model=bundled)
    assert f"'{given}', line 2: {message}" in str(stopped.value)
    assert "--on-error keep" in str(stopped.value)
    assert not list(tmp_path.glob("out*"))
    for suffix in ("jsonl", "csv"):
        summary = score_files([given], tmp_path / f"out.{suffix}", model=bundled, **KEEP)
        assert (summary.counts.rows, summary.counts.failed) == (3, 1)
    first, bad, last = read_jsonl(tmp_path / "out.jsonl")
    assert (first["sarcasm"], last["sarcasm"]) == (score_of("wow"), score_of("north"))
    assert "error" not in first
    assert bad["sarcasm"] is None
    assert message in bad["error"]
    if "error_line" in bad:
        assert bad["error_line"] == line.decode("utf-8", "backslashreplace")
    else:
        # The row as it was.
        assert json.loads(line).items() <= bad.items()
    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert table[1]["sarcasm"] == ""
    assert table[1]["error"] == bad["error"]
    assert table[1]["error_line"] == bad.get("error_line", "")
    assert table[0]["error"] == ""


def test_broken_csv_rows_name_their_lines(tmp_path: Path, bundled: Language) -> None:
    given = tmp_path / "in.csv"
    given.write_bytes(b'id,text\n1,"two\nlines"\n\n2,few,many\n3\n4,caf\xe9\n"5,open\n')
    score_files([given], tmp_path / "out.jsonl", model=bundled, **KEEP)
    rows = read_jsonl(tmp_path / "out.jsonl")
    assert rows[0]["text"] == "two\nlines"
    assert [row["error_line"] for row in rows[1:]] == ["2,few,many", "3", "4,caf\\xe9", '"5,open']
    assert rows[1]["error"] == "expected 2 fields as in the header, got 3"
    assert "byte 0xe9 at position 6 is not UTF-8" in rows[3]["error"]
    with pytest.raises(RunStoppedError, match=rf"'{given}', line 5: expected 2 fields"):
        score_files([given], tmp_path / "stopped.jsonl", model=bundled)


def test_bad_bytes_in_text(tmp_path: Path, bundled: Language) -> None:
    given = tmp_path / "in.txt"
    given.write_bytes(b"fine\nna\xefve\nfine too\n")
    with pytest.raises(RunStoppedError, match=rf"'{given}', line 2: byte 0xef at position 3"):
        score_files([given], tmp_path / "out.jsonl", model=bundled)
    score_files([given], tmp_path / "out.jsonl", model=bundled, **KEEP)
    row = read_jsonl(tmp_path / "out.jsonl")[1]
    assert (row["sarcasm"], row["error_line"]) == (None, "na\\xefve")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ('{"a": "x", "b": 1}\n', {}, "'text' or 'headline'; its columns.*a, b.*--text-column"),
        ('{"text": "x", "sarcasm": 1}\n', {}, "'sarcasm' already.*--output-column"),
        (
            '{"text": "x", "sarcasm_label": 1}\n',
            {"threshold": 0.5},
            "'sarcasm_label' already.*--output-column",
        ),
        ('{"text": "x", "error": 1}\n', KEEP, "'error' already.*--error-column"),
        ("", {}, "hold no rows"),
    ],
)
def test_columns_are_checked_first(
    tmp_path: Path, bundled: Language, content: str, options: dict[str, object], message: str
) -> None:
    given = tmp_path / "in.jsonl"
    given.write_text(content)
    with pytest.raises(ValueError, match=message):
        score_files([given], tmp_path / "out.jsonl", model=bundled, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_keys_that_come_late(tmp_path: Path, bundled: Language) -> None:
    rows = [{"text": text} for text in make_texts(10)]
    options = {"batch_size": 4}
    given = write_jsonl(tmp_path / "in.jsonl", [*rows, {"text": "x", "sarcasm": 1}])
    with pytest.raises(RunStoppedError, match=r"line 11: the row has a key 'sarcasm'.*8 rows are"):
        score_files([given], tmp_path / "out.jsonl", model=bundled, **options)
    given = write_jsonl(tmp_path / "in.jsonl", [*rows, {"text": "x", "new": 1}])
    with pytest.raises(RunStoppedError, match=r"line 11: the key 'new' is not in the first rows"):
        score_files([given], tmp_path / "out.csv", model=bundled, **options)


def test_other_names(tmp_path: Path, bundled: Language, score_of: ScoreOf) -> None:
    rows = [{"body": "wow", "error": 1, "sarcasm": 2}, {"body": None, "error": 1, "sarcasm": 2}]
    given = write_jsonl(tmp_path / "in.jsonl", rows)
    options = {
        "text_column": "body",
        "output_column": "score",
        "error_column": "fault",
        "threshold": 0.0,
        "on_error": "keep",
    }
    score_files([given], tmp_path / "out.jsonl", model=bundled, **options)
    assert read_jsonl(tmp_path / "out.jsonl") == [
        {**rows[0], "score": score_of("wow"), "score_label": 1},
        {**rows[1], "score": None, "score_label": None},
    ]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Format.TEXT, b"one\ntwo\n"),
        (Format.JSONL, b'{"text": "one"}\n{"text": "two"}\n'),
        (Format.CSV, b"text\none\ntwo\n"),
    ],
)
def test_standard_input(
    tmp_path: Path, bundled: Language, monkeypatch: pytest.MonkeyPatch, kind: Format, data: bytes
) -> None:
    class Stdin:
        buffer = io.BytesIO(data)

    monkeypatch.setattr(sys, "stdin", Stdin)
    options = {"batch_size": 1}
    score_files(["-"], tmp_path / "out.csv", model=bundled, **options, input_format=kind)
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in lines] == ["text", "one", "two"]


@pytest.mark.parametrize("name", ["cut.jsonl.gz", "cut.txt.zst"])
def test_damaged_compression(tmp_path: Path, bundled: Language, name: str) -> None:
    pa = pytest.importorskip("pyarrow")
    data = b"".join(b'{"text": "%d"}\n' % i for i in range(5000))
    whole = gzip.compress(data) if name.endswith("gz") else pa.compress(data, "zstd", asbytes=True)
    (tmp_path / name).write_bytes(whole[:-20])
    with pytest.raises((OSError, ValueError), match=f"{name}' (is damaged|cannot be read)") as told:
        score_files([tmp_path / name], tmp_path / "out.jsonl", model=bundled)
    assert "\n" not in str(told.value)


def test_places_that_cannot_be_written(tmp_path: Path, bundled: Language) -> None:
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": "x"}])
    with pytest.raises(FileNotFoundError, match="folder .*nowhere' of the output does not exist"):
        score_files([given], tmp_path / "nowhere" / "out.jsonl", model=bundled)
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder"):
        score_files([given], tmp_path / "folder.jsonl", model=bundled)


def test_chunks_are_bounded_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_rows, "CHUNK_BYTES", 1000)
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": "x", "pad": "y" * 400}] * 20)
    source = find_sources([given])[0]
    found = list(read_chunks(0, source, 1000, data_rows.START))
    assert [chunk.rows.count(b"\n") for chunk in found] == [3] * 6 + [2]
    # Whatever chunk ends where a run was cut off, the others stay the same.
    for number, chunk in enumerate(found):
        assert list(read_chunks(0, source, 1000, chunk.end)) == found[number + 1 :]


@pytest.mark.parametrize(
    "setting",
    [
        {"threshold": 1.5},
        {"batch_size": 0},
        {"on_error": "maybe"},
        {"text_column": "text", "output_column": "text"},
    ],
)
def test_options_out_of_range(setting: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"threshold|batch size|on_error|'text'"):
        ScoreSettings(**setting)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("name", ["pipe", "pipe.jsonl", "pipe.csv"])
def test_pipes_with_names_are_read_once(tmp_path: Path, bundled: Language, name: str) -> None:
    content = {"pipe": "one\ntwo\n", "pipe.csv": "text\none\ntwo\n"}
    content["pipe.jsonl"] = '{"text": "one"}\n{"text": "two"}\n'
    os.mkfifo(tmp_path / name)
    writer = threading.Thread(target=(tmp_path / name).write_text, args=(content[name],))
    writer.start()
    score_files([tmp_path / name], tmp_path / "out.jsonl", model=bundled)
    writer.join()
    assert [row["text"] for row in read_jsonl(tmp_path / "out.jsonl")] == ["one", "two"]


@pytest.mark.parametrize("missing", ["null", "zero"])
def test_rows_without_text_have_no_score(tmp_path: Path, bundled: Language, missing: str) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    rows = [{"text": "area man"}, {"text": ""}, {"text": " \t"}, {"text": None}]
    write_jsonl(tmp_path / "a.jsonl", rows)
    (tmp_path / "a.csv").write_text("id,text\n1,area man\n2,\n3, \t\n4,\n")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    expected = {"null": None, "zero": 0.0}[missing]
    for name in ("a.jsonl", "a.csv", "a.parquet"):
        output = tmp_path / f"{name}.jsonl"
        options = {"missing": missing, "threshold": 0.5}
        counts = score_files([tmp_path / name], output, model=bundled, **options).counts
        assert (counts.rows, counts.empty, counts.failed) == (4, 3, 0)
        scores = [row["sarcasm"] for row in read_jsonl(output)]
        assert scores[1:] == [expected] * 3
        n_scored = 1 if missing == "null" else 4
        assert counts.mean_score == pytest.approx(scores[0] / n_scored)
        label = None if missing == "null" else 0
        assert [row["sarcasm_label"] for row in read_jsonl(output)][1:] == [label] * 3


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_a_table_without_rows_is_an_empty_result(
    tmp_path: Path, bundled: Language, suffix: str
) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "in.csv").write_text("id,text\n")
    output = tmp_path / f"out.{suffix}"
    assert score_files([tmp_path / "in.csv"], output, model=bundled).counts.rows == 0
    if suffix == "csv":
        assert output.read_text() == "id,text,sarcasm\n"
    score_files(
        [output], tmp_path / "again.csv", model=bundled, text_column="text", output_column="b"
    ) if (suffix != "jsonl") else None


def test_a_column_of_numbers(tmp_path: Path, bundled: Language) -> None:
    (tmp_path / "in.csv").write_text("id,body\n1,wow\n2,oh\n")
    options = {"text_column": "id"}
    with pytest.raises(ValueError, match="the column 'id' of .* holds numbers.* id, body"):
        score_files([tmp_path / "in.csv"], tmp_path / "out.csv", model=bundled, **options)


def test_names_of_files(tmp_path: Path, bundled: Language) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("wow\n")
    options = {"source_column": "source_file"}
    score_files([f"{tmp_path}/*.txt"], tmp_path / "out.jsonl", model=bundled, **options)
    found = [row["source_file"] for row in read_jsonl(tmp_path / "out.jsonl")]
    assert found == [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]


def test_infinite_numbers_stay_as_written(tmp_path: Path, bundled: Language) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "wow", "n": 1e999, "m": NaN}\n')
    score_files([tmp_path / "in.jsonl"], tmp_path / "out.csv", model=bundled)
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("wow,1e999,,")


# Texts that no weights know a word of.
UNREADABLE = ["Сегодня хорошая погода", "qzxvk wqzkj", "http://t.co/qzxvk", "9182736450123"]


@pytest.mark.parametrize("missing", ["null", "zero"])
def test_texts_that_cannot_be_read(tmp_path: Path, bundled: Language, missing: str) -> None:
    texts = [*UNREADABLE, "", "area man wins"]
    (tmp_path / "in.txt").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    output = tmp_path / "out.jsonl"
    options = {"missing": missing, "threshold": 0.56, "coverage": True}
    summary = score_files([tmp_path / "in.txt"], output, model=bundled, **options)
    rows = read_jsonl(output)
    score, label = (None, None) if missing == "null" else (0.0, 0)
    assert [row["sarcasm"] for row in rows[:5]] == [score] * 5
    assert [row["sarcasm_label"] for row in rows[:5]] == [label] * 5
    assert [row["sarcasm_coverage"] for row in rows] == [0.0] * 5 + [1.0]
    assert (summary.counts.empty, summary.counts.unreadable, summary.counts.failed) == (1, 4, 0)
    assert summary.counts.unfamiliar_share == pytest.approx(0.8)
    assert "In 4 texts (80.0%)" in str(summary)
    assert "another language" in str(summary)


def test_a_column_called_like_the_coverage(tmp_path: Path, bundled: Language) -> None:
    (tmp_path / "in.csv").write_text("text,sarcasm_coverage\nwow,1\n")
    with pytest.raises(ValueError, match="has a column 'sarcasm_coverage' already"):
        score_files([tmp_path / "in.csv"], tmp_path / "out.csv", model=bundled, coverage=True)


def test_a_folder_left_by_a_run_that_was_done(tmp_path: Path, bundled: Language) -> None:
    (tmp_path / "in.txt").write_text("wow\n")
    output = tmp_path / "out.jsonl"
    score_files([tmp_path / "in.txt"], output, model=bundled)
    folder = tmp_path / "out.jsonl.partial"
    folder.mkdir()
    (folder / "lock").touch()
    with pytest.raises(ValueError, match="already exists"):
        score_files([tmp_path / "in.txt"], output, model=bundled, resume=True)
    assert not folder.exists()
