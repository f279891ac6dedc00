"""A training corpus mixed from several publishers, in equal shares and many styles.

What a network learns of a corpus hangs on who wrote it. Two publishers alone teach it to tell the
two apart; one publisher with ten times the rows of another drowns it. So each publisher gives a
bounded number of rows, drawn anew for every pass over the corpus, each in a style of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from .publishers import SourcedHeadline
from .style import vary_style


@dataclass(frozen=True)
class MixtureSettings:
    """How a training corpus is mixed.

    Attributes:
        passes: How often each publisher is drawn from.
        most_serious: At most so many rows of a serious publisher a pass.
        most_satire: At most so many rows of a satirical publisher a pass.
        repeats: Publishers whose rows come so many times a pass, for those with few rows.
        soft_share: Share of the soft label in the gold, where there is one, 0..1; the publisher's
            label has the rest.
        seed: Seed of the draws and styles.
    """

    passes: int = 2
    most_serious: int = 12_000
    most_satire: int = 20_000
    repeats: Mapping[str, int] | None = None
    soft_share: float = 0.5
    seed: int = 0
