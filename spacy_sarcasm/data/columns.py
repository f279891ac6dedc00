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
    near = nearest(wanted, columns)
    hint = f"Did you mean '{near}'? " if near else ""
    names = " or ".join(f"'{_cut(column)}'" for column in wanted)
    return (
        f"{name} has no column {names}; its columns are: {listed(columns)}. {hint}Name the column "
        f"with {option}"
    )


def nearest(wanted: Sequence[str], columns: Iterable[str]) -> str | None:
    """Return the column that is most like those wanted, or has one of them as a word, if any is.

    Example:
        >>> nearest(["text"], ["id", "Comment Text"])
        'Comment Text'
    """
    by_folded = {_fold(column): column for column in columns if len(column) <= MAX_NAME_SHOWN}
    for column in map(_fold, wanted):
        if near := difflib.get_close_matches(column, list(by_folded)[:1000], n=1):
            return by_folded[near[0]]
    words = (name for name in by_folded for column in wanted if _fold(column) in name.split())
    return by_folded.get(next(words, ""))


def _fold(name: str) -> str:
    return name.casefold().replace("_", " ")


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
