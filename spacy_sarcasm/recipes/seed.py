"""The experiment this project grew from, a published notebook, run again.

What is known of the notebook: its network and vocabulary (``configs/seed.cfg``), GloVe Twitter
vectors of 25 dimensions, frozen, Adam at 0.00001, 150 epochs, a validation accuracy of about 0.73,
and the scores of four sentences.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.training import Example

from ..atomic import write_json
from ..pipeline.classifier import SarcasmClassifier
from ..pipeline.gold import cross_entropy, read_gold
from ..pipeline.loading import find_sarcasm
from ..training.curves import Epoch

CONFIG = Path(__file__).parent.parent / "configs" / "seed.cfg"
PUBLISHED_ACCURACY = 0.73
PUBLISHED_SCORES = {
    "It Was, For, Uh, Medical Reasons, Says Doctor To Boris Johnson, Explaining Why They Had To "
    "Give Him Haircut": 0.82,
    "It's a beautiful sunny day": 0.09,
    "I lived in Ireland, so in high school they made me learn to speak and write in Gaelic": 0.62,
    "Census Foot Soldiers Swarm Neighborhoods, Kick Down Doors To Tally Household Sizes": 0.80,
}


def train_seed(
    train: Path,
    dev: Path,
    vectors: Path,
    output: Path,
    *,
    epochs: int = 30,
    seed: int = 0,
    report: Callable[[Epoch], None] = lambda epoch: None,
) -> list[Epoch]:
    """Train the notebook's network, and measure it on train and dev after each epoch.

    Args:
        vectors: A pipeline folder with the vectors.
        output: The folder to write: ``model``, the pipeline after the last epoch, and
            ``log.jsonl``, a line an epoch, which grows as training goes on.

    Returns:
        The epochs; the first one is the network before training.
    """
    nlp, optimizer, batcher, corpora = _load(train, dev, vectors, seed)
    component = find_sarcasm(nlp)
    splits = {name: list(corpus(nlp)) for name, corpus in corpora.items()}
    output.mkdir(parents=True, exist_ok=True)
    done = []
    start = perf_counter()
    order = list(splits["train"])
    with (output / "log.jsonl").open("w", encoding="utf-8") as log:
        for number in range(epochs + 1):
            if number:
                random.shuffle(order)
                for batch in batcher(order):
                    component.update(batch, drop=0.0, sgd=optimizer)
                    optimizer.step_schedules()
            epoch = _measure(component, splits, number, perf_counter() - start)
            log.write(f"{json.dumps(asdict(epoch))}\n")
            log.flush()
            done.append(epoch)
            report(epoch)
    _save(nlp, output / "model")
    return done


def compare_sentences(nlp: Language) -> list[tuple[str, float, float]]:
    """Score the notebook's four sentences.

    Returns:
        Each sentence, its published score and ours.
    """
    docs = nlp.pipe(PUBLISHED_SCORES)
    return [
        (text, published, doc._.sarcasm)
        for (text, published), doc in zip(PUBLISHED_SCORES.items(), docs, strict=True)
    ]


def write_comparison(
    epochs: Sequence[Epoch], sentences: Sequence[tuple[str, float, float]], path: Path
) -> None:
    """Write the outcome beside the published one."""
    content = {
        "published_dev_accuracy": PUBLISHED_ACCURACY,
        "last_epoch": asdict(epochs[-1]),
        "best_dev_accuracy": max(epoch.dev_accuracy for epoch in epochs),
        "sentences": [
            {"text": text, "published": published, "ours": round(ours, 4)}
            for text, published, ours in sentences
        ],
    }
    write_json(path, content)


def _load(train: Path, dev: Path, vectors: Path, seed: int) -> tuple[Language, Any, Any, Any]:
    from spacy.schemas import ConfigSchemaTraining
    from spacy.training.initialize import init_nlp
    from spacy.util import load_config, registry, resolve_dot_names

    overrides = {
        "paths.train": str(train),
        "paths.dev": str(dev),
        "paths.vectors": str(vectors),
        "system.seed": seed,
    }
    config = load_config(CONFIG, overrides=overrides, interpolate=False)
    nlp = init_nlp(config)
    filled = nlp.config.interpolate()
    training = registry.resolve(filled["training"], schema=ConfigSchemaTraining)
    names = [training["train_corpus"], training["dev_corpus"]]
    corpora = dict(zip(("train", "dev"), resolve_dot_names(filled, names), strict=True))
    return nlp, training["optimizer"], training["batcher"], corpora


def _measure(
    component: SarcasmClassifier, splits: dict[str, list[Example]], number: int, seconds: float
) -> Epoch:
    figures = {}
    for name, examples in splits.items():
        scores = component.predict([example.predicted for example in examples])[:, 0]
        gold, known = read_gold(examples, component.label)
        figures[f"{name}_loss"] = round(cross_entropy(scores, gold, known, np)[0], 6)
        right = (scores >= 0.5) == (gold >= 0.5)
        figures[f"{name}_accuracy"] = round(float(right.mean()), 6)
    return Epoch(number, round(seconds, 1), **figures)


def _save(nlp: Language, folder: Path) -> None:
    from ..training.callbacks import make_drop_vectors

    make_drop_vectors()(nlp).to_disk(folder)
