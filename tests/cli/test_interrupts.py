"""Ctrl-C and SIGTERM at any moment: one line, the right status, no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

if os.name != "posix":
    pytest.skip("sends signals", allow_module_level=True)

# Runs the command line and sends it signals when it comes to import a module, or at a call.
DRIVER = """
import os, signal, sys
moment, number, times, *sys.argv[1:] = sys.argv[1:]

def send():
    for _ in range(int(times)):
        os.kill(os.getpid(), int(number))

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == moment:
            send()

sys.meta_path.insert(0, Finder())
from spacy_sarcasm.__main__ import main
if moment.startswith("journal."):
    from spacy_sarcasm.scoring.bulk import journal
    name = moment.partition(".")[2]
    original, calls = getattr(journal.PartialOutput, name), []
    def patched(self, *args, **more):
        result = original(self, *args, **more)
        calls.append(1)
        if len(calls) == 3 or name != "write":
            send()
        return result
    setattr(journal.PartialOutput, name, patched)
main()
"""


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"text": f"wow {i}"}) + "\n" for i in range(60)))
    return path


def run(
    given: Path, moment: str, number: int = signal.SIGINT, times: int = 1
) -> subprocess.CompletedProcess[str]:
    output = given.with_name("out.jsonl")
    command = [sys.executable, "-c", DRIVER, moment, str(int(number)), str(times)]
    return subprocess.run(
        [*command, "score", str(given), "-o", str(output), "--batch-size", "10"],
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("moment", ["typer", "spacy_sarcasm.data.sources", "journal._start"])
def test_early_interrupts(given: Path, moment: str, times: int) -> None:
    result = run(given, moment, times=times)
    assert result.stderr.split() == ["Interrupted"]
    assert result.returncode == 130
    assert [path.name for path in given.parent.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize(
    ("number", "times", "status"),
    [(signal.SIGINT, 1, 130), (signal.SIGINT, 2, 130), (signal.SIGTERM, 1, 143)],
)
def test_interrupts_say_where_the_work_is(
    given: Path, number: int, times: int, status: int
) -> None:
    result = run(given, "journal.write", number, times)
    folder = given.with_name("out.jsonl.partial")
    assert [line for line in result.stderr.splitlines() if line] == [
        f"The work so far is in '{folder}': pass --resume to continue",
        "Interrupted",
    ]
    assert result.returncode == status
    assert folder.is_dir()
