"""Values that may not all be texts: what is wrong with one, and what scoring them gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple, TypeVar

from spacy.language import Language

Outcome = TypeVar("Outcome")


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


def check_texts(texts: Sequence[Any], first_row: int, longest: int) -> None:
    """Check that all of a list of texts can be scored.

    Args:
        first_row: The number of the first text in messages.
        longest: Maximum number of characters of a text: ``nlp.max_length``.

    Raises:
        TypeError: One is not a string.
        ValueError: One holds lone surrogates or is too long.

    Example:
        >>> check_texts(["oh great", 3], 1, 1_000_000)
        Traceback (most recent call last):
        TypeError: row 2: expected a text, got int: 3. Fix or leave out such rows, or use ...
    """
    if set(map(type, texts)) <= {str} and max(map(len, texts), default=0) <= longest:
        try:
            " ".join(texts).encode("utf-8")
        except UnicodeEncodeError:
            pass
        else:
            return
    for row, text in enumerate(texts, start=first_row):
        fault = find_fault(text, longest)
        if fault is not None:
            kind = ValueError if isinstance(text, str) else TypeError
            raise kind(
                f"row {row}: {fault}. Fix or leave out such rows, or use "
                "TextScorer.score_values, which reports them and scores the others"
            )


def score_each(
    score: Callable[[Sequence[str]], list[Outcome | str]], texts: Sequence[str]
) -> list[Outcome | str]:
    """Score texts together or, where that fails, one at a time, which tells the one with the fault.

    Args:
        score: Returns what became of each text; a string says why there is no score.

    Example:
        >>> score_each(lambda texts: [1 / len(text) for text in texts], ["oh", ""])
        [0.5, 'ZeroDivisionError: division by zero']
    """
    try:
        return score(texts)
    except MemoryError:
        raise
    except Exception as error:
        if len(texts) == 1:
            return [f"{type(error).__name__}: {error}"]
        return [outcome for text in texts for outcome in score_each(score, [text])]


def memory_zone(nlp: Language) -> AbstractContextManager[Any]:
    """Return a memory zone; where the caller has one, strings stay until that ends.

    Example:
        >>> with memory_zone(nlp):  # doctest: +SKIP
        ...     doc = nlp("oh great")
    """
    vocab: Any = nlp.vocab
    # Zones cannot be nested.
    return nullcontext() if vocab.in_memory_zone else nlp.memory_zone()


def names_from(nlp: Language, component: object) -> list[str]:
    """Return the names of a component and of those that come after it.

    Example:
        >>> names_from(nlp, nlp.get_pipe("sarcasm"))  # doctest: +SKIP
        ['sarcasm']
    """
    pipes = list(nlp.pipeline)
    place = max(at for at, (_, pipe) in enumerate(pipes) if pipe is component)
    return [name for name, _ in pipes[place:]]
