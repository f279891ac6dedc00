"""The scorer of kinds against scikit-learn."""

from __future__ import annotations

import json

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.training import Example

from spacy_sarcasm.pipeline.kinds.kind_scorer import SCORE_KEYS, score_kinds

from .conftest import make_kind_examples

KINDS = ["deadpan", "hyperbole", "mock-praise", "never"]


def make_scored(gold: list[int], predicted: list[int]) -> list[Example]:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm_kind")
    examples = []
    for one, other in zip(gold, predicted, strict=True):
        example = Example.from_dict(nlp.make_doc("text"), {"cats": {KINDS[one]: 1.0}})
        values = np.full(len(KINDS), 0.1)
        values[other] = 0.7
        example.predicted._.sarcasm_kinds = dict(zip(KINDS, values.tolist(), strict=True))
        examples.append(example)
    return examples


def test_figures_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 3, 60).tolist()
    predicted = np.where(rng.random(60) < 0.6, gold, rng.integers(0, 3, 60)).tolist()
    scores = score_kinds(make_scored(gold, predicted), labels=KINDS)
    assert scores["sarcasm_kind_acc"] == pytest.approx(metrics.accuracy_score(gold, predicted))
    expected = metrics.f1_score(gold, predicted, average="macro")
    assert scores["sarcasm_kind_macro_f"] == pytest.approx(expected)
    p, r, f, _ = metrics.precision_recall_fscore_support(gold, predicted)
    for place, name in enumerate(KINDS[:3]):
        found = scores["sarcasm_kind_per_kind"][name]
        assert [found["p"], found["r"], found["f"]] == pytest.approx([p[place], r[place], f[place]])
    matrix = [
        [row[name] for name in KINDS[:3]] for row in scores["sarcasm_kind_confusion"].values()
    ]
    assert matrix[:3] == metrics.confusion_matrix(gold, predicted).tolist()
    assert json.loads(json.dumps(scores)) == scores


def test_texts_without_a_kind_count_as_wrong() -> None:
    examples = make_scored([0, 0, 1], [0, 0, 1])
    examples[1].predicted._.sarcasm_kinds = None
    scores = score_kinds(examples, labels=KINDS)
    assert scores["sarcasm_kind_acc"] == pytest.approx(2 / 3)
    assert scores["sarcasm_kind_confusion"]["deadpan"] == {
        "deadpan": 1,
        "hyperbole": 0,
        "mock-praise": 0,
        "never": 0,
        "": 1,
    }


def test_without_gold_there_are_no_figures() -> None:
    assert score_kinds([], labels=KINDS) == dict.fromkeys(SCORE_KEYS)


def test_the_verdict_of_a_sarcasm_component_does_not_count(kinds: Language) -> None:
    kinds.add_pipe("sarcasm", first=True, config={"threshold": 1.0})
    scores = kinds.evaluate(make_kind_examples(kinds))
    assert scores["sarcasm_kind_macro_f"] == 1.0
