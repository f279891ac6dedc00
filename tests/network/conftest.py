"""Small networks with random weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spacy_sarcasm.network.settings import NetworkConfig, NetworkSettings
from spacy_sarcasm.network.storage import Network
from spacy_sarcasm.network.vocabulary import Vocabulary
from spacy_sarcasm.network.weights import PRETRAINED, initial_weights

N_WORDS, N_TRAINABLE, VECTOR_WIDTH = 50, 40, 9

# No dropout, no rounding, no words but those of the corpus.
PLAIN: dict[str, Any] = {
    "spatial_dropout": 0.0,
    "word_dropout": 0.0,
    "vector_words": 0,
    "precision": "float32",
}

MakeNetwork = Callable[..., Network]


@pytest.fixture(scope="session")
def make_network() -> MakeNetwork:
    """A function that makes a network with random weights, large enough to matter."""

    def make(*, pretrained_width: int = VECTOR_WIDTH, seed: int = 0, **settings: Any) -> Network:
        rng = np.random.default_rng(seed)
        chosen = NetworkSettings(**{**PLAIN, "units": 6, "trainable_width": 5, **settings})
        config = NetworkConfig(chosen, N_WORDS, N_TRAINABLE, pretrained_width)
        table = rng.normal(size=(N_WORDS, pretrained_width)) if pretrained_width else None
        weights = initial_weights(config, table, rng)
        for name, array in weights.items():
            if name != PRETRAINED:
                weights[name] = (2 * array + 0.3 * rng.normal(size=array.shape)).astype("float32")
        words = [f"word{row}" for row in range(2, N_WORDS)]
        return Network(config, Vocabulary(words), weights)

    return make


def ragged(lengths: list[int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Padded rows, (time, texts), and lengths, of texts of random words."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((max(lengths), len(lengths)), np.int32)
    for i, length in enumerate(lengths):
        rows[:length, i] = rng.integers(1, N_WORDS, length)
    return rows, np.array(lengths, np.int32)
