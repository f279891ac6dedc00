"""`spacy-sarcasm convert`, `evaluate` and `export`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import spacy
from spacy.language import Language

from spacy_sarcasm.corpus.headlines import split_of

from ..conftest import TINY_TEXTS
from .conftest import Run


@pytest.fixture
def headlines(tmp_path: Path) -> Path:
    path = tmp_path / "headlines.json"
    rows = [
        {"headline": f"{text} {i}", "is_sarcastic": int(gold)}
        for i in range(10)
        for text, gold in TINY_TEXTS
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_convert(run: Run, headlines: Path, tmp_path: Path) -> None:
    result = run("convert", headlines, tmp_path / "corpus")
    assert (result.returncode, result.stderr) == (0, "")
    *written, counted = result.stdout.splitlines()
    assert [line.split(":")[0] for line in written] == [
        str(tmp_path / "corpus" / f"{split}.spacy") for split in ("train", "dev", "test")
    ]
    assert counted == "60 rows read; dropped: none"


def test_evaluate(run: Run, headlines: Path, trained_folder: Path) -> None:
    result = run("evaluate", trained_folder, headlines, "--split", "test")
    # The first line is of all rows, the others of their sources.
    report = json.loads(result.stdout.splitlines()[0])
    assert report["source"] is None
    texts = [json.loads(line)["headline"] for line in headlines.read_text().splitlines()]
    assert report["texts"] == sum(split_of(text) == "test" for text in texts)
    assert report["sarcasm_acc"] == report["sarcasm_auc"] == 1.0


def test_evaluate_of_a_missing_file(run: Run, tmp_path: Path) -> None:
    result = run("evaluate", "bundled", tmp_path / "none.json")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "none.json" in result.stderr


def test_exported_network_runs_without_us(run: Run, tmp_path: Path, trained_folder: Path) -> None:
    path = tmp_path / "network.onnx"
    result = run("export", path, "--model", trained_folder)
    assert (result.returncode, result.stderr) == (0, "")
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    words = json.loads({entry.key: entry.value for entry in model.metadata_props}["words"])
    session = onnxruntime.InferenceSession(path.read_bytes())
    nlp = spacy.load(trained_folder)
    for text, _ in TINY_TEXTS:
        rows = [words.index(word) + 2 for word in text.split()]
        (probabilities,) = session.run(
            None,
            {
                "rows": np.array(rows, np.int32)[:, None],
                "lengths": np.array([len(rows)], np.int32),
            },
        )
        assert probabilities.item() == pytest.approx(nlp(text)._.sarcasm, abs=1e-5)


def test_export_of_the_bundled_weights(run: Run, tmp_path: Path, bundled: Language) -> None:
    result = run("export", tmp_path / "network.onnx")
    assert result.returncode == 0
    onnx.checker.check_model(onnx.load(tmp_path / "network.onnx"), full_check=True)


def test_export_to_a_missing_folder(run: Run, tmp_path: Path) -> None:
    result = run("export", tmp_path / "none" / "network.onnx")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
