"""Frames of every kind: the same kind comes back, with missing scores as its own null."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from spacy.language import Language

from spacy_sarcasm import score_frame

from .conftest import ScoreOf

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install pyarrow")
pd = pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")
pl = pytest.importorskip("polars", reason="polars is not installed: pip install polars")

TEXTS = ["area man wins", None, "rain in the north"]
KINDS: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "table": pa.table,
    "batch": pa.RecordBatch.from_pydict,
}


def columns_of(frame: Any) -> dict[str, list[Any]]:
    if isinstance(frame, pd.DataFrame):
        return {name: frame[name].astype(object).tolist() for name in frame.columns}
    if isinstance(frame, pl.DataFrame):
        return frame.to_dict(as_series=False)
    return frame.to_pydict()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_kind_comes_back(kind: str, bundled: Language, score_of: ScoreOf) -> None:
    frame = KINDS[kind]({"id": [1, 2, 3], "headline": TEXTS})
    scored = score_frame(frame, text_column="headline", output_column="score", model=bundled)
    assert type(scored) is type(frame)
    found = columns_of(scored)
    assert list(found) == ["id", "headline", "score"]
    assert found["id"] == [1, 2, 3]
    first, missing, last = found["score"]
    assert (first, last) == (score_of(TEXTS[0]), score_of(TEXTS[2]))
    # NaN in pandas, null elsewhere.
    assert math.isnan(missing) if kind == "pandas" else missing is None
    assert list(columns_of(frame)) == ["id", "headline"]


@pytest.mark.parametrize("kind", KINDS)
def test_texts_that_cannot_be_read_have_no_score(kind: str, bundled: Language) -> None:
    frame = KINDS[kind]({"text": ["12345", "area man", ""]})
    first, known, last = columns_of(score_frame(frame, model=bundled))["sarcasm"]
    assert 0 <= known <= 1
    for score in (first, last):
        assert math.isnan(score) if kind == "pandas" else score is None


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_columns(kind: str, bundled: Language) -> None:
    make = KINDS[kind]
    with pytest.raises(ValueError, match="no column 'text'; the columns are: 'id'"):
        score_frame(make({"id": [1]}), model=bundled)
    with pytest.raises(ValueError, match="holds no texts: its type is .*64"):
        score_frame(make({"text": [1]}), model=bundled)
    with pytest.raises(ValueError, match="a column 'sarcasm' already"):
        score_frame(make({"text": ["a"], "sarcasm": [1]}), model=bundled)


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["area man wins", "x"]), pl.Null])
def test_other_texts_of_polars(dtype: Any, bundled: Language, score_of: ScoreOf) -> None:
    texts = [None, None] if dtype == pl.Null else ["area man wins", None]
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=dtype)})
    scored = score_frame(frame, model=bundled)
    assert scored.schema["text"] == frame.schema["text"]
    expected = None if dtype == pl.Null else score_of("area man wins")
    assert scored["sarcasm"].to_list() == [expected, None]


def test_parts_of_an_arrow_table(bundled: Language, score_of: ScoreOf) -> None:
    table = pa.concat_tables([pa.table({"text": ["area man wins"]}), pa.table({"text": ["wow"]})])
    table = table.set_column(0, "text", table["text"].dictionary_encode())
    scored = score_frame(table, model=bundled)
    assert scored["sarcasm"].to_pylist() == [score_of("area man wins"), score_of("wow")]
    empty = score_frame(table.slice(0, 0), model=bundled)
    assert empty.schema.names == ["text", "sarcasm"]


@pytest.mark.parametrize("given", [["a"], {"text": ["a"]}, None])
def test_what_is_not_a_frame(given: object, bundled: Language) -> None:
    with pytest.raises(TypeError, match="expected a pandas or Polars DataFrame, or an Arrow"):
        score_frame(given, model=bundled)
    with pytest.raises(TypeError, match=r"LazyFrame\. Call its collect\(\) first"):
        score_frame(pl.LazyFrame({"text": ["a"]}), model=bundled)
