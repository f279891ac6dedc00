"""Headlines of several publishers: normalisation, duplicates, splits, publishers left out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from spacy_sarcasm.corpus.headlines import split_of
from spacy_sarcasm.recipes.publishers import headline_key, normalize_headline, read_publishers

Files = tuple[Path, Path]


def write_lines(path: Path, rows: list[Any]) -> Path:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    headlines = [
        {"headline": "man's dog runs for mayor", "is_sarcastic": 1},
        {"headline": "watch: senate votes on the budget", "is_sarcastic": 0},
    ]
    publishers = [
        {"text": "Man’s Dog Runs for Mayor.", "label": 1, "source": "onion"},
        {"text": "Senate votes on the budget – video", "label": 0, "source": "guardian"},
        {"text": "Drummer &amp; Bassist Finally Speak", "label": 1, "source": "hardtimes"},
        {"text": "Drummer & Bassist Finally Speak", "label": 1, "source": "hardtimes"},
        {"text": "Moon Declares Itself “Full”", "label": 1, "source": "onion"},
        {"text": "Bridge To Reopen On Monday", "label": 0, "source": "npr"},
    ]
    return (
        write_lines(tmp_path / "headlines.json", headlines),
        write_lines(tmp_path / "publishers.jsonl.gz", publishers),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WATCH: Senate Votes", "senate votes"),
        ("Opinion: We Already Said “Hi”", "we already said 'hi'"),
        ("Trump &amp; Biden – as it happened", "trump & biden"),
        ("Nation’s  Dogs\u200b\xa0Vote.", "nation's dogs vote"),
        ("Modern times | Books", "modern times"),
        ("Report: Most Leave The U.S.", "report: most leave the u.s."),
        ("Well... (VIDEO)", "well..."),
        ("Is it — over?", "is it - over?"),
    ],
)
def test_what_tells_the_publisher_is_taken_out(text: str, expected: str) -> None:
    assert normalize_headline(text) == expected


def test_copies_share_a_key_whatever_their_typesetting() -> None:
    assert headline_key("The ‘Best’ Dog: Mine!") == headline_key('the "best" dog - mine')
    assert headline_key("one dog") != headline_key("two dogs")


def test_rows_that_copy_a_headline_are_dropped(files: Files) -> None:
    rows = read_publishers(files[0], [files[1]])

    assert [(row.text, row.label, row.source) for row in rows] == [
        ("man's dog runs for mayor", 1.0, "onion"),
        ("senate votes on the budget", 0.0, "huffpost"),
        ("drummer & bassist finally speak", 1.0, "hardtimes"),
        ("moon declares itself 'full'", 1.0, "onion"),
        ("bridge to reopen on monday", 0.0, "npr"),
    ]


def test_headlines_keep_their_frozen_split_and_others_get_one_by_their_text(files: Files) -> None:
    rows = read_publishers(files[0], [files[1]])

    assert rows[1].split == split_of("watch: senate votes on the budget")
    assert rows[2].split == split_of("drummer & bassist finally speak")


def test_a_publisher_left_out_is_in_no_file(files: Files) -> None:
    rows = read_publishers(files[0], [files[1]], leave_out=["onion", "npr"])

    assert {row.source for row in rows} == {"huffpost", "hardtimes"}


def test_leaving_out_a_stranger_is_an_error(files: Files) -> None:
    with pytest.raises(ValueError, match="cannot leave out onoin: the files are of guardian, "):
        read_publishers(files[0], [files[1]], leave_out=["onoin"])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ([], "no JSON object"),
        ({"text": 3, "label": 1, "source": "npr"}, "'text' is 3"),
        ({"text": "a", "label": 2, "source": "npr"}, "'label' is 2"),
        ({"text": "a", "label": 1}, "'source' is None"),
    ],
)
def test_a_bad_row_is_named(files: Files, tmp_path: Path, row: Any, fault: str) -> None:
    good = {"text": "a", "label": 0, "source": "npr"}
    path = write_lines(tmp_path / "bad.jsonl", [good, row])

    with pytest.raises(ValueError, match=f"bad.jsonl', line 2: .*{fault}"):
        read_publishers(files[0], [path])
