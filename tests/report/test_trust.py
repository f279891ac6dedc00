"""Estimates and refusals: when a report says how much is sarcastic, and when it does not."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language

from spacy_sarcasm.pretrained import PRETRAINED
from spacy_sarcasm.report.counting.chunk_counter import ChunkCounter
from spacy_sarcasm.report.counting.score_bins import count_scores
from spacy_sarcasm.report.counting.tally import Tally, TallySettings
from spacy_sarcasm.report.trust.base_rate import LabelledScores, estimate_base_rate
from spacy_sarcasm.report.trust.build_reference import (
    HeldOutText,
    TooFewTextsError,
    build_reference,
)
from spacy_sarcasm.report.trust.judgement import judge_scores
from spacy_sarcasm.report.trust.reference import (
    DamagedReferenceError,
    Reference,
    find_reference,
    load_reference,
    reference_place,
    save_reference,
)
from spacy_sarcasm.scoring.bulk.shared_pipeline import SharedPipeline
from spacy_sarcasm.scoring.observers import ScoredRows

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    # What a test draws must not depend on the tests before it.
    monkeypatch.setattr(f"{__name__}.RNG", np.random.default_rng(0))


def draw(label: int, count: int, shift: float = 0.0) -> np.ndarray:
    """Scores of a class of texts, which overlap with those of the other."""
    return 1 / (1 + np.exp(-RNG.normal(1.2 * (2 * label - 1) + shift, 1.0, count)))


def labelled(sources: int = 6, texts: int = 2000) -> np.ndarray:
    shifts = RNG.normal(0, 0.1, sources)
    return np.array([[count_scores(draw(c, texts, shift)) for c in (0, 1)] for shift in shifts])


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.8])
def test_the_share_is_found_where_counting_fails(share: float) -> None:
    kinds = [LabelledScores(1.0, labelled())]
    scores = np.concatenate([draw(1, round(5000 * share)), draw(0, round(5000 * (1 - share)))])
    rate = estimate_base_rate(count_scores(scores), kinds)
    assert abs(rate.share - share) < 0.04
    assert rate.low <= share <= rate.high
    assert rate.p_value > 0.01
    if share == 0.8:
        assert abs((scores >= 0.65).mean() - share) > 0.05


def test_scores_that_no_share_explains() -> None:
    kinds = [LabelledScores(1.0, labelled())]
    rate = estimate_base_rate(count_scores(RNG.normal(0.5, 0.02, 5000)), kinds)
    assert rate.p_value < 0.01
    assert rate.misfit > rate.usual_misfit


WORDS = {
    "rain": ["rain", "council", "budget", "roads", "police", "storm", "election", "market"],
    "code": ["pointer", "compiler", "socket", "thread", "kernel", "buffer", "mutex", "opcode"],
}


def texts_about(subject: str, count: int) -> list[str]:
    draws = random.Random(count)
    return [" ".join(draws.choices(WORDS[subject], k=6)) for _ in range(count)]


def reference_about(subject: str) -> Reference:
    """A reference whose scores have the classes of `draw`, and whose texts are about a subject."""
    from spacy_sarcasm.report.trust.likeness import WordCosts, count_content_words
    from spacy_sarcasm.report.trust.reference import KindReference

    counts = count_content_words(texts_about(subject, 2000))
    entropies = np.linspace(2.5, 3.5, 101)
    unknown = np.linspace(0, 0.1, 101)
    kind = KindReference(
        subject,
        tuple("abcdef"),
        labelled(6, 2000),
        WordCosts.from_counts(counts),
        entropies,
        unknown,
    )
    return Reference("digest", (kind,))


def tally_of(texts: list[str], scores: np.ndarray) -> Tally:
    settings = TallySettings(threshold=0.65)
    tally = Tally(settings)
    rows = ScoredRows((0,), texts, scores.tolist(), [1.0] * len(texts), 0, 0, lambda column: [])
    tally.add(ChunkCounter(settings)(rows))
    return tally


def test_an_estimate_and_its_sentence() -> None:
    scores = np.concatenate([draw(1, 600), draw(0, 2400)])
    verdict = judge_scores(
        tally_of(texts_about("rain", 3000), scores), reference_about("rain"), 0.02
    )
    assert verdict["estimate"]["low"] <= 0.2 <= verdict["estimate"]["high"]
    assert verdict["sentence"].startswith("About ")
    assert verdict["counted"] == pytest.approx((scores >= 0.65).mean())
    assert verdict["likeness"]["kinds"] == {"rain": 1.0}


@pytest.mark.parametrize(
    ("subject", "scores", "unknown", "why"),
    [
        ("code", draw(1, 3000), 0.02, "their words are other words"),
        ("rain", draw(1, 3000), 0.6, "too many of their words are unknown"),
        ("rain", RNG.uniform(0.48, 0.52, 3000), 0.02, "no share of sarcastic texts explains"),
        ("rain", draw(1, 50), 0.02, "fewer than 100 rows"),
    ],
)
def test_refusals(subject: str, scores: np.ndarray, unknown: float, why: str) -> None:
    tally = tally_of(texts_about(subject, len(scores)), scores)
    verdict = judge_scores(tally, reference_about("rain"), unknown)
    assert verdict["estimate"] is None
    assert verdict["sentence"].startswith("No estimate: ")
    assert why in verdict["sentence"]


def test_without_a_reference() -> None:
    verdict = judge_scores(tally_of(["rain"] * 200, draw(1, 200)), None, 0.0)
    assert verdict["sentence"] == "No estimate: the weights store no reference."


def test_a_reference_is_saved_and_read(bundled: Language, tmp_path: Path) -> None:
    texts = [
        HeldOutText(text, float(i % 2), f"source {i % 4}", "headline/uk")
        for i, text in enumerate(texts_about("rain", 400))
    ]
    reference = build_reference(bundled, texts)
    assert [kind.name for kind in reference.kinds] == ["headline"]
    assert reference.kinds[0].counts.sum(axis=(0, 2)).tolist() == [200, 200]
    path = tmp_path / "reference.npz"
    save_reference(reference, path)
    again = load_reference(path)
    assert again.digest == reference.digest
    for kind, other in zip(reference.kinds, again.kinds, strict=True):
        assert np.array_equal(kind.counts, other.counts)
        assert kind.sources == other.sources
        assert kind.costs.costs == pytest.approx(dict(other.costs.costs), abs=0.01)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DamagedReferenceError, match="cannot be used as a reference"):
        load_reference(path)


def test_too_few_texts_of_a_class(bundled: Language) -> None:
    with pytest.raises(TooFewTextsError, match="kinds: text"):
        build_reference(bundled, [HeldOutText("it rains", 0.0, "a")] * 300)


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_bundled_weights_have_their_reference(name: str) -> None:
    assert reference_place(name).stat().st_size < 200_000
    reference = find_reference(SharedPipeline(name))
    assert reference is not None, "run: spacy-sarcasm reference WEIGHTS corpus/dev.jsonl"
    assert {"headline", "tweet"} <= {kind.name for kind in reference.kinds}
