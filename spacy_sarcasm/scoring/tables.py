"""Scores for batches of a table.

Nothing here knows an engine: Spark, Ray Data and Dask all take a function from batches to batches,
and run it in worker processes. A pipeline is loaded in such a process when the first batch arrives,
and kept for all that follow.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from spacy.language import Language

from ..pipeline.loading import load_scoring_pipeline
from .sentence_frames import Explosion, explode_arrow
from .sentences import (
    SENTENCE,
    SENTENCE_COLUMNS,
    By,
    SentenceScore,
    SentenceScorer,
    check_by,
    expand,
)
from .texts import DEFAULT_BATCH_SIZE, TextScorer

if TYPE_CHECKING:
    import pyarrow as pa

TEXT_COLUMN = "text"
OUTPUT_COLUMN = "sarcasm"
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
    by: By = "text",
) -> Iterator[pa.RecordBatch]:
    """Yield Arrow record batches with a column of scores appended.

    Args:
        batches: Record batches.
        text_column: The column with the texts: strings, also dictionary-encoded.
        output_column: The column to append: float64, a probability of sarcasm in 0..1; null where
            the text is null, empty or not valid Unicode, or the network knows none of its words.
        model: An installed pipeline package or the path of a saved pipeline with a sarcasm
            component. None: blank English with the bundled weights. Loaded once per process, and
            again if it has been saved since.
        by: ``"text"``, or ``"sentence"`` for a row per sentence, as in `score_frame`.

    Yields:
        One batch per batch, with the same schema plus `output_column` at the end.

    Raises:
        ValueError: The text column is missing, ambiguous or does not hold texts; the output column
            already exists; or the pipeline has no sarcasm component.
        OSError: There is no such pipeline.

    Example:
        >>> import pyarrow
        >>> table = pyarrow.table({"headline": ["area man wins", None]})
        >>> for batch in score_batches(table.to_batches(), text_column="headline"):
        ...     print(batch.schema.names, batch.num_rows)
        ['headline', 'sarcasm'] 2
    """
    import pyarrow as pa

    for batch in batches:
        check_columns(batch.schema.names, text_column, output_column, by)
        place = batch.schema.get_field_index(text_column)
        texts = arrow_texts(batch.column(place), text_column, batch.schema.names)
        if by == SENTENCE:
            yield explode_arrow(batch, explode(texts, text_column, output_column, model))
            continue
        scores = score_values(texts, model)
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, pa.array(scores, pa.float64())],
            schema=batch.schema.append(pa.field(output_column, pa.float64())),
        )


def check_columns(
    columns: Sequence[str], text_column: str, output_column: str, by: By = "text"
) -> None:
    """Check that the text column is there and the columns to be added are not.

    Args:
        text_column: Has to be there once.
        output_column: Must not be there.
        by: With ``"sentence"``, `SENTENCE_COLUMNS` must not be there either.

    Raises:
        ValueError: It is otherwise; the message lists the columns.

    Example:
        >>> check_columns(["id", "text"], "text", "sarcasm")
    """
    check_by(by)
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
    added = SENTENCE_COLUMNS if by == SENTENCE else ()
    if output_column in (*columns, *added):
        raise ValueError(
            f"there is a column '{output_column}' already; the columns are: "
            f"{', '.join([listed, *added])}. Choose another name by output_column, or drop it"
        )
    for name in added:
        if name in columns:
            raise ValueError(
                f"there is a column '{name}' already; the columns are: {listed}. Rename it: the "
                "scores by sentence come with a column of that name"
            )


def wrong_type(column: str, kind: str, columns: Sequence[str]) -> ValueError:
    """Return the error for a text column without texts.

    Example:
        >>> raise wrong_type("text", "int64", ["id", "text"])  # doctest: +SKIP
    """
    listed = ", ".join(f"'{name}'" for name in columns)
    return ValueError(
        f"the column '{column}' holds no texts: its type is {kind}. The columns are: {listed}. "
        f"Name the one with the texts by text_column, or cast it to strings"
    )


def score_values(
    values: Sequence[Any], model: str | Path | Language | None = None
) -> list[float | None]:
    """Return the score of each value, None for one without a score.

    Args:
        values: Texts, and perhaps nulls and other values.
        model: As for `score_batches`, or a pipeline.

    Raises:
        ValueError: The pipeline has no sarcasm component.

    Example:
        >>> [score is None for score in score_values(["Area Man Wins", None])]
        [False, True]
    """
    scores: list[float | None] = []
    if isinstance(model, Language):
        scorer = TextScorer(model)
        for start in range(0, len(values), DEFAULT_BATCH_SIZE):
            scores += scorer.score_values(values[start : start + DEFAULT_BATCH_SIZE])[0]
        return scores
    for start in range(0, len(values), DEFAULT_BATCH_SIZE):
        with _lock:
            scored, _ = _scorer(model).score_values(values[start : start + DEFAULT_BATCH_SIZE])
        scores += scored
    return scores


def explode(
    values: Sequence[Any],
    text_column: str,
    output_column: str,
    model: str | Path | Language | None = None,
) -> Explosion:
    """Score the sentences of the texts of a frame, for a frame with a row for each.

    Args:
        values: The texts, as for `score_values`; values that are no texts have no sentences.
        text_column: Their column.
        output_column: The column for the scores.
        model: As for `score_values`.

    Raises:
        ValueError: The pipeline has no sarcasm component.

    Example:
        >>> explode(["Oh great. Another meeting."], "text", "sarcasm")  # doctest: +SKIP
    """
    sentences: list[list[SentenceScore]] = []
    for start in range(0, len(values), DEFAULT_BATCH_SIZE):
        some = values[start : start + DEFAULT_BATCH_SIZE]
        if isinstance(model, Language):
            sentences += SentenceScorer(model).measure_values(some)[0]
            continue
        with _lock:
            sentences += SentenceScorer(_scorer(model).nlp).measure_values(some)[0]
    return Explosion(text_column, output_column, values, expand(sentences))


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


def arrow_texts(column: pa.Array | pa.ChunkedArray, name: str, columns: Sequence[str]) -> list[Any]:
    """Return the texts of an Arrow column, None for nulls.

    Args:
        column: Strings of any kind, also dictionary-encoded.

    Raises:
        ValueError: It holds no texts.

    Example:
        >>> import pyarrow as pa  # doctest: +SKIP
        >>> arrow_texts(pa.array(["a", None]), "text", ["text"])  # doctest: +SKIP
        ['a', None]
    """
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        column = column.cast(kind)
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        raise wrong_type(name, str(kind), columns)
    try:
        texts: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        # Nobody checks the bytes of a string column. Those that are not UTF-8 become lone
        # surrogates, which are treated as what they are: not a text.
        texts = [
            None if raw is None else raw.decode("utf-8", "surrogateescape")
            for raw in column.cast(pa.large_binary()).to_pylist()
        ]
    return texts
