"""What the campaigns share: results, forked children with limits, and the search for orphans."""

from __future__ import annotations

import itertools
import json
import math
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language

WORDS = ["area", "man", "wins", "another", "meeting", "about", "the", "north", ",", "wow"]
# Address space that a child may add to what the driver has.
EXTRA_BYTES = 4 << 30
AGREEMENT = 1e-5


@dataclass
class Result:
    """What a campaign did, and the faults that it found.

    Attributes:
        name: The campaign.
        done: What was done, by name; printed as it is.
        faults: Counts of faults, by name; all of them should be 0.
        controls: Controls that must fail, by name, and whether they did.
        examples: The first faults, for whoever has to find out why.
    """

    name: str
    done: dict[str, Any]
    faults: dict[str, int]
    controls: dict[str, bool] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    def add(self, fault: str, example: str) -> None:
        """Count a fault."""
        self.faults[fault] += 1
        if len(self.examples) < 5:
            self.examples.append(f"{fault}: {example}")

    @property
    def is_clean(self) -> bool:
        """Whether no fault was found, and every control was."""
        return not any(self.faults.values()) and all(self.controls.values())

    def __str__(self) -> str:
        parts = [
            f"{name} {_shown(name, value)}" for name, value in (self.done | self.faults).items()
        ]
        if self.controls:
            parts.append(f"controls seen {sum(self.controls.values())} of {len(self.controls)}")
        return "  ".join([f"{self.name:<7}", *parts])


class Budget:
    """Time that a campaign has, and shares out among its parts."""

    def __init__(self, seconds: float = math.inf) -> None:
        """Start the clock."""
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._end

    def share(self, n_left: int) -> Budget:
        """Return the budget of the next part, when this number of parts is left."""
        return Budget((self._end - time.monotonic()) / n_left)

    def spend(self, count: int) -> Iterator[int]:
        """Count to a number, or until no time is left."""
        return itertools.takewhile(lambda _: not self.is_over, range(count))


def _shown(name: str, value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and name != "seed" else str(value)


@dataclass(frozen=True)
class Child:
    """How a forked child ended.

    Attributes:
        ending: "done", "raised", "killed" or "hang".
        value: What it returned, or the name and message of its exception.
    """

    ending: str
    value: Any = None


def start_child(work: Callable[[], Any]) -> tuple[int, int]:
    """Fork a child that does some work; return its process id and the pipe with its answer."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    status = 1
    try:
        os.close(reader)
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + EXTRA_BYTES, used + EXTRA_BYTES))
        # What a dying child prints is of no use to anybody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        answer: Any
        try:
            answer, status = work(), 0
        except BaseException as error:
            kinds = [kind.__name__ for kind in type(error).__mro__]
            # A pipe holds 64 KiB, and nobody reads it before the child ends.
            message = str(error)
            answer = {"kinds": kinds, "message": message[:2_000], "length": len(message)}
        os.write(writer, json.dumps(answer).encode()[:60_000])
    finally:
        os._exit(status)


def wait_for(pid: int, reader: int, seconds: float) -> Child:
    """Wait until a child ends; kill it if it takes too long."""
    deadline = time.monotonic() + seconds
    ended = 0
    while not ended:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended and time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(reader)
            return Child("hang")
        if not ended:
            time.sleep(0.001)
    with os.fdopen(reader, "rb") as file:
        answer = file.read()
    if os.WIFSIGNALED(status) or not answer:
        return Child("killed", os.WTERMSIG(status) if os.WIFSIGNALED(status) else None)
    return Child("done" if status == 0 else "raised", json.loads(answer))


def run_child(work: Callable[[], Any], seconds: float) -> Child:
    """Do some work in a forked child that has little time and memory."""
    return wait_for(*start_child(work), seconds)


def descendants() -> set[int]:
    """Return the processes whose session is ours, but for this one and its ancestors."""
    mine, found = os.getsid(0), set()
    ancestors = {os.getpid(), os.getppid()}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in ancestors:
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == mine and fields[0] != "Z" and _is_python(entry):
                found.add(int(entry.name))
    return found


def _is_python(entry: Path) -> bool:
    try:
        return b"python" in (entry / "cmdline").read_bytes()
    except OSError:
        return False


def orphans_of(before: set[int], seconds: float = 10.0) -> int:
    """Return how many processes that are new have not ended after some time."""
    deadline = time.monotonic() + seconds
    while (left := descendants() - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(left)


@cache
def pipeline() -> Language:
    """The bundled pipeline, warmed: its weights are read, and it has scored."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    nlp("area man")
    return nlp


def make_rows(count: int, seed: int) -> list[str]:
    """Texts that differ, in words that the network knows."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, size=rng.integers(1, 12))) + f" {i}" for i in range(count)]
