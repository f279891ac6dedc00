"""The scorer of the sarcasm component: what `nlp.evaluate` and `spacy evaluate` report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from spacy.scorer import PRFScore, ROCAUCScore
from spacy.training import Example

from .component_settings import DEFAULT_EXTENSION

GOLD_THRESHOLD = 0.5

Scores = dict[str, float | None]
Scorer = Callable[..., Scores]


def score_sarcasm(
    examples: Iterable[Example],
    *,
    label: str,
    threshold: float,
    extension: str = DEFAULT_EXTENSION,
    **cfg: Any,
) -> Scores:
    """Compare ``doc._.sarcasm`` with the gold in ``doc.cats``.

    Gold counts as sarcastic from 0.5 on, so soft labels can be scored; examples without the label
    are left out. A text without a score counts as one that scored 0.0.

    Args:
        label: The category that holds the gold.
        threshold: The least score that counts as sarcastic, 0 to 1.

    Returns:
        ``sarcasm_acc`` (accuracy), ``sarcasm_p``, ``sarcasm_r``, ``sarcasm_f`` (precision, recall
        and F1 of the sarcastic class), ``sarcasm_auc`` (area under the ROC curve) and
        ``sarcasm_share`` (of the texts at or above the threshold), each in 0..1; None where it is
        undefined: all of them without gold, the area without examples of both classes. Precision
        and F1 are 0 where no text is at or above the threshold, as spaCy's own scorers have it.

    Example:
        >>> score_sarcasm([], label="SARCASM", threshold=0.5)["sarcasm_f"] is None
        True
    """
    prf, auc = PRFScore(), ROCAUCScore()
    correct = total = 0
    for example in examples:
        if label not in example.reference.cats:
            continue
        gold = example.reference.cats[label] >= GOLD_THRESHOLD
        score = example.predicted._.get(extension) or 0.0
        predicted = score >= threshold
        auc.score_set(score, int(gold))
        prf.tp += gold and predicted
        prf.fp += predicted and not gold
        prf.fn += gold and not predicted
        correct += gold == predicted
        total += 1
    if not total:
        return dict.fromkeys(SCORE_KEYS)
    try:
        area = float(auc.score)
    except ValueError:
        # spaCy's way of saying that only one class occurs.
        area = None
    share = (prf.tp + prf.fp) / total
    values = (correct / total, prf.precision, prf.recall, prf.fscore, area, share)
    return dict(zip(SCORE_KEYS, values, strict=True))


SCORE_KEYS = (
    "sarcasm_acc",
    "sarcasm_p",
    "sarcasm_r",
    "sarcasm_f",
    "sarcasm_auc",
    "sarcasm_share",
)


def make_sarcasm_scorer() -> Scorer:
    """Return the scorer, registered as `spacy_sarcasm.sarcasm_scorer.v1`.

    Example:
        >>> scorer = make_sarcasm_scorer()
        >>> scorer([], label="SARCASM", threshold=0.5)["sarcasm_acc"] is None
        True
    """
    return score_sarcasm
