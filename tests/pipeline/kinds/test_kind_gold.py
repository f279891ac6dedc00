"""Gold kinds and the loss against them."""

from __future__ import annotations

import numpy as np
import pytest
import spacy
from spacy.training import Example

from spacy_sarcasm.pipeline.kinds.kind_gold import (
    NO_KIND,
    ClassWeights,
    find_kinds,
    kind_cross_entropy,
    read_kinds,
    require_kinds,
)

NLP = spacy.blank("en")
KINDS = ["deadpan", "hyperbole", "mock-praise"]


def examples_of(*cats: dict[str, float]) -> list[Example]:
    return [Example.from_dict(NLP.make_doc("a text"), {"cats": one}) for one in cats]


def test_the_kind_is_the_category_with_one() -> None:
    examples = examples_of(
        {"hyperbole": 1.0},
        {"deadpan": 1, "hyperbole": 0},
        {"deadpan": 0.0, "hyperbole": 0.0},
        {"SARCASM": 1.0},
        {},
    )
    assert read_kinds(examples, KINDS).tolist() == [1, 0, NO_KIND, NO_KIND, NO_KIND]
    assert find_kinds(examples) == ["deadpan", "hyperbole"]
    assert find_kinds([*examples, *examples_of({"IRONY": 1.0})], ["IRONY"]) == KINDS[:2]


def test_faults_name_value_and_text() -> None:
    with pytest.raises(ValueError, match=r"0 or 1.*doc\.cats\['deadpan'\] is 0\.4 for 'a text'"):
        read_kinds(examples_of({"deadpan": 0.4}), KINDS)
    with pytest.raises(ValueError, match="one kind.*'deadpan' and 'mock-praise' for 'a text'"):
        read_kinds(examples_of({"deadpan": 1.0, "mock-praise": 1.0}), KINDS)
    with pytest.raises(ValueError, match=r"at least two kinds.*names deadpan\. Set doc\.cats"):
        find_kinds(examples_of({"deadpan": 1.0, "SARCASM": 1.0}))
    with pytest.raises(ValueError, match=r"none of 1 examples has a kind.*found: SARCASM"):
        require_kinds(examples_of({"SARCASM": 1.0}), KINDS)


def test_balanced_kinds_count_the_same() -> None:
    gold = np.array([0, 0, 0, 1, 2, 2, NO_KIND])
    weights = ClassWeights("balanced")
    weights.count(gold, 3)
    found = weights.of(gold)
    assert found[-1] == 0
    sums = [found[gold == place].sum() for place in range(3)]
    assert sums == pytest.approx([2, 2, 2])
    plain = ClassWeights(None)
    plain.count(gold, 3)
    assert plain.of(gold).tolist() == [1, 1, 1, 1, 1, 1, 0]


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(3), size=4)
    gold = np.array([2, NO_KIND, 0, 1])
    weights = np.array([1, 0, 2, 0.5], np.float32)
    loss, gradient = kind_cross_entropy(scores, gold, weights, np)
    assert loss > 0
    assert not gradient[1].any()
    step = 1e-6
    for place in np.ndindex(scores.shape):
        moved = scores.copy()
        moved[place] += step
        slope = (kind_cross_entropy(moved, gold, weights, np)[0] - loss) / step
        assert slope == pytest.approx(gradient[place], rel=1e-3, abs=1e-6)
    assert kind_cross_entropy(scores, np.full(4, NO_KIND), 0 * weights, np)[0] == 0
