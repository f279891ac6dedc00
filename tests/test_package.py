"""What a user gets by installing and importing the package."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import json
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy import registry

import spacy_sarcasm
from spacy_sarcasm import extras
from spacy_sarcasm.extras import install_command, require

HEAVY = {"tensorflow", "keras", "nltk", "pandas", "pyarrow", "matplotlib", "sklearn", "gensim"}
HEAVY |= {"onnx", "torch", "pyspark", "transformers"}

GROUPS = {
    "spacy_architectures": "architectures",
    "spacy_callbacks": "callbacks",
    "spacy_loggers": "loggers",
    "spacy_misc": "misc",
    "spacy_readers": "readers",
    "spacy_scorers": "scorers",
    "spacy_vectors": "vectors",
}


def entry_points() -> list[importlib.metadata.EntryPoint]:
    return list(importlib.metadata.distribution("spacy-sarcasm").entry_points)


def test_entry_points_are_declared() -> None:
    names = {point.name for point in entry_points()}
    assert {"sarcasm", "spacy_sarcasm.BiLSTM.v1", "spacy_sarcasm.sarcasm_scorer.v1"} <= names


@pytest.mark.parametrize("point", entry_points(), ids=lambda point: f"{point.group}-{point.name}")
def test_every_registered_name_resolves(point: importlib.metadata.EntryPoint) -> None:
    loaded = point.load()
    if point.group == "spacy_factories":
        spacy.blank("en")
        assert (
            registry.has("factories", point.name) or point.name in spacy.blank("en").factory_names
        )
    elif point.group in GROUPS:
        assert registry.get(GROUPS[point.group], point.name) is loaded
        assert point.name.startswith("spacy_sarcasm.")
    else:
        assert point.group in ("console_scripts", "spacy_cli")


def test_version_matches_the_distribution() -> None:
    assert spacy_sarcasm.__version__ == importlib.metadata.version("spacy-sarcasm")


def test_package_is_typed() -> None:
    assert importlib.resources.files("spacy_sarcasm").joinpath("py.typed").is_file()


def modules_after(code: str, before: str = "import spacy") -> set[str]:
    """Top-level modules that code brings beyond what was there before it."""
    script = (
        f"import sys, json\n{before}\nold = {{m.partition('.')[0] for m in sys.modules}}\n{code}\n"
        "print(json.dumps(sorted({m.partition('.')[0] for m in sys.modules} - old)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True
    )
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_import_brings_nothing_heavy() -> None:
    assert not modules_after("import spacy_sarcasm", before="") & (HEAVY | {"spacy", "onnxruntime"})


def test_a_blank_pipeline_brings_no_engine() -> None:
    assert not modules_after("spacy.blank('en').add_pipe('sarcasm')") & (HEAVY | {"onnxruntime"})


def test_scoring_brings_nothing_heavy() -> None:
    code = "nlp = spacy.blank('en'); nlp.add_pipe('sarcasm'); nlp('text')"
    brought = modules_after(code)
    assert "onnxruntime" in brought
    assert not brought & HEAVY
    # Whatever else comes is spaCy's own, ours, or the engine and what it needs.
    ours = {"spacy_sarcasm", "onnxruntime", "google", "flatbuffers", "packaging"}
    theirs = modules_after("spacy.blank('en')")
    light = {"encodings", "numpy"}
    assert brought - ours - theirs - light - set(sys.stdlib_module_names) == set()


def test_missing_extra_is_named() -> None:
    with pytest.raises(ImportError, match=r"pip install '.*\[train\]'"):
        require("no_such_module_anywhere", "train", "training a network")


def test_broken_dependency_is_not_called_missing(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half_installed.py").write_text("import no_such_module_anywhere")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere") as caught:
        require("half_installed", "train", "training a network")
    assert "[train]" not in str(caught.value)


@pytest.mark.parametrize(
    ("record", "command"),
    [
        (None, "pip install 'spacy-sarcasm[train]'"),
        ({"url": "file://{here}"}, "pip install '.[train]'"),
        ({"url": "file://{folder}/a%20clone"}, "pip install '{folder}/a clone[train]'"),
        ({"url": "file://{folder}/gone"}, "pip install '.[train]'"),
        ({"url": "https://host/x.git"}, "pip install 'spacy-sarcasm[train] @ https://host/x.git'"),
    ],
)
def test_install_hint_names_where_this_copy_came_from(
    record: dict[str, str] | None, command: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a clone").mkdir()
    names = {"{folder}": str(tmp_path), "{here}": str(Path.cwd())}
    text = None if record is None else json.dumps(record)
    for name, value in names.items():
        text = text and text.replace(name, value)
        command = command.replace(name, value)
    monkeypatch.setattr(importlib.metadata.PathDistribution, "read_text", lambda self, name: text)
    assert install_command("train") == command


def test_a_package_without_a_wheel_for_this_python_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(extras.NO_WHEEL_FOR, "no_such_module_anywhere", (3, 11))
    with pytest.raises(ImportError, match=r"has no wheel for Python 3\.\d+ yet.*such as 3\.10"):
        require("no_such_module_anywhere", "train", "training a network")


def spacy_command_with(code: str) -> subprocess.CompletedProcess[str]:
    """Run spaCy's command line after some code, in a process of its own."""
    script = f"import sys\n{code}\nfrom spacy.cli import setup_cli\nsetup_cli()"
    return subprocess.run(
        [sys.executable, "-c", script, "--help"], capture_output=True, text=True, timeout=120
    )


def test_spacys_command_line_has_ours() -> None:
    done = spacy_command_with("")
    assert done.returncode == 0
    assert "Score text for sarcasm" in done.stdout
    assert done.stderr == ""


def test_a_failure_of_our_commands_leaves_spacys() -> None:
    done = spacy_command_with("sys.modules['spacy_sarcasm.cli.app'] = None")
    assert done.returncode == 0, done.stderr
    assert "find-threshold" in done.stdout
    assert "Score text for sarcasm" not in done.stdout
    assert "'python -m spacy sarcasm' is not available: ModuleNotFoundError" in done.stderr
