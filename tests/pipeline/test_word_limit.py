"""The limit on words: tokenizing takes linear time, and every way to score gives the same score."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import DocBin

from spacy_sarcasm import explain, score_texts
from spacy_sarcasm.pipeline.word_limit import DEFAULT_MAX_WORD_LENGTH, blank_pipeline, limit_words
from spacy_sarcasm.scoring.texts import TextScorer

N = DEFAULT_MAX_WORD_LENGTH
# Each takes the tokenizer quadratic time without a limit.
LONG = {
    "emoji": "\U0001f602" * 8000,
    "brackets": "(" * 900_000,
    "smileys": ":)" * 450_000,
    "mixed": "a)(!" * 225_000,
}


@pytest.fixture
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    return nlp


def words(nlp: Language, text: str) -> list[str]:
    return [token.text for token in nlp.make_doc(text)]


def cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_long_runs_of_characters_end_soon(nlp: Language, text: str) -> None:
    ways: list[Callable[[], object]] = [
        lambda: nlp(text),
        lambda: list(nlp.pipe([text])),
        lambda: list(score_texts(nlp, [text])),
        lambda: explain(nlp, [f"oh great {text}"]),
    ]
    for way in ways:
        assert cpu_seconds(way) < 5


def test_time_grows_no_faster_than_the_text(nlp: Language) -> None:
    def text(n_words: int) -> str:
        # Words as long as the limit allows, no two of them the same.
        return " ".join(f"{'(' * (N - 6)}{number:06}" for number in range(n_words))

    short = cpu_seconds(lambda: nlp.make_doc(text(5)))
    assert cpu_seconds(lambda: nlp.make_doc(text(40))) < 8 * 4 * short


def test_up_to_the_limit_nothing_changes(nlp: Language) -> None:
    plain = spacy.blank("en")
    for text in ["!" * N, "a" * N, "(" + "b" * (N - 2) + ")", f"oh {'?!' * (N // 2)} great's :)"]:
        assert words(nlp, text) == words(plain, text)
    assert words(nlp, "!" * (N + 1)) == ["!" * (N + 1)]
    assert words(nlp, f"oh {'!' * (N + 1)} no.") == ["oh", "!" * (N + 1), "no", "."]
    assert words(nlp, "a\n" * N + "\U0001f602 :)") == words(plain, "a\n" * N + "\U0001f602 :)")


@pytest.mark.parametrize("limit", [1, 7, 100, N, None])
def test_every_way_to_score_agrees(limit: int | None, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"max_word_length": limit, "unknown": "score"})
    texts = [
        f"Area man {'!' * n} wins {'yay:)' * n} election, can't stop (:( ( a" for n in (1, 20, 160)
    ]
    texts += ["\U0001f602" * (N + 1), "great" * 101 + " news", f"{'x' * 600}'s own. Great."]
    expected = [nlp(text)._.sarcasm for text in texts]
    nlp.to_disk(tmp_path / "saved")
    again = spacy.load(tmp_path / "saved")
    scorer = TextScorer(nlp)
    assert scorer.fallback_reason is None
    for found in (
        [doc._.sarcasm for doc in nlp.pipe(texts)],
        scorer.score(texts).tolist(),
        [doc._.sarcasm for doc in again.pipe(texts)],
        list(score_texts(again, texts)),
        [explanation.score for explanation in explain(nlp, texts)],
    ):
        assert found == pytest.approx(expected, abs=1e-5)


def test_processes_have_the_limit(nlp: Language) -> None:
    texts = [LONG["emoji"], "oh great " + "!" * 1000]
    expected = [len(doc) for doc in nlp.pipe(texts)]
    assert [len(doc) for doc in nlp.pipe(texts, n_process=2)] == expected == [1, 3]


def test_saved_pipelines_keep_the_limit(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"max_word_length": 30})
    nlp.to_disk(tmp_path / "saved")
    for again in (
        spacy.load(tmp_path / "saved"),
        spacy.load(tmp_path / "saved", exclude="sarcasm"),
    ):
        assert words(again, "!" * 31 + " oh") == ["!" * 31, "oh"]
        assert len(words(again, "!" * 30)) == 30


def test_training_sees_the_same_words(nlp: Language) -> None:
    # As in spacy.Corpus: the text of a saved doc is tokenized by the pipeline.
    saved = DocBin(docs=[nlp.make_doc("oh " + "!" * 1000)]).to_bytes()
    doc = next(iter(DocBin().from_bytes(saved).get_docs(nlp.vocab)))
    assert words(nlp, doc.text) == [token.text for token in doc]
    assert words(blank_pipeline("en"), doc.text) == words(nlp, doc.text)


def test_null_leaves_the_tokenizer_alone() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"max_word_length": None})
    assert nlp.tokenizer.token_match is None
    assert len(words(nlp, "!" * 1000)) == 1000


@pytest.mark.parametrize("given", [0, -1])
def test_a_wrong_limit_is_named(given: int) -> None:
    nlp = spacy.blank("en")
    with pytest.raises(ValueError, match=f"'max_word_length' must be a whole .* not {given!r}"):
        nlp.add_pipe("sarcasm", config={"max_word_length": given})


@pytest.mark.parametrize("given", ["5", True, 2.5])
def test_a_limit_is_a_whole_number(given: object) -> None:
    with pytest.raises(ValueError, match=f"'max_word_length' must be .* not {given!r}"):
        limit_words(spacy.blank("en").tokenizer, given)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["fr", "hu", "tr", "de", "xx"])
def test_a_rule_of_the_language_stays(lang: str) -> None:
    nlp, plain = spacy.blank(lang), spacy.blank(lang)
    assert limit_words(nlp.tokenizer)
    texts = ["Aujourd'hui PEUT-ÊTRE grand-mère", "10-ben 1.5-es", "2024'te T.C.", "x@y.zz (a-b)"]
    for text in texts:
        assert words(nlp, text) == words(plain, text)
    # spaCy saves the source of a rule without its flags.
    again = spacy.blank(lang)
    again.tokenizer.from_bytes(nlp.tokenizer.to_bytes())
    for text in texts:
        assert words(again, text) == words(plain, text)
    assert len(words(again, "!" * (N + 1))) == 1


def test_flags_of_a_rule_stay() -> None:
    nlp = spacy.blank("en")
    rule = re.compile("(?i) oh-no  # a comment", re.VERBOSE)
    nlp.tokenizer.token_match = rule.match
    assert limit_words(nlp.tokenizer, 20)
    again = spacy.blank("en")
    again.tokenizer.from_bytes(nlp.tokenizer.to_bytes())
    assert words(again, "OH-NO yes-no " + "!" * 21) == ["OH-NO", "yes", "-", "no", "!" * 21]


def test_the_lowest_limit_counts(nlp: Language) -> None:
    assert limit_words(nlp.tokenizer, 50)
    assert limit_words(nlp.tokenizer, 100)
    assert len(words(nlp, "!" * 51)) == 1
    assert len(words(nlp, "!" * 50)) == 50
    present = nlp.tokenizer.token_match
    assert limit_words(nlp.tokenizer, 50)
    assert nlp.tokenizer.token_match is present


def test_other_tokenizers_are_left_alone() -> None:
    class Own:
        token_match = None

    assert not limit_words(Own())
    nlp = spacy.blank("en")

    def is_token(text: str) -> bool:
        return text == "oh-no"

    nlp.tokenizer = Tokenizer(nlp.vocab, token_match=is_token)
    assert not limit_words(nlp.tokenizer)
    assert nlp.tokenizer.token_match is is_token
    nlp.add_pipe("sarcasm")
    assert nlp("oh great")._.sarcasm is not None
