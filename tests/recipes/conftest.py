"""A small corpus with every kind of file that a recipe can name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

RECIPE = """
styled = 0.75
calibration_rows = 3

[[files]]
path = "headlines.json"
format = "headlines"

[[files]]
path = "everyday.jsonl"
format = "everyday"

[[files]]
path = "rows.jsonl"
merge = { "odd/" = "odd" }
pairs = ["sign"]

[student]
scale = 1.0
passes = 2
soft_share = 0.5
unlabelled = true
length_slack = 50

[[teachers]]
name = "a"
leave_out = ["a"]
repeats = 3
length_slack = 50

[sources]
onion = { rows = 10 }
huffpost = { rows = 10 }
npr = { rows = 5, fold = "a" }
hardtimes = { rows = 5, fold = "a", soft_share = 1.0 }
odd = { rows = 5, keep_all = true }
sign = { rows = 4 }
posts = { rows = 6 }
everyday = { repeat = true }
"""


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a recipe, ``recipe.toml``, and its files."""
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    write_lines(
        tmp_path / "headlines.json",
        [{"headline": f"old headline {i}", "is_sarcastic": i % 2} for i in range(200)],
    )
    write_lines(
        tmp_path / "everyday.jsonl",
        [
            {"text": f"{word} note {i}", "label": label, "register": "chat", "pair": f"p{i}"}
            for i in range(60)
            for label, word in enumerate(("plain", "mocking"))
        ],
    )
    rows: list[dict[str, object]] = []
    for source, label in (("npr", 0), ("hardtimes", 1), ("odd/boards", 0)):
        rows += [
            {"text": f"{source[:3]} news {i}", "label": label, "source": source} for i in range(40)
        ]
    for i in range(30):
        said = f"love standing in line number {i}"
        rows.append({"text": said, "label": 1, "source": "sign", "kind": "tweet"})
        rows.append(
            {
                "text": f"hate standing in line number {i}",
                "label": 0,
                "source": "sign",
                "kind": "tweet",
                "literal_of": said,
            }
        )
    rows += [
        {"text": f"any post {i}", "label": None, "source": "posts", "kind": "reddit"}
        for i in range(30)
    ]
    rows.append({"text": "something else entirely", "label": 1, "source": "unknown"})
    write_lines(tmp_path / "rows.jsonl", rows)
    return tmp_path
