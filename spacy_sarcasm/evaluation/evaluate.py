"""Evaluation of a pipeline on labelled data sets, and the report that says how it went."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from ..about import __version__
from ..atomic import atomic_write
from ..network.storage import WEIGHTS_FILE
from ..pipeline.loading import find_sarcasm
from ..pipeline.scorer import GOLD_THRESHOLD
from ..pretrained import BUNDLED_WEIGHTS
from ..scoring.texts import TextScorer
from .labelled import Labelled
from .metrics import INTERVAL, Bootstrap, confusion, measure

FORMAT = "spacy-sarcasm evaluation"
FORMAT_VERSION = 1
MISTAKES = 20

Report = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """A data set with its scores.

    Attributes:
        data: The data set.
        scores: Its texts' probabilities, shape (texts,).
        outside: Whether the texts are of a kind that the network was not trained on.
    """

    data: Labelled
    scores: NDArray[np.float64]
    outside: bool = False


def score_sets(
    nlp: Language, sets: Sequence[Labelled], outside: Sequence[Labelled]
) -> list[Scored]:
    """Score data sets.

    Args:
        nlp: A pipeline with a sarcasm component.
        sets: Data of the kind that it was trained on.
        outside: Data of other kinds.

    Raises:
        ValueError: There is no sarcasm component, or two data sets have one name.
    """
    names = [data.name for data in (*sets, *outside)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"several data sets are called {', '.join(twice)}: rename a file")
    scorer = TextScorer(nlp)
    return [
        Scored(data, scorer.score(data.texts), is_outside)
        for group, is_outside in ((sets, False), (outside, True))
        for data in group
    ]


def make_report(
    nlp: Language, pipeline: str, scored: Sequence[Scored], bootstrap: Bootstrap | None = None
) -> Report:
    """Return the figures of scored data sets: counts and metrics, no texts.

    Args:
        nlp: The pipeline that scored them.
        pipeline: What it was called by: ``"bundled"``, a package, folder or weights file.
        scored: The data sets.
        bootstrap: How intervals are made.

    Returns:
        Plain values, fit for JSON.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    pipe = find_sarcasm(nlp)
    bootstrap = bootstrap or Bootstrap()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "measured_by": f"spacy-sarcasm {__version__}",
        # The name only: a path would tell of the machine.
        "pipeline": Path(pipeline).name,
        "weights_sha256": weights_digest(nlp, pipeline),
        "threshold": pipe.threshold,
        "calibration": pipe.calibration.to_dict(),
        "bootstrap": {
            "resamples": bootstrap.resamples,
            "seed": bootstrap.seed,
            "interval": INTERVAL,
        },
        "data": [_figures(one, pipe.threshold, bootstrap) for one in scored],
    }


def weights_digest(nlp: Language, pipeline: str) -> str | None:
    """Return the SHA-256 of the weights file that a pipeline was loaded from, in hexadecimal.

    Args:
        nlp: The pipeline.
        pipeline: What it was called by.

    Returns:
        The digest; None if there is no such file.
    """
    if pipeline == "bundled":
        file = BUNDLED_WEIGHTS
    elif pipeline.endswith(".npz"):
        file = Path(pipeline)
    elif nlp.path is not None:
        file = Path(nlp.path) / find_sarcasm(nlp).name / WEIGHTS_FILE
    else:
        return None
    return file_digest(file) if file.exists() else None


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Args:
        file: The file.
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def worst_mistakes(scored: Scored, threshold: float, most: int = MISTAKES) -> list[dict[str, Any]]:
    """Return the texts on the wrong side of the threshold whose scores are farthest from the gold.

    Args:
        scored: The data set.
        threshold: The least score that counts as sarcastic.
        most: At most so many.

    Returns:
        ``text``, ``gold``, ``score`` and ``source`` of each, the worst first.
    """
    data, scores = scored.data, scored.scores
    wrong = np.flatnonzero((scores >= threshold) != (data.gold >= GOLD_THRESHOLD))
    far = wrong[np.argsort(-np.abs(scores[wrong] - data.gold[wrong]), kind="stable")]
    return [
        {
            "text": data.texts[i],
            "gold": float(data.gold[i]),
            "score": round(float(scores[i]), 4),
            "source": data.sources[i],
        }
        for i in far[:most].tolist()
    ]


def write_json(path: Path, value: Any) -> None:
    """Write plain values as JSON, whole or not at all.

    Args:
        path: The file.
        value: The values.

    Raises:
        OSError: The file cannot be written.
    """
    with atomic_write(path) as file:
        file.write((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def _figures(one: Scored, threshold: float, bootstrap: Bootstrap) -> Report:
    data = one.data
    names = np.array([source or "" for source in data.sources])
    sources = {
        name: _group(one.scores[names == name], data.gold[names == name], threshold, bootstrap)
        for name in np.unique(names).tolist()
        if name
    }
    return {
        "name": data.name,
        "split": data.split,
        "outside": one.outside,
        **_group(one.scores, data.gold, threshold, bootstrap),
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
