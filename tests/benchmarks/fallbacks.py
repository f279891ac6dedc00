"""What fallbacks and text cleaning do for coverage and accuracy, on the frozen split.

    python tests/benchmarks/fallbacks.py --vectors glove.6B.100d.txt --seeds 3

The headlines come from SPACY_SARCASM_DATA. Each choice trains the network of the shipped config
once a seed, for a fixed number of epochs, and is scored on dev with averaged weights; nothing is chosen
by the scores. Choices that give every word the same row and vector train once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import spacy
from spacy.training import Example
from spacy.util import load_config
from thinc.api import Adam, fix_random_seed

import spacy_sarcasm
from spacy_sarcasm.corpus.headlines import Headline, read_headlines, split_headlines
from spacy_sarcasm.corpus.normalize import make_text_normalizer

CONFIG = load_config(
    Path(spacy_sarcasm.__file__).parent / "configs" / "sarcasm.cfg", interpolate=False
)
CHOICES: dict[str, tuple[list[str], bool]] = {
    "none": ([], False),
    "lower": (["lower"], False),
    "lower, lemma": (["lower", "lemma"], False),
    "lower, stem": (["lower", "stem"], False),
    "lower, lemma, stem": (["lower", "lemma", "stem"], False),
    "none, cleaned text": ([], True),
}


def keep(text: str) -> str:
    return text


class Trial:
    """One choice: its pipeline, its examples, its coverage."""

    def __init__(self, splits: dict, vectors: Path, fallbacks: list[str], cleaned: bool) -> None:
        clean: Callable[[str], str] = make_text_normalizer() if cleaned else keep
        self.fallbacks = fallbacks
        self.nlp = spacy.blank("en")
        spacy_sarcasm.load_vectors(self.nlp.vocab, vectors)
        self.train, self.dev = (
            [self.example(headline, clean) for headline in splits[name]]
            for name in ("train", "dev")
        )

    def example(self, headline: Headline, clean: Callable[[str], str]) -> Example:
        doc = self.nlp.make_doc(clean(headline.text))
        return Example.from_dict(doc, {"cats": {"SARCASM": headline.label}})

    def add_component(self):
        if "sarcasm" in self.nlp.pipe_names:
            self.nlp.remove_pipe("sarcasm")
        model = {**CONFIG["components"]["sarcasm"]["model"], "fallbacks": self.fallbacks}
        return self.nlp.add_pipe("sarcasm", config={"weights": None, "model": model})

    def measure_vocabulary(self) -> tuple[float, float, str]:
        """Share of the training types and tokens with a vector, and a digest of all inputs."""
        pipe = self.add_component()
        self.nlp.initialize(lambda: self.train)
        network = pipe.network
        table = network.weights["embedding/pretrained"]
        settings = network.config.settings
        digest = hashlib.sha256(table.tobytes())
        texts = network.vocabulary.text_rows([eg.predicted for eg in self.train], settings, None)
        digest.update(texts.rows.tobytes())
        dev = network.vocabulary.text_rows([eg.predicted for eg in self.dev], settings, None)
        digest.update(dev.rows.tobytes())
        counts = np.bincount(texts.rows, minlength=len(table))
        covered = table.any(axis=1)
        return (
            float(covered[counts > 0].mean()),
            float(counts[covered].sum() / counts.sum()),
            digest.hexdigest(),
        )

    def accuracy(self, seed: int, epochs: int) -> float:
        """Train with a seed; return accuracy on dev."""
        fix_random_seed(seed)
        self.add_component()
        self.nlp.initialize(lambda: self.train)
        settings = CONFIG["training"]["optimizer"]
        optimizer = Adam(
            settings["learn_rate"],
            L2=settings["L2"],
            grad_clip=settings["grad_clip"],
            use_averages=True,
        )
        size = CONFIG["training"]["batcher"]["size"]
        order = list(self.train)
        for _ in range(epochs):
            random.shuffle(order)
            for start in range(0, len(order), size):
                batch = order[start : start + size]
                self.nlp.update(batch, sgd=optimizer, drop=CONFIG["training"]["dropout"])
        with self.nlp.use_params(optimizer.averages):
            return float(self.nlp.evaluate(self.dev)["sarcasm_acc"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--vectors", type=Path, required=True, help="a file of word vectors")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to a file too")
    arguments = parser.parse_args()
    if "SPACY_SARCASM_DATA" not in os.environ:
        sys.exit("SPACY_SARCASM_DATA does not name the folder with the headlines")
    source = Path(os.environ["SPACY_SARCASM_DATA"]) / "Sarcasm_Headlines_Dataset.json"
    splits = split_headlines(read_headlines(source))

    done: dict[str, list[float]] = {}
    report = []
    print("| fallbacks | types covered | tokens covered | dev accuracy, mean | least to most |")
    print("|---|---|---|---|---|")
    for name, (fallbacks, cleaned) in CHOICES.items():
        trial = Trial(splits, arguments.vectors, fallbacks, cleaned)
        types, tokens, digest = trial.measure_vocabulary()
        if digest not in done:
            done[digest] = [
                trial.accuracy(seed, arguments.epochs) for seed in range(arguments.seeds)
            ]
        scores = done[digest]
        print(
            f"| {name} | {types:.4f} | {tokens:.4f} | {statistics.mean(scores):.4f} | "
            f"{min(scores):.4f} to {max(scores):.4f} |",
            flush=True,
        )
        report.append({"fallbacks": name, "types": types, "tokens": tokens, "accuracies": scores})
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
