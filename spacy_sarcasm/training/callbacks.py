"""The callback ``spacy_sarcasm.drop_vectors.v1``, for ``[training.before_to_disk]``."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from spacy.language import Language
from spacy.vectors import Vectors  # type: ignore[import-not-found]


def make_drop_vectors(keep: bool = False) -> Callable[[Language], Language]:
    """Make a callback that takes the word vectors off a pipeline before it is saved.

    The sarcasm component has rows of its own, made of the vectors when training started, so the
    table in ``nlp.vocab``, which can be hundreds of megabytes, is of no more use to it.

    Args:
        keep: Leave the vectors where they are.

    Returns:
        The callback, which changes the pipeline in place. Where another component reads the
        vectors, they are kept, with a warning.

    Example:
        >>> import spacy
        >>> make_drop_vectors()(spacy.blank("en")).vocab.vectors.shape
        (0, 0)
    """

    def drop(nlp: Language) -> Language:
        if keep or not nlp.vocab.vectors.data.size:
            return nlp
        readers = [name for name, pipe in nlp.pipeline if _reads_vectors(pipe)]
        if readers:
            warnings.warn(
                f"the word vectors are saved with the pipeline: {', '.join(readers)} reads them",
                stacklevel=2,
            )
            return nlp
        nlp.vocab.vectors = Vectors(name=nlp.vocab.vectors.name)
        return nlp

    return drop


def _reads_vectors(pipe: object) -> bool:
    model: Any = getattr(pipe, "model", None)
    return hasattr(model, "walk") and any(node.name == "static_vectors" for node in model.walk())
