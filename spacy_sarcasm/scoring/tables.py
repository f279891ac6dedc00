"""Scores for batches of a table: Arrow record batches and pandas frames.

Nothing here knows an engine: Spark, Ray Data and Dask all take a function from batches to batches,
and run it in worker processes. A pipeline is loaded in such a process when its first batch comes,
and kept there for all that follow.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from ..pipeline.loading import load_scoring_pipeline
from .texts import DEFAULT_BATCH_SIZE, TextScorer

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TEXT_COLUMN = "text"
OUTPUT_COLUMN = "sarcasm"
# What pandas calls columns that may hold texts.
TEXT_KINDS = {"string", "empty", "mixed", "mixed-integer"}

# A model's name or path -> when it was saved, and its scorer.
_loaded: dict[str | None, tuple[int | None, TextScorer]] = {}
# Held while loading and while scoring: the threads of a worker share a pipeline, which serves one
# of them at a time.
_lock = Lock()


def score_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    text_column: str = TEXT_COLUMN,
    output_column: str = OUTPUT_COLUMN,
    model: str | Path | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield Arrow record batches with a column of scores appended, rows and order kept.

    Args:
        batches: Record batches.
        text_column: The column with the texts: strings, dictionary-encoded ones too.
        output_column: The column to append: float64, a probability of sarcasm in 0..1; null where
            the text is null or not valid Unicode.
        model: The name of an installed pipeline package or the path of a saved pipeline with a
            sarcasm component. None: blank English with the bundled weights. Loaded once in a
            process, and anew when it was saved anew.

    Yields:
        A batch for each batch, its schema that of the batch with `output_column` at the end.

    Raises:
        ValueError: There is no one such text column, it does not hold texts, or there is an
            output column already; or the pipeline has no sarcasm component.
        OSError: There is no such pipeline.
    """
    import pyarrow as pa

    for batch in batches:
        check_columns(batch.schema.names, text_column, output_column)
        scores = score_values(_arrow_texts(batch, text_column), model)
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, pa.array(scores, pa.float64())],
            schema=batch.schema.append(pa.field(output_column, pa.float64())),
        )


def score_frame(
    frame: pd.DataFrame,
    *,
    text_column: str = TEXT_COLUMN,
    output_column: str = OUTPUT_COLUMN,
    model: str | Path | None = None,
) -> pd.DataFrame:
    """Return a pandas frame with a column of scores appended; the frame given is not changed.

    Args:
        frame: The frame; its index may be anything.
        text_column: The column with the texts: of strings, objects or a category of strings.
        output_column: The column to append: float64, a probability of sarcasm in 0..1; NaN where
            the text is missing, no string or not valid Unicode.
        model: As for `score_batches`.

    Raises:
        ValueError: As for `score_batches`.
        OSError: There is no such pipeline.
    """
    check_columns([str(name) for name in frame.columns], text_column, output_column)
    scored = frame.copy(deep=False)
    scored[output_column] = np.array(
        score_values(_pandas_texts(frame, text_column), model), dtype=np.float64
    )
    return scored


def check_columns(columns: Sequence[str], text_column: str, output_column: str) -> None:
    """Check that the text column is there and the output column is not.

    Args:
        columns: The names of a table's columns.
        text_column: Has to be there once.
        output_column: Must not be there.

    Raises:
        ValueError: It is otherwise; the message lists the columns.
    """
    listed = ", ".join(f"'{column}'" for column in columns) or "none"
    count = list(columns).count(text_column)
    if count == 0:
        raise ValueError(
            f"there is no column '{text_column}'; the columns are: {listed}. Name the one with "
            f"the texts by text_column"
        )
    if count > 1:
        raise ValueError(
            f"there are {count} columns named '{text_column}'; the columns are: {listed}. Rename "
            f"all but one"
        )
    if output_column in columns:
        raise ValueError(
            f"there is a column '{output_column}' already; the columns are: {listed}. Choose "
            f"another name by output_column, or drop it"
        )


def wrong_type(column: str, kind: str, columns: Sequence[str]) -> ValueError:
    """Return the error for a text column without texts.

    Args:
        column: The column.
        kind: Its type.
        columns: The names of all columns.
    """
    listed = ", ".join(f"'{name}'" for name in columns)
    return ValueError(
        f"the column '{column}' holds no texts: its type is {kind}. The columns are: {listed}. "
        f"Name the one with the texts by text_column, or cast it to strings"
    )


def score_values(values: Sequence[Any], model: str | Path | None = None) -> list[float | None]:
    """Score values by a pipeline that this process keeps.

    Args:
        values: Texts, and maybe nulls and other values.
        model: As for `score_batches`.

    Returns:
        The score of each value, None for one that is no valid text.

    Raises:
        ValueError: The pipeline has no sarcasm component.
        OSError: There is no such pipeline.
    """
    scores: list[float | None] = []
    for start in range(0, len(values), DEFAULT_BATCH_SIZE):
        with _lock:
            scored, _ = _scorer(model).score_values(values[start : start + DEFAULT_BATCH_SIZE])
        scores += scored
    return scores


def _scorer(model: str | Path | None) -> TextScorer:
    name = None if model is None else str(model)
    saved = _saved_at(name)
    if name not in _loaded or _loaded[name][0] != saved:
        _loaded[name] = (saved, TextScorer(load_scoring_pipeline(name)))
    return _loaded[name][1]


def _saved_at(model: str | None) -> int | None:
    # Workers outlive jobs: a pipeline trained again under the same path is another one.
    if model is None:
        return None
    try:
        return (Path(model) / "meta.json").stat().st_mtime_ns
    except OSError:
        return None


def _forget() -> None:
    # Another thread may have held the lock, or been in the midst of a pipeline, at the fork.
    global _lock  # noqa: PLW0603
    _lock = Lock()
    _loaded.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _arrow_texts(batch: pa.RecordBatch, name: str) -> list[Any]:
    import pyarrow as pa

    column = batch.column(batch.schema.get_field_index(name))
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        raise wrong_type(name, str(kind), batch.schema.names)
    try:
        texts: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        # Nobody checks the bytes of a string column. Those that are not UTF-8 become lone
        # surrogates, which score as what they are: no text.
        texts = [
            None if raw is None else raw.decode("utf-8", "surrogateescape")
            for raw in column.cast(pa.large_binary()).to_pylist()
        ]
    return texts


def _pandas_texts(frame: pd.DataFrame, name: str) -> list[Any]:
    import pandas as pd

    column = frame[name]
    held = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    kind = pd.api.types.infer_dtype(held, skipna=True)
    # A column without a single value has whatever type: nothing was known of it.
    if kind not in TEXT_KINDS and column.notna().any():
        raise wrong_type(name, str(column.dtype), [str(column) for column in frame.columns])
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values
