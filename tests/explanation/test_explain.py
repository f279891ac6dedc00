"""Attributions: what they are, for every network, and for any text."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

import spacy_sarcasm
from spacy_sarcasm import explain
from spacy_sarcasm.network.row_scores import look_up
from spacy_sarcasm.network.settings import POOLINGS
from spacy_sarcasm.pipeline.loading import find_sarcasm

from .conftest import make_pipeline

TEXT = "oh great , another meeting about the council"
TOLERANCE = 1e-3


def logit(score: float) -> float:
    return math.log(score / (1 - score))


def score_without(nlp: Language, doc: Doc, number: int) -> float:
    kept = [token for token in doc if token.i != number]
    rest = Doc(nlp.vocab, words=[token.text for token in kept])
    for token, same in zip(rest, kept, strict=True):
        token.norm_ = same.norm_
    return find_sarcasm(nlp)(rest)._.sarcasm


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("layers", [1, 2])
def test_attribution_is_what_the_logit_loses(pooling: str, layers: int) -> None:
    nlp = make_pipeline(pooling=pooling, layers=layers)
    explanation = explain(nlp, TEXT)
    doc = nlp(TEXT)
    assert explanation.score == pytest.approx(doc._.sarcasm, abs=1e-5)
    expected = [
        logit(explanation.score) - logit(score_without(nlp, doc, number))
        for number in range(len(doc))
    ]
    np.testing.assert_allclose(explanation.attributions, expected, atol=TOLERANCE)
    assert np.ptp(explanation.attributions) > 0.01


def test_words_of_tokens_go_together() -> None:
    """A token that the network reads as several words is removed with all of them."""
    nlp = make_pipeline(token_words="spacy_sarcasm.GloveTwitterWords.v1")
    text = "Another #meetingAboutMEETINGS :) about 10 councils"
    explanation = explain(nlp, text)
    doc = nlp(text)
    assert explanation.tokens == tuple(token.text for token in doc)
    for number, value in enumerate(explanation.attributions):
        expected = logit(explanation.score) - logit(score_without(nlp, doc, number))
        assert value == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("model", [{"fallbacks": ["lower", "stem"]}, {"attr": "NORM"}])
def test_other_ways_to_look_words_up(model: dict[str, object]) -> None:
    nlp = make_pipeline(**model)
    explanation = explain(nlp, "Meetings MEETING \n\n can't")
    doc = nlp("Meetings MEETING \n\n can't")
    for number, value in enumerate(explanation.attributions):
        expected = logit(explanation.score) - logit(score_without(nlp, doc, number))
        assert value == pytest.approx(expected, abs=TOLERANCE)


def test_replacement_keeps_the_length(bundled: Language) -> None:
    unknown = "qqzzqq"
    explanation = explain(bundled, "area man wins", method="replacement")
    expected = [
        logit(explanation.score) - logit(bundled(text)._.sarcasm)
        for text in (f"{unknown} man wins", f"area {unknown} wins", f"area man {unknown}")
    ]
    np.testing.assert_allclose(explanation.attributions, expected, atol=TOLERANCE)
    assert explain(bundled, f"area {unknown}", method="replacement").attributions[1] == 0


def raw_score(nlp: Language, text: str) -> float:
    """What the network gives for a text, whether it knows its words or not."""
    component = nlp.get_pipe("sarcasm")
    rows = look_up(component.model, [nlp.make_doc(text)])
    return float(component.predict_rows(rows, unknown="score").scores[0])


def test_base_is_the_score_of_words_that_are_not_known(bundled: Language) -> None:
    explanation = explain(bundled, "area man wins")
    assert bundled("qqzzqq qqzzqx qqzzqy")._.sarcasm is None
    assert explanation.base == pytest.approx(raw_score(bundled, "qqzzqq qqzzqx qqzzqy"), abs=1e-5)


def test_the_only_word_is_replaced(bundled: Language) -> None:
    explanation = explain(bundled, " man ")
    assert explanation.attributions[1] == pytest.approx(
        logit(explanation.score) - logit(explanation.base), abs=TOLERANCE
    )


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(max_size=60), max_size=6))
def test_any_texts(bundled: Language, texts: list[str]) -> None:
    explanations = explain(bundled, texts)
    assert len(explanations) == len(texts)
    for text, explanation in zip(texts, explanations, strict=True):
        assert explanation.text == text
        assert explanation.score == pytest.approx(raw_score(bundled, text), abs=1e-5)
        assert np.isfinite(explanation.attributions).all()
        alone = explain(bundled, text)
        np.testing.assert_allclose(explanation.attributions, alone.attributions, atol=TOLERANCE)
        for token, start in zip(explanation.tokens, explanation.starts, strict=True):
            assert text[start : start + len(token)] == token


def test_texts_without_words(bundled: Language) -> None:
    for text in ("", "   ", "\n\t"):
        explanation = explain(bundled, text)
        assert explanation.score == 0
        assert not any(explanation.attributions)
        json.dumps(explanation.to_dict())
        assert explanation.to_html()
        repr(explanation)


def test_docs_spans_and_generators(bundled: Language) -> None:
    doc = bundled("Hello there. Area man wins argument.")
    span = doc[3:7]
    from_doc, from_span = explain(bundled, (given for given in (doc, span)))
    assert from_doc.text == doc.text
    assert from_span.text == "Area man wins argument"
    alone = explain(bundled, "Area man wins argument")
    assert from_span.tokens == alone.tokens
    assert from_span.starts == alone.starts
    assert from_span.score == pytest.approx(alone.score, abs=1e-5)
    np.testing.assert_allclose(from_span.attributions, alone.attributions, atol=TOLERANCE)
    assert explain(bundled, doc[2:2]).tokens == ()
    assert explain(bundled, []) == []


def test_components_before_the_score_are_run() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "area man"}])
    nlp.add_pipe("merge_entities")
    nlp.add_pipe("sarcasm")
    explanation = explain(nlp, "area man wins")
    assert explanation.tokens == ("area man", "wins")
    assert explanation.score == pytest.approx(nlp("area man wins")._.sarcasm, abs=1e-5)


def test_long_texts_are_explained_as_far_as_they_are_read(trained: Language) -> None:
    find_sarcasm(trained).cfg["max_length"] = 4
    text = "oh great , another meeting about meetings"
    with pytest.warns(UserWarning, match="max_length"):
        explanation = explain(trained, text)
    doc = trained(text)
    expected = [
        logit(explanation.score) - logit(score_without(trained, doc, number))
        for number in range(len(doc))
    ]
    np.testing.assert_allclose(explanation.attributions, expected, atol=TOLERANCE)
    assert not any(explanation.attributions[4:])
    assert all(explanation.attributions[:4])


def test_batches_change_nothing(bundled: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["area man wins argument with himself", "oh great", "", "the council met"] * 3
    expected = explain(bundled, texts)
    monkeypatch.setattr("spacy_sarcasm.explanation.occlusion.BATCH_WORDS", 7)
    for one, other in zip(explain(bundled, texts), expected, strict=True):
        np.testing.assert_allclose(one.attributions, other.attributions, atol=TOLERANCE)


def test_values_are_plain(bundled: Language) -> None:
    explanation = explain(bundled, TEXT)
    assert {type(value) for _, value in explanation} == {float}
    assert pickle.loads(pickle.dumps(explanation)) == explanation
    assert json.loads(json.dumps(explanation.to_dict()))["tokens"][1]["text"] == "great"
    assert "great" in repr(explanation)
    assert f"{explanation.score:.3f}" in repr(explanation)
    (strongest,) = explanation.top(1)
    assert abs(strongest[1]) == max(map(abs, explanation.attributions))


@pytest.mark.parametrize("given", [3, None, [3], ["fine", None]])
def test_what_is_no_text_is_named(bundled: Language, given: object) -> None:
    with pytest.raises(TypeError, match="takes a text, a doc, a span or a list"):
        explain(bundled, given)


def test_errors_say_what_to_do(bundled: Language) -> None:
    with pytest.raises(ValueError, match="occlusion, replacement"):
        explain(bundled, TEXT, method="shap")
    with pytest.raises(ValueError, match="lone surrogate at position 4"):
        explain(bundled, "abc\ud800")
    with pytest.raises(ValueError, match="no sarcasm component"):
        explain(spacy.blank("en"), TEXT)


def test_the_function_stays_at_the_top() -> None:
    import spacy_sarcasm.explanation.explain as module

    assert spacy_sarcasm.explain is module.explain
