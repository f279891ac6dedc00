"""Scored corpora to report on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

# What may break out of a page: markup, quotes, script, control characters, other directions.
HOSTILE = [
    "<script>document.title='broken'</script>",
    "</title></style><img src=x onerror=\"document.title='broken'\">",
    "\"'><svg onload=alert(1)>",
    "{{ 7 * 7 }} {% raise %} ${x} &amp; &lt;",
    "nul \x00 bell \x07 escape \x1b[31m",
    "right to left \u202e override \u2066 isolate",
    "]]> --> <!-- ünïcödé 🙃 الله",
]


def write_rows(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Rows with a text, a board and a date."""
    words = ["area", "man", "wins", "council", "reports", "rain", "local", "nation", "delighted"]
    words += ["monday", "meeting", "great"]
    rows = [
        {
            "text": " ".join(words[(i * 7 + k * k) % len(words)] for k in range(3 + i % 9)),
            "board": ["news", "jokes", "cats"][i % 3],
            "posted": f"2024-{i % 12 + 1:02}-{i % 28 + 1:02}T10:00:00Z",
        }
        for i in range(400)
    ]
    rows += [
        {"text": "", "board": None, "posted": "soon"},
        {"text": "qqzxv vvkqx", "board": "cats"},
    ]
    return write_rows(tmp_path / "posts.jsonl", rows)
