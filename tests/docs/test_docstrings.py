"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import importlib
import json
import os
import pkgutil
import subprocess
import sys
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
