"""Pipelines to score with."""

from __future__ import annotations

from pathlib import Path

import spacy
from spacy.language import Language

from ..network.shim import get_live_network
from ..network.storage import load_network
from ..pretrained import BUNDLED_LANGUAGE, PRETRAINED
from .classifier import SarcasmClassifier
from .component_settings import BUNDLED


def load_scoring_pipeline(model: str | None = None) -> Language:
    """Return a pipeline that sets ``doc._.sarcasm``.

    Args:
        model: The name of an installed pipeline package, the path of a saved pipeline, or that of a
            weights file, whose name ends in ``.npz``. ``"bundled"`` or ``"small"``: a blank English
            pipeline with those weights. None: the same as ``"bundled"``.

    Raises:
        OSError: There is no such pipeline.
        ValueError: It has no sarcasm component.
        WeightsError: The weights file cannot be used.
    """
    if model is None or model in PRETRAINED:
        nlp = spacy.blank(BUNDLED_LANGUAGE)
        nlp.add_pipe("sarcasm", config={"weights": model or BUNDLED})
        return nlp
    if model.endswith(".npz"):
        return _around_weights(Path(model))
    nlp = spacy.load(model)
    find_sarcasm(nlp)
    return nlp


def _around_weights(path: Path) -> Language:
    """Return a blank English pipeline with the weights of a file."""
    network = load_network(path)
    nlp = spacy.blank(BUNDLED_LANGUAGE)
    pipe = nlp.add_pipe("sarcasm", config={"weights": None})
    # Not by the setting `weights`, which would keep the path in the config of copies.
    get_live_network(pipe.model).network = network  # type: ignore[attr-defined]
    return nlp


def find_sarcasm(nlp: Language) -> SarcasmClassifier:
    """Return the sarcasm component of a pipeline, the last one if it has several."""
    for _, pipe in reversed(nlp.pipeline):
        if isinstance(pipe, SarcasmClassifier):
            return pipe
    raise ValueError(
        f"the pipeline '{nlp.lang}_{nlp.meta['name']}' has no sarcasm component; its components "
        f'are: {", ".join(nlp.pipe_names) or "none"}. Add one by nlp.add_pipe("sarcasm")'
    )
