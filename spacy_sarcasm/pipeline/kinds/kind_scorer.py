"""The scorer of the `sarcasm_kind` component: what `nlp.evaluate` and `spacy evaluate` report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from spacy.scorer import PRFScore
from spacy.training import Example

from ..scorer import Scorer
from .kind_annotations import best_kind
from .kind_gold import NO_KIND, read_kinds
from .kind_settings import DEFAULT_EXTENSION

SCORE_KEYS = (
    "sarcasm_kind_acc",
    "sarcasm_kind_macro_f",
    "sarcasm_kind_per_kind",
    "sarcasm_kind_confusion",
)
# The column of the confusion matrix for texts that got no kind.
NO_PREDICTION = ""


def score_kinds(
    examples: Iterable[Example],
    *,
    labels: Sequence[str],
    extension: str = DEFAULT_EXTENSION,
    **cfg: Any,
) -> dict[str, Any]:
    """Compare the most probable of ``doc._.sarcasm_kinds`` with the gold in ``doc.cats``.

    The verdict of a `sarcasm` component does not count here, and examples without a gold kind are
    left out. A text that got no kind counts as wrong.

    Args:
        examples: Examples whose predicted docs are scored.
        labels: The kinds.
        extension: The attribute with the kind; that with the probabilities is called after it.
        cfg: The component's other settings, not used.

    Returns:
        ``sarcasm_kind_acc`` (accuracy), ``sarcasm_kind_macro_f`` (mean F1 of the kinds that occur
        in the gold or in the predictions), ``sarcasm_kind_per_kind`` (``p``, ``r`` and ``f`` of
        each) and ``sarcasm_kind_confusion`` (number of texts by gold kind and predicted kind; an
        empty name stands for no prediction); all None without gold.

    Raises:
        ValueError: The gold is not as `read_kinds` expects it.

    Example:
        >>> score_kinds([], labels=["deadpan", "hyperbole"])["sarcasm_kind_acc"] is None
        True
    """
    examples = list(examples)
    places = read_kinds(examples, labels).tolist()
    pairs: Counter[tuple[str, str]] = Counter()
    for example, place in zip(examples, places, strict=True):
        if place != NO_KIND:
            kinds = example.predicted._.get(f"{extension}s")
            predicted = best_kind(kinds) if kinds else None
            pairs[labels[place], predicted or NO_PREDICTION] += 1
    if not pairs:
        return dict.fromkeys(SCORE_KEYS)
    per_kind = {name: figures_of(name, pairs) for name in labels}
    occurring = [name for name in labels if any(name in pair for pair in pairs)]
    confusion = {
        gold: {predicted: pairs[gold, predicted] for predicted in (*labels, NO_PREDICTION)}
        for gold in labels
    }
    values = (
        sum(count for (gold, predicted), count in pairs.items() if gold == predicted)
        / pairs.total(),
        sum(per_kind[name]["f"] for name in occurring) / len(occurring),
        per_kind,
        confusion,
    )
    return dict(zip(SCORE_KEYS, values, strict=True))


def figures_of(kind: str, pairs: Counter[tuple[str, str]]) -> dict[str, float]:
    """Return precision, recall and F1 of a kind as ``p``, ``r`` and ``f``.

    Args:
        kind: The kind.
        pairs: Number of texts by gold and predicted kind.

    Example:
        >>> figures_of("deadpan", Counter({("deadpan", "deadpan"): 1, ("deadpan", ""): 1}))["r"]
        0.5
    """
    right = pairs[kind, kind]
    prf = PRFScore(
        tp=right,
        fp=sum(count for (_, predicted), count in pairs.items() if predicted == kind) - right,
        fn=sum(count for (gold, _), count in pairs.items() if gold == kind) - right,
    )
    return {"p": prf.precision, "r": prf.recall, "f": prf.fscore}


def make_kind_scorer() -> Scorer:
    """Return the scorer, registered as `spacy_sarcasm.sarcasm_kind_scorer.v1`.

    Example:
        >>> make_kind_scorer() is score_kinds
        True
    """
    return score_kinds
