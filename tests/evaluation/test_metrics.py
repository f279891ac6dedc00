"""The metrics are scikit-learn's, and so is each resampled one."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import metrics

from spacy_sarcasm.evaluation import metrics as own
from spacy_sarcasm.evaluation.metrics import (
    METRICS,
    Bootstrap,
    calibration_bins,
    confusion,
    measure,
)

QUICK = Bootstrap(resamples=20)


def sample(rows: int = 300, seed: int = 0, decimals: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Scores, many of them tied, with gold that they tell something about."""
    rng = np.random.default_rng(seed)
    scores = rng.random(rows)
    gold = rng.random(rows) < scores**1.5
    return scores.round(decimals), gold.astype(float)


def expected(y: np.ndarray, p: np.ndarray, threshold: float) -> dict[str, float]:
    bins = np.minimum((p * 15).astype(int), 14)
    ece = sum(
        (bins == i).mean() * abs(p[bins == i].mean() - y[bins == i].mean()) for i in set(bins)
    )
    called = p >= threshold
    return {
        "accuracy": metrics.accuracy_score(y, called),
        "accuracy_at_half": metrics.accuracy_score(y, p >= 0.5),
        "precision": metrics.precision_score(y, called),
        "recall": metrics.recall_score(y, called),
        "f1": metrics.f1_score(y, called),
        "false_positive_rate": metrics.confusion_matrix(y, called, normalize="true")[0, 1],
        "roc_auc": metrics.roc_auc_score(y, p),
        "pr_auc": metrics.average_precision_score(y, p),
        "brier": metrics.brier_score_loss(y, p),
        "ece": ece,
    }


@pytest.mark.parametrize(("threshold", "decimals"), [(0.3, 1), (0.5, 2), (0.71, 9)])
def test_values_and_resamples_are_those_of_scikit_learn(threshold: float, decimals: int) -> None:
    p, y = sample(decimals=decimals)
    found = measure(p, y, threshold, QUICK)
    assert {name: found[name]["value"] for name in METRICS} == pytest.approx(
        expected(y, p, threshold)
    )
    # The resamples, drawn here as they are there.
    rng = np.random.default_rng(QUICK.seed)
    drawn = [rng.integers(0, len(p), len(p)) for _ in range(QUICK.resamples)]
    resampled = [expected(y[rows], p[rows], threshold) for rows in drawn]
    for name in METRICS:
        low, high = np.percentile([row[name] for row in resampled], [2.5, 97.5])
        assert (found[name]["low"], found[name]["high"]) == pytest.approx((low, high)), name


def test_interval_is_as_wide_as_theory_says() -> None:
    p, y = sample(4000)
    found = measure(p, y, 0.5)["accuracy"]
    error = np.sqrt(found["value"] * (1 - found["value"]) / len(p))
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert found["low"] < found["value"] < found["high"]


def test_the_same_seed_gives_the_same_interval() -> None:
    p, y = sample()
    assert measure(p, y, 0.5, QUICK) == measure(p, y, 0.5, QUICK)
    assert measure(p, y, 0.5, QUICK) != measure(p, y, 0.5, Bootstrap(20, seed=1))


@pytest.mark.parametrize(
    ("gold", "undefined"),
    [
        (0.0, {"precision", "recall", "f1", "roc_auc", "pr_auc"}),
        (1.0, {"precision", "f1", "false_positive_rate", "roc_auc", "pr_auc"}),
    ],
)
def test_one_class(gold: float, undefined: set[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measure([0.2, 0.4, 0.9], np.full(3, gold), 0.5, QUICK)
    nothing = {"value": None, "low": None, "high": None}
    assert {name for name, metric in found.items() if metric == nothing} == undefined
    assert found["accuracy"]["value"] == pytest.approx(2 / 3 if gold == 0 else 1 / 3)


def test_nothing_is_called_sarcastic() -> None:
    found = measure([0.2, 0.4, 0.3], [1, 0, 0], 0.9, QUICK)
    assert found["precision"]["value"] is None
    assert (found["recall"]["value"], found["f1"]["value"]) == (0.0, 0.0)


def test_one_text() -> None:
    assert measure([1.0], [1.0], 0.5, QUICK)["ece"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_confusion() -> None:
    assert confusion([0.9, 0.9, 0.5, 0.1, 0.2], [1, 0, 1, 0, 0.6], 0.5) == {
        "true_positives": 2,
        "false_positives": 1,
        "true_negatives": 1,
        "false_negatives": 1,
    }


def test_calibration_bins() -> None:
    counts, mean, share = calibration_bins([0.0, 0.05, 0.99, 1.0], [0, 1, 1, 1])
    assert counts[[0, 14]].tolist() == [2, 2]
    assert (mean[0], share[0], mean[14], share[14]) == pytest.approx((0.025, 0.5, 0.995, 1.0))
    assert np.isnan(mean[1:14]).all()


def test_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str, *args: object) -> None:
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(ImportError, match=r"pip install '.*\[evaluate\]'"):
        own.measure([0.5], [1.0], 0.5, QUICK)
