"""What the `sarcasm_kind` component writes to docs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from ..annotations import Attributes, register
from .kind_settings import DEFAULT_EXTENSION


class KindAttributes:
    """The custom attributes of one component.

    Attributes:
        kind: Name of the attribute with the most probable kind, ``sarcasm_kind`` by default.
        kinds: Name of the attribute with the probability of each kind, ``sarcasm_kinds``.
    """

    def __init__(self, extension: str, sarcasm: str | None) -> None:
        """Register the attributes, unless that has been done.

        Args:
            extension: Name of the attribute with the kind.
            sarcasm: Name of the attribute with the score of the `sarcasm` component whose verdict
                decides whether a doc has a kind; None: every doc has one.
        """
        self.kind = extension
        self.kinds = f"{extension}s"
        self._kind_key, self._kinds_key = register(self.kind), register(self.kinds)
        self._sarcasm = None if sarcasm is None else Attributes(sarcasm)

    def get_kind(self, doc: Doc) -> str | None:
        """Return the kind that was written to a doc, None where there is none."""
        data: dict[Any, Any] = doc.user_data
        kind: str | None = data.get(self._kind_key)
        return kind

    def get_kinds(self, doc: Doc) -> dict[str, float] | None:
        """Return the probabilities that were written to a doc, None where there are none."""
        data: dict[Any, Any] = doc.user_data
        kinds: dict[str, float] | None = data.get(self._kinds_key)
        return kinds

    def write(
        self,
        docs: Iterable[Doc],
        probabilities: NDArray[np.float32],
        classes: Sequence[str],
        *,
        set_cats: bool,
    ) -> None:
        """Write kinds to docs, as plain Python values.

        Args:
            docs: The docs.
            probabilities: Shape (docs, classes), NaN where they are missing.
            classes: The kinds, in the order of the scores.
            set_cats: Whether to write the probabilities to ``doc.cats`` too.
        """
        for doc, scores in zip(docs, probabilities.tolist(), strict=True):
            data: dict[Any, Any] = doc.user_data
            if math.isnan(scores[0]):
                data[self._kinds_key] = data[self._kind_key] = None
                for name in classes if set_cats else ():
                    doc.cats.pop(name, None)
                continue
            kinds = dict(zip(classes, scores, strict=True))
            data[self._kinds_key] = kinds
            data[self._kind_key] = None if self._is_ruled_out(doc) else best_kind(kinds)
            if set_cats:
                doc.cats.update(kinds)

    def _is_ruled_out(self, doc: Doc) -> bool:
        return self._sarcasm is not None and self._sarcasm.is_ruled_out(doc)


def best_kind(kinds: dict[str, float]) -> str | None:
    """Return the most probable kind, the first of equal ones; None for an empty text.

    Args:
        kinds: Probability by kind.

    Example:
        >>> best_kind({"deadpan": 0.2, "hyperbole": 0.8})
        'hyperbole'
    """
    best = max(kinds, key=kinds.__getitem__)
    # A text without words, which `unknown = "score"` gives zeros.
    return best if kinds[best] > 0 else None


# Docs can be read, from a DocBin say, where no component has been created.
KindAttributes(DEFAULT_EXTENSION, None)
