"""Sarcasm scores for spaCy pipelines.

Installing the package is enough: ``nlp.add_pipe("sarcasm")`` finds the component through spaCy's
entry points. Importing this module loads nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spacy_sarcasm.about import __version__

if TYPE_CHECKING:
    from spacy_sarcasm.explanation.explain import explain
    from spacy_sarcasm.scoring.frames import score_frame
    from spacy_sarcasm.scoring.texts import score_texts
    from spacy_sarcasm.vectors.load import load_vectors

__all__ = ["__version__", "explain", "load_vectors", "score_frame", "score_texts"]


def __getattr__(name: str) -> Any:
    # Public functions are imported when first used, so that importing the package stays light.
    if name == "explain":
        from spacy_sarcasm.explanation.explain import explain

        return explain
    if name == "load_vectors":
        from spacy_sarcasm.vectors.load import load_vectors

        return load_vectors
    if name == "score_frame":
        from spacy_sarcasm.scoring.frames import score_frame

        return score_frame
    if name == "score_texts":
        from spacy_sarcasm.scoring.texts import score_texts

        return score_texts
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
