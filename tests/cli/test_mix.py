"""`spacy-sarcasm mix`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
import spacy
from spacy.tokens import DocBin

from .conftest import Run

RECIPE = """
[[files]]
path = "headlines.json"
format = "headlines"

[[files]]
path = "publishers.jsonl"

[student]
passes = 1
length_slack = 50

[sources]
onion = { rows = 10 }
huffpost = { rows = 10 }
hardtimes = { rows = 10 }
"""


def write_corpus(folder: Path) -> Path:
    lines = [{"headline": f"some headline {i}", "is_sarcastic": i % 2} for i in range(200)]
    (folder / "headlines.json").write_text("".join(json.dumps(row) + "\n" for row in lines))
    rows = [{"text": f"Some Song {i}", "label": 1, "source": "hardtimes"} for i in range(100)]
    (folder / "publishers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "recipe.toml").write_text(RECIPE)
    return folder / "recipe.toml"


def test_mix_leaves_a_source_out_and_reports_the_others(run: Run, tmp_path: Path) -> None:
    recipe, out = write_corpus(tmp_path), tmp_path / "out"

    result = run("mix", out, "--data", tmp_path, "--recipe", recipe, "--leave-out", "onion")

    assert (result.returncode, result.stderr) == (0, "")
    assert f"{out / 'train.spacy'}: 20 rows of 2 sources" in result.stdout
    report = json.loads((out / "report.json").read_text())
    assert report["rows"]["train.spacy"] == {
        "hardtimes": {"sarcastic": 10},
        "huffpost": {"not sarcastic": 10},
    }
    assert list(report["rows"]["left_out.jsonl"]) == ["onion"]


def test_mix_takes_the_teachers_labels(run: Run, tmp_path: Path) -> None:
    recipe, out = write_corpus(tmp_path), tmp_path / "out"
    assert run("mix", out, "--data", tmp_path, "--recipe", recipe).returncode == 0
    pool = [json.loads(line) for line in (out / "pool.jsonl").read_text().splitlines()]
    soft = tmp_path / "soft.jsonl"
    soft.write_text(
        "".join(json.dumps({"text": row["text"], "cats": {"SARCASM": 0.3}}) + "\n" for row in pool)
    )

    result = run("mix", out, "--data", tmp_path, "--recipe", recipe, "--soft-labels", soft)

    assert result.returncode == 0, result.stderr
    docs = DocBin().from_disk(out / "train.spacy").get_docs(spacy.blank("en").vocab)
    assert {round(doc.cats["SARCASM"], 4) for doc in docs} == {0.15, 0.65}


def test_mix_of_missing_files_and_unknown_folds_is_one_line(run: Run, tmp_path: Path) -> None:
    recipe = write_corpus(tmp_path)
    result = run("mix", tmp_path / "out", "--data", tmp_path / "none", "--recipe", recipe)
    assert result.returncode != 0
    assert "headlines.json" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    result = run(
        "mix", tmp_path / "out", "--data", tmp_path, "--recipe", recipe, "--leave-out", "nobody"
    )
    assert result.returncode != 0
    assert "cannot leave out 'nobody'" in result.stderr


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
def test_half_an_archive_is_named(run: Run, tmp_path: Path, suffix: str) -> None:
    recipe, out = write_corpus(tmp_path), tmp_path / "out"
    rows = tmp_path / "publishers.jsonl"
    codec = "gzip" if suffix.endswith("gz") else "zstd"
    packed = pa.compress(rows.read_bytes() * 50, codec=codec, asbytes=True)
    half = tmp_path / f"publishers{suffix}"
    half.write_bytes(packed[: len(packed) // 2])
    recipe.write_text(RECIPE.replace(rows.name, half.name))

    result = run("mix", out, "--data", tmp_path, "--recipe", recipe)

    assert result.returncode == 1
    assert re.fullmatch(
        rf"Error: '{half}' (is damaged or cut short|cannot be read).*\n", result.stderr
    )
    assert not (out / "pool.jsonl").exists()


@pytest.mark.parametrize("line", ["[" * 100_000, "9" * 4000])
def test_a_bad_row_is_named(run: Run, tmp_path: Path, line: str) -> None:
    recipe, out = write_corpus(tmp_path), tmp_path / "out"
    rows = tmp_path / "publishers.jsonl"
    rows.write_text(rows.read_text() + line + "\n")
    soft = tmp_path / "soft.jsonl"
    soft.write_text(line + "\n")

    result = run("mix", out, "--data", tmp_path, "--recipe", recipe)
    assert result.returncode == 1
    assert f"Error: '{rows}', line 101: " in result.stderr
    assert len(result.stderr) < 1000

    result = run("mix", out, "--data", tmp_path, "--recipe", recipe, "--soft-labels", soft)
    assert result.returncode == 1
    assert f"Error: '{soft}', line 1: " in result.stderr
