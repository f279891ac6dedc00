"""Scores for a column of a Spark DataFrame.

Only the names of columns and model travel to the workers; each worker process loads the pipeline
itself, once. Takes pyspark, the extra ``spark``.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from spacy.util import is_package

from ..extras import require
from .sentences import SENTENCE, SENTENCE_COLUMNS, By
from .tables import (
    OUTPUT_COLUMN,
    TEXT_COLUMN,
    check_columns,
    score_batches,
    score_values,
    wrong_type,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


def score_dataframe(
    df: DataFrame,
    text_column: str = TEXT_COLUMN,
    output_column: str = OUTPUT_COLUMN,
    model: str | Path | None = None,
    by: By = "text",
) -> DataFrame:
    """Return a Spark DataFrame with a column of scores appended, rows kept.

    The rows of a partition keep their order. Arguments and model are checked here, on the driver,
    before anything runs; the scores are computed when an action asks for them. spacy-sarcasm has
    to be installed on the workers.

    Args:
        df: The DataFrame.
        text_column: The column with the texts, a string column.
        output_column: The column to append: a nullable double, the probability of sarcasm in
            0..1; null where the text is null, empty or not valid Unicode, or the network knows
            none of its words.
        model: A pipeline with a sarcasm component, on the driver and on every worker: the name of
            an installed package, the path of a saved pipeline, or the name of a folder that was
            shipped with the job, by ``SparkContext.addFile(path, recursive=True)`` or
            ``spark-submit --archives``; looked for in this order. None: blank English with the
            bundled weights.
        by: ``"text"``, or ``"sentence"`` for a row per sentence, as in `score_frame`.

    Raises:
        ImportError: pyspark is not installed.
        ValueError: The text column is missing, there more than once or of another type; there is
            an output column already; or the model cannot be loaded.

    Example:
        >>> df = spark.read.json("headlines.json")  # doctest: +SKIP
        >>> score_dataframe(df, text_column="headline").write.parquet("scored")  # doctest: +SKIP
    """
    types = require("pyspark.sql.types", "spark", "scoring on Spark")
    check_columns(df.columns, text_column, _same_name(df, output_column), by)
    places = SENTENCE_COLUMNS if by == SENTENCE else ()
    kind = df.schema[text_column].dataType
    if not isinstance(kind, types.StringType):
        raise wrong_type(text_column, kind.simpleString(), df.columns)
    name = None if model is None else str(model)
    _check_model(name)
    # mapInArrow looks columns up by their names, and fails at dots and at doubles: numbers travel.
    numbers = [str(i) for i in range(len(df.columns) + len(places) + 1)]
    fields = [
        *df.schema.fields,
        *[types.StructField(place, types.IntegerType()) for place in places],
        types.StructField(output_column, types.DoubleType()),
    ]
    schema = types.StructType(
        [
            types.StructField(number, field.dataType, field.nullable, field.metadata)
            for number, field in zip(numbers, fields, strict=True)
        ]
    )
    score = partial(
        _score_on_worker,
        text_column=numbers[df.columns.index(text_column)],
        output_column=numbers[-1],
        model=name,
        by=by,
    )
    scored = df.toDF(*numbers[: len(df.columns)]).mapInArrow(score, schema)
    return scored.toDF(*df.columns, *places, output_column)


def _score_on_worker(
    batches: Iterable[pa.RecordBatch],
    *,
    text_column: str,
    output_column: str,
    model: str | None,
    by: By,
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    columns = {"text_column": text_column, "output_column": output_column}
    for batch in score_batches(batches, **columns, model=_resolve(model), by=by):
        numbers = [str(number) for number in range(batch.num_columns)]
        yield pa.RecordBatch.from_arrays(batch.columns, names=numbers)


def _resolve(model: str | None) -> str | None:
    """Return the name or path under which this process finds a model."""
    if model is None or is_package(model) or Path(model).exists():
        return model
    shipped = _shipped(model)
    if shipped.exists():
        return str(shipped)
    raise FileNotFoundError(
        f"there is no pipeline '{model}' on {platform.node()}: no installed package, no path and "
        f"no folder shipped with the job has that name. Ship a saved pipeline by "
        f"spark.sparkContext.addFile(path, recursive=True) and give its folder's name"
    )


def _shipped(name: str) -> Path:
    files = require("pyspark", "spark", "scoring on Spark").SparkFiles
    try:
        return Path(files.get(name))
    except (AssertionError, AttributeError):
        # Neither a worker nor a process with a context, but a client of Spark Connect.
        return Path(name)


def _check_model(model: str | None) -> None:
    try:
        # One text, because a pipeline that was never trained loads without complaint.
        score_values(["a text"], _resolve(model))
    except Exception as error:
        named = "the bundled pipeline" if model is None else f"the model '{model}'"
        raise ValueError(f"{named} cannot score: {error}") from error


def _same_name(df: DataFrame, name: str) -> str:
    # Spark takes names that differ only by case for the same, unless told otherwise.
    if df.sparkSession.conf.get("spark.sql.caseSensitive") == "true":
        return name
    return next((column for column in df.columns if column.lower() == name.lower()), name)
