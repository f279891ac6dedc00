"""Calibration and default threshold of a network, measured on held-out texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from spacy.language import Language

from ..network.calibration import DEFAULT_THRESHOLD, UNCALIBRATED, Calibration
from ..pipeline.loading import find_sarcasm
from ..pipeline.scorer import GOLD_THRESHOLD
from ..scoring.texts import TextScorer
from .labelled import Labelled

# Scores are 32-bit floats: nearer to 1 they cannot be told from it.
_EPSILON = 1e-7
_STEPS = 100
THRESHOLDS = np.arange(1, 100) / 100

Floats = NDArray[np.float64]


def calibrate(
    nlp: Language,
    data: Sequence[Labelled],
    *,
    max_fpr: float | None = None,
    threshold: float | None = None,
) -> Calibration:
    """Calibrate a pipeline's sarcasm component on held-out data, in place.

    Texts that score exactly 0.0 have no words and count for nothing.

    Args:
        nlp: The pipeline.
        data: Data sets with gold, not those that the network was trained on.
        max_fpr: See `choose_threshold`.
        threshold: The threshold to store; None: the one that `choose_threshold` chooses.

    Returns:
        The calibration that is in place now.

    Raises:
        ValueError: The data has not both classes, the scores are no better than their reverse, or
            no threshold keeps within `max_fpr`.
    """
    pipe = find_sarcasm(nlp)
    pipe.calibration = UNCALIBRATED
    scorer = TextScorer(nlp)
    scores = np.concatenate([scorer.score(part.texts) for part in data])
    gold = np.concatenate([part.gold for part in data])
    sources = [source for part in data for source in part.sources]
    known = np.flatnonzero(scores > 0)
    scores, gold, sources = scores[known], gold[known], [sources[i] for i in known]
    found = fit_calibration(scores, gold)
    if threshold is None:
        calibrated = apply_calibration(found, scores)
        threshold = choose_threshold(calibrated, gold, sources=sources, max_fpr=max_fpr)
    pipe.calibration = replace(found, threshold=threshold)
    return pipe.calibration


def fit_calibration(scores: ArrayLike, gold: ArrayLike) -> Calibration:
    """Return the scale and shift of the logit under which scores have the least log loss.

    Platt's method (1999), by Newton's steps as Lin et al. 2007 have them
    (https://doi.org/10.1007/s10994-007-5018-6): gold 1 is taken as ``(n1 + 1) / (n1 + 2)`` and 0 as
    ``1 / (n0 + 2)``, so that scores without any fault do not lead to an endless scale.

    Args:
        scores: Probabilities that were not calibrated, shape (texts,).
        gold: Gold, 0..1, of the same shape; sarcastic from 0.5 on.

    Raises:
        ValueError: One class is missing, or the scores are no better than their reverse.
    """
    z, y = _logit(np.asarray(scores, dtype=np.float64)), np.asarray(gold) >= GOLD_THRESHOLD
    n1, n0 = int(y.sum()), int((~y).sum())
    if not n1 or not n0:
        raise ValueError(
            f"calibration needs both sarcastic and other texts, and got {n1} and {n0} of them"
        )
    target = np.where(y, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))
    scale, shift = 1.0, 0.0
    loss = _log_loss(scale * z + shift, target)
    for _ in range(_STEPS):
        p = _sigmoid(scale * z + shift)
        error, weight = p - target, p * (1 - p)
        gradient = np.array([error @ z, error.sum()])
        hessian = np.array([[weight @ z**2, weight @ z], [weight @ z, weight.sum()]])
        step = np.linalg.solve(hessian + 1e-9 * np.eye(2), gradient)
        size = 1.0
        while (new := _log_loss((scale - size * step[0]) * z + shift - size * step[1], target)) > (
            loss
        ) and size > 1e-8:
            size /= 2
        scale, shift = scale - size * step[0], shift - size * step[1]
        if loss - new < 1e-12 * len(z):
            break
        loss = new
    if scale <= 0:
        raise ValueError(
            f"the scores cannot be calibrated: the best scale of their logits is {scale:.3g}, so "
            "they are no better than their reverse. Are the labels the right way round?"
        )
    return Calibration(scale=float(scale), shift=float(shift))


def apply_calibration(calibration: Calibration, scores: ArrayLike) -> Floats:
    """Return what scores that were not calibrated become, shape (texts,).

    Args:
        calibration: Scale and shift.
        scores: Probabilities, shape (texts,).
    """
    z = _logit(np.asarray(scores, dtype=np.float64))
    return _sigmoid(calibration.scale * z + calibration.shift)


def choose_threshold(
    scores: ArrayLike,
    gold: ArrayLike,
    *,
    sources: Sequence[str | None] | None = None,
    max_fpr: float | None = None,
) -> float:
    """Return the threshold nearest to 0.5 that is about as accurate as any, within a cap.

    Thresholds are hundredths. Of those that keep within the cap, the ones whose accuracy is within
    one standard error of the best are taken as equals (Breiman et al. 1984 choose trees so), since
    the best of a small sample is mostly chance; the nearest to 0.5 among them is returned, the
    higher of two.

    Args:
        scores: Calibrated probabilities, shape (texts,).
        gold: Gold, 0..1, of the same shape; sarcastic from 0.5 on.
        sources: Who published each text; None: one source.
        max_fpr: The greatest share of a source's texts that are not sarcastic which may score at or
            above the threshold, for every source; None: no cap.

    Raises:
        ValueError: No threshold keeps within the cap.
    """
    p, y = np.asarray(scores, dtype=np.float64), np.asarray(gold) >= GOLD_THRESHOLD
    accuracy = np.array([((p >= threshold) == y).mean() for threshold in THRESHOLDS])
    allowed = np.ones(len(THRESHOLDS), dtype=bool)
    if max_fpr is not None:
        rates = _false_positive_rates(p, y, sources)
        allowed = rates.max(axis=0, initial=0.0) <= max_fpr
    if not allowed.any():
        raise ValueError(
            f"no threshold up to {THRESHOLDS[-1]} keeps the false positives of every source "
            f"within {max_fpr}; the least possible is {rates[:, -1].max():.3f}"
        )
    best = accuracy[allowed].max()
    equal = allowed & (accuracy >= best - np.sqrt(best * (1 - best) / len(y)))
    distance = np.round(np.abs(THRESHOLDS - DEFAULT_THRESHOLD), 9)
    nearest = np.flatnonzero(equal & (distance == distance[equal].min()))
    return float(THRESHOLDS[nearest[-1]])


def _false_positive_rates(
    p: Floats, y: NDArray[np.bool_], sources: Sequence[str | None] | None
) -> Floats:
    """Return the rate of every source with texts that are not sarcastic, (sources, thresholds)."""
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


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(np.exp(-np.logaddexp(0, -z)))


def _log_loss(z: Floats, target: Floats) -> float:
    return float((np.logaddexp(0, z) - target * z).sum())
