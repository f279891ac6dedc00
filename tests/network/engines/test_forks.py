"""Forks and threads beside a network that scores: no hang, no error, the same scores."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ...conftest import skip_without_tensorflow

if not hasattr(os, "fork"):
    pytest.skip("this system has no fork", allow_module_level=True)

SETUP = """
    import os, threading, time
    import spacy
    from dataclasses import replace
    from spacy_sarcasm.network.calibration import Calibration

    THREADS = int(os.environ.get("THREADS", "1"))
    TEXTS = ["area man wins argument", "rain is expected in the north", "oh great"] * 4

    def make():
        nlp = spacy.blank("en")
        nlp.add_pipe("sarcasm", config={"threads": THREADS})
        return nlp

    def scores(nlp):
        return [doc._.sarcasm for doc in nlp.pipe(TEXTS)]

    def in_child(work):
        # The status of a child that does the work and has the expected result, within a minute.
        pid = os.fork()
        if pid == 0:
            try:
                os._exit(0 if work() else 3)
            except BaseException as error:
                print(repr(error), flush=True)
                os._exit(4)
        for _ in range(600):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.1)
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        return "hang"

    def near(a, b):
        return max(abs(x - y) for x, y in zip(a, b, strict=True)) <= 1e-5
"""

BESIDE_A_THREAD = """
    reference = scores(make())
    outcomes = []
    for delay in (0, 0.001, 0.01, 0.05):
        nlp = make()
        thread = threading.Thread(target=scores, args=(nlp,))
        thread.start()
        time.sleep(delay)
        outcomes.append(in_child(lambda: near(scores(nlp), reference)))
        thread.join()
        assert near(scores(nlp), reference)
    print(outcomes)
"""

INHERITED_SESSION = """
    nlp = make()
    reference = scores(nlp)
    pipe = nlp.get_pipe("sarcasm")
    data = pipe.to_bytes()

    def set_calibration():
        pipe.calibration = Calibration(scale=0.5)
        return not near(scores(nlp), reference)

    def load():
        pipe.from_bytes(data)
        return near(scores(nlp), reference)

    def change_threads():
        pipe.cfg["threads"] = 2
        return near(scores(nlp), reference)

    def drop():
        global nlp, pipe
        del nlp, pipe
        import gc
        gc.collect()
        return near(scores(make()), reference)

    def score_stream():
        from spacy_sarcasm import score_texts
        return near(list(score_texts(nlp, TEXTS)), reference)

    print([in_child(work) for work in (set_calibration, load, change_threads, score_stream, drop)])
"""


def run(source: str, tmp_path: Path, threads: int = 1) -> str:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SETUP) + textwrap.dedent(source))
    result = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=400,
        env={**os.environ, "THREADS": str(threads)},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


def test_a_fork_beside_a_thread_that_scores(tmp_path: Path) -> None:
    assert run(BESIDE_A_THREAD, tmp_path) == "[0, 0, 0, 0]"


@pytest.mark.parametrize("threads", [1, 3])
def test_a_child_replaces_the_session_it_inherited(tmp_path: Path, threads: int) -> None:
    assert run(INHERITED_SESSION, tmp_path, threads) == "[0, 0, 0, 0, 0]"


FIRST_USE = """
    import sys
    sys.setswitchinterval(1e-6)
    reference = scores(make())
    faults = []
    for _ in range(12):
        nlp = make()
        barrier = threading.Barrier(8)

        def first():
            barrier.wait()
            try:
                pipe = nlp.get_pipe("sarcasm")
                docs = [nlp.make_doc(text) for text in TEXTS]
                assert near(pipe.predict(docs)[:, 0], reference)
            except BaseException as error:
                faults.append(repr(error))

        threads = [threading.Thread(target=first) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(faults)
"""


def test_first_use_from_eight_threads(tmp_path: Path) -> None:
    assert run(FIRST_USE, tmp_path) == "[]"


TRAINED = """
    from spacy.training import Example
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"weights": None, "model": {"units": 4}})
    examples = [Example.from_dict(nlp.make_doc("great"), {"cats": {"SARCASM": 1.0}})]
    optimizer = nlp.initialize(lambda: examples)
    nlp.update(examples, sgd=optimizer)

    def train():
        try:
            nlp.update(examples, sgd=optimizer)
        except RuntimeError as error:
            return "spawn" in str(error)

    print([in_child(train), in_child(lambda: 0 < nlp("great")._.sarcasm < 1)])
"""


def test_training_in_a_forked_process_is_an_error_not_a_hang(tmp_path: Path) -> None:
    skip_without_tensorflow()
    assert run(TRAINED, tmp_path) == "[0, 0]"
