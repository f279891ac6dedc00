"""What the tests of bulk scoring share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spacy.language import Language

WORDS = ["area", "man", "wins", "another", "meeting", "about", "the", "north", ",", "wow"]
AGREEMENT = 1e-5

ScoreOf = Callable[[str], Any]


@pytest.fixture(scope="session")
def score_of(bundled: Language) -> ScoreOf:
    """A function that gives the score to expect for a text."""
    return lambda text: pytest.approx(bundled(text)._.sarcasm, abs=AGREEMENT)


def make_texts(count: int, seed: int = 0) -> list[str]:
    """Texts that differ, in words that the network knows."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, size=rng.integers(1, 20))) + f" {i}" for i in range(count)]


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as lines of JSON."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Read lines of JSON."""
    return [json.loads(line) for line in path.read_text().split("\n") if line]
