"""The factory of the `sarcasm` component, and its default config.

spaCy imports this module whenever a pipeline is made, so nothing heavy is imported at its top.
"""

from __future__ import annotations

from spacy.language import Language

from ..network.architecture import DEFAULT_BATCH_BUDGET, DEFAULT_MAX_LENGTH, DEFAULT_THREADS
from ..network.row_scores import DEFAULT_UNKNOWN, Unknown
from ..network.shim import ARCHITECTURE, SarcasmModel
from .classifier import SarcasmClassifier
from .component_settings import BUNDLED, DEFAULT_EXTENSION, DEFAULT_LABEL
from .scorer import Scorer
from .word_limit import DEFAULT_MAX_WORD_LENGTH, limit_words

# Its settings are null: those of the weights, or the defaults of `NetworkSettings`.
DEFAULT_MODEL = {"@architectures": ARCHITECTURE}


@Language.factory(
    "sarcasm",
    assigns=["doc._.sarcasm", "doc._.sarcasm_coverage", "doc._.is_sarcastic", "doc.cats"],
    default_config={
        "model": DEFAULT_MODEL,
        "weights": BUNDLED,
        "label": DEFAULT_LABEL,
        "set_cats": True,
        "threshold": None,
        "max_length": DEFAULT_MAX_LENGTH,
        "max_word_length": DEFAULT_MAX_WORD_LENGTH,
        "batch_budget": DEFAULT_BATCH_BUDGET,
        "threads": DEFAULT_THREADS,
        "unknown": DEFAULT_UNKNOWN,
        "extension": DEFAULT_EXTENSION,
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
    max_word_length: int | None,
    batch_budget: int,
    threads: int,
    unknown: Unknown,
    extension: str,
    positive_weight: float | str | None,
    scorer: Scorer | None,
) -> SarcasmClassifier:
    """Create the component, and limit the tokenizer as `limit_words` does.

    The arguments are those of `SarcasmClassifier` and of `limit_words`; with a `max_word_length` of
    None, the tokenizer stays as it is.

    Raises:
        ValueError: Another sarcasm component of the pipeline writes to the same place, or a setting
            is out of its range.
    """
    _check_others(nlp, extension, label if set_cats else None)
    component = SarcasmClassifier(
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
        unknown=unknown,
        extension=extension,
        positive_weight=positive_weight,
        scorer=scorer,
    )
    if max_word_length is not None:
        limit_words(nlp.tokenizer, max_word_length)
    return component


def _check_others(nlp: Language, extension: str, label: str | None) -> None:
    for name, pipe in nlp.components:
        if not isinstance(pipe, SarcasmClassifier):
            continue
        same = []
        if pipe.cfg["extension"] == extension:
            same.append(f"doc._.{extension} (setting `extension`)")
        if label is not None and pipe.cfg["set_cats"] and pipe.label == label:
            same.append(f"doc.cats['{label}'] (setting `label`)")
        if same:
            raise ValueError(
                f"the pipeline has the sarcasm component '{name}', which also writes "
                f"{' and '.join(same)}. Give this component a name of its own there, as in "
                'nlp.add_pipe("sarcasm", name="second", config={"extension": "second", '
                '"label": "SECOND"})'
            )
