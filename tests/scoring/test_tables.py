"""Batches of a table with scores appended: Arrow and pandas, threads, forks, a model saved anew."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language

from spacy_sarcasm.scoring import tables as module
from spacy_sarcasm.scoring.frames import score_frame
from spacy_sarcasm.scoring.tables import score_batches

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install pyarrow")
pd = pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")

AGREEMENT = 1e-5
TEXTS = ["area man wins", "", "rain in the north", "\u2028odd\x00 \U0001f643"]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | None]]:
    """The models that were loaded, from none at the start."""
    loaded: list[str | None] = []
    load = module.load_scoring_pipeline

    def counted(model: str | None = None) -> Language:
        loaded.append(model)
        return load(model)

    monkeypatch.setattr(module, "load_scoring_pipeline", counted)
    monkeypatch.setattr(module, "_loaded", {})
    return loaded


def score_table(table: pa.Table, **options) -> pa.Table:
    return pa.Table.from_batches(score_batches(table.to_batches(max_chunksize=3), **options))


def local_scores(nlp: Language, texts: list[str | None]) -> list[float | None]:
    return [None if text is None else nlp(text)._.sarcasm for text in texts]


def assert_scores(scores: list[float | None], expected: list[float | None]) -> None:
    assert [score is None for score in scores] == [score is None for score in expected]
    assert [score for score in scores if score is not None] == pytest.approx(
        [score for score in expected if score is not None], abs=AGREEMENT
    )


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.large_string()),
    ],
    ids=str,
)
def test_batches_keep_rows_and_schema(bundled: Language, kind: pa.DataType) -> None:
    texts = [*TEXTS, None, *TEXTS]
    schema = pa.schema(
        [
            pa.field("id", pa.int64(), nullable=False),
            pa.field("headline", kind, metadata={b"from": b"us"}),
            pa.field("tags", pa.list_(pa.struct([("a", pa.timestamp("us", "UTC"))]))),
        ],
        metadata={b"made": b"here"},
    )
    columns = {"id": range(9), "headline": texts, "tags": [[{"a": 1}], None, []] * 3}
    table = pa.table(
        {name: pa.array(list(values), schema.field(name).type) for name, values in columns.items()},
        schema=schema,
    )
    scored = score_table(table, text_column="headline", output_column="score")
    assert scored.schema.equals(schema.append(pa.field("score", pa.float64())), check_metadata=True)
    assert scored.drop_columns("score").equals(table)
    assert_scores(scored["score"].to_pylist(), local_scores(bundled, texts))


def test_slices_empty_batches_and_columns_of_nulls(bundled: Language) -> None:
    whole = pa.record_batch({"text": TEXTS})
    given = [whole.slice(1, 2), whole.slice(0, 0), pa.record_batch({"text": pa.nulls(2)})]
    scored = list(score_batches(iter(given)))
    assert [batch.num_rows for batch in scored] == [2, 0, 2]
    assert_scores(scored[0]["sarcasm"].to_pylist(), local_scores(bundled, TEXTS[1:3]))
    assert scored[2]["sarcasm"].to_pylist() == [None, None]
    assert list(score_batches([])) == []


def test_batches_larger_than_what_is_scored_at_a_time(
    bundled: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEFAULT_BATCH_SIZE", 3)
    texts = [f"area man wins {i} times" if i % 4 else None for i in range(20)]
    (scored,) = score_batches([pa.record_batch({"text": texts})])
    assert_scores(scored["sarcasm"].to_pylist(), local_scores(bundled, texts))


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_bytes_that_are_no_utf8_score_null_and_harm_no_other_row(
    bundled: Language, kind: pa.DataType
) -> None:
    # As in Spark's cast from binary to string, nothing checks the bytes.
    offsets = pa.large_binary() if kind == pa.large_string() else pa.binary()
    raw = pa.array([b"area man wins", b"na\xefve", None, b"rain"], offsets)
    column = pa.Array.from_buffers(kind, len(raw), raw.buffers())
    (scored,) = score_batches([pa.record_batch({"text": column})])
    expected = local_scores(bundled, ["area man wins", None, None, "rain"])
    assert_scores(scored["sarcasm"].to_pylist(), expected)
    assert scored["text"].cast(offsets).to_pylist() == raw.to_pylist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text_column": "body"}, r"no column 'body'; the columns are: 'n', 'text', 'sarcasm'"),
        ({"text_column": "n", "output_column": "s"}, r"'n' holds no texts: its type is int64"),
        ({}, r"there is a column 'sarcasm' already; the columns are: 'n', 'text', 'sarcasm'"),
    ],
)
def test_columns_that_do_not_fit(options: dict[str, str], message: str) -> None:
    columns = {"n": [1], "text": ["a"], "sarcasm": [0.5]}
    with pytest.raises(ValueError, match=message):
        list(score_batches([pa.record_batch(columns)], **options))
    with pytest.raises(ValueError, match=message):
        score_frame(pd.DataFrame(columns), **options)


def test_columns_of_the_same_name_are_refused_only_where_it_matters() -> None:
    twins = pa.RecordBatch.from_arrays([pa.array(["a"])] * 2, names=["text", "text"])
    with pytest.raises(ValueError, match="there are 2 columns named 'text'"):
        list(score_batches([twins]))
    others = pa.RecordBatch.from_arrays([pa.array(["a"])] * 3, names=["x", "x", "text"])
    assert next(score_batches([others])).schema.names == ["x", "x", "text", "sarcasm"]


@pytest.mark.parametrize("dtype", ["object", "string", "category", "string[pyarrow]"])
def test_frames_keep_rows_index_and_types(bundled: Language, dtype: str) -> None:
    texts = [*TEXTS, None]
    frame = pd.DataFrame(
        {"headline": pd.Series(texts, dtype=dtype), "n": pd.Series(range(5), dtype="int8")}
    )
    frame.index = pd.Index([7, 7, 3, 1, 0], name="key")
    before = frame.copy()
    scored = score_frame(frame, text_column="headline", output_column="score")
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(scored[["headline", "n"]], before)
    assert scored["score"].dtype == np.float64
    scores = [None if np.isnan(score) else score for score in scored["score"]]
    assert_scores(scores, local_scores(bundled, texts))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, 3, b"bytes", "\ud800"])
def test_what_is_no_text_in_a_frame_scores_nan(missing: object) -> None:
    scored = score_frame(
        pd.DataFrame({"text": pd.Series(["rain", missing, "area man"], dtype=object)})
    )
    assert list(scored["sarcasm"].isna()) == [False, True, False]


@pytest.mark.parametrize("dtype", ["object", "float64", "string"])
def test_frames_without_rows_or_values(dtype: str) -> None:
    scored = score_frame(pd.DataFrame({"text": pd.Series([], dtype=dtype)}))
    assert (len(scored), scored["sarcasm"].dtype) == (0, np.float64)
    scored = score_frame(pd.DataFrame({"text": pd.Series([None, None], dtype=dtype)}))
    assert scored["sarcasm"].isna().all()


@pytest.mark.parametrize("values", [[1, 2], [b"a", b"b"], [1.5, None], [True, False]])
def test_frames_with_another_type_are_refused(values: list[object]) -> None:
    for dtype in ("object", "category"):
        with pytest.raises(ValueError, match=f"'text' holds no texts: its type is {dtype}"):
            score_frame(pd.DataFrame({"text": pd.Series(values, dtype=dtype)}))


def test_a_process_loads_each_model_once(
    trained_folder: Path, loads: list[str | None], trained: Language
) -> None:
    table = pa.table({"text": TEXTS})
    for _ in range(2):
        score_table(table)
        scored = score_table(table, model=trained_folder)
        score_frame(table.to_pandas(), model=str(trained_folder))
    assert loads == [None, str(trained_folder)]
    assert_scores(scored["sarcasm"].to_pylist(), local_scores(trained, TEXTS))


def test_threads_share_one_pipeline(bundled: Language, loads: list[str | None]) -> None:
    texts = [f"area man wins {i} times" for i in range(50)]
    frame = pd.DataFrame({"text": texts})
    results: list[list[float]] = []

    def work() -> None:
        results.append(score_frame(frame)["sarcasm"].tolist())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [None]
    expected = local_scores(bundled, texts)
    assert len(results) == 8
    for scores in results:
        assert_scores(scores, expected)


def test_a_model_saved_anew_is_loaded_anew(
    trained_folder: Path, tmp_path: Path, loads: list[str | None]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained_folder, folder)
    table = pa.table({"text": TEXTS})
    before = score_table(table, model=folder)["sarcasm"].to_pylist()
    nlp = spacy.load(folder)
    nlp.remove_pipe("sarcasm")
    nlp.add_pipe("sarcasm")
    nlp.to_disk(folder)
    after = score_table(table, model=folder)["sarcasm"].to_pylist()
    assert loads == [str(folder)] * 2
    assert after != pytest.approx(before, abs=AGREEMENT)
    assert_scores(after, local_scores(nlp, TEXTS))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_while_a_thread_scores_does_not_hang(run_script) -> None:
    printed = run_script(
        """
import os, threading
import pandas as pd
from spacy_sarcasm.scoring import frames, tables
frame = pd.DataFrame({"text": ["area man wins"] * 3})
expected = frames.score_frame(frame)["sarcasm"].tolist()
with tables._lock:
    child = os.fork()
    if child == 0:
        again = frames.score_frame(frame)["sarcasm"].tolist()
        os._exit(0 if max(abs(a - b) for a, b in zip(again, expected)) < 1e-5 else 1)
print(os.waitpid(child, 0)[1])
"""
    )
    assert printed == "0\n"


def test_models_that_are_not_there(tmp_path: Path) -> None:
    table = pa.table({"text": TEXTS})
    with pytest.raises(OSError, match="no_such_pipeline"):
        score_table(table, model="no_such_pipeline")
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ValueError, match="has no sarcasm component"):
        score_table(table, model=tmp_path / "blank")
