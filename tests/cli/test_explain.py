"""`spacy-sarcasm explain`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spacy.language import Language

from spacy_sarcasm import explain

from .conftest import Run

TEXTS = ["oh great, another meeting", "the council met on tuesday"]


def test_json_lines_when_piped(run: Run, bundled: Language) -> None:
    result = run("explain", *TEXTS)
    assert result.returncode == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    for row, explanation in zip(found, explain(bundled, TEXTS), strict=True):
        assert row["text"] == explanation.text
        assert row["score"] == pytest.approx(explanation.score, abs=1e-5)
        values = [token["attribution"] for token in row["tokens"]]
        assert values == pytest.approx(explanation.attributions, abs=1e-3)


def test_files(run: Run, tmp_path: Path) -> None:
    page, data = tmp_path / "page.html", tmp_path / "page.json"
    assert run("explain", TEXTS[0], "--output", page).returncode == 0
    assert "another</span>" in page.read_text(encoding="utf-8")
    assert run("explain", *TEXTS, "--output", data, "--method", "replacement").returncode == 0
    assert [row["text"] for row in json.loads(data.read_text())] == TEXTS
    assert json.loads(data.read_text())[0]["method"] == "replacement"


def test_wrong_use_is_one_line(run: Run, tmp_path: Path) -> None:
    for arguments, said in (
        ((), "Missing argument"),
        (("text", "--output", tmp_path / "page.pdf"), ".html or .json"),
        (("text", "--method", "shap"), "shap"),
    ):
        result = run("explain", *arguments)
        assert result.returncode == 2
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_files_with_top(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    rows = tmp_path / "rows.jsonl"
    lines = [json.dumps({"headline": text}) for text in TEXTS * 3]
    rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
    page, data = tmp_path / "page.html", tmp_path / "page.json"
    result = run("explain", rows, "--top", 2, "-o", page, "-o", data)
    assert result.returncode == 0, result.stderr
    found = json.loads(data.read_text(encoding="utf-8"))
    assert found["texts"] == 6
    assert {one["text"] for one in found["most_sarcastic"]} == set(TEXTS)
    assert {word["word"] for word in found["words"]["raising"]} <= set(
        " ".join(TEXTS).replace(",", "").split()
    )
    assert "data:image/png" in page.read_text(encoding="utf-8")
    piped = run("explain", rows, "--top", 2)
    assert json.loads(piped.stdout) == found


def test_a_file_without_top_is_named(run: Run, tmp_path: Path) -> None:
    rows = tmp_path / "rows.txt"
    rows.write_text("area man wins\n")
    result = run("explain", rows)
    assert result.returncode == 2
    assert "--top" in result.stderr
    assert run("explain", tmp_path / "missing.txt", "--top", 3).returncode == 1
