"""Checks of the columns of a table, and what is said when one is missing."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence

MAX_NAMES_SHOWN = 30
# Characters of a name in messages: a damaged file may have a name of any length.
MAX_NAME_SHOWN = 40
TEXT_COLUMNS = ("text", "headline")
"""The columns that hold the text where none is named; the first of them that there is."""


def check_unique(name: str, columns: Sequence[str]) -> None:
    """Check that no two columns have the same name."""
    if len(set(columns)) < len(columns):
        twice = next(column for column, count in Counter(columns).items() if count > 1)
        raise ValueError(f"{name} has several columns called '{_cut(twice)}': rename them")


def no_column(name: str, wanted: Sequence[str], columns: Iterable[str], option: str) -> str:
    """Return the message about a column that is missing, with the nearest one there is.

    Args:
        wanted: The columns looked for; any of them would do.
    """
    columns = list(columns)
    by_folded = {
        column.casefold().replace("_", " "): column
        for column in columns
        if len(column) <= MAX_NAME_SHOWN
    }
    near = [
        by_folded[match]
        for column in wanted
        for match in difflib.get_close_matches(
            column.casefold().replace("_", " "), list(by_folded)[:1000], n=1
        )
    ]
    hint = f"Did you mean '{near[0]}'? " if near else ""
    names = " or ".join(f"'{_cut(column)}'" for column in wanted)
    return (
        f"{name} has no column {names}; its columns are: {listed(columns)}. {hint}Name the column "
        f"with {option}"
    )


def listed(names: Iterable[str]) -> str:
    """Return names as a list for a message, cut if there are many.

    Args:
        names: The names.
    """
    names = list(names)
    shown = ", ".join(map(_cut, names[:MAX_NAMES_SHOWN]))
    more = len(names) - MAX_NAMES_SHOWN
    return (f"{shown} and {more:,} more" if more > 0 else shown) or "none"


def _cut(name: str) -> str:
    return name if len(name) <= MAX_NAME_SHOWN else f"{name[:MAX_NAME_SHOWN]}..."
