"""Evaluating a pipeline on labelled data sets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from ..about import __version__
from ..network.storage import WEIGHTS_FILE
from ..pipeline.loading import find_sarcasm
from ..pipeline.scorer import GOLD_THRESHOLD
from ..pretrained import PRETRAINED
from .metrics import INTERVAL, Bootstrap, confusion, measure
from .scored import Scored

FORMAT = "spacy-sarcasm evaluation"
FORMAT_VERSION = 2
MISTAKES = 20

Report = dict[str, Any]


def make_report(
    nlp: Language,
    model: str,
    scored: Sequence[Scored],
    bootstrap: Bootstrap | None = None,
) -> Report:
    """Return the figures of scored data sets: counts and metrics, no texts.

    Args:
        nlp: The pipeline that scored them.
        model: What the user called it: ``"bundled"``, a package, folder or weights file.
        scored: The data sets.
        bootstrap: How the intervals are computed.

    Returns:
        Plain values that JSON can hold; undefined figures are None.

    Raises:
        ImportError: scikit-learn is not installed.

    Example:
        >>> import spacy
        >>> from spacy_sarcasm.evaluation.datasets import Labelled
        >>> from spacy_sarcasm.evaluation.scored import score_datasets
        >>> nlp = spacy.blank("en")
        >>> pipe = nlp.add_pipe("sarcasm")
        >>> data = Labelled("two", ["Oh great.", "It rains."], np.array([1.0, 0.0]), [None, None])
        >>> report = make_report(nlp, "bundled", score_datasets(nlp, [data]))
        >>> report["data"][0]["confusion"]["true_positives"] <= 1
        True
    """
    pipe = find_sarcasm(nlp)
    bootstrap = bootstrap or Bootstrap()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "measured_by": f"spacy-sarcasm {__version__}",
        # The name only: a path says something about the machine.
        "pipeline": Path(model).name,
        "weights_sha256": weights_digest(nlp, model),
        "threshold": pipe.threshold,
        "calibration": pipe.calibration.to_dict(),
        "bootstrap": {
            "resamples": bootstrap.resamples,
            "seed": bootstrap.seed,
            "interval": INTERVAL,
        },
        "data": [_figures(one, pipe.threshold, bootstrap) for one in scored],
    }


def weights_digest(nlp: Language, model: str) -> str | None:
    """Return the SHA-256 of the weights file that a pipeline was loaded from, in hexadecimal.

    Args:
        model: What the user called it, as for `make_report`.

    Returns:
        The digest; None if there is no such file.

    Example:
        >>> import spacy
        >>> len(weights_digest(spacy.blank("en"), "bundled"))
        64
    """
    if model in PRETRAINED:
        file = PRETRAINED[model]
    elif model.endswith(".npz"):
        file = Path(model)
    elif nlp.path is not None:
        file = Path(nlp.path) / find_sarcasm(nlp).name / WEIGHTS_FILE
    else:
        return None
    return file_digest(file) if file.exists() else None


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Example:
            >>> len(file_digest(PRETRAINED["bundled"]))
            64
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def worst_mistakes(
    scored: Scored, threshold: float, max_rows: int = MISTAKES
) -> list[dict[str, Any]]:
    """Return the texts on the wrong side of the threshold, the worst first.

    Args:
        threshold: Scores at or above it count as sarcastic.

    Returns:
        ``text``, ``gold``, ``score`` and ``source`` of each, by distance from the gold.

    Example:
        >>> from spacy_sarcasm.evaluation.datasets import Labelled
        >>> data = Labelled("two", ["a", "b"], np.array([1.0, 0.0]), [None, None])
        >>> worst_mistakes(Scored(data, np.array([0.9, 0.8])), 0.5)
        [{'text': 'b', 'gold': 0.0, 'score': 0.8, 'source': None}]
    """
    known = scored.select(scored.has_score)
    data, scores = known.data, known.scores
    wrong = np.flatnonzero((scores >= threshold) != (data.gold >= GOLD_THRESHOLD))
    far = wrong[np.argsort(-np.abs(scores[wrong] - data.gold[wrong]), kind="stable")]
    return [
        {
            "text": data.texts[i],
            "gold": float(data.gold[i]),
            "score": round(float(scores[i]), 4),
            "source": data.sources[i],
        }
        for i in far[:max_rows].tolist()
    ]


def _figures(one: Scored, threshold: float, bootstrap: Bootstrap) -> Report:
    known = one.select(one.has_score)
    data, scores = known.data, known.scores
    names = np.array([source or "" for source in data.sources])
    sources = {
        name: _group(scores[names == name], data.gold[names == name], threshold, bootstrap)
        for name in np.unique(names).tolist()
        if name
    }
    return {
        "name": data.name,
        "split": None if data.split is None else str(data.split),
        "out_of_domain": one.out_of_domain,
        "unscored": len(one.scores) - len(scores),
        **_group(scores, data.gold, threshold, bootstrap),
        "sources": sources,
    }


def _group(
    scores: NDArray[np.float64], gold: NDArray[np.float64], threshold: float, bootstrap: Bootstrap
) -> Report:
    metrics = measure(scores, gold, threshold, bootstrap)
    rounded = {
        name: {end: None if value is None else round(value, 4) for end, value in metric.items()}
        for name, metric in metrics.items()
    }
    return {
        "texts": len(scores),
        "sarcastic": int((gold >= GOLD_THRESHOLD).sum()),
        "metrics": rounded,
        "confusion": confusion(scores, gold, threshold),
    }
