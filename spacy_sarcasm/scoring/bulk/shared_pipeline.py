"""Pipelines that go to worker processes, and what tells one pipeline from another."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from spacy import util
from spacy.language import Language
from thinc.api import Config

from ...pipeline.loading import find_sarcasm, load_scoring_pipeline

Model = str | Path | Language | None


class SharedPipeline:
    """A pipeline that workers get: by the fork itself, by its name, or by its bytes."""

    def __init__(self, model: Model) -> None:
        """Load a pipeline.

        Args:
            model: As for `load_scoring_pipeline`, or a pipeline.

        Raises:
            OSError: There is no such pipeline.
            ValueError: It has no sarcasm component.
        """
        self.model = model
        if isinstance(model, Language):
            find_sarcasm(model)
            self.nlp = model
        else:
            self.nlp = load_scoring_pipeline(None if model is None else str(model))

    def __reduce__(self) -> tuple[Any, ...]:
        """Send a name where there is one: vectors may be large."""
        if isinstance(self.model, Language):
            return _from_bytes, (self.nlp.config.to_str(), self.nlp.to_bytes())
        return SharedPipeline, (self.model,)


def _from_bytes(config: str, data: bytes) -> SharedPipeline:
    nlp = util.load_model_from_config(Config().from_str(config, interpolate=False))
    return SharedPipeline(nlp.from_bytes(data))


def fingerprint(nlp: Language) -> str:
    """Return a digest of a pipeline's settings, rules and weights, the same in every process.

    Args:
        nlp: The pipeline.
    """
    digest = hashlib.sha256(nlp.config.to_str().encode())
    for part in (nlp.tokenizer, *(pipe for _, pipe in nlp.pipeline)):
        if hasattr(part, "to_bytes"):
            # The vocab grows with the texts.
            digest.update(part.to_bytes(exclude=["vocab"]))
    return digest.hexdigest()
