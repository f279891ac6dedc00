"""`spacy-sarcasm mix`."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run


def test_mix_leaves_a_publisher_out_and_counts_the_others(run: Run, tmp_path: Path) -> None:
    headlines, publishers = tmp_path / "headlines.json", tmp_path / "publishers.jsonl"
    headlines.write_text(
        "".join(
            json.dumps({"headline": f"headline {i}", "is_sarcastic": i % 2}) + "\n"
            for i in range(40)
        )
    )
    publishers.write_text(
        "".join(
            json.dumps({"text": f"Song {i}", "label": 1, "source": "hardtimes"}) + "\n"
            for i in range(40)
        )
    )

    result = run(
        "mix", headlines, tmp_path / "out", "--publishers", publishers, "--leave-out", "onion"
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert "hardtimes" in result.stdout
    assert "huffpost" in result.stdout
    assert "onion" not in result.stdout
    assert (tmp_path / "out" / "train.spacy").exists()


def test_mix_of_a_missing_file_is_one_line(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    result = run("mix", missing, tmp_path / "out", "--publishers", missing)
    assert result.returncode != 0
    assert str(missing) in result.stderr
    assert len(result.stderr.splitlines()) == 1
