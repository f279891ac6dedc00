"""A language model with random weights, and a corpus to train one on."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from spacy_sarcasm.generation.encoding import headline_hashes
from spacy_sarcasm.generation.headline_generator import HeadlineGenerator
from spacy_sarcasm.generation.language_model import LanguageModel, ModelSettings
from spacy_sarcasm.network.vocabulary import Vocabulary

WORDS = ("scientists", "find", "new", "cat", "very", "old", "-", "year", "'s", "area", "man", ",")

MakeModel = Callable[..., LanguageModel]


@pytest.fixture(scope="session")
def make_model() -> MakeModel:
    """A function that makes a model with random weights that knows some headlines."""

    def make(known: list[str] | None = None) -> LanguageModel:
        random = np.random.default_rng(0)
        settings = ModelSettings(len(WORDS) + 2, width=6, units=5, label_width=2, max_length=9)
        weights = {
            name: random.normal(0, 1, shape).astype(np.float32)
            for name, shape in settings.shapes.items()
        }
        # Headlines that end soon enough.
        weights["output/bias"][0] = 2.0
        joins = np.zeros((settings.n_words, 2), bool)
        for word, before, after in (("-", True, True), ("'s", True, False), (",", True, False)):
            joins[WORDS.index(word) + 2] = before, after
        return LanguageModel(
            settings, Vocabulary(WORDS), weights, joins, headline_hashes(known or []), {"a": [1]}
        )

    return make


@pytest.fixture
def generator(make_model: MakeModel) -> HeadlineGenerator:
    return HeadlineGenerator(make_model())


@pytest.fixture(scope="session")
def headlines_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Headlines of two kinds, which a small network can tell apart."""
    path = tmp_path_factory.mktemp("headlines") / "headlines.jsonl"
    serious = product(
        ("senate", "court", "mayor", "council", "company"),
        ("passes", "rejects", "debates", "delays"),
        ("new tax", "school budget", "housing plan", "trade deal", "road works"),
    )
    satirical = product(
        ("area man", "local cat", "nation", "god", "teen"),
        ("thinks about", "apologizes for", "admits to", "brags about"),
        ("eating cake", "own face", "the void", "every monday", "being fine"),
    )
    rows = [{"text": " ".join(parts), "label": 0} for parts in serious]
    rows += [{"text": " ".join(parts), "label": 1} for parts in satirical]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
