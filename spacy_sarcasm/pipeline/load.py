"""Pipelines to score with."""

from __future__ import annotations

import spacy
from spacy.language import Language

from ..pretrained import BUNDLED_LANGUAGE
from .classifier import SarcasmClassifier


def load_scoring_pipeline(model: str | None = None) -> Language:
    """Return a pipeline that sets ``doc._.sarcasm``.

    Args:
        model: The name of an installed pipeline package or the path of a saved pipeline. None: a
            blank English pipeline with the bundled weights.

    Raises:
        OSError: There is no such pipeline.
        ValueError: It has no sarcasm component.
    """
    if model is None:
        nlp = spacy.blank(BUNDLED_LANGUAGE)
        nlp.add_pipe("sarcasm")
        return nlp
    nlp = spacy.load(model)
    find_sarcasm(nlp)
    return nlp


def find_sarcasm(nlp: Language) -> SarcasmClassifier:
    """Return the sarcasm component of a pipeline, the last one if it has several.

    Args:
        nlp: The pipeline.

    Raises:
        ValueError: It has none.
    """
    for _, pipe in reversed(nlp.pipeline):
        if isinstance(pipe, SarcasmClassifier):
            return pipe
    raise ValueError(
        f"the pipeline '{nlp.lang}_{nlp.meta['name']}' has no sarcasm component; its components "
        f'are: {", ".join(nlp.pipe_names) or "none"}. Add one by nlp.add_pipe("sarcasm")'
    )
