"""Scores for data frames: pandas, Polars and Arrow in, the same kind out.

Each kind is asked for its texts in its own words. A layer such as narwhals would need the same
checks of types around it, and the Arrow PyCapsule interface loses the index of a pandas frame.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from spacy.language import Language

from .sentence_frames import explode_arrow, explode_pandas, explode_polars
from .sentences import SENTENCE, By
from .tables import (
    OUTPUT_COLUMN,
    TEXT_COLUMN,
    arrow_texts,
    check_columns,
    explode,
    score_values,
    wrong_type,
)

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Frame = TypeVar("Frame")
Model = str | Path | Language | None

# What pandas calls columns that may hold texts.
TEXT_KINDS = {"string", "empty", "mixed", "mixed-integer"}


def score_frame(
    frame: Frame,
    *,
    text_column: str = TEXT_COLUMN,
    output_column: str = OUTPUT_COLUMN,
    model: str | Path | Language | None = None,
    by: By = "text",
) -> Frame:
    """Return a data frame with a column of scores appended. The given frame is not changed.

    Args:
        frame: A pandas or Polars DataFrame, or an Arrow Table or RecordBatch.
        text_column: The column with the texts: strings, or categories of strings.
        output_column: The column to append: float64, a probability of sarcasm in 0..1. Where the
            text is missing, empty or not valid, or the network knows none of its words, it holds
            what the frame uses for missing values: NaN in pandas, null elsewhere.
        model: A pipeline with a sarcasm component, the name of an installed one, or the path of a
            saved one. None: blank English with the bundled weights.
        by: ``"text"``, or ``"sentence"`` for a row per sentence: the sentence takes the place of
            the text, the columns ``sentence_number``, ``sentence_start`` and ``sentence_end`` say
            where it is, and the others are repeated. A text without sentences stays one row.

    Returns:
        A frame of the same kind, its rows in the same order, with the same index; by sentence, the
        index is repeated.

    Raises:
        TypeError: It is not one of these kinds of frames.
        ValueError: The text column is missing, ambiguous or does not hold texts; the output column
            already exists; or the pipeline has no sarcasm component.
        OSError: There is no such pipeline.

    Example:
        >>> import pandas
        >>> frame = pandas.DataFrame({"headline": ["area man wins", None]})
        >>> score_frame(frame, text_column="headline")["sarcasm"].isna().tolist()
        [False, True]
    """
    append = _APPEND.get(_kind(frame))
    if append is None:
        hint = ". Call its collect() first" if type(frame).__name__ == "LazyFrame" else ""
        raise TypeError(
            "expected a pandas or Polars DataFrame, or an Arrow Table or RecordBatch, got "
            f"{type(frame).__module__}.{type(frame).__qualname__}{hint}"
        )
    scored: Frame = append(frame, text_column, output_column, model, by)
    return scored


def _kind(frame: object) -> tuple[str, str]:
    """Return the package and the name of the class that says what kind of frame this is."""
    for base in type(frame).__mro__:
        kind = (base.__module__.partition(".")[0], base.__name__)
        if kind in _APPEND:
            return kind
    return "", ""


def _append_to_pandas(
    frame: pd.DataFrame, text_column: str, output_column: str, model: Model, by: By
) -> pd.DataFrame:
    import pandas as pd

    columns = [str(name) for name in frame.columns]
    check_columns(columns, text_column, output_column, by)
    column = frame[text_column]
    held = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    # A column without a single value may have any type.
    if pd.api.types.infer_dtype(held, skipna=True) not in TEXT_KINDS and column.notna().any():
        raise wrong_type(text_column, str(column.dtype), columns)
    texts = column.astype(object).where(column.notna(), None).tolist()
    if by == SENTENCE:
        return explode_pandas(frame, explode(texts, text_column, output_column, model))
    scored = frame.copy(deep=False)
    scored[output_column] = np.array(score_values(texts, model), dtype=np.float64)
    return scored


def _append_to_polars(
    frame: pl.DataFrame, text_column: str, output_column: str, model: Model, by: By
) -> pl.DataFrame:
    import polars as pl

    check_columns(frame.columns, text_column, output_column, by)
    column = frame.get_column(text_column)
    if column.dtype not in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        raise wrong_type(text_column, str(column.dtype), frame.columns)
    texts = column.cast(pl.String).to_list()
    if by == SENTENCE:
        return explode_polars(frame, explode(texts, text_column, output_column, model))
    scores = score_values(texts, model)
    return frame.with_columns(pl.Series(output_column, scores, dtype=pl.Float64))


def _append_to_arrow(
    frame: Any, text_column: str, output_column: str, model: Model, by: By
) -> pa.Table:
    import pyarrow as pa

    names = frame.schema.names
    check_columns(names, text_column, output_column, by)
    column = frame.column(names.index(text_column))
    texts = arrow_texts(column, text_column, names)
    if by == SENTENCE:
        return explode_arrow(frame, explode(texts, text_column, output_column, model))
    scores = pa.array(score_values(texts, model), pa.float64())
    return frame.append_column(pa.field(output_column, pa.float64()), scores)


_APPEND: dict[tuple[str, str], Callable[..., Any]] = {
    ("pandas", "DataFrame"): _append_to_pandas,
    ("polars", "DataFrame"): _append_to_polars,
    ("pyarrow", "Table"): _append_to_arrow,
    ("pyarrow", "RecordBatch"): _append_to_arrow,
}
