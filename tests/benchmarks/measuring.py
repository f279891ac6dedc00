"""What the benchmarks share: rounds, tables, the real headlines and the two networks.

Nothing heavy is imported at the top, because `limit_threads` only works before NumPy, TensorFlow
and the like are loaded.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language

DATA_VARIABLE = "SPACY_SARCASM_DATA"
HEADLINES = "Sarcasm_Headlines_Dataset.json"
SEED_VECTORS = "glove.twitter.27B.25d.subset.txt"
BUNDLED_VECTORS = "glove.6B.100d.top60k.txt.gz"
LABEL = "SARCASM"

# The network of the notebook this project grew from; its weights here are random ones.
SEED_MODEL = {
    "@architectures": "spacy_sarcasm.BiLSTM.v1",
    "units": 25,
    "layers": 2,
    "pooling": "last",
    "dense_width": 24,
    "trainable_width": 0,
    "vocab_size": 13_200,
    "vector_words": 0,
    "precision": "float32",
}

Round = Callable[[], object]
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def make_parser(description: str | None, rounds: int) -> argparse.ArgumentParser:
    """Return a parser with the options that every benchmark has."""
    summary = (description or "").partition("\n")[0]
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"rounds (default {rounds})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser


def add_clock(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which clock times the rounds."""
    parser.add_argument(
        "--clock",
        choices=list(CLOCKS),
        default="wall",
        help="wall (default), or cpu: this process's processor time, all its threads added up, "
        "which other programs on a busy machine disturb less",
    )


def limit_threads(threads: int) -> None:
    """Limit every numerical library, none of which may have been imported yet."""
    if "numpy" in sys.modules:
        raise RuntimeError("limit_threads has to be called before NumPy is imported")
    for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM"):
        os.environ[f"{library}_NUM_THREADS"] = str(threads)
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)
    os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def limit_tensorflow(threads: int) -> None:
    """Limit TensorFlow by its own settings too."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def data_file(name: str) -> Path:
    """Return a file of the real data, or end with a message that says how to name the folder."""
    folder = os.environ.get(DATA_VARIABLE)
    if not folder:
        sys.exit(f"set {DATA_VARIABLE} to the folder that holds {HEADLINES} and {SEED_VECTORS}")
    path = Path(folder) / name
    if not path.is_file():
        sys.exit(f"'{path}' is missing; {DATA_VARIABLE} names its folder")
    return path


def read_texts() -> list[str]:
    """Return all headlines as the file has them, duplicates too."""
    with data_file(HEADLINES).open(encoding="utf-8") as file:
        return [json.loads(line)["headline"] for line in file]


def make_seed_pipeline(texts: Sequence[str]) -> Language:
    """Return a pipeline with the seed network: real vectors, everything else random."""
    import spacy
    from spacy.training import Example

    from spacy_sarcasm.vectors.load import load_vectors

    nlp = spacy.blank("en")
    load_vectors(nlp.vocab, data_file(SEED_VECTORS))
    nlp.add_pipe("sarcasm", config={"weights": None, "model": SEED_MODEL})
    gold = {"cats": {LABEL: 1.0}}
    examples = [Example.from_dict(nlp.make_doc(text), gold) for text in texts]
    nlp.initialize(lambda: examples)
    return nlp


def make_bundled_pipeline() -> Language:
    """Return the pipeline of the README: a blank one with the bundled weights."""
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    return nlp


def run_rounds(contestants: Mapping[str, Round], rounds: int, clock: str) -> dict[str, list[float]]:
    """Run all contestants in turn, round after round, and return their times in seconds.

    Being neighbours in time, the contestants of one round share the machine's mood, so ratios are
    to be taken within a round. One more round goes before, to fill caches and trace graphs.
    """
    # What the other contestants hold ready would make every collection of garbage slower, for those
    # most that keep a batch of docs. No app carries it about.
    gc.collect()
    gc.freeze()
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    now = CLOCKS[clock]
    for number in range(rounds + 1):
        for name, contestant in contestants.items():
            start = now()
            contestant()
            if number:
                seconds[name].append(now() - start)
        print(f"round {number} of {rounds} done", file=sys.stderr)
    return seconds


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median of the ratios of two contestants' times, taken within each round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def verdict(what: str, value: float, target: float, *, at_most: bool = False) -> str:
    """Return a line that says whether a measured value meets its target."""
    met = value <= target if at_most else value >= target
    said = f"{'<=' if at_most else '>='} {target:.2f}: {'met' if met else 'MISSED'}"
    return f"- {what}: {value:.2f}, target {said}"


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table, the first column to the left and the others to the right."""
    print(f"\n| {' | '.join(header)} |")
    print(f"|---|{'---:|' * (len(header) - 1)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print()


def describe_machine(packages: Sequence[str]) -> dict[str, Any]:
    """Return what the figures hang on, beside the code."""
    return {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def write_json(path: Path | None, figures: Mapping[str, Any]) -> None:
    """Write the figures to a file, if one was asked for."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
