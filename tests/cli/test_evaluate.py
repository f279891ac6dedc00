"""`spacy-sarcasm evaluate` with its reports, and `spacy-sarcasm calibrate`."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
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
    assert printed["source"] is None
    assert (printed["data"], printed["texts"], printed["sarcasm_acc"]) == ("labelled.csv", 6, 1.0)
    assert (tmp_path / "out" / "labelled-roc.png").exists()
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report == json.loads((tmp_path / "evaluation.json").read_text())
    assert "labelled.csv" in card.read_text()


def test_faults_are_one_line(run: Run, labelled: Path, trained_folder: Path) -> None:
    result = run("evaluate", trained_folder, labelled)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "has no column 'text' or 'headline'" in line
    assert "--text-column" in line


def test_calibrated_weights_and_pipelines(
    run: Run, labelled: Path, trained_folder: Path, tmp_path: Path
) -> None:
    weights, calibrated = tmp_path / "weights.npz", tmp_path / "calibrated.npz"
    save_network(load_network(trained_folder / "sarcasm"), weights)
    result = run("calibrate", weights, labelled, *COLUMNS, "--output", calibrated)
    note = "Too few texts for a reference: reports will have no estimate\n"
    assert (result.returncode, result.stderr) == (0, note)
    assert result.stdout.startswith(f"{calibrated}: scale ")
    found = load_network(calibrated).config.calibration
    assert found != UNCALIBRATED == load_network(weights).config.calibration

    folder = tmp_path / "pipeline"
    options = ("--threshold", "0.7", "--output", folder)
    result = run("calibrate", trained_folder, labelled, *COLUMNS, *options)
    assert (result.returncode, result.stderr) == (0, note)
    pipe = spacy.load(folder).get_pipe("sarcasm")
    assert pipe.threshold == 0.7
    assert (pipe.calibration.scale, pipe.calibration.shift) == pytest.approx(
        (found.scale, found.shift)
    )


def test_a_second_pipeline(run: Run, labelled: Path, trained_folder: Path, tmp_path: Path) -> None:
    options = ("--against", "bundled", "--output", tmp_path)
    result = run("evaluate", trained_folder, labelled, *COLUMNS, *options)
    assert (result.returncode, result.stderr) == (0, "")
    figures, comparison = map(json.loads, result.stdout.splitlines())
    assert figures["sarcasm_acc"] == comparison["metrics"]["accuracy"]["model"] == 1.0
    assert comparison["against"] == "bundled"
    rows = [json.loads(line) for line in (tmp_path / "disagreements.jsonl").open()]
    assert len(rows) == comparison["disagreements"] == comparison["mcnemar"]["only_model_right"]
    assert "against bundled" in (tmp_path / "report.md").read_text()


def test_figures_by_source_and_undefined_ones(
    run: Run, trained_folder: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data.jsonl"
    rows = [{"text": text, "label": gold, "paper": f"p{gold:g}"} for text, gold in TINY_TEXTS]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = run("evaluate", trained_folder, data, "--source-column", "paper")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["source"], line["texts"]) for line in lines] == [(None, 6), ("p0", 3), ("p1", 3)]
    assert lines[1].keys() == lines[0].keys()
    assert lines[1]["sarcasm_auc"] is lines[1]["sarcasm_f"] is None


def test_a_threshold_above_all_scores_is_a_warning(
    run: Run, labelled: Path, trained_folder: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.npz"
    options = ("--threshold", "1.0", "--output", weights)
    assert run("calibrate", trained_folder, labelled, *COLUMNS, *options).returncode == 0
    result = run("evaluate", weights, labelled, *COLUMNS)
    assert json.loads(result.stdout)["sarcasm_p"] is None
    (line,) = result.stderr.splitlines()
    assert "at threshold 1.00 no text is called sarcastic, though 3 of 6 are" in line
    assert f"spacy-sarcasm calibrate {weights}" in line
    calibrated = tmp_path / "calibrated.npz"
    options = ("--maximize", "f1", "--output", calibrated)
    assert run("calibrate", weights, labelled, *COLUMNS, *options).returncode == 0
    result = run("evaluate", calibrated, labelled, *COLUMNS)
    assert (result.stderr, json.loads(result.stdout)["sarcasm_f"]) == ("", 1.0)


def test_a_table_on_a_terminal(labelled: Path, trained_folder: Path) -> None:
    script = str(Path(sys.executable).with_name("spacy-sarcasm"))
    command = [script, "evaluate", str(trained_folder), str(labelled), *COLUMNS]
    reader, writer = os.openpty()
    with subprocess.Popen(
        command, stdout=writer, env={**os.environ, "COLUMNS": "140", "TERM": "dumb"}
    ) as process:
        os.close(writer)
        shown = b""
        with contextlib.suppress(OSError):
            # Linux says so when the other end is closed.
            while part := os.read(reader, 4096):
                shown += part
    os.close(reader)
    assert process.returncode == 0
    text = shown.decode()
    assert "labelled.csv" in "".join(text.split())
    assert "AUC" in text
    assert "{" not in text


def test_card_from_figures_measured_before(
    run: Run, labelled: Path, trained_folder: Path, tmp_path: Path
) -> None:
    options = ("--output", tmp_path / "figures")
    assert run("evaluate", trained_folder, labelled, *COLUMNS, *options).returncode == 0
    card = tmp_path / "card" / "README.md"
    report = tmp_path / "figures" / "report.json"
    options = ("--title", "en_posts 1.0", "--data-name", "Posts", "--license", "CC0-1.0")
    result = run("card", trained_folder, report, card, *options)
    assert (result.returncode, result.stderr) == (0, "")
    text = card.read_text()
    assert text.startswith("---\n")
    assert "license: cc0-1.0" in text
    assert "# Model card: en_posts 1.0" in text
    assert "| Posts | not stated | not stated | training |" in text
    assert "headline" not in text
