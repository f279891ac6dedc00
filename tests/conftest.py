"""Fixtures for all tests: where the real data is, and a small trained pipeline."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.training import Example

TINY_MODEL = {
    "units": 8,
    "trainable_width": 8,
    "spatial_dropout": 0.0,
    "word_dropout": 0.0,
    "vector_words": 0,
    "precision": "float32",
}
TINY_TEXTS = [
    ("oh great , another meeting about meetings", 1.0),
    ("wow thanks , my favourite flat tyre", 1.0),
    ("area man wins at everything , reports area man", 1.0),
    ("the council met on tuesday", 0.0),
    ("heavy rain is expected in the north", 0.0),
    ("the company reports its earnings for may", 0.0),
]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder with the real data sets."""
    folder = os.environ.get("SPACY_SARCASM_DATA")
    if not folder:
        pytest.skip("SPACY_SARCASM_DATA does not name the folder with the real data sets")
    return Path(folder)


@pytest.fixture(scope="session")
def headlines_file(data_dir: Path) -> Path:
    """The real headlines."""
    path = data_dir / "Sarcasm_Headlines_Dataset.json"
    if not path.exists():
        pytest.skip(f"there is no {path.name} in SPACY_SARCASM_DATA")
    return path


def make_examples(nlp: Language, label: str = "SARCASM") -> list[Example]:
    """Examples that a tiny network can learn by heart."""
    return [
        Example.from_dict(nlp.make_doc(text), {"cats": {label: gold}}) for text, gold in TINY_TEXTS
    ]


def make_untrained(**config: object) -> Language:
    """A blank pipeline with a tiny network that has no weights."""
    nlp = spacy.blank("en")
    settings = {"weights": None, "model": TINY_MODEL, **config}
    nlp.add_pipe("sarcasm", config=settings)
    return nlp


def train(nlp: Language, examples: list[Example], steps: int = 40) -> dict[str, float]:
    """Overfit the examples; return the last losses."""
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.02
    losses: dict[str, float] = {}
    for _ in range(steps):
        losses = {}
        nlp.update(examples, sgd=optimizer, losses=losses)
    return losses


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved pipeline with a tiny trained network."""
    folder = tmp_path_factory.mktemp("trained") / "pipeline"
    nlp = make_untrained()
    train(nlp, make_examples(nlp))
    nlp.to_disk(folder)
    return folder


@pytest.fixture
def trained(trained_folder: Path) -> Language:
    """The tiny trained pipeline, loaded afresh."""
    return spacy.load(trained_folder)


@pytest.fixture(scope="session")
def bundled() -> Language:
    """A blank pipeline with the bundled weights. Not to be changed."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    return nlp


ScoresOf = Callable[[Language], np.ndarray]


@pytest.fixture(scope="session")
def tiny_scores() -> ScoresOf:
    """A function that scores the tiny texts."""

    def score(nlp: Language) -> np.ndarray:
        return np.array([doc._.sarcasm for doc in nlp.pipe(text for text, _ in TINY_TEXTS)])

    return score
