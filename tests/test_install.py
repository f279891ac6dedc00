"""What is built and installed: the wheel's content and size, and a venv without TensorFlow."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT
from .conftest import run_command as run

MEGABYTE = 1_000_000

pytestmark = pytest.mark.slow


def test_wheel_holds_what_it_should_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for name in (
        "py.typed",
        "pretrained/weights.npz",
        "pretrained/small.npz",
        "pretrained/MODEL_CARD.md",
        "pretrained/evaluation.json",
        "pretrained/training.json",
        "configs/sarcasm.cfg",
    ):
        assert f"spacy_sarcasm/{name}" in names
    kinds = {Path(name).suffix for name in names if ".dist-info/" not in name}
    # Templates and recipes are data of the package too.
    templates = {".html", ".css", ".js", ".jinja", ".toml"}
    assert kinds == {".py", ".npz", ".md", ".cfg", ".json", ".typed"} | templates
    assert wheel.stat().st_size <= 12 * MEGABYTE


def test_dependencies_are_consistent_and_light(venv: Path) -> None:
    assert run(venv / "pip", "check").returncode == 0
    installed = {
        package["name"].lower()
        for package in json.loads(run(venv / "pip", "list", "--format", "json").stdout)
    }
    assert {"spacy", "onnxruntime", "nltk", "typer", "numpy"} <= installed
    assert not installed & {"tensorflow", "keras", "onnx", "pandas", "pyarrow", "matplotlib"}


def test_readmes_first_command_scores_the_sample(venv: Path, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    command = re.search(
        r"^python3 -m venv .*&& \S+/(spacy-sarcasm score .*)$", readme, re.MULTILINE
    )
    assert command
    program, *arguments = command[1].split()
    result = run(venv / program, *arguments, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["text"] for row in rows] == (ROOT / arguments[-1]).read_text().splitlines()
    assert all(0 < row["sarcasm"] < 1 for row in rows)


def test_a_trained_pipeline_scores_without_tensorflow(venv: Path, trained_folder: Path) -> None:
    import spacy

    text = "oh great , another meeting about meetings"
    code = f"import spacy; print(spacy.load({str(trained_folder)!r})({text!r})._.sarcasm)"
    result = run(venv / "python", "-W", "error", "-c", code)
    assert result.returncode == 0, result.stderr
    assert float(result.stdout) == pytest.approx(
        spacy.load(trained_folder)(text)._.sarcasm, abs=1e-6
    )


def test_training_without_tensorflow_names_the_extra(venv: Path) -> None:
    code = (
        "import spacy; from spacy.training import Example\n"
        "nlp = spacy.blank('en'); nlp.add_pipe('sarcasm')\n"
        "example = Example.from_dict(nlp.make_doc('great'), {'cats': {'SARCASM': 1.0}})\n"
        "nlp.update([example], sgd=nlp.initialize(lambda: [example]))"
    )
    result = run(venv / "python", "-c", code)
    assert result.returncode != 0
    assert re.search(r"pip install '.*\.whl\[train\]'", result.stderr)
