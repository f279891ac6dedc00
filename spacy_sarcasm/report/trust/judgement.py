"""The sentence at the top of a report: an estimate, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..charts import as_percent
from ..counting.reservoirs import SampledText
from ..counting.tally import HIGH, OTHER, Tally
from .base_rate import BaseRate, LabelledScores, estimate_base_rate
from .likeness import UNSEEN_BITS, content_words, percentile_of
from .reference import KindReference, Reference

Floats = NDArray[np.float64]

# Sampled texts at and below the threshold that are compared with the reference.
COMPARED_TEXTS = 1_500
FEWEST_ROWS = 100
# A kind with a smaller share of the texts is taken for a mistake about some of them.
_LEAST_KIND = 0.15
# A mixture fits when chance gives a worse one at least this often.
_LEAST_P = 0.01
# A wider interval says that the scores tell too little.
WIDEST = 0.3
_STEPS = 100


@dataclass(frozen=True)
class Likeness:
    """How much the texts of a corpus look like held-out texts.

    Attributes:
        kinds: The kinds that they consist of, with their shares.
        nearest: The kind with the largest share.
        cross_entropy: The cross-entropy of the content words by that kind's, in bits.
        cross_entropy_percentile: Where it lies among held-out texts; infinity above all of them.
        unknown: The share of unknown words.
        unknown_percentile: Where it lies among held-out texts.
    """

    kinds: dict[str, float]
    nearest: str
    cross_entropy: float
    cross_entropy_percentile: float
    unknown: float
    unknown_percentile: float


def judge_scores(tally: Tally, reference: Reference | None, unknown: float) -> dict[str, Any]:
    """Return an estimate of the share of sarcastic texts, or why there is none.

    Args:
        tally: The counts of the corpus.
        reference: The reference of the weights; None: there is none.
        unknown: The share of words that the network does not know.

    Returns:
        Values that JSON can hold: ``sentence``, ``estimate`` (a dict, or None), ``counted``,
        ``reasons``, ``likeness`` and ``fit``.

    Example:
        >>> from spacy_sarcasm.report.counting.tally import TallySettings
        >>> judge_scores(Tally(TallySettings(0.5)), None, 0.0)["sentence"]
        'No estimate: the weights store no reference.'
    """
    counted = tally.total.high / tally.total.scored if tally.total.scored else None
    verdict: dict[str, Any] = {
        "sentence": "",
        "estimate": None,
        "counted": counted,
        "reasons": [],
        "likeness": None,
        "fit": None,
    }
    if reference is None:
        reason = (
            "To have an estimate, store what labelled texts score: spacy-sarcasm reference MODEL "
            "LABELLED-FILE."
        )
        return _refuse(verdict, "the weights store no reference", [reason])
    if tally.total.scored < FEWEST_ROWS:
        return _refuse(verdict, f"fewer than {FEWEST_ROWS} rows have a score", [])
    likeness = measure_likeness(tally, reference, unknown)
    if likeness is None:
        return _refuse(verdict, "the texts hold no words", [])
    verdict["likeness"] = {key: _finite(value) for key, value in asdict(likeness).items()}
    reasons = _describe_likeness(likeness)
    unlike = []
    if math.isinf(likeness.cross_entropy_percentile):
        unlike.append("their words are other words")
    if math.isinf(likeness.unknown_percentile):
        unlike.append("too many of their words are unknown")
    if unlike:
        why = f"these texts are not like any that the network was tested on: {' and '.join(unlike)}"
        return _refuse(verdict, why, reasons)
    kinds = {kind.name: kind for kind in reference.kinds}
    labelled = [
        LabelledScores(weight, kinds[name].counts) for name, weight in likeness.kinds.items()
    ]
    rate = estimate_base_rate(tally.bins, labelled, tally.settings.seed)
    verdict["fit"] = asdict(rate)
    reasons.append(_describe_fit(rate))
    if (why_not := _why_not(rate)) is not None:
        return _refuse(verdict, why_not, reasons)
    verdict["estimate"] = {"share": rate.share, "low": rate.low, "high": rate.high}
    verdict["sentence"] = (
        f"About {as_percent(rate.share)} of the texts are sarcastic ({as_percent(rate.low)} to "
        f"{as_percent(rate.high)}). Counting scores from {tally.settings.threshold:g} up would "
        f"give {as_percent(counted)}."
    )
    verdict["reasons"] = [
        *reasons,
        "The estimate assumes that sarcastic texts here are like the sarcastic texts that the "
        "network was tested on, and the others like the others. To check it, label a "
        "sample by hand",
    ]
    return verdict


def _why_not(rate: BaseRate) -> str | None:
    if rate.p_value < _LEAST_P:
        return "no share of sarcastic texts explains these scores"
    if rate.high - rate.low > WIDEST:
        return (
            f"the scores of such texts tell too little. Anything from {as_percent(rate.low)} to "
            f"{as_percent(rate.high)} is possible"
        )
    return None


def measure_likeness(tally: Tally, reference: Reference, unknown: float) -> Likeness | None:
    """Compare the sampled texts of a corpus with held-out texts; None if they hold no words.

    Args:
        tally: The counts of the corpus.
        reference: What is known of held-out texts.
        unknown: The share of words that the network does not know.
    """
    texts, weights = weigh_sample(tally)
    found = [(content_words(one.text), weight) for one, weight in zip(texts, weights, strict=True)]
    words = [(own, weight) for own, weight in found if own]
    if not words:
        return None
    weight = np.array([weight for _, weight in words])
    bits = np.array([[_bits(kind, own) for kind in reference.kinds] for own, _ in words])
    shares = _mix_kinds(bits, weight)
    kept = {
        kind.name: float(share)
        for kind, share in zip(reference.kinds, shares, strict=True)
        if share >= min(_LEAST_KIND, shares.max())
    }
    nearest = int(shares.argmax())
    kind = reference.kinds[nearest]
    lengths = np.array([len(own) for own, _ in words])
    entropy = float((bits[:, nearest] * weight).sum() / (lengths * weight).sum())
    return Likeness(
        kinds={name: share / sum(kept.values()) for name, share in kept.items()},
        nearest=kind.name,
        cross_entropy=entropy,
        cross_entropy_percentile=percentile_of(entropy, kind.cross_entropy),
        unknown=unknown,
        unknown_percentile=percentile_of(unknown, kind.unknown),
    )


def weigh_sample(tally: Tally) -> tuple[list[SampledText], list[float]]:
    """Return sampled texts of a corpus, and how many rows each of them stands for.

    Args:
        tally: The counts of the corpus.

    Example:
        >>> from spacy_sarcasm.report.counting.tally import TallySettings
        >>> weigh_sample(Tally(TallySettings(0.5)))
        ([], [])
    """
    texts: list[SampledText] = []
    weights: list[float] = []
    n_high = tally.total.high
    for place, rows in ((HIGH, n_high), (OTHER, tally.total.scored - n_high)):
        drawn = tally.reservoirs[place].drawn()[:COMPARED_TEXTS]
        texts += drawn
        weights += [rows / max(len(drawn), 1)] * len(drawn)
    return texts, weights


def _bits(kind: KindReference, words: Sequence[str]) -> float:
    return sum(kind.costs.costs.get(word, UNSEEN_BITS) for word in words)


def _mix_kinds(bits: Floats, weight: Floats) -> Floats:
    """Return the share of each kind among texts, by EM, shape (kinds,)."""
    likelihood = np.exp2(bits.min(axis=1, keepdims=True) - bits)
    shares = np.full(bits.shape[1], 1 / bits.shape[1])
    for _ in range(_STEPS):
        posterior = likelihood * shares
        posterior /= posterior.sum(axis=1, keepdims=True)
        shares = weight @ posterior / weight.sum()
    return np.asarray(shares)


def _refuse(verdict: dict[str, Any], why: str, reasons: list[str]) -> dict[str, Any]:
    return {**verdict, "sentence": f"No estimate: {why}.", "reasons": reasons}


def _describe_likeness(likeness: Likeness) -> list[str]:
    kinds = " and ".join(
        f"{as_percent(share)} {name}" if len(likeness.kinds) > 1 else name
        for name, share in likeness.kinds.items()
    )
    return [
        f"The kind of text that is nearest: {kinds}.",
        f"The content words take {likeness.cross_entropy:.1f} bits each, "
        f"{_place(likeness.cross_entropy_percentile)}.",
        f"{as_percent(likeness.unknown)} of the words are unknown to the network, "
        f"{_place(likeness.unknown_percentile)}.",
    ]


def _place(percentile: float) -> str:
    if math.isinf(percentile):
        return "more than in any held-out texts of that kind"
    return f"percentile {percentile:.0f} of held-out texts of that kind"


def _describe_fit(rate: BaseRate) -> str:
    return (
        f"The best mixture of sarcastic and other texts leaves {as_percent(rate.misfit)} of the "
        "scores unexplained; chance and differences between sources leave up to "
        f"{as_percent(rate.usual_misfit)}."
    )


def _finite(value: Any) -> Any:
    """Return a value that JSON can hold: 101 for a percentile above all others."""
    return 101.0 if isinstance(value, float) and math.isinf(value) else value
