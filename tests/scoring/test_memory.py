"""Memory stays bounded while words never met before keep coming."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "memory.py"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["score_texts", "nlp.pipe"])
def test_more_rows_take_little_more_memory(way: str, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    # The fewer of them fill what is remembered of words, a hundred thousand pieces.
    options = ["--synthetic", "--ways", way, "--rows", "120000", "360000", "--json", str(figures)]
    subprocess.run([sys.executable, str(BENCHMARK), *options], check=True, timeout=900)
    few, many = json.loads(figures.read_text())["peaks"][way]
    # Kept strings and lexemes of 240,000 words alone would take more.
    assert many - few < 30
