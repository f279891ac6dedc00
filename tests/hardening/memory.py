"""A stream of words that were never seen: memory stays, and the pipeline learns no strings."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from itertools import count, islice, takewhile

import spacy

from spacy_sarcasm.scoring.texts import score_texts

from .running import Budget, Child, Result, run_child

# Texts that fill every cache; what comes after them must not add more than the slack.
WARM_ROWS = 100_000
SLACK_MEGABYTES = 64


def run(n_rows: int, budget: Budget | None = None, seconds: float = 24 * 3600.0) -> Result:
    """Score a stream of new words in a child, and read its peak at every power of ten."""
    child = run_child(lambda: _peaks(n_rows, budget or Budget()), seconds)
    result = Result("memory", {"rows": 0}, {"growth": 0, "strings": 0, "died": 0})
    if child.ending != "done":
        result.add("died", str(child))
        return result
    return judge(result, child)


def judge(result: Result, child: Child) -> Result:
    """Compare the peaks."""
    peaks = {int(rows): megabytes for rows, megabytes in child.value["peaks"].items()}
    shown = ", ".join(f"{rows:,}: {megabytes:,.0f} MB" for rows, megabytes in peaks.items())
    result.done["rows"] = max(peaks)
    result.done["peak at"] = shown
    warm = [megabytes for rows, megabytes in peaks.items() if rows >= WARM_ROWS]
    if warm and max(warm) - warm[0] > SLACK_MEGABYTES:
        result.add("growth", shown)
    result.faults["strings"] = child.value["strings"]
    return result


def _peaks(n_rows: int, budget: Budget) -> dict[str, object]:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    list(score_texts(nlp, ["area man"]))
    strings = len(nlp.vocab.strings)
    peaks: dict[int, float] = {}
    marks = {10**power for power in range(3, 9)}
    texts = takewhile(lambda _: not budget.is_over, islice(new_texts(), n_rows))
    number = 0
    for number, _ in enumerate(score_texts(nlp, texts), start=1):
        if number in marks:
            peaks[number] = _peak()
    peaks[number] = _peak()
    return {"peaks": peaks, "strings": len(nlp.vocab.strings) - strings}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def new_texts() -> Iterator[str]:
    """Texts of words that do not occur twice."""
    for number in count():
        yield f"word{number} of :( (new{number} things"
