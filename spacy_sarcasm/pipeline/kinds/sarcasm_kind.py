"""The factory of the `sarcasm_kind` component, and its default config.

spaCy imports this module whenever a pipeline is made, so nothing heavy is imported at its top.
"""

from __future__ import annotations

from dataclasses import asdict

from spacy.language import Language

from ...network.row_scores import Unknown
from ...network.shim import ARCHITECTURE, SarcasmModel
from ..scorer import Scorer
from ..word_limit import DEFAULT_MAX_WORD_LENGTH, limit_words
from .kind_classifier import KindClassifier
from .kind_settings import KindSettings


@Language.factory(
    "sarcasm_kind",
    assigns=["doc._.sarcasm_kind", "doc._.sarcasm_kinds", "doc.cats"],
    default_config={
        "model": {"@architectures": ARCHITECTURE},
        "weights": None,
        **asdict(KindSettings()),
        "max_word_length": DEFAULT_MAX_WORD_LENGTH,
        "scorer": {"@scorers": "spacy_sarcasm.sarcasm_kind_scorer.v1"},
    },
    default_score_weights={
        "sarcasm_kind_macro_f": 1.0,
        "sarcasm_kind_acc": None,
        "sarcasm_kind_per_kind": None,
        "sarcasm_kind_confusion": None,
    },
)
def make_sarcasm_kind(
    nlp: Language,
    name: str,
    model: SarcasmModel,
    weights: str | None,
    set_cats: bool,
    max_length: int,
    max_word_length: int | None,
    batch_budget: int,
    threads: int,
    unknown: Unknown,
    extension: str,
    sarcasm_extension: str | None,
    class_weight: str | None,
    scorer: Scorer | None,
) -> KindClassifier:
    """Create the component, and limit the tokenizer as `limit_words` does.

    The arguments are those of `KindClassifier`, of its settings and of `limit_words`; with a
    `max_word_length` of None, the tokenizer stays as it is.

    Example:
        >>> import spacy
        >>> pipe = spacy.blank("en").add_pipe("sarcasm_kind")
    """
    settings = KindSettings(
        set_cats=set_cats,
        max_length=max_length,
        batch_budget=batch_budget,
        threads=threads,
        unknown=unknown,
        extension=extension,
        sarcasm_extension=sarcasm_extension,
        class_weight=class_weight,
    )
    if max_word_length is not None:
        limit_words(nlp.tokenizer, max_word_length)
    return KindClassifier(nlp.vocab, model, name, weights=weights, settings=settings, scorer=scorer)
