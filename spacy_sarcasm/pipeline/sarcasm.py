"""The factory of the `sarcasm` component, and its default config.

spaCy imports this module whenever a pipeline is made, so nothing heavy is imported at its top.
"""

from __future__ import annotations

from dataclasses import asdict

from spacy.language import Language

from ..network.row_scores import Unknown
from ..network.shim import ARCHITECTURE, SarcasmModel
from .annotations import Attributes
from .classifier import SarcasmClassifier
from .component_settings import BUNDLED, ComponentSettings
from .scorer import Scorer
from .word_limit import DEFAULT_MAX_WORD_LENGTH, limit_words

# Its settings are null: those of the weights, or the defaults of `NetworkSettings`.
DEFAULT_MODEL = {"@architectures": ARCHITECTURE}


@Language.factory(
    "sarcasm",
    assigns=[
        "doc._.sarcasm",
        "doc._.sarcasm_coverage",
        "doc._.is_sarcastic",
        "doc._.sarcasm_max",
        "doc._.sarcasm_share",
        "doc.cats",
        "doc.spans",
        "span._.sarcasm",
    ],
    default_config={
        "model": DEFAULT_MODEL,
        "weights": BUNDLED,
        **asdict(ComponentSettings()),
        "max_word_length": DEFAULT_MAX_WORD_LENGTH,
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
    spans: str | None,
    spans_key: str | None,
    scorer: Scorer | None,
) -> SarcasmClassifier:
    """Create the component, and limit the tokenizer as `limit_words` does.

    The arguments are those of `SarcasmClassifier`, of its settings and of `limit_words`; with a
    `max_word_length` of None, the tokenizer stays as it is.

    Raises:
        ValueError: Another sarcasm component of the pipeline writes to the same place, or a setting
            is out of its range.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> component = nlp.add_pipe("sarcasm", config={"weights": "small"})
    """
    settings = ComponentSettings(
        label=label,
        set_cats=set_cats,
        threshold=threshold,
        max_length=max_length,
        batch_budget=batch_budget,
        threads=threads,
        unknown=unknown,
        extension=extension,
        positive_weight=positive_weight,
        spans=spans,
        spans_key=spans_key,
    )
    _check_others(nlp, settings)
    component = SarcasmClassifier(
        nlp.vocab, model, name, weights=weights, settings=settings, scorer=scorer
    )
    if max_word_length is not None:
        limit_words(nlp.tokenizer, max_word_length)
    return component


def _check_others(nlp: Language, settings: ComponentSettings) -> None:
    extension, label = settings.extension, settings.label
    names = Attributes(extension).names
    key = settings.spans_key or extension
    for name, pipe in nlp.components:
        if not isinstance(pipe, SarcasmClassifier):
            continue
        same = []
        if shared := [attr for attr in names if attr in pipe.attributes.names]:
            same.append(f"doc._.{shared[0]} (setting `extension`)")
        if settings.set_cats and pipe.cfg["set_cats"] and pipe.label == label:
            same.append(f"doc.cats['{label}'] (setting `label`)")
        if settings.spans and pipe.cfg["spans"] and pipe.spans_key == key:
            same.append(f"doc.spans['{key}'] (setting `spans_key`)")
        if same:
            raise ValueError(
                f"the pipeline has the sarcasm component '{name}', which also writes "
                f"{' and '.join(same)}. Give this component a name of its own there, as in "
                'nlp.add_pipe("sarcasm", name="second", config={"extension": "second", '
                '"label": "SECOND"})'
            )
