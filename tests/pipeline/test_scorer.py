"""The component's scorer, alone, beside others, and under spaCy's find-threshold."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest
import spacy
from sklearn import metrics
from spacy.cli.find_threshold import find_threshold
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training import Example

from spacy_sarcasm.pipeline.scorer import SCORE_KEYS, score_sarcasm

from ..conftest import TINY_MODEL, TINY_TEXTS, make_examples

LABEL = "SARCASM"


def scored_examples(scores: list[float], golds: list[float | None]) -> list[Example]:
    nlp = spacy.blank("en")
    examples = []
    for score, gold in zip(scores, golds, strict=True):
        cats = {} if gold is None else {LABEL: gold}
        example = Example.from_dict(nlp.make_doc("text"), {"cats": cats})
        example.predicted._.sarcasm = score
        examples.append(example)
    return examples


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.9])
def test_scores_are_those_of_scikit_learn(threshold: float) -> None:
    rng = np.random.default_rng(0)
    golds = rng.random(200).round(2)
    scores = np.clip(golds + rng.normal(scale=0.4, size=200), 0, 1).round(3)
    result = score_sarcasm(
        scored_examples(scores.tolist(), golds.tolist()), label=LABEL, threshold=threshold
    )
    truth, predicted = golds >= 0.5, scores >= threshold
    assert result == pytest.approx(
        {
            "sarcasm_acc": metrics.accuracy_score(truth, predicted),
            "sarcasm_p": metrics.precision_score(truth, predicted),
            "sarcasm_r": metrics.recall_score(truth, predicted),
            "sarcasm_f": metrics.f1_score(truth, predicted),
            "sarcasm_auc": metrics.roc_auc_score(truth, scores),
            "sarcasm_share": predicted.mean(),
        }
    )


def test_examples_without_gold_count_for_nothing() -> None:
    result = score_sarcasm(
        scored_examples([0.9, 0.1, 0.9], [1.0, 0.0, None]), label=LABEL, threshold=0.5
    )
    assert result == dict.fromkeys(SCORE_KEYS, 1.0) | {"sarcasm_share": 0.5}
    nothing = score_sarcasm(scored_examples([0.9], [None]), label=LABEL, threshold=0.5)
    assert nothing == dict.fromkeys(SCORE_KEYS)


def test_area_is_undefined_for_one_class() -> None:
    result = score_sarcasm(scored_examples([0.9, 0.4], [1.0, 1.0]), label=LABEL, threshold=0.5)
    assert result["sarcasm_auc"] is None
    assert result["sarcasm_acc"] == 0.5


def test_threshold_comes_from_the_components_settings(trained: Language) -> None:
    pipe = trained.get_pipe("sarcasm")
    examples = make_examples(trained)
    recalls = []
    for threshold in (0.0, 0.5, 1.0):
        pipe.cfg["threshold"] = threshold
        recalls.append(trained.evaluate(examples)["sarcasm_r"])
    assert recalls == [1.0, 1.0, 0.0]


def test_beside_a_text_categorizer(trained_folder: Path) -> None:
    nlp = spacy.blank("en")
    textcat = nlp.add_pipe("textcat_multilabel")
    textcat.add_label("WEATHER")
    nlp.initialize()
    nlp.add_pipe(
        "sarcasm", config={"model": TINY_MODEL, "weights": str(trained_folder / "sarcasm")}
    )
    examples = [
        Example.from_dict(
            nlp.make_doc(text), {"cats": {LABEL: abs(gold - 0.2), "WEATHER": float("rain" in text)}}
        )
        for text, gold in TINY_TEXTS
    ]
    scores = nlp.evaluate(examples)
    assert scores["sarcasm_acc"] == 1.0
    # The text categorizer's scores are of its own label, and neither set displaces the other.
    assert scores["cats_f_per_type"].keys() == {"WEATHER"}
    with nlp.select_pipes(enable="sarcasm"):
        alone = nlp.evaluate(examples)
    assert {key: alone[key] for key in SCORE_KEYS} == {key: scores[key] for key in SCORE_KEYS}
    with nlp.select_pipes(enable="textcat_multilabel"):
        assert nlp.evaluate(examples)["cats_score"] == scores["cats_score"]


def test_find_threshold(trained_folder: Path, trained: Language, tmp_path: Path) -> None:
    docs = DocBin()
    for text, gold in TINY_TEXTS:
        doc = trained.make_doc(text)
        doc.cats = {LABEL: 0.8 * gold + 0.1}
        docs.add(doc)
    docs.to_disk(tmp_path / "dev.spacy")
    with contextlib.redirect_stdout(io.StringIO()):
        best, score, scores = find_threshold(
            str(trained_folder),
            tmp_path / "dev.spacy",
            pipe_name="sarcasm",
            threshold_key="threshold",
            scores_key="sarcasm_f",
            n_trials=5,
        )
    assert len(set(scores.values())) > 1
    assert score == max(scores.values()) == 1.0
    assert 0 < best < 1
