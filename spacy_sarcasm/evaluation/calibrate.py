"""Calibration and default threshold of a network, measured on held-out texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from spacy.language import Language

from ..extras import require
from ..network.calibration import DEFAULT_THRESHOLD, UNCALIBRATED, Calibration
from ..pipeline.loading import find_sarcasm
from ..pipeline.scorer import GOLD_THRESHOLD
from ..scoring.texts import TextScorer
from .datasets import Labelled

# Scores are 32-bit floats, which cannot come nearer to 1.
_EPSILON = 1e-7
THRESHOLDS = np.arange(1, 100) / 100

Floats = NDArray[np.float64]


def calibrate(
    nlp: Language,
    data: Sequence[Labelled],
    *,
    maximize: str = "accuracy",
    max_fpr: float | None = None,
    threshold: float | None = None,
) -> Calibration:
    """Calibrate the sarcasm component of a pipeline on held-out data, in place.

    Texts without a known word, which score 0.0 or have no score, are left out.

    Args:
        nlp: The pipeline. If calibration fails, it stays as it was.
        data: Labelled data that the network was not trained on.
        maximize: What the threshold is chosen for; see `choose_threshold`.
        max_fpr: A cap on the false positives; see `choose_threshold`.
        threshold: The threshold to store; None: the one that `choose_threshold` returns.

    Returns:
        The calibration that is now in place.

    Raises:
        ImportError: scikit-learn is not installed.
        ValueError: A class is missing from the data, the scores rank the texts backwards, or no
            threshold meets the condition.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> pipe = nlp.add_pipe("sarcasm")
        >>> texts = ["Nation delighted to hear it", "Area man wins", "Rain expected", "Talks fail"]
        >>> data = Labelled("dev", texts, np.array([1.0, 1.0, 0.0, 0.0]), [None] * 4)
        >>> calibrate(nlp, [data], maximize="f1") == pipe.calibration
        True
    """
    pipe = find_sarcasm(nlp)
    before = pipe.calibration
    pipe.calibration = UNCALIBRATED
    try:
        scorer = TextScorer(nlp)
        scores = np.concatenate([scorer.score(part.texts) for part in data])
        gold = np.concatenate([part.gold for part in data])
        sources = [source for part in data for source in part.sources]
        known = np.flatnonzero(scores > 0)
        scores, gold, sources = scores[known], gold[known], [sources[i] for i in known]
        found = fit_calibration(scores, gold)
        if threshold is None:
            threshold = choose_threshold(
                apply_calibration(found, scores),
                gold,
                maximize=maximize,
                sources=sources,
                max_fpr=max_fpr,
            )
    except BaseException:
        pipe.calibration = before
        raise
    pipe.calibration = replace(found, threshold=threshold)
    # A threshold of the config would hide the one that is stored with the weights.
    pipe.cfg["threshold"] = None
    return pipe.calibration


def fit_calibration(scores: ArrayLike, gold: ArrayLike) -> Calibration:
    """Return the scale and shift of the logit that minimize the log loss.

    Platt's method (1999), with his targets: ``(n1 + 1) / (n1 + 2)`` for gold 1 and
    ``1 / (n0 + 2)`` for gold 0, which keep the scale finite where the scores make no mistake.

    Args:
        scores: Uncalibrated probabilities, shape (texts,).
        gold: Gold in 0..1, same shape; 0.5 and above is sarcastic.

    Raises:
        ValueError: A class is missing, or the scores rank the texts backwards.

    Example:
        >>> fit_calibration([0.1, 0.6, 0.4, 0.9], [0, 0, 1, 1]).scale > 0
        True
    """
    linear_model: Any = require("sklearn.linear_model", "evaluate", "calibrating")
    z, y = _logit(np.asarray(scores, dtype=np.float64)), np.asarray(gold) >= GOLD_THRESHOLD
    n1, n0 = int(y.sum()), int((~y).sum())
    if not n1 or not n0:
        raise ValueError(
            "calibration needs sarcastic texts and others, and the data has "
            f"{n1} sarcastic and {n0} other texts with a score"
        )
    target = np.where(y, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))
    # scikit-learn takes hard labels only: each text counts for both classes, weighted.
    model = linear_model.LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
    model.fit(
        np.concatenate([z, z])[:, None],
        np.repeat([1, 0], len(z)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    scale, shift = model.coef_.item(), model.intercept_.item()
    if scale <= 0:
        raise ValueError(
            f"the scores cannot be calibrated: the best scale of their logits is {scale:.3g}, so "
            "sarcastic texts score lower than others. Are the labels the wrong way round?"
        )
    return Calibration(scale=float(scale), shift=float(shift))


def apply_calibration(calibration: Calibration, scores: ArrayLike) -> Floats:
    """Return the calibrated scores for uncalibrated ones, shape (texts,).

    Args:
        scores: Uncalibrated probabilities, shape (texts,).

    Example:
        >>> apply_calibration(Calibration(scale=2.0), [0.5, 0.75]).round(2).tolist()
        [0.5, 0.9]
    """
    z = _logit(np.asarray(scores, dtype=np.float64))
    return np.asarray(np.exp(-np.logaddexp(0, -(calibration.scale * z + calibration.shift))))


def choose_threshold(
    scores: ArrayLike,
    gold: ArrayLike,
    *,
    maximize: str = "accuracy",
    sources: Sequence[str | None] | None = None,
    max_fpr: float | None = None,
) -> float:
    """Return the best threshold, in hundredths from 0.01 to 0.99.

    For accuracy, thresholds within one standard error of the best are taken as equally good
    (as Breiman et al. 1984 choose trees), since the best one on a small sample is mostly chance;
    the one nearest to 0.5 is returned.

    Args:
        scores: Calibrated probabilities, shape (texts,).
        gold: Gold in 0..1, same shape; 0.5 and above is sarcastic.
        maximize: ``"accuracy"``; ``"f1"``, of the sarcastic class; ``"youden"``, recall minus
            false-positive rate; or ``"precision@X"`` with X in 0..1, the highest recall with a
            precision of at least X.
        sources: Where each text comes from, for ``max_fpr``; None: one source.
        max_fpr: The maximum false-positive rate, in every source; None: no limit.

    Raises:
        ValueError: There is no such goal, or no threshold meets the condition.

    Example:
        >>> scores, gold = [0.1, 0.2, 0.3, 0.4, 0.6], [0, 0, 1, 0, 1]
        >>> choose_threshold(scores, gold, maximize="f1")
        0.3
        >>> choose_threshold(scores, gold, maximize="precision@1")
        0.5
    """
    p, y = np.asarray(scores, dtype=np.float64), np.asarray(gold) >= GOLD_THRESHOLD
    goal, least_precision = _parse_goal(maximize)
    called = p >= THRESHOLDS[:, None]
    true, false = (called & y).sum(axis=1), (called & ~y).sum(axis=1)
    allowed = np.ones(len(THRESHOLDS), dtype=bool)
    if max_fpr is not None:
        rates = _false_positive_rates(p, y, sources)
        allowed = rates.max(axis=0, initial=0.0) <= max_fpr
        if not allowed.any():
            raise ValueError(
                f"no threshold up to {THRESHOLDS[-1]} keeps the false-positive rate of every "
                f"source within {max_fpr}; the lowest possible is {rates[:, -1].max():.3f}"
            )
    if goal == "accuracy":
        accuracy = (true + (~y).sum() - false) / len(y)
        best = accuracy[allowed].max()
        good = allowed & (accuracy >= best - np.sqrt(best * (1 - best) / len(y)))
    else:
        n1, n0 = max(int(y.sum()), 1), max(int((~y).sum()), 1)
        value = 2 * true / np.maximum(true + false + n1, 1) if goal == "f1" else true / n1
        if goal == "youden":
            value = value - false / n0
        elif goal == "precision":
            precision = true / np.maximum(true + false, 1)
            if not (allowed & (precision >= least_precision)).any():
                raise ValueError(
                    f"no threshold reaches a precision of {least_precision:g}; the highest "
                    f"possible is {precision[allowed].max():.3f}"
                )
            allowed &= precision >= least_precision
        good = allowed & (value >= value[allowed].max() - 1e-12)
    distance = np.round(np.abs(THRESHOLDS - DEFAULT_THRESHOLD), 9)
    nearest = np.flatnonzero(good & (distance == distance[good].min()))
    return float(THRESHOLDS[nearest[-1]])


def _parse_goal(maximize: str) -> tuple[str, float]:
    if maximize in ("accuracy", "f1", "youden"):
        return maximize, 0.0
    match = re.fullmatch(r"precision@(\d*\.?\d+)", maximize)
    if match is None or not 0 < float(match[1]) <= 1:
        raise ValueError(
            f"'{maximize}' is not something to maximize: expected accuracy, f1, youden or "
            "precision@X with X in 0..1, such as precision@0.9"
        )
    return "precision", float(match[1])


def _false_positive_rates(
    p: Floats, y: NDArray[np.bool_], sources: Sequence[str | None] | None
) -> Floats:
    """Return the rate of each source with texts that are not sarcastic, (sources, thresholds)."""
    names = np.array([str(source) for source in sources] if sources else [""] * len(p))
    rates = [
        [(p[serious] >= threshold).mean() for threshold in THRESHOLDS]
        for name in np.unique(names)
        if (serious := (names == name) & ~y).any()
    ]
    return np.array(rates).reshape(-1, len(THRESHOLDS))


def _logit(p: Floats) -> Floats:
    clipped = np.clip(p, _EPSILON, 1 - _EPSILON)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))
