"""Speed and memory of loading word vectors, against spaCy and gensim.

Run ``python tests/benchmarks/vectors.py``. It writes a GloVe-like file of 1,193,514 words x 25
(the size of the smallest Twitter set), and runs each route in a process of its own, so that peak
memory is that route's; routes alternate, so that a busy machine slows all alike. Times are wall
clock from a process that has imported its libraries, but for the two commands, which are timed
from start to exit. Memory is the peak resident set of the process; ``limit`` is what it may be.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS, DIM = 1_193_514, 25
CORPUS_WORDS = 20_000
MEGABYTE = 1_000_000


def write_file(path: Path) -> None:
    """Write vectors at five significant digits, as GloVe's are."""
    import numpy as np

    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, WORDS, 20_000):
            count = min(20_000, WORDS - start)
            for i, vector in enumerate(rng.normal(0, 0.7, (count, DIM)).tolist(), start):
                file.write(f"w{i:07x} {' '.join([f'{v:.5g}' for v in vector])}\n")


def corpus_words() -> list[str]:
    rng = random.Random(0)
    return [f"w{rng.randrange(WORDS):07x}" for _ in range(CORPUS_WORDS)]


def resident() -> int:
    with Path("/proc/self/statm").open() as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def load_ours(file: Path) -> object:
    import spacy

    from spacy_sarcasm import load_vectors

    nlp = spacy.blank("en")
    yield
    load_vectors(nlp.vocab, file)
    yield nlp


def load_ours_words(file: Path) -> object:
    import spacy

    from spacy_sarcasm import load_vectors

    nlp, words = spacy.blank("en"), corpus_words()
    yield
    load_vectors(nlp.vocab, file, words=words)
    yield nlp


def load_spacy(file: Path) -> object:
    import spacy
    from spacy.training.initialize import convert_vectors

    nlp = spacy.blank("en")
    yield
    convert_vectors(nlp, file, truncate=0, prune=-1)
    yield nlp


def load_gensim(file: Path) -> object:
    from gensim.models import KeyedVectors

    yield
    yield KeyedVectors.load_word2vec_format(str(file), binary=False, no_header=True)


def convert_ours(file: Path, out: Path) -> list[str]:
    code = "from spacy_sarcasm.cli import main; main()"
    return [sys.executable, "-c", code, "vectors", "convert", str(file), str(out)]


def convert_spacy(file: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "spacy", "init", "vectors", "en", str(file), str(out)]


LIVE = {
    "load_vectors": load_ours,
    f"load_vectors, {CORPUS_WORDS:,} words": load_ours_words,
    "spaCy's route into a vocab": load_spacy,
    "gensim's text reader": load_gensim,
}
COMMANDS = {"vectors convert": convert_ours, "spacy init vectors": convert_spacy}


def run_live(name: str, file: Path) -> None:
    steps = LIVE[name](file)
    next(steps)
    start, cpu = time.perf_counter(), time.process_time()
    kept = next(steps)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    sizes = {"seconds": seconds, "cpu": cpu, "peak": peak(), "finished": resident()}
    print(json.dumps(sizes), bool(kept))  # kept: the result is alive when its memory is read


def measure_live(name: str, file: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--live", name, "--file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.rpartition("}")[0] + "}")


def measure_command(name: str, file: Path, folder: Path) -> dict[str, float]:
    out = folder / "out"
    start = time.perf_counter()
    process = subprocess.Popen(COMMANDS[name](file, out), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{name} failed with status {status}")
    shutil.rmtree(out)
    return {
        "seconds": seconds,
        "peak": usage.ru_maxrss * 1024,
        "cpu": usage.ru_utime + usage.ru_stime,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="runs of each route")
    parser.add_argument("--live", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help="use this file instead of writing one")
    options = parser.parse_args()
    if options.live:
        run_live(options.live, options.file)
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = options.file or folder / "glove.synthetic.25d.txt"
        if options.file is None:
            write_file(file)
        runs: dict[str, list[dict[str, float]]] = {}
        for _ in range(options.repeats):
            for route in COMMANDS:
                runs.setdefault(route, []).append(measure_command(route, file, folder))
            for route in LIVE:
                runs.setdefault(route, []).append(measure_live(route, file))
    report(runs)


def report(runs: dict[str, list[dict[str, float]]]) -> None:
    print(f"{WORDS:,} words x {DIM}; medians of {len(runs['load_vectors'])} runs, one thread")
    columns = f"{'seconds':>9}{'(least':>8}{'most)':>8}{'CPU s':>8}{'peak MB':>9}{'limit':>8}"
    print(f"{'route':<32}{columns}")
    table = WORDS * DIM * 4
    for route, results in runs.items():
        seconds = [result["seconds"] for result in results]
        top = statistics.median(result["peak"] for result in results)
        limit = {
            "vectors convert": 3 * table + 200 * MEGABYTE,
            "load_vectors": 1.2 * results[0].get("finished", 0) + 200 * MEGABYTE,
        }.get(route)
        shown = f"{limit / MEGABYTE:8.0f}" if limit else f"{'':8}"
        middle = statistics.median(seconds)
        print(f"{route:<32}{middle:9.2f}{min(seconds):8.2f}{max(seconds):8.2f}", end="")
        print(f"{statistics.median(result['cpu'] for result in results):8.2f}", end="")
        print(f"{top / MEGABYTE:9.0f}{shown}")
    full, words = runs["load_vectors"], runs[f"load_vectors, {CORPUS_WORDS:,} words"]
    print(
        f"\n{'ratios, run by run':<34}{'median':>6}  {'least to most':<16}{'by CPU time':<14}asked"
    )
    for label, slow, fast, asked in (
        ("spacy init vectors / convert", runs["spacy init vectors"], runs["vectors convert"], 10),
        ("spaCy's route / load_vectors", runs["spaCy's route into a vocab"], full, 5),
        ("gensim's reader / load_vectors", runs["gensim's text reader"], full, 5),
        ("load_vectors / with words=", full, words, 2),
    ):
        ratios = [a["seconds"] / b["seconds"] for a, b in zip(slow, fast, strict=True)]
        spread = f"{min(ratios):.1f} to {max(ratios):.1f}"
        by_cpu = statistics.median(a["cpu"] / b["cpu"] for a, b in zip(slow, fast, strict=True))
        print(f"{label:<34}{statistics.median(ratios):6.1f}  {spread:<16}", end="")
        print(f"{by_cpu:<14.1f}at least {asked}")


if __name__ == "__main__":
    main()
