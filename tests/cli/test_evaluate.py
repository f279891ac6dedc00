"""`spacy-sarcasm evaluate` with its reports, and `spacy-sarcasm calibrate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy

from spacy_sarcasm.network.calibration import UNCALIBRATED
from spacy_sarcasm.network.storage import load_network, save_network

from ..conftest import TINY_TEXTS
from .conftest import Run


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.csv"
    rows = [f'"{text}",{gold}\n' for text, gold in TINY_TEXTS]
    path.write_text("post,sarcastic\n" + "".join(rows))
    return path


COLUMNS = ("--text-column", "post", "--label-column", "sarcastic")


def test_reports_and_card(run: Run, labelled: Path, trained_folder: Path, tmp_path: Path) -> None:
    card = tmp_path / "CARD.md"
    options = ("--output", tmp_path / "out", "--card", card)
    result = run("evaluate", trained_folder, labelled, *COLUMNS, *options)
    assert (result.returncode, result.stderr) == (0, "")
    (line,) = result.stdout.splitlines()
    printed = json.loads(line)
    assert (printed["data"], printed["texts"], printed["sarcasm_acc"]) == ("labelled.csv", 6, 1.0)
    assert (tmp_path / "out" / "labelled.csv-roc.png").exists()
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report == json.loads((tmp_path / "evaluation.json").read_text())
    assert "labelled.csv" in card.read_text()


def test_faults_are_one_line(run: Run, labelled: Path, trained_folder: Path) -> None:
    result = run("evaluate", trained_folder, labelled)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "has no column 'text' and none 'label'" in line
    assert "--text-column" in line


def test_calibrated_weights_and_pipelines(
    run: Run, labelled: Path, trained_folder: Path, tmp_path: Path
) -> None:
    weights, calibrated = tmp_path / "weights.npz", tmp_path / "calibrated.npz"
    save_network(load_network(trained_folder / "sarcasm"), weights)
    result = run("calibrate", weights, labelled, *COLUMNS, "--output", calibrated)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{calibrated}: scale ")
    found = load_network(calibrated).config.calibration
    assert found != UNCALIBRATED == load_network(weights).config.calibration

    folder = tmp_path / "pipeline"
    options = ("--threshold", "0.7", "--output", folder)
    result = run("calibrate", trained_folder, labelled, *COLUMNS, *options)
    assert (result.returncode, result.stderr) == (0, "")
    pipe = spacy.load(folder).get_pipe("sarcasm")
    assert pipe.threshold == 0.7
    assert (pipe.calibration.scale, pipe.calibration.shift) == pytest.approx(
        (found.scale, found.shift)
    )
