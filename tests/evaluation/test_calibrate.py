"""Fitting a calibration, choosing a threshold, and the command that stores both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
from sklearn.linear_model import LogisticRegression
from spacy.language import Language

from spacy_sarcasm.evaluation.calibrate import (
    apply_calibration,
    calibrate,
    choose_threshold,
    fit_calibration,
)
from spacy_sarcasm.evaluation.datasets import Labelled
from spacy_sarcasm.network.calibration import UNCALIBRATED, Calibration

from ..conftest import TINY_TEXTS, make_examples, make_untrained, train


def overconfident(rows: int = 20_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose logits are twice what they should be, and one too high, with their gold."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=rows, scale=2.0)
    gold = rng.random(rows) < 1 / (1 + np.exp(-z))
    return 1 / (1 + np.exp(-(2 * z + 1))), gold.astype(float)


def test_finds_scale_and_shift_as_scikit_learn_does() -> None:
    scores, gold = overconfident()
    found = fit_calibration(scores, gold)
    reference = LogisticRegression(C=np.inf, tol=1e-8).fit(
        np.log(scores / (1 - scores))[:, None], gold
    )
    assert found.scale == pytest.approx(reference.coef_.item(), abs=2e-3)
    assert found.shift == pytest.approx(reference.intercept_.item(), abs=2e-3)
    assert (found.scale, found.shift) == pytest.approx((0.5, -0.5), abs=0.05)


def test_calibrated_scores_need_no_more() -> None:
    scores, gold = overconfident()
    calibrated = apply_calibration(fit_calibration(scores, gold), scores)
    again = fit_calibration(calibrated, gold)
    assert (again.scale, again.shift) == pytest.approx((1, 0), abs=1e-3)
    assert calibrated.mean() == pytest.approx(gold.mean(), abs=1e-3)


def test_scores_without_a_fault_do_not_run_away() -> None:
    found = fit_calibration([0.0, 0.1, 0.9, 1.0], [0, 0, 1, 1])
    assert 0 < found.scale < 10
    assert np.isfinite(found.shift)


@pytest.mark.parametrize("gold", [[0, 0, 0], [1, 0.7, 1]])
def test_one_class_is_refused(gold: list[float]) -> None:
    with pytest.raises(ValueError, match="needs sarcastic texts and others, and the data has"):
        fit_calibration([0.1, 0.5, 0.9], gold)


def test_reversed_labels_are_refused() -> None:
    scores, gold = overconfident(500)
    with pytest.raises(ValueError, match="labels the wrong way round"):
        fit_calibration(scores, 1 - gold)


def test_threshold_of_calibrated_scores_is_a_half() -> None:
    scores, gold = overconfident(2000)
    calibrated = apply_calibration(fit_calibration(scores, gold), scores)
    assert choose_threshold(calibrated, gold) == 0.5


def test_threshold_goes_where_the_accuracy_is() -> None:
    scores = np.linspace(0, 1, 10_001)
    assert 0.68 <= choose_threshold(scores, scores >= 0.7) <= 0.7
    assert 0.2 <= choose_threshold(scores, scores >= 0.2) <= 0.22


def test_cap_holds_for_every_source() -> None:
    rng = np.random.default_rng(0)
    gold = rng.random(4000) < 0.5
    sources = np.where(gold, "satire", np.where(rng.random(4000) < 0.5, "easy", "hard"))
    center = np.select([sources == "satire", sources == "easy"], [0.8, 0.2], 0.4)
    scores = np.clip(center + rng.normal(scale=0.15, size=4000), 0, 1)
    free = choose_threshold(scores, gold, sources=list(sources))
    capped = choose_threshold(scores, gold, sources=list(sources), max_fpr=0.05)
    rate = (scores[sources == "hard"] >= capped).mean()
    assert (scores[sources == "hard"] >= free).mean() > 0.05 >= rate
    # No higher than it has to be.
    assert (scores[sources == "hard"] >= capped - 0.01).mean() > 0.05
    # Without sources the easy ones make up for the hard.
    assert choose_threshold(scores, gold, max_fpr=0.05) < capped


def test_cap_that_cannot_be_kept() -> None:
    with pytest.raises(ValueError, match=r"no threshold up to 0\.99 .* within 0\.1.* is 0\.500"):
        choose_threshold([1.0, 0.2, 1.0], [0, 0, 1], max_fpr=0.1)


def test_of_a_pipeline(trained: Language) -> None:
    texts = [text for text, _ in TINY_TEXTS]
    gold = np.array([gold for _, gold in TINY_TEXTS])
    pipe = trained.get_pipe("sarcasm")
    before = np.array([doc._.sarcasm for doc in trained.pipe(texts)])
    # The text without words must not count: its score is not the network's.
    data = Labelled("tiny", [*texts, " "], np.append(gold, 1.0), [None] * 7)
    found = calibrate(trained, [data])
    assert pipe.calibration == found != UNCALIBRATED
    after = np.array([doc._.sarcasm for doc in trained.pipe(texts)])
    expected = fit_calibration(before, gold)
    np.testing.assert_allclose(after, apply_calibration(expected, before), atol=1e-3)
    # What is in place already does not matter.
    pipe.calibration = Calibration(scale=3.0, shift=1.0)
    assert calibrate(trained, [data]).scale == pytest.approx(found.scale, rel=1e-3)
    assert calibrate(trained, [data], threshold=0.9).threshold == 0.9


def test_pipeline_without_the_component() -> None:
    with pytest.raises(ValueError, match="no sarcasm component"):
        calibrate(spacy.blank("en"), [])


def imbalanced(rows: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated scores of which a tenth are sarcastic, few of them above a half."""
    rng = np.random.default_rng(seed)
    scores = 1 / (1 + np.exp(-rng.normal(-2.6, 1.2, size=rows)))
    return scores, (rng.random(rows) < scores).astype(float)


def test_each_goal_is_reached() -> None:
    from sklearn.metrics import f1_score, precision_score, recall_score

    scores, gold = imbalanced()
    thresholds = np.arange(1, 100) / 100
    f1 = [f1_score(gold, scores >= t, zero_division=0) for t in thresholds]
    chosen = choose_threshold(scores, gold, maximize="f1")
    assert f1_score(gold, scores >= chosen) == pytest.approx(max(f1))
    assert chosen < choose_threshold(scores, gold)

    def youden(t: float) -> float:
        return recall_score(gold, scores >= t) - (scores[gold == 0] >= t).mean()

    chosen = choose_threshold(scores, gold, maximize="youden")
    assert youden(chosen) == pytest.approx(max(youden(t) for t in thresholds))

    chosen = choose_threshold(scores, gold, maximize="precision@0.4")
    assert precision_score(gold, scores >= chosen) >= 0.4
    recall = recall_score(gold, scores >= chosen)
    better = [t for t in thresholds if recall_score(gold, scores >= t) > recall]
    assert all(precision_score(gold, scores >= t) < 0.4 for t in better)


def test_precision_out_of_reach() -> None:
    with pytest.raises(ValueError, match=r"no threshold reaches a precision of 0\.9; .* is 0\.500"):
        choose_threshold([0.9, 0.9, 0.1], [1, 0, 0], maximize="precision@0.9")


@pytest.mark.parametrize("goal", ["recall", "precision", "precision@2", "precision@x", ""])
def test_unknown_goal(goal: str) -> None:
    with pytest.raises(ValueError, match="expected accuracy, f1, youden or precision@X"):
        choose_threshold([0.9, 0.1], [1, 0], maximize=goal)


def test_a_failing_calibration_leaves_the_pipeline_alone(trained: Language) -> None:
    pipe = trained.get_pipe("sarcasm")
    pipe.calibration = before = Calibration(scale=3.0, shift=1.0)
    data = Labelled("one class", ["oh great"], np.array([1.0]), [None])
    with pytest.raises(ValueError, match="needs sarcastic texts and others"):
        calibrate(trained, [data])
    assert pipe.calibration == before


def test_calibrated_threshold_replaces_that_of_the_config(tmp_path: Path) -> None:
    nlp = make_untrained(threshold=0.9)
    train(nlp, make_examples(nlp))
    texts = [text for text, _ in TINY_TEXTS]
    gold = np.array([gold for _, gold in TINY_TEXTS])
    found = calibrate(nlp, [Labelled("dev", texts, gold, [None] * 6)], threshold=0.3)
    nlp.to_disk(tmp_path)
    assert found.threshold == spacy.load(tmp_path).get_pipe("sarcasm").threshold == 0.3
