"""Comparing two pipelines on the same labelled texts."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..extras import require
from ..pipeline.scorer import GOLD_THRESHOLD
from .evaluate import Report
from .metrics import METRICS, Bootstrap, interval, measure, resample
from .scored import Scored


def compare(
    model: Scored,
    against: Scored,
    thresholds: tuple[float, float],
    bootstrap: Bootstrap | None = None,
) -> Report:
    """Compare the scores of two pipelines on one data set.

    The intervals of the differences come from a paired bootstrap: both pipelines are measured on
    the same resampled texts (Efron and Tibshirani 1993, chapter 8). McNemar's test is the exact one
    (https://doi.org/10.1007/BF02295996): how likely a split of the texts that only one of the two
    gets right would be if both were equally good.

    Args:
        model: The data set with the scores of the first pipeline.
        against: The same data set with the scores of the other one.
        thresholds: The threshold of each.
        bootstrap: How the intervals are computed.

    Returns:
        Plain values: ``metrics`` with ``model``, ``against``, ``difference`` (model minus against),
        ``low`` and ``high`` for each metric, None where undefined; ``mcnemar`` with
        ``only_model_right``, ``only_against_right`` and ``p_value``; and the number of texts and of
        ``disagreements``.

    Raises:
        ImportError: scikit-learn or SciPy, which it needs, is not installed.
        ValueError: The two are not scores of the same texts.

    Example:
        >>> from spacy_sarcasm.evaluation.datasets import Labelled
        >>> data = Labelled("two", ["a", "b"], np.array([1.0, 0.0]), [None, None])
        >>> good, bad = Scored(data, np.array([0.9, 0.1])), Scored(data, np.array([0.2, 0.1]))
        >>> compare(good, bad, (0.5, 0.5))["mcnemar"]["only_model_right"]
        1
    """
    model, against = _same_texts(model, against)
    bootstrap = bootstrap or Bootstrap()
    gold = model.data.gold
    values = [
        measure(one.scores, gold, threshold, Bootstrap(1))
        for one, threshold in zip((model, against), thresholds, strict=True)
    ]
    samples = [
        resample(one.scores, gold, threshold, bootstrap)
        for one, threshold in zip((model, against), thresholds, strict=True)
    ]
    metrics = {}
    for name in METRICS:
        ours, theirs = (found[name]["value"] for found in values)
        difference = None if ours is None or theirs is None else ours - theirs
        ends = interval(samples[0][name] - samples[1][name])
        if difference is None:
            ends = {"low": None, "high": None}
        found = {"model": ours, "against": theirs, "difference": difference, **ends}
        metrics[name] = {
            key: None if value is None else round(value, 4) for key, value in found.items()
        }
    return {
        "name": model.data.name,
        "texts": len(gold),
        "metrics": metrics,
        "mcnemar": _mcnemar(model, against, thresholds),
        "disagreements": int(_disagree(model, against, thresholds).sum()),
    }


def disagreements(
    model: Scored, against: Scored, thresholds: tuple[float, float]
) -> list[dict[str, Any]]:
    """Return the texts that only one of two pipelines calls sarcastic.

    Args:
        model: The data set with the scores of the first pipeline.
        against: The same data set with the scores of the other one.
        thresholds: The threshold of each.

    Returns:
        ``text``, ``gold``, ``score``, ``against_score``, ``right`` (``"model"`` or ``"against"``)
        and ``source`` of each, by the difference of the scores, the largest first.

    Example:
        >>> from spacy_sarcasm.evaluation.datasets import Labelled
        >>> data = Labelled("two", ["a", "b"], np.array([1.0, 0.0]), [None, None])
        >>> good, bad = Scored(data, np.array([0.9, 0.1])), Scored(data, np.array([0.2, 0.1]))
        >>> [(row["text"], row["right"]) for row in disagreements(good, bad, (0.5, 0.5))]
        [('a', 'model')]
    """
    model, against = _same_texts(model, against)
    data = model.data
    rows = np.flatnonzero(_disagree(model, against, thresholds))
    order = rows[np.argsort(-np.abs(model.scores[rows] - against.scores[rows]), kind="stable")]
    called = model.scores >= thresholds[0]
    return [
        {
            "text": data.texts[i],
            "gold": float(data.gold[i]),
            "score": round(float(model.scores[i]), 4),
            "against_score": round(float(against.scores[i]), 4),
            "right": "model" if called[i] == (data.gold[i] >= GOLD_THRESHOLD) else "against",
            "source": data.sources[i],
        }
        for i in order.tolist()
    ]


def _same_texts(model: Scored, against: Scored) -> tuple[Scored, Scored]:
    """Return both with the texts that both could score."""
    if model.data.texts != against.data.texts:
        raise ValueError(
            f"the two pipelines must have scored the same texts, and '{model.data.name}' and "
            f"'{against.data.name}' differ"
        )
    both = model.has_score & against.has_score
    if not both.any():
        raise ValueError(f"the two pipelines can both score none of '{model.data.name}'")
    return model.select(both), against.select(both)


def _disagree(model: Scored, against: Scored, thresholds: tuple[float, float]) -> Any:
    return (model.scores >= thresholds[0]) != (against.scores >= thresholds[1])


def _mcnemar(model: Scored, against: Scored, thresholds: tuple[float, float]) -> Report:
    stats: Any = require("scipy.stats", "evaluate", "comparing pipelines")
    gold = model.data.gold >= GOLD_THRESHOLD
    right = (model.scores >= thresholds[0]) == gold
    other_right = (against.scores >= thresholds[1]) == gold
    ours, theirs = int((right & ~other_right).sum()), int((~right & other_right).sum())
    p_value = stats.binomtest(ours, ours + theirs).pvalue if ours + theirs else 1.0
    return {
        "only_model_right": ours,
        "only_against_right": theirs,
        "p_value": float(f"{p_value:.3g}"),
    }
