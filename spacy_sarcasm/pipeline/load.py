"""Pipelines to score with."""

from __future__ import annotations

import spacy
from spacy.language import Language

from ..pretrained import BUNDLED_LANGUAGE

FACTORY = "sarcasm"


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
        nlp.add_pipe(FACTORY)
        return nlp
    nlp = spacy.load(model)
    factories = [nlp.get_pipe_meta(name).factory for name in nlp.pipe_names]
    if FACTORY not in factories:
        raise ValueError(
            f"the pipeline '{model}' has no sarcasm component; its components are: "
            f"{', '.join(nlp.pipe_names) or 'none'}. Add one by nlp.add_pipe(\"sarcasm\") and "
            "save it again"
        )
    return nlp
