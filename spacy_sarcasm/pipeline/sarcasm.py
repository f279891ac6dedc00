"""The factory of the `sarcasm` component, and its default config.

spaCy imports this module whenever a pipeline is made, so nothing heavy is imported at its top.
"""

from __future__ import annotations

from spacy.language import Language
from thinc.api import Config

from ..network.architecture import (
    DEFAULT_BATCH_BUDGET,
    DEFAULT_MAX_LENGTH,
    DEFAULT_THREADS,
    SarcasmModel,
)
from .classifier import BUNDLED, DEFAULT_LABEL, SarcasmClassifier
from .scorer import Scorer

DEFAULT_MODEL_CONFIG = """
[model]
@architectures = "spacy_sarcasm.BiLSTM.v1"
units = 64
layers = 1
pooling = "max+mean"
dense_width = 0
dropout = null
spatial_dropout = 0.3
word_dropout = 0.1
trainable_width = 16
projection = 0
vocab_size = 30000
min_count = 1
vector_words = 40000
precision = "float16"
attr = "LOWER"
token_words = null
fallbacks = []
"""
DEFAULT_MODEL = Config().from_str(DEFAULT_MODEL_CONFIG)["model"]


@Language.factory(
    "sarcasm",
    assigns=["doc._.sarcasm", "doc.cats"],
    default_config={
        "model": DEFAULT_MODEL,
        "weights": BUNDLED,
        "label": DEFAULT_LABEL,
        "set_cats": True,
        "threshold": None,
        "max_length": DEFAULT_MAX_LENGTH,
        "batch_budget": DEFAULT_BATCH_BUDGET,
        "threads": DEFAULT_THREADS,
        "positive_weight": None,
        "scorer": {"@scorers": "spacy_sarcasm.sarcasm_scorer.v1"},
    },
    default_score_weights={
        "sarcasm_acc": 1.0,
        "sarcasm_p": None,
        "sarcasm_r": None,
        "sarcasm_f": None,
        "sarcasm_auc": None,
    },
)
def make_sarcasm(
    nlp: Language,
    name: str,
    model: SarcasmModel,
    weights: str | None,
    label: str,
    set_cats: bool,
    threshold: float | None,
    max_length: int,
    batch_budget: int,
    threads: int,
    positive_weight: float | str | None,
    scorer: Scorer | None,
) -> SarcasmClassifier:
    """Make the component; the arguments are those of `SarcasmClassifier`."""
    return SarcasmClassifier(
        nlp.vocab,
        model,
        name,
        weights=weights,
        label=label,
        set_cats=set_cats,
        threshold=threshold,
        max_length=max_length,
        batch_budget=batch_budget,
        threads=threads,
        positive_weight=positive_weight,
        scorer=scorer,
    )
