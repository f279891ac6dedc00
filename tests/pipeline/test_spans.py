"""Scores of sentences, entities and other spans: values, storage, errors."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from spacy_sarcasm import explain
from spacy_sarcasm.pipeline.loading import find_sarcasm

from ..explanation.conftest import make_pipeline

AGREEMENT = 1e-5
TEXT = (
    "Oh great, another meeting. The council met on Tuesday.\n\nThanks, dear \n printer! "
    "qqzzqq qqzzqx"
)
WORDS = ["area", "man", "wins", "great", "Nothing", "123", "qqzz", "council's", "can't", "..."]
WORDS += ["\n", "-", "(", "\U0001f600", "oh,", "met.", "", "NEW", "!"]


def make_spans_pipeline(spans: str | None = "sents", **config: object) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("sarcasm", config={"spans": spans, **config})
    return nlp


@pytest.fixture(scope="module")
def by_sentence() -> Language:
    """A pipeline that scores sentences. Not to be changed."""
    return make_spans_pipeline()


def same_tokens(nlp: Language, span: Span) -> bool:
    return [token.text for token in nlp.make_doc(span.text)] == [token.text for token in span]


def agree(score: float | None, other: float | None) -> bool:
    if score is None or other is None:
        return score is other
    return abs(score - other) <= AGREEMENT


def test_sentences_are_scored_like_texts(by_sentence: Language) -> None:
    doc = by_sentence(TEXT)
    group = doc.spans["sarcasm"]
    assert [span.text for span in group] == [sent.text for sent in doc.sents]
    alone = [by_sentence(sent.text)._.sarcasm for sent in doc.sents]
    assert len(set(alone)) == len(alone) > 2
    assert None in alone
    for stored, score, span in zip(group.attrs["scores"], alone, group, strict=True):
        assert agree(None if math.isnan(stored) else float(stored), score)
        assert agree(span._.sarcasm, score)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_span_scores_like_its_text(by_sentence: Language, data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.lists(st.sampled_from(WORDS), max_size=30), max_size=4))
    docs = list(by_sentence.pipe([" ".join(words) for words in texts]))
    for doc in docs:
        ends = sorted(data.draw(st.tuples(*[st.integers(0, len(doc))] * 2)))
        for span in (*doc.spans["sarcasm"], doc[ends[0] : ends[1]]):
            if same_tokens(by_sentence, span):
                assert agree(span._.sarcasm, by_sentence(span.text)._.sarcasm), span.text
            score = explain(by_sentence, span).score
            assert span._.sarcasm is None or score == pytest.approx(span._.sarcasm, abs=AGREEMENT)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=80))
def test_spans_of_any_text(by_sentence: Language, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    doc = by_sentence(text)
    for span in doc.spans["sarcasm"]:
        if same_tokens(by_sentence, span):
            assert agree(span._.sarcasm, by_sentence(span.text)._.sarcasm)


@pytest.mark.parametrize(
    "model",
    [{"fallbacks": ["lower", "stem"]}, {"token_words": "spacy_sarcasm.GloveTwitterWords.v1"}],
)
def test_other_ways_to_look_words_up(model: dict[str, object]) -> None:
    nlp = make_pipeline(**model)
    doc = nlp.make_doc("the Council \n\n #MeetingAbout can't 123 :) great, another meeting")
    for start in range(len(doc)):
        for end in range(start, len(doc) + 1):
            span = doc[start:end]
            assert same_tokens(nlp, span) or "\n" in span.text
            assert agree(span._.sarcasm, nlp(span.text)._.sarcasm), span.text


def test_spans_leave_the_score_of_the_doc_alone(bundled: Language, by_sentence: Language) -> None:
    texts = [TEXT, "one word", "", "area man wins", "\U0001f602 \U0001f602"] * 5
    for doc, plain in zip(by_sentence.pipe(texts), bundled.pipe(texts), strict=True):
        assert agree(doc._.sarcasm, plain._.sarcasm)
        assert doc.cats.keys() == plain.cats.keys()
        assert doc._.sarcasm_coverage == plain._.sarcasm_coverage


def test_without_the_setting_nothing_is_written(bundled: Language) -> None:
    doc = bundled(TEXT)
    assert not doc.spans
    assert (doc._.sarcasm_max, doc._.sarcasm_share) == (None, None)
    assert 0 < doc[:5]._.sarcasm < 1


def test_batches_give_what_single_docs_have(by_sentence: Language) -> None:
    texts = [TEXT * n for n in range(6)] + ["", "fine", " "]
    for doc, text in zip(by_sentence.pipe(texts, batch_size=4), texts, strict=True):
        alone = by_sentence(text)
        scores = doc.spans["sarcasm"].attrs["scores"]
        np.testing.assert_allclose(
            scores, alone.spans["sarcasm"].attrs["scores"], atol=AGREEMENT, rtol=0
        )
        assert len(scores) == len(list(doc.sents))


def test_maximum_and_share(by_sentence: Language) -> None:
    doc = by_sentence(TEXT)
    scores = [span._.sarcasm for span in doc.spans["sarcasm"]]
    known = [score for score in scores if score is not None]
    assert len(known) < len(scores)
    assert doc._.sarcasm_max == max(known)
    threshold = sorted(known)[1]
    nlp = make_spans_pipeline(threshold=threshold)
    share = (len(known) - 1) / len(known)
    assert nlp(TEXT)._.sarcasm_share == pytest.approx(share)
    empty = by_sentence("")
    assert (empty._.sarcasm_max, empty._.sarcasm_share) == (None, None)


def test_missing_scores_follow_the_setting(by_sentence: Language) -> None:
    text = "Oh great. qqzzqq qqzzqx"
    doc = by_sentence(text)
    unread = doc.spans["sarcasm"]
    assert math.isnan(unread.attrs["scores"][1])
    assert unread[1]._.sarcasm is None
    assert unread.attrs["scores"].dtype.kind == "f"
    nlp = make_spans_pipeline(unknown="score")
    doc = nlp(text)
    assert doc.spans["sarcasm"][1]._.sarcasm == pytest.approx(
        nlp("qqzzqq qqzzqx")._.sarcasm, abs=AGREEMENT
    )
    assert doc[0:0]._.sarcasm == 0.0


def test_entities_keep_their_labels() -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "ORG", "pattern": "the council"}])
    nlp.add_pipe("sarcasm", config={"spans": "ents"})
    doc = nlp("Yesterday the council met, and the council slept.")
    group = doc.spans["sarcasm"]
    assert [(span.text, span.label_) for span in group] == [("the council", "ORG")] * 2
    assert agree(group[0]._.sarcasm, nlp("the council")._.sarcasm)


def test_a_span_group_and_another_key() -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("span_ruler", config={"spans_key": "phrases"})
    ruler.add_patterns([{"label": "A", "pattern": "oh great"}, {"label": "B", "pattern": "great"}])
    nlp.add_pipe("sarcasm", config={"spans": "phrases", "spans_key": "scored"})
    doc = nlp("oh great , a meeting")
    assert [span.text for span in doc.spans["scored"]] == ["oh great", "great"]
    assert "scores" not in doc.spans["phrases"].attrs
    for span in doc.spans["scored"]:
        assert agree(span._.sarcasm, nlp(span.text)._.sarcasm)


def test_the_error_names_the_sentencizer() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", name="irony", config={"spans": "sents"})
    for score in (nlp, lambda text: list(nlp.pipe([text]))):
        with pytest.raises(ValueError, match="sentencizer") as raised:
            score("area man wins")
        assert "area man wins" in str(raised.value)
        assert 'before="irony"' in str(raised.value)


def test_a_doc_that_fails_takes_no_other_with_it() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"spans": "phrases"})
    failed: list[str] = []
    nlp.set_error_handler(lambda name, pipe, docs, error: failed.extend(d.text for d in docs))
    docs = [nlp.make_doc(text) for text in ("one", "two", "three")]
    for doc in docs[::2]:
        doc.spans["phrases"] = [doc[0:1]]
    assert [doc.text for doc in nlp.pipe(docs)] == ["one", "three"]
    assert failed == ["two"]


def test_a_missing_group_is_named() -> None:
    nlp = make_spans_pipeline("phrases")
    doc = nlp.make_doc("oh great")
    doc.spans["other"] = []
    with pytest.raises(ValueError, match=r"doc\.spans\['phrases'\].*groups found: other"):
        find_sarcasm(nlp)(doc)


@pytest.mark.parametrize("config", [{"spans": ""}, {"spans": 3}, {"spans_key": ""}])
def test_settings_are_checked(config: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="spans"):
        spacy.blank("en").add_pipe("sarcasm", config=config)


def test_spans_are_not_scored_into_their_own_group() -> None:
    with pytest.raises(ValueError, match="spans_key"):
        make_spans_pipeline("sarcasm")


def test_docs_keep_the_scores(by_sentence: Language) -> None:
    doc = by_sentence(TEXT)
    docbin = DocBin(docs=[doc], store_user_data=True)
    (from_bin,) = DocBin().from_bytes(docbin.to_bytes()).get_docs(spacy.blank("en").vocab)
    from_bytes = Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())
    for copy in (from_bin, from_bytes, pickle.loads(pickle.dumps(doc))):
        scores = doc.spans["sarcasm"].attrs["scores"]
        assert np.array_equal(copy.spans["sarcasm"].attrs["scores"], scores, equal_nan=True)
        assert [span._.sarcasm for span in copy.sents] == [span._.sarcasm for span in doc.sents]
        assert (copy._.sarcasm_max, copy._.sarcasm_share) == (
            doc._.sarcasm_max,
            doc._.sarcasm_share,
        )


def test_a_span_that_nothing_can_score_says_so(by_sentence: Language) -> None:
    doc = Doc(spacy.blank("en").vocab).from_bytes(by_sentence(TEXT).to_bytes())
    with pytest.raises(ValueError, match="no stored score"):
        _ = doc[1:3]._.sarcasm
    again = Doc(by_sentence.vocab).from_bytes(by_sentence(TEXT).to_bytes())
    assert agree(again[1:3]._.sarcasm, by_sentence("great,")._.sarcasm)


def test_a_changed_group_is_not_read(by_sentence: Language) -> None:
    doc = by_sentence(TEXT)
    expected = [span._.sarcasm for span in doc.sents]
    doc.spans["sarcasm"].append(doc[0:1])
    assert all(map(agree, expected, [span._.sarcasm for span in doc.sents]))
    assert agree(doc[0:1]._.sarcasm, by_sentence("Oh")._.sarcasm)


def test_stored_scores_are_what_is_read(by_sentence: Language) -> None:
    doc = by_sentence(TEXT)
    doc.spans["sarcasm"].attrs["scores"][0] = 0.125
    assert next(iter(doc.sents))._.sarcasm == 0.125


def test_two_components_do_not_meet() -> None:
    nlp = make_spans_pipeline()
    second = {"extension": "irony", "label": "IRONY", "spans": "sents", "weights": "small"}
    nlp.add_pipe("sarcasm", name="second", config=second)
    doc = nlp(TEXT)
    assert set(doc.spans) == {"sarcasm", "irony"}
    pairs = [(span._.sarcasm, span._.irony) for span in doc.sents]
    assert any(first != other for first, other in pairs)
    alone = spacy.blank("en")
    alone.add_pipe("sarcasm", config={"weights": "small", "extension": "irony"})
    for span, (_, irony) in zip(doc.sents, pairs, strict=True):
        assert agree(irony, alone(span.text)._.irony)
    assert doc._.irony_max == max(score for _, score in pairs if score is not None)
    assert doc[1:4]._.irony == pytest.approx(alone(doc[1:4].text)._.irony, abs=AGREEMENT)


@pytest.mark.parametrize(
    "second",
    [
        {"extension": "irony", "label": "IRONY", "spans": "sents", "spans_key": "sarcasm"},
        {"extension": "sarcasm_max", "label": "IRONY"},
    ],
)
def test_components_that_write_to_the_same_place_are_refused(second: dict[str, object]) -> None:
    nlp = make_spans_pipeline()
    with pytest.raises(ValueError, match="also writes"):
        nlp.add_pipe("sarcasm", name="second", config=second)


def test_a_component_of_another_pipeline_is_found() -> None:
    source, nlp = make_spans_pipeline(), spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("sarcasm", source=source)
    doc = nlp(TEXT)
    assert agree(doc[1:4]._.sarcasm, nlp(doc[1:4].text)._.sarcasm)


def test_predictions_can_be_written_later(by_sentence: Language) -> None:
    component = find_sarcasm(by_sentence)
    doc = by_sentence.get_pipe("sentencizer")(by_sentence.make_doc(TEXT))
    component.set_annotations([doc], component.predict([doc]))
    expected = by_sentence(TEXT)
    assert agree(doc._.sarcasm_max, expected._.sarcasm_max)
    assert all(
        agree(span._.sarcasm, other._.sarcasm)
        for span, other in zip(doc.sents, expected.sents, strict=True)
    )


def test_the_setting_is_saved(by_sentence: Language, tmp_path: Path) -> None:
    by_sentence.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    assert agree(loaded(TEXT)._.sarcasm_max, by_sentence(TEXT)._.sarcasm_max)
    copied = pickle.loads(pickle.dumps(by_sentence))
    assert agree(copied.make_doc("Oh great, a test")[:3]._.sarcasm, copied("Oh great,")._.sarcasm)


def test_sentences_of_a_long_text_are_not_cut(by_sentence: Language) -> None:
    text = "The council met. " * 300 + "Oh great, another meeting."
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        doc = by_sentence(text)
    last = list(doc.sents)[-1]
    assert agree(last._.sarcasm, by_sentence(last.text)._.sarcasm)
    assert doc._.sarcasm_max == pytest.approx(last._.sarcasm)


PROCESSES = """
    import multiprocessing, sys
    import numpy as np
    import spacy

    def main():
        multiprocessing.set_start_method(sys.argv[1])
        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
        nlp.add_pipe("sarcasm", config={"spans": "sents", "extension": "irony"})
        texts = ["Oh great. The council met. qqzzqq", "", "Nice weather! Area man wins."] * 10
        double = list(nlp.pipe(texts, n_process=2, batch_size=10))
        for doc, other in zip(nlp.pipe(texts), double, strict=True):
            scores = doc.spans["irony"].attrs["scores"]
            others = other.spans["irony"].attrs["scores"]
            np.testing.assert_allclose(scores, others, atol=1e-5, rtol=0)
            assert [a.text for a in doc.spans["irony"]] == [b.text for b in other.spans["irony"]]
            assert [span._.irony is None for span in other.sents] == np.isnan(scores).tolist()
            assert other._.irony_share == doc._.irony_share
        print("scored", len(double))

    if __name__ == "__main__":
        main()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_return_the_scores(tmp_path: Path, method: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(PROCESSES))
    result = subprocess.run(
        [sys.executable, str(script), method], capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.split() == ["scored", "30"]
