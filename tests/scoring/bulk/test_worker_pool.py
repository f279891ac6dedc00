"""Workers: order, errors, deaths, ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from spacy_sarcasm.scoring.bulk.worker_pool import (
    RemoteTracebackError,
    WorkerDiedError,
    run_workers,
)

from ..conftest import make_texts, write_jsonl

if not hasattr(os, "fork"):
    pytest.skip("the helpers of these tests need fork", allow_module_level=True)

run = partial(run_workers, start_method="fork")


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """End the tests if one of them hangs, instead of waiting for ever."""
    timer = threading.Timer(700, os._exit, [99])
    timer.daemon = True
    timer.start()
    yield
    timer.cancel()


def square_slowly() -> Callable[[int], tuple[int, int]]:
    def work(task: int) -> tuple[int, int]:
        # The first tasks take longest.
        time.sleep(0.05 if task < 3 else 0.001)
        return task * task, os.getpid()

    return work


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_order_is_kept_and_all_work() -> None:
    outcomes = list(run(square_slowly, range(40), 3))
    assert [(task, square) for task, (square, _) in outcomes] == [(n, n * n) for n in range(40)]
    pids = {pid for _, (_, pid) in outcomes}
    assert len(pids) > 1
    assert os.getpid() not in pids
    assert all(map(is_gone, pids))


def test_one_process_is_this_one() -> None:
    assert {pid for _, (_, pid) in run_workers(square_slowly, range(4), 1)} == {os.getpid()}
    with pytest.raises(ValueError, match="at least 1"):
        list(run_workers(square_slowly, range(4), 0))


def test_tasks_are_read_only_as_needed() -> None:
    read = 0

    def tasks() -> Iterator[int]:
        nonlocal read
        for task in range(1000):
            read = task
            yield task

    for task, _ in run(square_slowly, tasks(), 2):
        assert read <= task + 10
        if task == 50:
            break


def test_large_tasks_and_results_block_nobody() -> None:
    big = b"x" * 3_000_000
    tasks = [big] * 12
    results = [len(result) for _, result in run(lambda: lambda task: task + task, tasks, 2)]
    assert results == [6_000_000] * 12


def die_once(marks: Path, task: int) -> int:
    """Kill the worker that comes to a task for the first time."""
    mark = marks / str(task)
    if task % 7 == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def test_work_of_a_killed_worker_is_done_again(tmp_path: Path) -> None:
    outcomes = list(run(lambda: partial(die_once, tmp_path), range(30), 2))
    assert outcomes == [(task, task * task) for task in range(30)]
    assert len(list(tmp_path.iterdir())) == 4


def test_workers_killed_from_outside() -> None:
    outcomes = []
    for task, (square, pid) in run(square_slowly, range(200), 2):
        outcomes.append((task, square))
        if task % 40 == 5 and not is_gone(pid):
            os.kill(pid, signal.SIGKILL)
    assert outcomes == [(task, task * task) for task in range(200)]


def test_task_that_always_kills() -> None:
    def work(task: int) -> int:
        if task == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return task

    done: list[int] = []
    outcomes = run(lambda: work, range(20), 2, describe=lambda task: f"task {task}")
    with pytest.raises(WorkerDiedError, match=r"3 worker processes.*task 5;.*signal 9 \(SIGKILL\)"):
        done.extend(task for task, _ in outcomes)
    assert done == [0, 1, 2, 3, 4]


def test_workers_that_die_before_they_work() -> None:
    with pytest.raises(WorkerDiedError, match="exited with status 3"):
        list(run(lambda: os._exit(3), range(20), 2))


def test_a_death_by_a_signal_without_a_name() -> None:
    number = signal.SIGRTMIN + 6
    with pytest.raises(WorkerDiedError, match=rf"was killed by signal {number}\. If"):
        list(run(lambda: lambda task: os.kill(os.getpid(), number), range(3), 2))


class Unpicklable:
    """Pickles, and cannot be unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return refuse, ()


def refuse() -> None:
    raise KeyError("no such thing")


@pytest.mark.parametrize(
    ("result", "kind", "message"),
    [
        (lambda: None, Exception, "pickle"),
        (Unpicklable(), KeyError, "no such thing"),
    ],
)
def test_results_that_cannot_be_sent_say_so(
    result: object, kind: type[Exception], message: str
) -> None:
    done: list[int] = []
    outcomes = run(lambda: lambda number: result if number == 3 else number, range(9), 2)
    with pytest.raises(kind, match=message) as raised:
        done.extend(task for task, _ in outcomes)
    assert not isinstance(raised.value, WorkerDiedError)
    assert done == [0, 1, 2]


def test_a_task_that_cannot_be_received_says_so() -> None:
    tasks = [1, Unpicklable(), 3]
    with pytest.raises(KeyError, match="no such thing"):
        list(run(lambda: lambda task: task, tasks, 2))


class OddError(Exception):
    """Cannot be unpickled."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


@pytest.mark.parametrize(
    ("error", "kind"),
    [(ValueError("bad row"), ValueError), (OddError("this", "that"), RuntimeError)],
)
def test_errors_come_in_their_turn_with_their_place(
    error: Exception, kind: type[Exception]
) -> None:
    def work(task: int) -> int:
        if task == 2:
            time.sleep(0.2)
        if task == 6:
            raise error
        return task

    done: list[int] = []
    with pytest.raises(kind, match=str(error)) as raised:
        done.extend(task for task, _ in run(lambda: work, range(20), 2))
    assert done == [0, 1, 2, 3, 4, 5]
    assert isinstance(raised.value.__cause__, RemoteTracebackError)
    assert "raise error" in str(raised.value.__cause__)


def test_setup_that_fails() -> None:
    def setup() -> Callable[[int], int]:
        raise OSError("no such pipeline")

    with pytest.raises(OSError, match="no such pipeline"):
        list(run(setup, range(20), 2))


def test_tasks_that_fail_end_the_workers() -> None:
    pids: set[int] = set()

    def tasks() -> Iterator[int]:
        yield from range(20)
        raise ValueError("the source is damaged")

    with pytest.raises(ValueError, match="the source is damaged"):
        pids.update(pid for _, (_, pid) in run(square_slowly, tasks(), 2))
    assert pids
    assert all(map(is_gone, pids))


ORPHANS = """
import os, sys, time
from spacy_sarcasm.scoring.bulk.worker_pool import run_workers

def setup():
    def work(task):
        time.sleep(0.01)
        return os.getpid()
    return work

if __name__ == "__main__":
    for task, pid in run_workers(setup, range(10**6), 2, start_method="fork"):
        print(pid, flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_its_parent(tmp_path: Path, how: signal.Signals) -> None:
    script = tmp_path / "script.py"
    script.write_text(ORPHANS)
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        pids = {int(process.stdout.readline()) for _ in range(20)}
        process.send_signal(how)
        process.communicate(timeout=60)
    assert process.returncode in (-how, 1)
    deadline = time.monotonic() + 30
    while not all(map(is_gone, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert all(map(is_gone, pids))


SCORED = """
import multiprocessing, os, sys
from pathlib import Path
import spacy
from spacy_sarcasm.scoring.bulk.score_files import score_files

if __name__ == "__main__":
    method, given, folder, tensorflow = sys.argv[1:]
    if tensorflow == "yes":
        import tensorflow as tf
        tf.keras.Sequential([tf.keras.layers.Dense(3)])(tf.ones((2, 3)))
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    # A session of ONNX Runtime with threads in the parent.
    nlp.get_pipe("sarcasm").cfg["threads"] = 2
    print(nlp("area man")._.sarcasm > 0)
    nlp.get_pipe("sarcasm").cfg["threads"] = 1
    outputs = []
    for n_process in (1, 2):
        outputs.append(Path(folder) / f"{n_process}.jsonl")
        score_files(
            [given], outputs[-1], model=nlp, batch_size=16,
            n_process=n_process, start_method=method,
        )
    print(outputs[0].read_bytes() == outputs[1].read_bytes())
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_same_output_as_one_process(
    tmp_path: Path, run_script: Callable[..., str], method: str
) -> None:
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": text} for text in make_texts(200)])
    out = run_script(SCORED, method, str(given), str(tmp_path), "no")
    assert out.split() == ["True", "True"]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_after_tensorflow(tmp_path: Path, run_script: Callable[..., str], method: str) -> None:
    pytest.importorskip("tensorflow")
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": text} for text in make_texts(200)])
    out = run_script(SCORED, method, str(given), str(tmp_path), "yes", timeout=600)
    assert out.split()[-2:] == ["True", "True"]
