"""Texts that repeat most of another text, such as a test headline in a later version."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

_WORDS = 4
_SHARE = 0.5


class NearCopies:
    """Finds texts that share half of their runs of four words with a text that is kept apart.

    Example:
        >>> near = NearCopies(["area man wins the annual pie eating contest"])
        >>> "man wins the annual pie eating contest again" in near
        True
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Index the texts that are kept apart."""
        self._texts_with: dict[str, list[int]] = defaultdict(list)
        self._sizes: list[int] = []
        for number, text in enumerate(texts):
            runs = word_runs(text)
            self._sizes.append(len(runs))
            for run in runs:
                self._texts_with[run].append(number)

    def __contains__(self, text: str) -> bool:
        """Say whether a text repeats one of those that are kept apart."""
        runs = word_runs(text)
        shared = Counter(number for run in runs for number in self._texts_with.get(run, ()))
        return any(
            count >= _SHARE * min(self._sizes[number], len(runs))
            for number, count in shared.items()
        )


def word_runs(text: str) -> set[str]:
    """Return every run of four words of a text; the whole text if it is shorter.

    Example:
        >>> sorted(word_runs("it's a very odd day"))
        ['a very odd day', 'its a very odd']
    """
    spaced = "".join(char if char.isalnum() else " " for char in text.replace("'", ""))
    words = spaced.split()
    if len(words) < _WORDS:
        return {" ".join(words)}
    return {" ".join(words[i : i + _WORDS]) for i in range(len(words) - _WORDS + 1)}
