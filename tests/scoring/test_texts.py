"""score_texts gives the scores of nlp.pipe, with or without Docs."""

from __future__ import annotations

import math
import re
import threading
from functools import lru_cache

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from thinc.api import fix_random_seed

import spacy_sarcasm
from spacy_sarcasm.scoring.texts import TextScorer

from ..conftest import TINY_MODEL, make_examples, make_untrained

TEXTS = [
    "oh great , another meeting about meetings",
    "the council met on tuesday",
    "",
    "   ",
    "Area Man wins :( (again",
    "heavy rain\n\nis  expected in the north",
    "wow thanks , my favourite flat tyre " * 30,
]


@Language.component("spacy_sarcasm_tests_upper")
def set_norms(doc: Doc) -> Doc:
    for token in doc:
        token.norm_ = "meeting"
    return doc


def initialize(nlp: Language, seed: int = 0) -> Language:
    """Weights drawn by chance tell texts apart as well as learnt ones do."""
    fix_random_seed(seed)
    nlp.initialize(lambda: make_examples(nlp))
    return nlp


@pytest.fixture
def trained() -> Language:
    return initialize(make_untrained())


def piped(nlp: Language, texts) -> np.ndarray:
    return np.array([doc._.sarcasm for doc in nlp.pipe(texts)], dtype=float)


def assert_same(scorer: TextScorer, texts=TEXTS) -> None:
    np.testing.assert_allclose(scorer.score(texts), piped(scorer.nlp, texts), atol=1e-5)


def test_scores_in_order_at_every_batch_size(trained: Language) -> None:
    expected = piped(trained, TEXTS)
    for batch_size in (1, 2, 1000):
        found = list(spacy_sarcasm.score_texts(trained, iter(TEXTS), batch_size=batch_size))
        assert all(type(score) is float for score in found)
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.isnan(found[2:4]).all()
    assert list(spacy_sarcasm.score_texts(trained, [])) == []


scorer_of = lru_cache(TextScorer)


@given(st.lists(st.text(alphabet="ab :()'-.\n\u00a0MeetingO8", max_size=40), max_size=8))
@settings(max_examples=25, deadline=None)
def test_odd_texts_score_as_in_pipe(bundled: Language, texts: list[str]) -> None:
    assert_same(scorer_of(bundled), texts)


@pytest.mark.data
def test_headlines_score_as_in_pipe(bundled: Language, headlines: list[str]) -> None:
    scorer = TextScorer(bundled)
    assert_same(scorer, headlines[:2000])
    assert scorer.fallback_reason is None


@pytest.mark.parametrize(
    "model",
    [
        {"attr": "ORTH"},
        {"attr": "NORM"},
        {"token_words": "spacy_sarcasm.GloveTwitterWords.v1"},
        {"fallbacks": ["lower", "stem"], "attr": "ORTH"},
    ],
)
def test_every_way_to_look_words_up_goes_without_docs(model: dict) -> None:
    nlp = make_untrained(model={**TINY_MODEL, **model})
    initialize(nlp)
    scorer = TextScorer(nlp)
    assert scorer.fallback_reason is None
    assert_same(scorer, [*TEXTS, "MEETINGS #GreatMeeting gonna @me 12 :) cannot won't 10km's"])


def test_spacys_own_components_are_left_out(trained: Language) -> None:
    trained.add_pipe("sentencizer", first=True)
    ruler = trained.add_pipe("attribute_ruler", first=True)
    ruler.add([[{"LOWER": "rain"}]], {"POS": "NOUN", "NORM": "meeting"})
    scorer = TextScorer(trained)
    assert scorer.fallback_reason is None
    assert_same(scorer)


def test_what_may_change_tokens_takes_docs(trained: Language) -> None:
    trained.add_pipe("merge_noun_chunks", name="merge", first=True)
    assert "'merge'" in TextScorer(trained).fallback_reason
    trained.replace_pipe("merge", "spacy_sarcasm_tests_upper")
    assert_same(TextScorer(trained))
    trained.remove_pipe("merge")
    assert TextScorer(trained).fallback_reason is None
    # After the component, nothing matters.
    trained.add_pipe("spacy_sarcasm_tests_upper", last=True)
    scorer = TextScorer(trained)
    assert scorer.fallback_reason is None
    assert_same(scorer)


def test_the_attribute_ruler_takes_docs_where_it_sets_the_attribute() -> None:
    nlp = make_untrained(model={**TINY_MODEL, "attr": "NORM"})
    ruler = nlp.add_pipe("attribute_ruler", first=True)
    initialize(nlp)
    scorer = TextScorer(nlp)
    assert scorer.fallback_reason is None
    ruler.add([[{"LOWER": "rain"}]], {"NORM": "meeting"})
    assert "attribute_ruler" in scorer.fallback_reason
    assert_same(scorer)


def test_other_tokenizers_take_docs(trained: Language) -> None:
    stock = trained.tokenizer

    class Mine(Tokenizer):
        pass

    def split(text: str) -> Doc:
        return Doc(trained.vocab, words=text.split())

    for tokenizer in (split, Mine(trained.vocab)):
        trained.tokenizer = tokenizer
        scorer = TextScorer(trained)
        assert "tokenizer" in scorer.fallback_reason
        assert_same(scorer)
    trained.tokenizer = stock
    stock.prefix_search = lambda text: re.match("x", text)
    assert "prefix_search" in TextScorer(trained).fallback_reason
    assert_same(TextScorer(trained))


def test_a_special_case_with_a_space_takes_docs(trained: Language) -> None:
    trained.tokenizer.add_special_case("council met", [{"ORTH": "council met"}])
    scorer = TextScorer(trained)
    assert "council met" in scorer.fallback_reason
    assert_same(scorer)


def test_a_lexeme_of_its_own_kind_takes_docs() -> None:
    nlp = make_untrained(model={**TINY_MODEL, "attr": "NORM"})
    nlp.vocab["council"].norm_ = "meeting"
    initialize(nlp)
    scorer = TextScorer(nlp)
    assert "council" in scorer.fallback_reason
    assert_same(scorer)


def test_chinese_takes_docs() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("sarcasm", config={"weights": None, "model": TINY_MODEL})
    initialize(nlp)
    scorer = TextScorer(nlp)
    assert "tokenizer" in scorer.fallback_reason
    assert_same(scorer, ["\u4eca\u5929\u771f\u597d", ""])


def test_changes_between_calls_are_noticed(trained: Language) -> None:
    scorer = TextScorer(trained)
    texts = ["meetingscouncil flat-tyre", *TEXTS]
    assert_same(scorer, texts)
    trained.tokenizer.add_special_case(
        "meetingscouncil", [{"ORTH": "meetings"}, {"ORTH": "council"}]
    )
    assert_same(scorer, texts)
    trained.tokenizer.add_special_case(
        "meetingscouncil", [{"ORTH": "meetingsc"}, {"ORTH": "ouncil"}]
    )
    assert_same(scorer, texts)
    trained.tokenizer.infix_finditer = re.compile("e").finditer
    assert_same(scorer, texts)
    initialize(trained, seed=1)
    assert_same(scorer, texts)
    trained.get_pipe("sarcasm").cfg["max_length"] = 3
    with pytest.warns(UserWarning, match="more than 3 tokens"):
        assert_same(scorer, texts)
    trained.select_pipes(disable=["sarcasm"])
    with pytest.raises(ValueError, match="no sarcasm component"):
        scorer.score(texts)


def test_of_several_components_the_last_counts(trained: Language) -> None:
    trained.add_pipe("sarcasm", name="bundled", config={"extension": "last", "label": "LAST"})
    scorer = TextScorer(trained)
    assert scorer.fallback_reason is None
    expected = np.array([doc._.last for doc in trained.pipe(TEXTS)], dtype=float)
    np.testing.assert_allclose(scorer.score(TEXTS), expected, atol=1e-5)


def test_long_texts_are_cut_and_it_is_said(trained: Language) -> None:
    trained.get_pipe("sarcasm").cfg["max_length"] = 5
    with pytest.warns(UserWarning, match="more than 5 tokens"):
        found = list(spacy_sarcasm.score_texts(trained, TEXTS))
    np.testing.assert_allclose(found, piped(trained, TEXTS), atol=1e-5)


def test_nothing_is_learnt_by_the_vocab(trained: Language) -> None:
    list(spacy_sarcasm.score_texts(trained, TEXTS))
    before = len(trained.vocab), len(trained.vocab.strings)
    texts = [f"unheard{n} of :( (word{n}" for n in range(3000)]
    list(spacy_sarcasm.score_texts(trained, texts))
    assert (len(trained.vocab), len(trained.vocab.strings)) == before


def test_docs_learn_nothing_lasting_either(trained: Language) -> None:
    trained.tokenizer.add_special_case("a b", [{"ORTH": "a b"}])
    list(spacy_sarcasm.score_texts(trained, TEXTS))
    before = len(trained.vocab.strings)
    list(spacy_sarcasm.score_texts(trained, [f"unheard{n} of" for n in range(300)]))
    assert len(trained.vocab.strings) == before


@pytest.mark.parametrize("with_docs", [False, True])
def test_within_a_callers_memory_zone(trained: Language, with_docs: bool) -> None:
    if with_docs:
        trained.tokenizer.add_special_case("a b", [{"ORTH": "a b"}])
    expected = piped(trained, TEXTS)
    with trained.memory_zone():
        found = list(spacy_sarcasm.score_texts(trained, TEXTS))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_what_is_no_text_is_named_with_its_row(trained: Language) -> None:
    for value, kind, said in [
        (3, TypeError, "row 4: expected a text, got int: 3"),
        (b"bytes", TypeError, "row 4: expected a text, got bytes"),
        ("\ud800 ok", ValueError, "row 4: the text holds a lone surrogate at position 1"),
        ("x" * 1_000_001, ValueError, "row 4: the text has 1,000,001 characters"),
    ]:
        scores = spacy_sarcasm.score_texts(trained, ["a", "b", "c", value], batch_size=2)
        assert len([next(scores), next(scores)]) == 2
        with pytest.raises(kind, match=re.escape(said)):
            next(scores)
    missing = list(spacy_sarcasm.score_texts(trained, ["great", None, "rain"]))
    assert [math.isnan(score) for score in missing] == [False, True, False]
    assert list(spacy_sarcasm.score_texts(trained, [None], missing=0.0)) == [0.0]
    assert list(spacy_sarcasm.score_texts(trained, [None, None], missing=None)) == [None, None]
    with pytest.raises(TypeError, match="iterable of texts"):
        spacy_sarcasm.score_texts(trained, "one text")
    with pytest.raises(ValueError, match="batch_size"):
        spacy_sarcasm.score_texts(trained, [], batch_size=0)


def test_values_that_are_no_texts_harm_no_other(trained: Language) -> None:
    values = ["oh great , another meeting", None, 3, "\ud800", "the council", "", np.str_("rain")]
    scores, errors = TextScorer(trained).score_values(values)
    good = [0, 4, 5, 6]
    expected = piped(trained, [str(values[place]) for place in good])
    found = np.array([scores[place] for place in good], dtype=float)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    # The empty text has no score, which is no error.
    assert [place for place, score in enumerate(scores) if score is None] == [1, 2, 3, 5]
    assert [place for place, error in enumerate(errors) if error is not None] == [1, 2, 3]
    assert "null" in errors[1]
    assert TextScorer(trained).score_values([]) == ([], [])


@pytest.mark.parametrize("handled", [False, True])
def test_a_text_whose_scoring_raises_loses_no_other(trained: Language, handled: bool) -> None:
    def tokenize(text: str) -> Doc:
        if text == "bad":
            raise RuntimeError("boom")
        return Doc(trained.vocab, words=text.split())

    @Language.component("spacy_sarcasm_tests_fails")
    def fails(doc: Doc) -> Doc:
        if doc.text.strip() == "bad":
            raise RuntimeError("boom")
        return doc

    if handled:
        trained.add_pipe("spacy_sarcasm_tests_fails", first=True)
        trained.set_error_handler(lambda name, proc, docs, error: None)
    else:
        trained.tokenizer = tokenize
    scores, errors = TextScorer(trained).score_values(["rain", "bad", "the council"])
    assert [score is None for score in scores] == [False, True, False]
    assert ("dropped" if handled else "RuntimeError: boom") in errors[1]
    np.testing.assert_allclose([scores[0], scores[2]], piped(trained, ["rain", "the council"]))
    if handled:
        with pytest.raises(ValueError, match="row 2: an error handler"):
            list(spacy_sarcasm.score_texts(trained, ["rain", "bad"]))


def test_an_untrained_network_is_an_error_of_the_whole() -> None:
    nlp = make_untrained()
    with pytest.raises(ValueError, match="no weights"):
        list(spacy_sarcasm.score_texts(nlp, ["a"]))
    with pytest.raises(ValueError, match="no weights"):
        TextScorer(nlp).score_values(["a"])


def test_scorers_of_their_own_in_threads(trained: Language) -> None:
    trained.get_pipe("sarcasm").cfg["threads"] = 2
    expected, found = piped(trained, TEXTS), {}

    def work(number: int) -> None:
        found[number] = list(spacy_sarcasm.score_texts(trained, TEXTS * 20))[-len(TEXTS) :]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(3):
        np.testing.assert_allclose(found[number], expected, atol=1e-5)


@pytest.mark.parametrize("through_docs", [False, True])
def test_coverage_beside_the_scores(trained: Language, through_docs: bool) -> None:
    if through_docs:
        trained.tokenizer = lambda text: Doc(trained.vocab, words=text.split())
    values = ["the council", "zzyzx the", "zzyzx", "", None]
    scorer = TextScorer(trained)
    assert (scorer.fallback_reason is not None) == through_docs
    scored = scorer.measure_values(values)
    assert scored.coverage == [1.0, 0.5, 0.0, 0.0, None]
    assert [score is None for score in scored.scores] == [False, False, True, True, True]
    assert [error is None for error in scored.errors] == [True, True, True, True, False]
    assert (scored.scores, scored.errors) == TextScorer(trained).score_values(values)
