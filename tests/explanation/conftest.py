"""Networks with random weights, in a pipeline."""

from __future__ import annotations

import numpy as np
import spacy
from spacy.language import Language

from spacy_sarcasm.network.settings import NetworkConfig, NetworkSettings
from spacy_sarcasm.network.storage import Network
from spacy_sarcasm.network.vocabulary import N_SPECIAL, Vocabulary
from spacy_sarcasm.network.weights import initial_weights
from spacy_sarcasm.pipeline.loading import find_sarcasm

WORDS = "oh great , another meet meeting about the council <hashtag> <smile> <number> can n't not"


def make_pipeline(**model: object) -> Language:
    """A pipeline with random weights, large enough to matter, made without TensorFlow."""
    rng = np.random.default_rng(0)
    settings = {"units": 6, "trainable_width": 5, "precision": "float32", **model}
    words = WORDS.split()
    n_words = len(words) + N_SPECIAL
    config = NetworkConfig(NetworkSettings(**settings), n_words, n_words, 0)
    weights = {
        name: (2 * array + 0.3 * rng.normal(size=array.shape)).astype("float32")
        for name, array in initial_weights(config, None, rng).items()
    }
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"weights": None, "model": settings})
    find_sarcasm(nlp).live.network = Network(config, Vocabulary(words), weights)
    return nlp
