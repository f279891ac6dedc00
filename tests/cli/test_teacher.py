"""`spacy-sarcasm label` and `teacher train`, as far as they go without torch."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run


def test_label(run: Run, tmp_path: Path, trained_folder: Path) -> None:
    corpus, out = tmp_path / "corpus.jsonl", tmp_path / "soft.jsonl"
    rows = [{"headline": f"oh great , meeting {i}", "id": i} for i in range(120)]
    corpus.write_text("".join(f"{json.dumps(row)}\n" for row in rows) + "{\n")
    result = run("label", corpus, out, "--teacher", trained_folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{out}: 120 texts, mean label 0.")
    assert "1 of 121 rows are bad and were left out" in result.stderr
    assert "line 121" in result.stderr
    labelled = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in labelled] == list(range(120))
    assert all(0 <= row["cats"]["SARCASM"] <= 1 for row in labelled)


def test_errors_are_one_line(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    for arguments, message in [
        (("label", tmp_path / "none.jsonl", out, "--teacher", tmp_path), "not a teacher: expected"),
        (("teacher", "train", tmp_path / "none.jsonl", out, "--epochs", 0), "'epochs' must be"),
    ]:
        result = run(*arguments)
        assert result.returncode == 1
        assert len(result.stderr.splitlines()) == 1
        assert message in result.stderr
    assert not out.exists()
