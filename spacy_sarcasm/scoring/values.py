"""Values that may not all be texts: what is wrong with one, and what scoring them gives."""

from __future__ import annotations

from typing import Any, NamedTuple


class ScoredValues(NamedTuple):
    """Scores of values that may not all be texts, one entry per value.

    Attributes:
        scores: The scores, None where they are missing.
        coverage: Share of the words of each text that have a row of their own; None for values
            that could not be scored.
        errors: What is wrong with each value, None if nothing is.
    """

    scores: list[float | None]
    coverage: list[float | None]
    errors: list[str | None]


def find_fault(value: Any, longest: int) -> str | None:
    """Return what is wrong with a value that is to be scored, None if nothing is.

    Args:
        longest: Maximum number of characters of a text: ``nlp.max_length``.

    Example:
        >>> find_fault(None, 1_000_000)
        'the text is null'
    """
    if value is None:
        return "the text is null"
    if not isinstance(value, str):
        return f"expected a text, got {type(value).__name__}: {value!r:.60}"
    if len(value) > longest:
        return (
            f"the text has {len(value):,} characters, more than nlp.max_length, which is "
            f"{longest:,}"
        )
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        return f"the text holds a lone surrogate at position {error.start + 1}"
    return None
