"""Scores by sentence: streams of texts, and frames of every kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from spacy_sarcasm import score_frame, score_texts
from spacy_sarcasm.scoring.sentences import SENTENCE_COLUMNS, SentenceScorer, split_sentences

from .conftest import AGREEMENT, ScoreOf

TEXTS = [
    "Oh great, another meeting.  \n\n The council met on Tuesday! qqzzqq qqzzqx",
    None,
    "",
    " \n ",
    "one",
]
SENTENCES = [
    ["Oh great, another meeting.", "The council met on Tuesday!", "qqzzqq qqzzqx"],
    [],
    [],
    [],
    ["one"],
]


def test_each_text_gives_its_sentences(bundled: Language, score_of: ScoreOf) -> None:
    found = list(score_texts(bundled, TEXTS, by="sentence", batch_size=2, missing=None))
    assert [[one.text for one in sentences] for sentences in found] == SENTENCES
    for text, sentences in zip(TEXTS, found, strict=True):
        for one in sentences:
            assert (text or "")[one.start : one.end] == one.text
            assert one.score is None or one.score == score_of(one.text)
    assert [one.score is None for one in found[0]] == [False, False, True]
    assert [one.coverage for one in found[0]] == [1.0, 1.0, 0.0]
    ((unknown,),) = score_texts(bundled, ["qqzzqq"], by="sentence", missing=0.0)
    assert unknown.score == 0.0
    ((unknown,),) = score_texts(bundled, ["qqzzqq"], by="sentence")
    assert math.isnan(unknown.score)
    assert list(score_texts(bundled, [], by="sentence")) == []


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=5))
def test_sentences_cover_any_text(bundled: Language, texts: list[str]) -> None:
    for text, sentences in zip(texts, score_texts(bundled, texts, by="sentence"), strict=True):
        ends = [0, *[one.end for one in sentences]]
        for one, before in zip(sentences, ends, strict=False):
            assert one.text == text[one.start : one.end] == one.text.strip()
            assert text[before : one.start].isspace() or before == one.start
            assert 0 <= one.coverage <= 1
        assert not text[ends[-1] :].strip()


def test_a_component_of_the_pipeline_finds_the_sentences(score_of: ScoreOf) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer", config={"punct_chars": [";"]})
    nlp.add_pipe("sarcasm")
    (sentences,) = score_texts(nlp, ["Oh great. The council; met."], by="sentence")
    assert [one.text for one in sentences] == ["Oh great. The council;", "met."]
    assert sentences[0].score == score_of("Oh great. The council;")


def test_components_from_the_score_on_are_not_run() -> None:
    @spacy.Language.component("fails")
    def fail(doc: Any) -> Any:
        raise AssertionError("this component comes after the score")

    nlp = spacy.blank("en")
    # Without sentence boundaries, this component would be an error in `nlp.pipe`.
    nlp.add_pipe("sarcasm", config={"spans": "sents"})
    nlp.add_pipe("fails")
    assert len(next(score_texts(nlp, ["One. Two."], by="sentence"))) == 2


def test_long_documents_are_scored_a_part_at_a_time(
    bundled: Language, monkeypatch: pytest.MonkeyPatch, score_of: ScoreOf
) -> None:
    from spacy_sarcasm.scoring import sentences

    texts = ["The council met. Oh great!"] * 20
    monkeypatch.setattr(sentences, "BATCH_TOKENS", 10)
    for found in score_texts(bundled, texts, by="sentence"):
        assert [one.score for one in found] == [score_of("The council met."), score_of("Oh great!")]


def test_nothing_is_learnt_by_the_vocab(bundled: Language) -> None:
    list(score_texts(bundled, TEXTS, by="sentence"))
    before = len(bundled.vocab.strings)
    list(score_texts(bundled, [f"unheard{n} of. Twice{n}!" for n in range(300)], by="sentence"))
    assert len(bundled.vocab.strings) == before
    with bundled.memory_zone():
        assert len(list(score_texts(bundled, TEXTS, by="sentence"))) == len(TEXTS)


def test_what_is_wrong_is_named(bundled: Language) -> None:
    with pytest.raises(TypeError, match="row 2: expected a text, got int"):
        list(score_texts(bundled, ["fine.", 3], by="sentence"))
    with pytest.raises(ValueError, match="by must be one of text, sentence, not 'word'"):
        score_texts(bundled, ["fine."], by="word")
    with pytest.raises(ValueError, match="no sarcasm component"):
        score_texts(spacy.blank("en"), ["fine."], by="sentence")


def test_values_that_are_no_texts_harm_no_other(bundled: Language, score_of: ScoreOf) -> None:
    values = ["Oh great. Fine.", None, 3, "\ud800", "The council."]
    found, errors = SentenceScorer(bundled).measure_values(values)
    assert [len(sentences) for sentences in found] == [2, 0, 0, 0, 1]
    assert found[4][0].score == score_of("The council.")
    assert [error is None for error in errors] == [True, False, False, False, True]


def test_a_text_that_a_component_refuses_harms_no_other() -> None:
    @spacy.Language.component("refuses_b")
    def refuse(doc: Any) -> Any:
        if doc.text == "b":
            raise ValueError("no b")
        return doc

    nlp = spacy.blank("en")
    nlp.add_pipe("refuses_b")
    nlp.add_pipe("sarcasm")
    found, errors = SentenceScorer(nlp).measure_values(["a great day", "b", "c"])
    assert [len(sentences) for sentences in found] == [1, 0, 1]
    assert errors[1] == "ValueError: no b"
    nlp.set_error_handler(lambda *_: None)
    with pytest.raises(ValueError, match="row 2: an error handler of the pipeline dropped"):
        list(score_texts(nlp, ["a", "b"], by="sentence"))


def test_sentences_of_docs() -> None:
    doc = spacy.blank("en")("\n Oh great.  \n\n Another meeting. ")
    assert [span.text for span in split_sentences(doc)] == ["Oh great.", "Another meeting."]
    assert split_sentences(spacy.blank("en")(" \n ")) == []


def frames() -> dict[str, Callable[[dict[str, list[Any]]], Any]]:
    pa = pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")

    def of_kind(kind: Any, make: Any) -> Callable[[dict[str, list[Any]]], Any]:
        return lambda data: make({**data, "text": pa.array(data["text"], kind)})

    return {
        "pandas": pd.DataFrame,
        "pandas, strings": lambda data: pd.DataFrame(data).astype({"text": "string"}),
        "pandas, categories": lambda data: pd.DataFrame(data).astype({"text": "category"}),
        "polars": pl.DataFrame,
        "polars, categories": lambda data: pl.DataFrame(data).cast({"text": pl.Categorical}),
        "table": pa.table,
        "batch": pa.RecordBatch.from_pydict,
        "views": of_kind(pa.string_view(), pa.table),
        "large": of_kind(pa.large_string(), pa.RecordBatch.from_pydict),
        "dictionary": of_kind(pa.dictionary(pa.int32(), pa.string()), pa.table),
    }


KINDS = ("pandas", "polars", "table", "batch", "views", "large", "dictionary")
KINDS += ("pandas, strings", "pandas, categories", "polars, categories")


def columns_of(frame: Any) -> dict[str, list[Any]]:
    if hasattr(frame, "to_pydict"):
        return frame.to_pydict()
    if hasattr(frame, "to_dicts"):
        return frame.to_dict(as_series=False)
    plain = frame.astype(object).where(frame.notna(), None)
    return {name: plain[name].tolist() for name in frame.columns}


@pytest.mark.parametrize("kind", KINDS)
def test_frames(kind: str, bundled: Language, score_of: ScoreOf) -> None:
    frame = frames()[kind]({"id": [1, 2, 3, 4, 5], "text": TEXTS})
    before = columns_of(frame)
    scored = score_frame(frame, model=bundled, by="sentence")
    assert type(scored) is type(frame)
    found = columns_of(scored)
    assert list(found) == ["id", "text", *SENTENCE_COLUMNS, "sarcasm"]
    assert found["id"] == [1, 1, 1, 2, 3, 4, 5]
    assert found["text"] == [*SENTENCES[0], None, "", " \n ", "one"]
    assert found["sentence_number"] == [1, 2, 3, None, None, None, 1]
    for text, start, end in zip(
        found["text"], found["sentence_start"], found["sentence_end"], strict=True
    ):
        if start is not None:
            assert any(text == whole[start:end] for whole in TEXTS if whole)
    expected = [*map(score_of, SENTENCES[0][:2]), None, None, None, None, score_of("one")]
    assert found["sarcasm"] == expected
    assert columns_of(frame) == before


def test_the_index_of_pandas_is_repeated(bundled: Language) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"text": ["One. Two.", "Three."]}, index=["a", "a"])
    scored = score_frame(frame, model=bundled, by="sentence")
    assert scored.index.tolist() == ["a", "a", "a"]
    assert score_frame(frame.iloc[:0], model=bundled, by="sentence").empty


def test_columns_in_the_way_are_named(bundled: Language) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"text": ["One."], "sentence_end": [3]})
    with pytest.raises(ValueError, match="a column 'sentence_end' already.*Rename it"):
        score_frame(frame, model=bundled, by="sentence")
    with pytest.raises(ValueError, match="Choose another name by output_column"):
        score_frame(frame[["text"]], output_column="sentence_end", model=bundled, by="sentence")
    with pytest.raises(ValueError, match="by must be one of"):
        score_frame(frame, model=bundled, by="page")


def test_batches(score_of: ScoreOf) -> None:
    pa = pytest.importorskip("pyarrow")
    from spacy_sarcasm.scoring.tables import score_batches

    batches = pa.table({"text": TEXTS, "id": range(5)}).to_batches(max_chunksize=2)
    scored = list(score_batches(batches, by="sentence"))
    assert [batch.num_rows for batch in scored] == [4, 2, 1]
    assert len({batch.schema for batch in scored}) == 1
    assert scored[2].to_pydict()["sarcasm"] == [score_of("one")]
    assert agreement_of(scored[0], score_of) <= AGREEMENT


def agreement_of(batch: Any, score_of: ScoreOf) -> float:
    rows = [row for row in batch.to_pylist() if row["sarcasm"] is not None]
    return max(abs(score_of(row["text"]).expected - row["sarcasm"]) for row in rows)
