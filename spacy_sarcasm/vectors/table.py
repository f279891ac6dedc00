"""spaCy's vectors table, with the token attribute of its keys kept when it is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spacy.vectors import Vectors  # type: ignore[import-not-found]
from spacy.vocab import Vocab


class AttrVectors(Vectors):  # type: ignore[misc]
    """A vectors table that saves which token attribute its keys are.

    spaCy reads the attribute (``ORTH``, ``LOWER``) back from a saved table, but in its default
    mode does not write it (spaCy 3.8, ``Vectors._get_cfg``), so that a table made for ``LOWER``
    is looked up by ``ORTH`` after ``nlp.to_disk`` and in the processes of ``nlp.pipe`` that are
    spawned. A pipeline saved with this class loads without it.
    """

    def _get_cfg(self) -> dict[str, Any]:
        return {**super()._get_cfg(), "attr": self.attr}


def create_attr_vectors() -> Callable[[Vocab], AttrVectors]:
    """The vectors ``spacy_sarcasm.AttrVectors.v1``, for ``[nlp.vectors]``.

    Returns:
        A function that makes an empty table for a vocab.

    Example:
        >>> from spacy.vocab import Vocab
        >>> create_attr_vectors()(Vocab()).shape
        (0, 0)
    """

    def create(vocab: Vocab) -> AttrVectors:
        return AttrVectors(strings=vocab.strings)

    return create
