"""Forks, spawned processes and threads, also a fork beside a thread that is scoring."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np

from spacy_sarcasm.scoring.texts import TextScorer

from .running import AGREEMENT, Budget, Child, Result, descendants, make_rows, orphans_of, pipeline
from .running import run_child as run_forked

SECONDS = 120.0
SPAWNED = """
import multiprocessing, sys
import spacy

def score(texts):
    return [doc._.sarcasm for doc in NLP.pipe(texts)]

def start():
    global NLP
    NLP = spacy.blank("en")
    NLP.add_pipe("sarcasm")

if __name__ == "__main__":
    import json
    texts = json.load(sys.stdin)
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, start) as pool:
        print(json.dumps(pool.apply(score, (texts,))))
"""


def run(
    n_forks: int,
    n_spawns: int,
    n_threads: int,
    n_beside: int,
    seed: int,
    budget: Budget | None = None,
) -> Result:
    """Score in every kind of process and thread, and compare."""
    budget = budget or Budget()
    rng = np.random.default_rng(seed)
    result = Result(
        "forks",
        {"seed": seed, "": 0, "spawn": 0, "threads": 0, "beside a thread": 0},
        {"hangs": 0, "crashes": 0, "wrong": 0, "orphans": 0},
    )
    before = descendants()
    texts = make_rows(30, seed)
    expected = _score(texts)
    for _ in budget.share(4).spend(n_forks):
        # Threads of ONNX Runtime in the parent do not survive the fork, and must not be waited for.
        pipeline().get_pipe("sarcasm").cfg["threads"] = int(rng.integers(1, 3))
        pipeline()("wow")
        threads = int(rng.integers(1, 3))
        _judge(result, run_forked(lambda n=threads: _score(texts, n), SECONDS), expected, "fork")
        result.done[""] += 1
    for _ in budget.share(3).spend(n_beside):
        _judge(result, _beside_a_thread(texts, float(rng.uniform(0, 0.02))), expected, "beside")
        result.done["beside a thread"] += 1
    for _ in budget.share(2).spend(n_spawns):
        _judge(result, _spawned(texts), expected, "spawn")
        result.done["spawn"] += 1
    for group in budget.spend(-(-n_threads // 8)):
        count = min(8, n_threads - group * 8)
        result.done["threads"] += count
        _judge(result, run_forked(lambda n=count: _threads(texts, n), SECONDS), [], "threads")
    pipeline().get_pipe("sarcasm").cfg["threads"] = 1
    result.faults["orphans"] += orphans_of(before)
    return result


def _score(texts: list[str], threads: int = 1) -> list[float]:
    nlp = pipeline()
    nlp.get_pipe("sarcasm").cfg["threads"] = threads
    return [float(score) for score in TextScorer(nlp).score(texts)]


def _judge(result: Result, child: Child, expected: list[float], what: str) -> None:
    if child.ending == "hang":
        result.add("hangs", what)
    elif child.ending != "done":
        result.add("crashes", f"{what}: {child.value}")
    elif not np.allclose(child.value, expected, atol=AGREEMENT):
        result.add("wrong", what)


def _beside_a_thread(texts: list[str], delay: float) -> Child:
    """Fork while another thread is scoring, at some moment of its work."""
    stop = threading.Event()

    def work() -> None:
        scorer = TextScorer(pipeline())
        while not stop.is_set():
            scorer.score(texts)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        time.sleep(delay)
        return run_forked(lambda: _score(texts), SECONDS)
    finally:
        stop.set()
        thread.join()


def _spawned(texts: list[str]) -> Child:
    import json
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "script.py")
        script.write_text(SPAWNED)
        try:
            done = subprocess.run(
                [sys.executable, str(script)],
                input=json.dumps(texts),
                capture_output=True,
                text=True,
                timeout=SECONDS * 3,
            )
        except subprocess.TimeoutExpired:
            return Child("hang")
    if done.returncode:
        return Child("raised", done.stderr[-300:])
    return Child("done", json.loads(done.stdout))


def _threads(texts: list[str], count: int) -> list[float]:
    """Use a pipeline for the first time from several threads; return how far scores are apart."""
    import spacy

    expected = _score(texts)
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    docs = [[nlp.make_doc(text) for text in texts] for _ in range(count)]
    errors: list[BaseException] = []
    barrier = threading.Barrier(count)

    def work(number: int) -> None:
        try:
            barrier.wait()
            scores = nlp.get_pipe("sarcasm").predict(docs[number])[:, 0]
            np.testing.assert_allclose(scores, expected, atol=AGREEMENT)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return []
