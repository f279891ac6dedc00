"""The examples in docstrings do what they say, and public functions have one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

import spacy_sarcasm

from ..conftest import ROOT
from .workspace import make_workspace

if not (ROOT / "docs").is_dir():
    pytest.skip("the source tree is not here: there are no samples", allow_module_level=True)

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_examples() -> None:
    """Run the examples of every module, and print what failed as a line of JSON."""
    failed: dict[str, str] = {}
    count = 0
    for module in sorted(
        found.name for found in pkgutil.walk_packages(spacy_sarcasm.__path__, "spacy_sarcasm.")
    ):
        if module.endswith("__main__") or "keras_" in module:
            continue
        for test in doctest.DocTestFinder().find(importlib.import_module(module)):
            runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
            told: list[str] = []
            runner.run(test, out=told.append)
            count += len(test.examples)
            if runner.failures:
                failed[test.name] = "".join(told)
    print(json.dumps({"count": count, "failed": failed}))


def test_examples_in_docstrings(tmp_path: Path) -> None:
    make_workspace(tmp_path, ROOT)
    done = subprocess.run(
        [sys.executable, "-c", "from tests.docs.test_docstrings import run_examples as r; r()"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["count"] > 0
    assert not outcome["failed"], "\n".join(outcome["failed"].values())


def documented_functions() -> dict[str, object]:
    """The functions and classes that users call: exported, on the API page, or registered.

    Of a module on the API page, all public functions.
    """
    names = [f"spacy_sarcasm.{name}" for name in spacy_sarcasm.__all__]
    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    names += re.findall(r"auto(?:function|class):: (\S+)", page)
    names += [
        point.value.replace(":", ".")
        for point in distribution("spacy-sarcasm").entry_points
        if ":" in point.value and point.group.startswith("spacy_")
    ]
    found: dict[str, object] = {}
    for name in names:
        module_name, _, attribute = name.rpartition(".")
        module = importlib.import_module(module_name)
        functions = [
            value
            for value in vars(module).values()
            if inspect.isfunction(value)
            and value.__module__ == module_name
            and not value.__name__.startswith("_")
        ]
        for value in (getattr(module, attribute), *functions):
            if inspect.isfunction(value) or inspect.isclass(value):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return found


def test_public_functions_have_an_example() -> None:
    documented = documented_functions()
    assert len(documented) > len(spacy_sarcasm.__all__)
    without = [
        name
        for name, value in documented.items()
        if ">>>" not in (inspect.getdoc(value) or "") + (inspect.getdoc(value.__init__) or "")
    ]
    assert without == []
