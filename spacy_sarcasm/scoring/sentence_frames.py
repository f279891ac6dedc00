"""Data frames with a row per sentence, made of frames with a row per text.

The sentence takes the place of the text; the other columns are repeated, as `explode` of pandas and
Polars repeats them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.filetypes.parquet import as_array
from ..data.repeated_rows import take_rows
from .sentences import SentenceRows

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


@dataclass(frozen=True)
class Explosion:
    """What makes a frame by sentence of a frame by text.

    Attributes:
        text_column: The column of the texts.
        output_column: The column for the scores.
        texts: The texts, None where there is none.
        rows: Their sentences.
    """

    text_column: str
    output_column: str
    texts: Sequence[Any]
    rows: SentenceRows

    @property
    def new_texts(self) -> list[Any]:
        """The sentences, and the texts that have none."""
        return [
            self.texts[owner] if text is None else text
            for owner, text in zip(self.rows.owners, self.rows.texts, strict=True)
        ]


def explode_pandas(frame: pd.DataFrame, explosion: Explosion) -> pd.DataFrame:
    """Return a pandas DataFrame by sentence.

    Example:
        >>> explode_pandas(
        ...     frame, Explosion("text", "sarcasm", texts, expand(sentences))
        ... )  # doctest: +SKIP
    """
    import pandas as pd

    rows, text_column = explosion.rows, explosion.text_column
    kind = frame[text_column].dtype
    # Whole texts may be categories; sentences are others.
    kind = object if isinstance(kind, pd.CategoricalDtype) else kind
    exploded = frame.iloc[rows.owners].copy()
    exploded[text_column] = pd.array(explosion.new_texts, dtype=kind)
    for name, values in rows.columns.items():
        exploded[name] = pd.array(values, dtype="Int32")
    exploded[explosion.output_column] = np.array(rows.scores, dtype=np.float64)
    return exploded


def explode_polars(frame: pl.DataFrame, explosion: Explosion) -> pl.DataFrame:
    """Return a Polars DataFrame by sentence.

    Example:
        >>> explode_polars(
        ...     frame, Explosion("text", "sarcasm", texts, expand(sentences))
        ... )  # doctest: +SKIP
    """
    import polars as pl

    rows = explosion.rows
    return frame[rows.owners].with_columns(
        pl.Series(explosion.text_column, explosion.new_texts, dtype=pl.String),
        *[pl.Series(name, values, dtype=pl.Int32) for name, values in rows.columns.items()],
        pl.Series(explosion.output_column, rows.scores, dtype=pl.Float64),
    )


def explode_arrow(frame: Any, explosion: Explosion) -> Any:
    """Return an Arrow Table or RecordBatch by sentence.

    A dictionary-encoded text column becomes a plain one.

    Example:
        >>> explode_arrow(
        ...     table, Explosion("text", "sarcasm", texts, expand(sentences))
        ... )  # doctest: +SKIP
    """
    import pyarrow as pa

    rows = explosion.rows
    owners = pa.array(rows.owners, pa.int64())
    place = frame.schema.get_field_index(explosion.text_column)
    fields = list(frame.schema)
    kind = fields[place].type
    if pa.types.is_dictionary(kind):
        fields[place] = fields[place].with_type(kind.value_type)
    columns = [
        as_array(explosion.new_texts, field.type) if at == place else take_rows(column, owners)
        for at, (field, column) in enumerate(zip(fields, frame.columns, strict=True))
    ]
    columns += [pa.array(values, pa.int32()) for values in rows.columns.values()]
    fields += [pa.field(name, pa.int32()) for name in rows.columns]
    columns.append(pa.array(rows.scores, pa.float64()))
    fields.append(pa.field(explosion.output_column, pa.float64()))
    return type(frame).from_arrays(columns, schema=pa.schema(fields, frame.schema.metadata))
