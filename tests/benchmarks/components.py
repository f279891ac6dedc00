"""Documents per second of the stemmer and lemmatizer, as ratios to the blank pipeline's.

    python tests/benchmarks/components.py [--runs 7]

Texts: the headlines in the folder named by SPACY_SARCASM_DATA. Each pipeline first sees all the
texts once (warm caches). Then every run times blank, stemmer and lemmatizer one after the other,
and its ratios are taken within the run, so that a machine that slows down slows all three; the
medians over the runs are reported. One thread, timed by its CPU time, which other programs on
the machine disturb least.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import deque
from pathlib import Path
from statistics import median

import spacy
from spacy.language import Language

TARGETS = {"porter_stemmer": 0.70, "wordnet_lemmatizer": 0.60}


def read_headlines() -> list[str]:
    folder = os.environ.get("SPACY_SARCASM_DATA")
    if folder is None:
        sys.exit("Set SPACY_SARCASM_DATA to the folder with Sarcasm_Headlines_Dataset.json")
    path = Path(folder) / "Sarcasm_Headlines_Dataset.json"
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["headline"] for line in lines]


def docs_per_second(nlp: Language, texts: list[str]) -> float:
    start = time.process_time()
    deque(nlp.pipe(texts), maxlen=0)
    return len(texts) / (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="timed runs, at least 5")
    runs = max(5, parser.parse_args().runs)
    texts = read_headlines()
    pipelines = {name: spacy.blank("en") for name in ("blank", *TARGETS)}
    for name in TARGETS:
        pipelines[name].add_pipe(name)
    for nlp in pipelines.values():
        docs_per_second(nlp, texts)
    speeds = [
        {name: docs_per_second(nlp, texts) for name, nlp in pipelines.items()} for _ in range(runs)
    ]
    print(f"{len(texts):,} headlines, {runs} runs, median docs/s and median ratio to blank")
    print(f"{'blank':<20}{median(run['blank'] for run in speeds):>9,.0f}")
    for name, target in TARGETS.items():
        ratios = [run[name] / run["blank"] for run in speeds]
        print(
            f"{name:<20}{median(run[name] for run in speeds):>9,.0f}  {median(ratios):.3f} "
            f"({min(ratios):.3f}-{max(ratios):.3f})  target {target:.2f}"
        )


if __name__ == "__main__":
    main()
