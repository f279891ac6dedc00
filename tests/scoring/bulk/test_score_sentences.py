"""Files in, a row per sentence out: formats, workers, interruptions, reports."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from spacy.language import Language

from spacy_sarcasm.scoring.bulk.manifest import PartialOutputError
from spacy_sarcasm.scoring.bulk.score_files import RunStoppedError, score_files
from spacy_sarcasm.scoring.sentences import SENTENCE_COLUMNS

from ..conftest import ScoreOf, make_texts, read_jsonl, write_jsonl
from .test_journal import Interruption

TEXT = "Oh great, another \u00e9 meeting.\n\nThe council met! qqzzqq qqzzqx"
SENTENCES = ["Oh great, another \u00e9 meeting.", "The council met!", "qqzzqq qqzzqx"]


def make_documents(count: int) -> list[str]:
    """Texts of one to four sentences."""
    sentences = make_texts(4 * count)
    return [". ".join(sentences[4 * i : 4 * i + i % 4 + 1]) for i in range(count)]


def test_json_keeps_what_was_written(tmp_path: Path, bundled: Language, score_of: ScoreOf) -> None:
    rows = [
        f'{{"big": 1e999, "body" : {json.dumps(TEXT)} , "more": [1, {{"body": "x"}}], "n":1.50}}',
        '{"body": null, "n": 2}',
        '{"body": " ", "n": 3}',
        '{"body": "first", "body": "One. Two.", "n": 4}',
    ]
    given = tmp_path / "in.jsonl"
    given.write_text("\n".join(rows), encoding="utf-8")
    output = tmp_path / "out.jsonl"
    summary = score_files([given], output, model=bundled, text_column="body", by="sentence")
    lines = output.read_text().splitlines()
    assert lines[0].startswith(
        '{"big": 1e999, "body" : "Oh great, another \u00e9 meeting." , "more": [1, {"body": "x"}], '
        '"n":1.50, "sentence_number": 1, "sentence_start": 0, "sentence_end": '
    )
    found = read_jsonl(output)
    assert [row["body"] for row in found] == [*SENTENCES, None, " ", "One.", "Two."]
    assert [row["sentence_number"] for row in found] == [1, 2, 3, None, None, 1, 2]
    for row in found[:3]:
        assert TEXT[row["sentence_start"] : row["sentence_end"]] == row["body"]
    assert [row["sarcasm"] for row in found[:3]] == [*map(score_of, SENTENCES[:2]), None]
    assert (summary.counts.rows, summary.counts.empty, summary.counts.failed) == (7, 2, 0)


@pytest.mark.parametrize("source", ["csv", "tsv", "jsonl", "json", "parquet", "xlsx", "txt"])
@pytest.mark.parametrize("target", ["csv", "jsonl.gz", "parquet"])
def test_formats(
    tmp_path: Path, bundled: Language, score_of: ScoreOf, source: str, target: str
) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    texts = ["Oh great. The council met.", 'One, "two"; three!', "Four? Five."]
    frame = pd.DataFrame({"id": [1, 2, 3], "text": texts})
    given = tmp_path / f"in.{source}"
    if source == "txt":
        given.write_text("\n".join(texts))
    elif source == "xlsx":
        pytest.importorskip("openpyxl")
        frame.to_excel(given, index=False)
    elif source == "parquet":
        frame.to_parquet(given)
    elif source in ("csv", "tsv"):
        frame.to_csv(given, index=False, sep="," if source == "csv" else "\t")
    else:
        frame.to_json(given, orient="records", lines=source == "jsonl")
    output = tmp_path / f"out.{target}"
    score_files([given], output, model=bundled, by="sentence", threshold=0.5, coverage=True)
    rows = read_rows(output)
    expected = ["Oh great.", "The council met.", texts[1], "Four?", "Five."]
    assert [row["text"] for row in rows] == expected
    assert [int(row["sentence_number"]) for row in rows] == [1, 2, 1, 1, 2]
    assert [float(row["sarcasm"]) for row in rows] == [score_of(text) for text in expected]
    added = [*SENTENCE_COLUMNS, "sarcasm", "sarcasm_label", "sarcasm_coverage"]
    assert list(rows[0]) == [*([] if source == "txt" else ["id"]), "text", *added]
    if source != "txt":
        assert [int(row["id"]) for row in rows] == [1, 1, 2, 3, 3]


def read_rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_table(path).to_pylist()
    if path.suffix == ".gz":
        import gzip

        return [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_workers_write_the_same(tmp_path: Path, bundled: Language) -> None:
    rows = [{"text": text, "id": i} for i, text in enumerate(make_documents(60))]
    given = write_jsonl(tmp_path / "in.jsonl", rows)
    options: dict[str, Any] = {"model": bundled, "by": "sentence", "batch_size": 7}
    summary = score_files([given], tmp_path / "one.jsonl", **options)
    score_files([given], tmp_path / "two.jsonl", n_process=2, **options)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert summary.counts.rows == len(read_jsonl(tmp_path / "one.jsonl"))
    assert summary.counts.rows == sum(text.count(".") + 1 for text in make_documents(60)) > 60


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_a_run_may_be_cut_anywhere(
    tmp_path: Path, bundled: Language, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    pytest.importorskip("pyarrow")
    rows = [{"text": text, "id": str(i)} for i, text in enumerate(make_documents(40))]
    given = write_jsonl(tmp_path / "in.jsonl", rows)
    expected, output = tmp_path / f"whole.{suffix}", tmp_path / f"out.{suffix}"
    options: dict[str, Any] = {"model": bundled, "by": "sentence", "batch_size": 5}
    score_files([given], expected, **options)
    interruption = Interruption(monkeypatch, KeyboardInterrupt())
    cuts = 0
    while not output.exists():
        interruption.left = 3
        try:
            score_files([given], output, resume=True, **options)
        except KeyboardInterrupt:
            cuts += 1
    assert cuts > 2
    assert output.read_bytes() == expected.read_bytes()


def test_a_run_by_text_is_not_resumed_by_sentence(
    tmp_path: Path, bundled: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": text} for text in make_documents(40)])
    interruption = Interruption(monkeypatch, KeyboardInterrupt())
    interruption.left = 4
    with pytest.raises(KeyboardInterrupt):
        score_files([given], tmp_path / "out.jsonl", model=bundled, batch_size=5)
    interruption.left = 0
    with pytest.raises(PartialOutputError, match='by was "text" and is "sentence"'):
        score_files(
            [given],
            tmp_path / "out.jsonl",
            model=bundled,
            batch_size=5,
            by="sentence",
            resume=True,
        )


def test_rows_that_cannot_be_scored_stay_one_row(tmp_path: Path, bundled: Language) -> None:
    given = tmp_path / "in.jsonl"
    given.write_text('{"text": "One. Two."}\nnot json\n{"text": 3}\n{"text": "Three."}\n')
    with pytest.raises(RunStoppedError, match="line 2"):
        score_files([given], tmp_path / "stopped.jsonl", model=bundled, by="sentence")
    output = tmp_path / "out.jsonl"
    options: dict[str, Any] = {"by": "sentence", "on_error": "keep", "missing": "zero"}
    summary = score_files([given], output, model=bundled, **options)
    rows = read_jsonl(output)
    assert [row.get("text") for row in rows] == ["One.", "Two.", None, 3, "Three."]
    assert [row["sarcasm"] is None for row in rows] == [False, False, True, True, False]
    assert [row.get("error_line") for row in rows] == [None, None, "not json", None, None]
    assert "expected a text" in rows[3]["error"]
    assert summary.counts.failed == 2


def test_a_column_in_the_way_is_named(tmp_path: Path, bundled: Language) -> None:
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": "One.", "sentence_start": 1}])
    with pytest.raises(ValueError, match="a column 'sentence_start' already: rename it"):
        score_files([given], tmp_path / "out.jsonl", model=bundled, by="sentence")
