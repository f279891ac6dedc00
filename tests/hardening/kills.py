"""Runs over files that are killed, at random times and at every operation, and resumed.

A killed run is resumed until it ends. Its output has to be that of a run that was left alone, byte
for byte, with nothing beside it and no process left.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from spacy_sarcasm.scoring.bulk import journal
from spacy_sarcasm.scoring.bulk.score_files import score_files

from .running import (
    Budget,
    Child,
    Result,
    descendants,
    make_rows,
    orphans_of,
    pipeline,
    run_child,
    start_child,
)
from .running import wait_for as wait

FORMATS = [
    "jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst", "tsv", "tsv.gz", "parquet",
]  # fmt: skip
ROWS = 400
SECONDS = 120.0
# What the interpreter reports before it does it: each is a moment at which a process may die.
OPERATIONS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")


def run(n_kills: int, n_points: int, seed: int, budget: Budget | None = None) -> Result:
    """Kill runs by the clock and by the number of an operation, over all formats in turn."""
    budget = budget or Budget()
    rng = np.random.default_rng(seed)
    result = Result(
        "kills",
        {"seed": seed, "": 0, "crash points": 0, "formats": len(FORMATS)},
        dict.fromkeys(
            ["lost", "repeated", "other bytes", "orphans", "leftovers", "hangs", "errors"], 0
        ),
    )
    pipeline()
    journal.CHECKPOINT_SECONDS = 0.0
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "in.jsonl")
        rows = enumerate(make_rows(ROWS, seed))
        given.write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in rows))
        expected = {name: _whole(given, Path(folder, "whole", name)) for name in FORMATS}
        for done, count in (("", n_kills), ("crash points", n_points)):
            part = budget.share(2 if done == "" else 1)
            for number in part.spend(count):
                name = FORMATS[number % len(FORMATS)]
                output = Path(folder, "work", f"out.{name}")
                n_process = 2 if number % 7 == 6 else 1
                moment = rng.uniform(0, expected[name][1]) if done == "" else rng.integers(1, 160)
                before = descendants()
                _kill(given, output, n_process, float(moment), by_clock=done == "")
                _resume(result, given, output, n_process, expected[name][0], f"{name} at {moment}")
                result.faults["orphans"] += orphans_of(before)
                result.done[done] += 1
    return result


def _score(given: Path, output: Path, n_process: int, *, resume: bool = False) -> None:
    score_files(
        [given],
        output,
        model=pipeline(),
        batch_size=20,
        n_process=n_process,
        start_method="fork",
        resume=resume or not output.exists(),
    )


def _whole(given: Path, output: Path) -> tuple[bytes, float]:
    output = output.with_name(f"whole.{output.name}")
    output.parent.mkdir(exist_ok=True)
    began = time.monotonic()
    child = run_child(lambda: _score(given, output, 1), SECONDS)
    assert child.ending == "done", child
    return output.read_bytes(), time.monotonic() - began


def _kill(given: Path, output: Path, n_process: int, moment: float, *, by_clock: bool) -> None:
    output.parent.mkdir(exist_ok=True)

    def work() -> None:
        if not by_clock:
            die_at(int(moment), output.parent)
        _score(given, output, n_process)

    pid, reader = start_child(work)
    if by_clock:
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)
    wait(pid, reader, SECONDS)


def die_at(number: int, folder: Path) -> None:
    """Kill this process before its nth operation in a folder; a write is half done."""
    left, parent = [number], os.getpid()

    def count() -> bool:
        left[0] -= 1
        return left[0] == 0 and os.getpid() == parent

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in OPERATIONS and str(folder) in str(arguments[0]) and count():
            os.kill(os.getpid(), signal.SIGKILL)

    original = journal._write_all

    def write_all(file: Any, data: bytes) -> None:
        if count():
            original(file, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        original(file, data)

    sys.addaudithook(hook)
    journal._write_all = write_all


def _resume(
    result: Result, given: Path, output: Path, n_process: int, expected: bytes, what: str
) -> None:
    partial = output.with_name(f"{output.name}.partial")
    # A run that was killed when all was done has nothing to resume.
    if partial.exists() or not output.exists():
        child = run_child(lambda: _score(given, output, n_process, resume=True), SECONDS)
        if child.ending == "hang":
            result.add("hangs", what)
        elif child.ending != "done" and not _was_complete(child, output, expected):
            result.add("errors", f"{what}: {child.value}")
    found = output.read_bytes() if output.exists() else b""
    if found != expected:
        result.add("other bytes", what)
        lines, wanted = found.count(b"\n"), expected.count(b"\n")
        if lines < wanted:
            result.add("lost", what)
        elif lines > wanted:
            result.add("repeated", what)
    left = [path for path in output.parent.iterdir() if path != output]
    if left:
        result.add("leftovers", f"{what}: {[path.name for path in left]}")
    for path in [*output.parent.rglob("*")][::-1]:
        path.rmdir() if path.is_dir() else path.unlink()


def _was_complete(child: Child, output: Path, expected: bytes) -> bool:
    """Return whether a run was refused because the one before was killed after its last act."""
    refused = child.ending == "raised" and "PartialOutputError" in child.value["kinds"]
    return refused and output.exists() and output.read_bytes() == expected
