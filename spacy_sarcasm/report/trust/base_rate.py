"""The share of sarcastic texts in a corpus, from its scores and those of labelled texts.

The scores of a corpus are a mixture of the scores of sarcastic texts and those of others. EM finds
the share of the first that explains them best (Saerens, Latinne and Decaestecker 2002,
https://doi.org/10.1162/089976602753284446; with calibrated scores it beats other methods:
https://arxiv.org/abs/1901.06852). It assumes that within each class the texts are like the
labelled ones. Where no share explains the scores, there is no estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Bins that hold the same number of labelled texts: finer ones would mostly hold noise.
MAX_BINS = 30
# Labelled texts in a bin, on average, at least.
_BIN_TEXTS = 40
_SMOOTHING = 0.5
_STEPS = 400
RESAMPLES = 400
# More rows than this add nothing: the labelled texts are what limits the estimate.
_MOST_ROWS = 200_000
_TAIL = 2.5


@dataclass(frozen=True)
class BaseRate:
    """An estimate of the share of sarcastic texts.

    Attributes:
        share: The share.
        low: The lower end of its 95% interval.
        high: The upper end.
        misfit: The share of the rows whose scores the mixture does not explain (total variation).
        usual_misfit: The 99th percentile of what chance and differences between sources give.
        p_value: How often they give a misfit as large as this.
    """

    share: float
    low: float
    high: float
    misfit: float
    usual_misfit: float
    p_value: float


class LabelledScores(NamedTuple):
    """The scores of the labelled texts of a kind.

    Attributes:
        weight: The share of the corpus's texts that are of the kind. The weights sum to 1.
        counts: Texts by source, class (0: not sarcastic) and score bin, shape (sources, 2, bins).
            Each class must have texts.
    """

    weight: float
    counts: Ints


def estimate_base_rate(counts: Ints, kinds: Sequence[LabelledScores], seed: int = 0) -> BaseRate:
    """Estimate the share of sarcastic texts, and test whether any share explains the scores.

    The interval and the null distribution of the misfit are those of a bootstrap that resamples the
    labelled sources, the texts in them, and the rows of the corpus.

    Args:
        counts: Rows of the corpus by score bin, shape (bins,).
        kinds: The labelled texts of the kinds that the corpus consists of.
        seed: The seed of the bootstrap.

    Example:
        >>> labelled = np.array([[[80, 15, 5], [10, 20, 70]]] * 4)
        >>> rate = estimate_base_rate(np.array([450, 175, 375]), [LabelledScores(1.0, labelled)])
        >>> 0.45 < rate.share < 0.55
        True
    """
    merged = _merge_bins(sum(_per_text(kind) for kind in kinds), min(_size(k) for k in kinds))
    n_bins = int(merged.max()) + 1
    observed = np.bincount(merged, counts, n_bins)
    labelled = [
        np.array([[np.bincount(merged, row, n_bins) for row in source] for source in kind.counts])
        for kind in kinds
    ]
    weights = [kind.weight for kind in kinds]
    rng = np.random.default_rng(seed)
    densities = _combine(weights, [_densities(one.sum(axis=0))[None] for one in labelled])
    shares = observed[None] / observed.sum()
    share = fit_share(shares, densities)
    misfit = _misfit(shares, densities, share)[0]
    drawn = _combine(weights, [_densities(_resample(one, rng)) for one in labelled])
    n = int(min(counts.sum(), _MOST_ROWS))
    estimates = fit_share(rng.multinomial(n, shares[0], size=RESAMPLES) / n, drawn)
    # What a corpus that is such a mixture may look like, fitted as the corpus was.
    rows = rng.multinomial(n, _mix(drawn, np.clip(rng.permutation(estimates), 0, 1))) / n
    null = _misfit(rows, densities, fit_share(rows, densities))
    low, high = np.percentile(estimates, [_TAIL, 100 - _TAIL])
    return BaseRate(
        share=float(share[0]),
        low=float(min(low, share[0])),
        high=float(max(high, share[0])),
        misfit=float(misfit),
        usual_misfit=float(np.percentile(null, 99)),
        p_value=float((1 + (null >= misfit).sum()) / (1 + RESAMPLES)),
    )


def fit_share(rows: Floats, densities: Floats) -> Floats:
    """Return the share of sarcastic texts that explains rows best, by EM, shape (fits,).

    Args:
        rows: Shares of the rows by bin, shape (fits, bins).
        densities: Densities of both classes, shape (fits or 1, 2, bins).
    """
    share = np.full(len(rows), 0.5)
    for _ in range(_STEPS):
        ones = share[:, None] * densities[:, 1]
        posterior = ones / (ones + (1 - share[:, None]) * densities[:, 0])
        share = (rows * posterior).sum(axis=1)
    return share


def _mix(densities: Floats, share: Floats) -> Floats:
    return share[:, None] * densities[:, 1] + (1 - share[:, None]) * densities[:, 0]


def _misfit(rows: Floats, densities: Floats, share: Floats) -> Floats:
    """Return the total variation distance between rows and their mixture, shape (fits,)."""
    return np.asarray(np.abs(rows - _mix(densities, share)).sum(axis=1) / 2)


def _densities(counts: Floats) -> Floats:
    smoothed = counts + _SMOOTHING
    return np.asarray(smoothed / smoothed.sum(axis=-1, keepdims=True))


def _resample(labelled: Floats, rng: np.random.Generator) -> Floats:
    """Return class counts of resampled sources and texts, shape (RESAMPLES, 2, bins)."""
    found = np.zeros((RESAMPLES, *labelled.shape[1:]))
    for label in (0, 1):
        own = labelled[:, label][labelled[:, label].sum(axis=1) > 0]
        times = rng.multinomial(len(own), np.full(len(own), 1 / len(own)), size=RESAMPLES)
        counts = times @ own
        sizes = counts.sum(axis=1).astype(np.int64)
        found[:, label] = rng.multinomial(sizes, counts / sizes[:, None])
    return found


def _combine(weights: Sequence[float], densities: Sequence[Floats]) -> Floats:
    return np.asarray(sum(weight * one for weight, one in zip(weights, densities, strict=True)))


def _size(kind: LabelledScores) -> int:
    return int(kind.counts.sum())


def _per_text(kind: LabelledScores) -> Floats:
    return np.asarray(kind.weight * kind.counts.sum(axis=(0, 1)) / _size(kind))


def _merge_bins(shares: Floats | int, size: int) -> NDArray[np.intp]:
    """Return for each bin the number of the larger bin that it joins."""
    n = int(np.clip(size // _BIN_TEXTS, 2, MAX_BINS))
    found = np.asarray(shares)
    middles = found.cumsum() - found / 2
    _, numbers = np.unique(np.minimum((middles * n).astype(np.intp), n - 1), return_inverse=True)
    return numbers
