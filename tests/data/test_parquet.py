"""Parquet in and out."""

from __future__ import annotations

import datetime
import json
import time
from decimal import Decimal
from pathlib import Path

import pytest
from spacy.language import Language

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from spacy_sarcasm.data.filetypes import parquet  # noqa: E402
from spacy_sarcasm.data.formats import read_chunks  # noqa: E402
from spacy_sarcasm.data.rows import START  # noqa: E402
from spacy_sarcasm.data.sources import find_sources  # noqa: E402
from spacy_sarcasm.scoring.bulk.score_files import score_files  # noqa: E402

from ..scoring.conftest import ScoreOf, make_texts, read_jsonl, write_jsonl  # noqa: E402


def make_table(count: int) -> pa.Table:
    texts = make_texts(count)
    texts[1:3] = [None, ""]
    return pa.table(
        {
            "n": pa.array(range(count), pa.int32()),
            "text": pa.array(texts),
            "when": pa.array([datetime.date(2020, 1, 1)] * count),
            "price": pa.array([Decimal("1.10")] * count),
            "kind": pa.array(["a", "b"] * (count // 2)).dictionary_encode(),
            "nested": pa.array([{"x": [1, None]}] * count),
        }
    ).replace_schema_metadata({"origin": "test"})


def test_columns_keep_their_types(tmp_path: Path, bundled: Language, score_of: ScoreOf) -> None:
    table = make_table(100)
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=30)
    options = {"threshold": 0.5, "on_error": "keep", "batch_size": 8}
    output = tmp_path / "out.parquet"
    summary = score_files([tmp_path / "in.parquet"], output, model=bundled, **options)
    assert (summary.counts.rows, summary.counts.empty, summary.counts.failed) == (100, 2, 0)
    found = pq.read_table(output)
    assert found.select(table.schema.names).equals(table)
    assert found.schema.metadata[b"origin"] == b"test"
    assert found.schema.names[6:] == ["sarcasm", "sarcasm_label", "error", "error_line"]
    rows = found.to_pylist()
    assert [(row["sarcasm"], row["error"]) for row in rows[1:3]] == [(None, None)] * 2
    for row in rows[3:]:
        assert row["sarcasm"] == score_of(row["text"])
        assert row["sarcasm_label"] == (row["sarcasm"] >= 0.5)


def test_to_json_and_csv(tmp_path: Path, bundled: Language) -> None:
    pq.write_table(make_table(4), tmp_path / "in.parquet")
    options = {"on_error": "keep"}
    for suffix in ("jsonl", "csv"):
        output = tmp_path / f"out.{suffix}"
        score_files([tmp_path / "in.parquet"], output, model=bundled, **options)
    row = read_jsonl(tmp_path / "out.jsonl")[3]
    assert (row["when"], row["price"], row["nested"]) == ("2020-01-01", "1.10", {"x": [1, None]})
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert '2020-01-01,1.10,b,"{""x"": [1, null]}"' in lines[4]


def test_chunks_start_anywhere(tmp_path: Path) -> None:
    pq.write_table(make_table(50), tmp_path / "in.parquet", row_group_size=22)
    source = find_sources([tmp_path / "in.parquet"])[0]
    chunks = list(read_chunks(0, source, 10, START))
    assert [len(chunk.rows) for chunk in chunks] == [10, 10, 2, 10, 10, 2, 6]
    for number, chunk in enumerate(chunks):
        rest = list(read_chunks(0, source, 10, chunk.end))
        assert [(c.start, c.end) for c in rest] == [(c.start, c.end) for c in chunks[number + 1 :]]
        assert all(a.rows.equals(b.rows) for a, b in zip(rest, chunks[number + 1 :], strict=True))


def test_row_groups_are_bounded(
    tmp_path: Path, bundled: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 20)
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": text} for text in make_texts(50)])
    output = tmp_path / "out.parquet"
    score_files([given], output, model=bundled, batch_size=10)
    metadata = pq.ParquetFile(output).metadata
    sizes = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert sizes == [20, 20, 10]


def test_json_values_become_text(tmp_path: Path, bundled: Language) -> None:
    value = {"a": [1, "é"], "b": None}
    rows = [
        {"text": "x", "v": value, "t": True, "s": "007", "big": 10**30},
        {"text": "y", "s": None, "v": 1.5},
        {"text": "z", "s": "\ud800"},
    ]
    given = tmp_path / "in.jsonl"
    given.write_text("".join(json.dumps(row) + "\n" for row in rows))
    score_files([given], tmp_path / "out.parquet", model=bundled)
    found = pq.read_table(tmp_path / "out.parquet").drop(["sarcasm"]).to_pylist()
    assert json.loads(found[0].pop("v")) == value
    assert found[0] == {"text": "x", "t": "true", "s": "007", "big": str(10**30)}
    assert found[1] == {"text": "y", "v": "1.5", "t": None, "s": None, "big": None}
    assert found[2]["s"] == "\\ud800"


def test_types_that_differ(tmp_path: Path, bundled: Language) -> None:
    pq.write_table(pa.table({"text": ["x"], "n": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"text": ["x"], "n": [1.5]}), tmp_path / "b.parquet")
    with pytest.raises(ValueError, match=r"'n' is int64 in '.*a\.parquet' and double in .*b\.p"):
        score_files([f"{tmp_path}/*.parquet"], tmp_path / "out.parquet", model=bundled)
    score_files([f"{tmp_path}/*.parquet"], tmp_path / "out.jsonl", model=bundled)
    assert [row["n"] for row in read_jsonl(tmp_path / "out.jsonl")] == [1, 1.5]


def test_no_parquet_file(tmp_path: Path, bundled: Language) -> None:
    (tmp_path / "in.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(ValueError, match=r"in\.parquet' is not a whole Parquet file"):
        score_files([tmp_path / "in.parquet"], tmp_path / "out.jsonl", model=bundled)


def test_values_that_python_or_json_lack(tmp_path: Path, bundled: Language) -> None:
    bad = pa.array([b"caf\xe9", b"fine", b"x"]).view(pa.binary()).cast(pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 3, bad.buffers())
    table = pa.table(
        {
            "text": texts,
            "far": pa.array([3_000_000, 1, None], pa.int32()).cast(pa.date32()),
            "when": pa.array([2**62, 1, None], pa.timestamp("ms")),
            "x": pa.array([float("nan"), float("inf"), 1.5]),
            "nested": pa.array([[float("nan")], [1.0], None]),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    options = {"on_error": "keep"}
    for suffix in ("jsonl", "csv", "parquet"):
        output = tmp_path / f"out.{suffix}"
        summary = score_files([tmp_path / "in.parquet"], output, model=bundled, **options)
        assert (summary.counts.rows, summary.counts.failed) == (3, 1)

    def no_constant(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    first, second, third = (json.loads(line, parse_constant=no_constant) for line in lines)
    assert (first["text"], first["sarcasm"]) == ("caf\udce9", None)
    assert "lone surrogate at position 4" in first["error"]
    assert first["far"].startswith("10183-")
    assert (first["x"], first["nested"], second["x"], third["x"]) == (None, [None], None, 1.5)
    assert third["sarcasm"] is not None


def test_many_columns(tmp_path: Path, bundled: Language) -> None:
    names = [f"c{i}" for i in range(20_000)]
    pq.write_table(
        pa.table({"text": ["x"], **{name: [1] for name in names}}), tmp_path / "a.parquet"
    )
    lines = [",".join(["text", *names]), ",".join(["x", *(["1"] * len(names))])]
    (tmp_path / "b.csv").write_text("\n".join(lines) + "\n")
    start = time.process_time()
    for name in ("a.parquet", "b.csv"):
        score_files([tmp_path / name], tmp_path / f"{name}.jsonl", model=bundled)
    # It took 14 s when the time grew with the square of the columns.
    assert time.process_time() - start < 10
    assert len(read_jsonl(tmp_path / "b.csv.jsonl")[0]) == 20_002
    with pytest.raises(ValueError, match=r"c28 and 19,971 more"):
        score_files(
            [tmp_path / "b.csv"],
            tmp_path / "c.jsonl",
            model=bundled,
            text_column="body",
        )
