"""Two pipelines compared on the same texts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, roc_auc_score

from spacy_sarcasm.evaluation.compare import compare, disagreements
from spacy_sarcasm.evaluation.datasets import Labelled
from spacy_sarcasm.evaluation.metrics import Bootstrap
from spacy_sarcasm.evaluation.scored import Scored

QUICK = Bootstrap(resamples=200)


def scored_by(noise: float, rows: int = 400, seed: int = 1) -> Scored:
    gold = (np.arange(rows) % 2).astype(float)
    rng = np.random.default_rng(seed)
    scores = np.clip(0.3 + 0.4 * gold + rng.normal(scale=noise, size=rows), 0, 1)
    return Scored(Labelled("data", [f"text {i}" for i in range(rows)], gold, [None] * rows), scores)


def test_differences_and_their_intervals() -> None:
    good, bad = scored_by(0.15), scored_by(0.6, seed=2)
    found = compare(good, bad, (0.5, 0.5), QUICK)
    gold = good.data.gold
    for name, expected in (
        ("accuracy", [accuracy_score(gold, one.scores >= 0.5) for one in (good, bad)]),
        ("roc_auc", [roc_auc_score(gold, one.scores) for one in (good, bad)]),
    ):
        metric = found["metrics"][name]
        assert [metric["model"], metric["against"]] == pytest.approx(expected, abs=1e-4)
        assert metric["difference"] == pytest.approx(expected[0] - expected[1], abs=2e-4)
        assert 0 < metric["low"] < metric["difference"] < metric["high"]


def test_a_pipeline_does_not_differ_from_itself() -> None:
    one = scored_by(0.3)
    found = compare(one, one, (0.5, 0.5), QUICK)
    assert found["metrics"]["f1"]["low"] == found["metrics"]["f1"]["high"] == 0.0
    assert (found["mcnemar"]["p_value"], found["disagreements"]) == (1.0, 0)
    assert disagreements(one, one, (0.5, 0.5)) == []


def test_mcnemar_counts_texts_that_one_alone_gets_right() -> None:
    good, bad = scored_by(0.15), scored_by(0.6, seed=2)
    found = compare(good, bad, (0.5, 0.5), QUICK)["mcnemar"]
    rows = disagreements(good, bad, (0.5, 0.5))
    ours = sum(row["right"] == "model" for row in rows)
    assert (found["only_model_right"], found["only_against_right"]) == (ours, len(rows) - ours)
    assert found["p_value"] == pytest.approx(binomtest(ours, len(rows)).pvalue, rel=1e-2)
    gaps = [abs(row["score"] - row["against_score"]) for row in rows]
    assert gaps == sorted(gaps, reverse=True)


def test_each_pipeline_has_its_own_threshold() -> None:
    one = scored_by(0.3)
    shifted = Scored(one.data, one.scores / 2)
    assert disagreements(one, shifted, (0.5, 0.25)) == []


def test_undefined_figures_are_none() -> None:
    data = Labelled("serious", ["a", "b"], np.zeros(2), [None] * 2)
    one, other = Scored(data, np.array([0.1, 0.9])), Scored(data, np.array([0.1, 0.2]))
    found = compare(one, other, (0.5, 0.5), QUICK)["metrics"]
    assert set(found["roc_auc"].values()) == {None}
    assert found["accuracy"]["difference"] == -0.5


def test_texts_that_one_cannot_score_are_left_out() -> None:
    one, other = scored_by(0.3), scored_by(0.3, seed=3)
    one.scores[:10] = np.nan
    other.scores[5:15] = np.nan
    assert compare(one, other, (0.5, 0.5), QUICK)["texts"] == 385


def test_scores_of_other_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="must have scored the same texts"):
        compare(scored_by(0.3), scored_by(0.3, rows=200), (0.5, 0.5))
