"""Making a reference from labelled texts that were held out of training."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from spacy.language import Language

from ...pipeline.loading import find_sarcasm
from ...pipeline.scorer import GOLD_THRESHOLD
from ...scoring.texts import TextScorer
from ..counting.score_bins import N_BINS, count_scores
from .likeness import PERCENTILES, WordCosts, blocks_of, count_content_words
from .reference import KindReference, Reference, network_digest

ANY_KIND = "text"
# A kind with fewer texts in a class tells too little.
FEWEST_TEXTS = 100
_BATCH = 1000


class TooFewTextsError(ValueError):
    """No kind of text has enough labelled texts."""


@dataclass(frozen=True)
class HeldOutText:
    """A labelled text that was held out of training.

    Attributes:
        text: The text.
        gold: Its gold, 0..1.
        source: Where it comes from.
        kind: What it is, such as ``headline``; of ``everyday/chat``, the part before the slash
            counts.
    """

    text: str
    gold: float
    source: str
    kind: str = ANY_KIND


@dataclass
class _Source:
    texts: list[str]
    scores: list[float]
    unknown: list[float]
    gold: list[float]


def build_reference(nlp: Language, texts: Iterable[HeldOutText]) -> Reference:
    """Score held-out texts, and return what a report has to know of them.

    Args:
        nlp: A pipeline with a sarcasm component, calibrated.
        texts: The texts. Kinds with fewer than `FEWEST_TEXTS` of a class are left out.

    Raises:
        TooFewTextsError: No kind has enough texts of both classes.

    Example:
        >>> texts = [HeldOutText("oh great", 1.0, "a"), HeldOutText("it rains", 0.0, "a")] * 100
        >>> [kind.name for kind in build_reference(nlp, texts).kinds]  # doctest: +SKIP
        ['text']
    """
    kinds: dict[str, dict[str, _Source]] = defaultdict(dict)
    scorer = TextScorer(nlp)
    stream = iter(texts)
    while batch := list(islice(stream, _BATCH)):
        found = scorer.measure_values([one.text for one in batch])
        for one, score, share in zip(batch, found.scores, found.coverage, strict=True):
            if score is None or share is None:
                continue
            of_kind = kinds[one.kind.partition("/")[0]]
            source = of_kind.setdefault(one.source, _Source([], [], [], []))
            source.texts.append(one.text)
            source.scores.append(score)
            source.unknown.append(1 - share)
            source.gold.append(one.gold)
    described = [_describe(name, sources) for name, sources in sorted(kinds.items())]
    kept = [kind for kind in described if kind.counts.sum(axis=(0, 2)).min() >= FEWEST_TEXTS]
    if not kept:
        raise TooFewTextsError(
            f"no kind of text has {FEWEST_TEXTS} sarcastic texts and as many others with a score; "
            f"kinds: {', '.join(sorted(kinds)) or 'none'}"
        )
    return Reference(network_digest(find_sarcasm(nlp).network), tuple(kept))


def _describe(name: str, sources: dict[str, _Source]) -> KindReference:
    names = sorted(sources)
    counts = np.zeros((len(names), 2, N_BINS), dtype=np.int64)
    words = {one: count_content_words(sources[one].texts) for one in names}
    every: Counter[str] = Counter()
    for one in names:
        every.update(words[one])
    entropies: list[float] = []
    unknown: list[float] = []
    for number, one in enumerate(names):
        source = sources[one]
        scores, gold = np.array(source.scores), np.array(source.gold) >= GOLD_THRESHOLD
        for label in (0, 1):
            counts[number, label] = count_scores(scores[gold == label])
        enough = 2 * (every - words[one]).total() > every.total()
        for block in blocks_of(len(source.texts)):
            texts = source.texts[block]
            # Where the other sources hold too little, the source's other blocks count as well.
            own = words[one] if enough else count_content_words(texts)
            others = WordCosts.from_counts(every - own)
            entropies.append(others.cross_entropy(texts))
            unknown.append(float(np.mean(source.unknown[block])))
    finite = [value for value in entropies if np.isfinite(value)]
    return KindReference(
        name=name,
        sources=tuple(names),
        counts=counts,
        costs=WordCosts.from_counts(every),
        cross_entropy=np.percentile(finite or [0.0], PERCENTILES),
        unknown=np.percentile(unknown, PERCENTILES),
    )
