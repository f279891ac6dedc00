"""Files of word vectors made up for the tests: never real ones."""

from __future__ import annotations

import random
from pathlib import Path

import pytest


def glove_rows(n: int, dim: int, seed: int = 0) -> list[tuple[str, list[float]]]:
    """Words w0, w1 ... with values as GloVe writes them, at five significant digits."""
    rng = random.Random(seed)
    return [(f"w{i}", [float(f"{rng.gauss(0, 0.6):.5g}") for _ in range(dim)]) for i in range(n)]


def glove_text(rows: list[tuple[str, list[float]]]) -> str:
    return "".join(f"{word} {' '.join(f'{v:.5g}' for v in vector)}\n" for word, vector in rows)


@pytest.fixture
def rows() -> list[tuple[str, list[float]]]:
    """400 rows of dimension 5: three odd ones among them stay below 1%."""
    return glove_rows(400, 5)


@pytest.fixture
def text(rows) -> bytes:
    return glove_text(rows).encode()


@pytest.fixture
def file(tmp_path: Path, text: bytes) -> Path:
    path = tmp_path / "glove.test.5d.txt"
    path.write_bytes(text)
    return path
