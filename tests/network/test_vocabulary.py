"""Words, rows, and where the vectors of words come from."""

from __future__ import annotations

import numpy as np
import pytest
import spacy
from catalogue import RegistryError
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vectors import Vectors

from spacy_sarcasm.network import token_keys as words
from spacy_sarcasm.network.architecture import build_bilstm
from spacy_sarcasm.network.settings import NetworkSettings
from spacy_sarcasm.network.vocabulary import UNKNOWN_ROW, Vocabulary, build_vocabulary

# "dep" and "amod" are symbols of spaCy, whose hashes are small numbers.
LOWER = NetworkSettings(attr="LOWER", vector_words=0)
WORDS = ["the", "cat", "dep", "amod", "Ünïcode", "😀"]


@pytest.fixture
def nlp() -> Language:
    return spacy.blank("en")


def rows_by_word(vocabulary: Vocabulary) -> dict[str, int]:
    return {word: row for row, word in enumerate(vocabulary.words, start=2)}


def test_rows_are_those_of_a_plain_dictionary(nlp: Language) -> None:
    vocabulary = Vocabulary(WORDS)
    known = rows_by_word(vocabulary)
    texts = ["The cat amod dep", "", "nothing known", "ünïcode Ünïcode 😀 the"]
    docs = [nlp(text) for text in texts]
    for attr, form in (("ORTH", str), ("LOWER", str.lower)):
        result = vocabulary.text_rows(docs, NetworkSettings(attr=attr), None)
        expected = [known.get(form(token.text), UNKNOWN_ROW) for doc in docs for token in doc]
        assert result.rows.tolist() == expected
        assert result.lengths.tolist() == [len(doc) for doc in docs]
        assert result.n_cut == 0


def test_white_space_is_no_word(nlp: Language) -> None:
    vocabulary = Vocabulary(WORDS)
    spaced = [nlp(text) for text in ("  the \n\n cat\t\t", " \n ", "\u3000the\u00a0cat")]
    plain = vocabulary.text_rows([nlp("the cat")], LOWER, None)
    result = vocabulary.text_rows(spaced, LOWER, None)
    assert result.lengths.tolist() == [2, 0, 2]
    assert result.rows.tolist() == 2 * plain.rows.tolist()


def test_docs_of_several_vocabs(nlp: Language) -> None:
    other = spacy.blank("de")
    result = Vocabulary(WORDS).text_rows([nlp("the \n cat"), other("\t\n the")], LOWER, None)
    assert result.lengths.tolist() == [2, 1]


def test_long_texts_are_cut_at_words(nlp: Language) -> None:
    vocabulary = Vocabulary(WORDS)
    docs = [nlp("the cat the cat"), nlp("cat"), nlp("the \n\n cat cat")]
    result = vocabulary.text_rows(docs, LOWER, 2)
    whole = vocabulary.text_rows([nlp("the cat cat the cat")], LOWER, None)
    assert result.rows.tolist() == whole.rows.tolist()
    assert result.lengths.tolist() == [2, 1, 2]
    assert result.n_cut == 2


def test_nothing_known_at_all(nlp: Language) -> None:
    assert Vocabulary([]).text_rows([nlp("a b")], LOWER, None).rows.tolist() == [1, 1]
    assert Vocabulary([]).text_rows([], LOWER, None).rows.tolist() == []
    assert Vocabulary(["a"]).text_rows([nlp("")], LOWER, None).rows.tolist() == []


def test_a_word_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'cat' twice"):
        Vocabulary(["cat", "dog", "cat"])


def with_vectors(nlp: Language, words: list[str], width: int = 3) -> dict[str, np.ndarray]:
    data = np.arange(1, len(words) * width + 1, dtype=np.float32).reshape(len(words), width)
    keys = [nlp.vocab.strings.add(word) for word in words]
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=keys)
    return dict(zip(words, data, strict=True))


def docs_of(nlp: Language) -> list[Doc]:
    return [nlp("The cat saw the dog"), nlp("the cat \n ran")]


def test_words_are_ordered_by_frequency_then_alphabet(nlp: Language) -> None:
    vocabulary, n_trainable, table = build_vocabulary(docs_of(nlp), LOWER, nlp.vocab)
    assert vocabulary.words == ("the", "cat", "dog", "ran", "saw")
    assert n_trainable == len(vocabulary)
    assert table is None


def test_vocab_size_keeps_the_most_frequent(nlp: Language) -> None:
    settings = NetworkSettings(vocab_size=2, vector_words=0)
    assert build_vocabulary(docs_of(nlp), settings, nlp.vocab)[0].words == ("the", "cat")


def test_rows_hold_the_vectors_of_their_words(nlp: Language) -> None:
    vectors = with_vectors(nlp, ["dog", "the", "London", "saw"])
    vocabulary, _, table = build_vocabulary(docs_of(nlp), LOWER, nlp.vocab)
    assert table is not None
    for word, row in rows_by_word(vocabulary).items():
        np.testing.assert_array_equal(table[row], vectors.get(word, np.zeros(3)))
    assert not table[:2].any()


def test_rare_words_stay_only_with_a_vector(nlp: Language) -> None:
    vectors = with_vectors(nlp, ["dog", "ran"])
    settings = NetworkSettings(min_count=2, vector_words=0)
    vocabulary, n_trainable, table = build_vocabulary(docs_of(nlp), settings, nlp.vocab)
    assert vocabulary.words == ("the", "cat", "dog", "ran")
    assert n_trainable == 4
    assert table is not None
    np.testing.assert_array_equal(table[-2:], [vectors["dog"], vectors["ran"]])


def test_first_words_of_the_vectors_join(nlp: Language) -> None:
    vectors = with_vectors(nlp, ["dog", "London", "rome", "new york", "oslo", "bern"])
    settings = NetworkSettings(vector_words=3)
    vocabulary, n_trainable, table = build_vocabulary(docs_of(nlp), settings, nlp.vocab)
    assert vocabulary.words == ("the", "cat", "dog", "ran", "saw", "rome", "oslo")
    assert n_trainable == 7
    assert table is not None
    np.testing.assert_array_equal(table[-1], vectors["oslo"])


def spell(text: str) -> tuple[str, ...]:
    """A token's words: none for a dash, its letters for a short word, else itself."""
    if text == "-":
        return ()
    return tuple(text) if len(text) < 4 else (text.lower(),)


@pytest.fixture
def spelling() -> NetworkSettings:
    registry.misc("tests.spell.v1", func=lambda: spell)
    return NetworkSettings(token_words="tests.spell.v1", vector_words=0)


def test_tokens_of_several_words(nlp: Language, spelling: NetworkSettings) -> None:
    vocabulary, _, _ = build_vocabulary([nlp("cat Horse - dog \n")], spelling, nlp.vocab)
    assert set(vocabulary.words) == {*"cat", *"dog", "horse"}
    known = rows_by_word(vocabulary)
    texts = ["dog - HORSE  cat", "", " \n ", "-", "zoo horse", "- \n-"]
    docs = [nlp(text) for text in texts]
    result = vocabulary.text_rows(docs, spelling, None)
    expected = [
        [
            known.get(word, UNKNOWN_ROW)
            for token in doc
            if not token.is_space
            for word in spell(token.text)
        ]
        for doc in docs
    ]
    assert result.rows.tolist() == [row for rows in expected for row in rows]
    assert result.lengths.tolist() == [len(rows) for rows in expected]


def test_unknown_function_of_words_is_named() -> None:
    with pytest.raises(RegistryError, match="no_such_words"):
        build_bilstm(token_words="no_such_words")


FORMS = {"cats": ["cat"], "zoos": ["zoo", "the"], "running": []}


@pytest.fixture
def falling_back(monkeypatch: pytest.MonkeyPatch) -> NetworkSettings:
    """Settings with a fallback, whose forms are those of a small dictionary."""
    monkeypatch.setattr(words, "_forms", lambda word, kinds: FORMS.get(word, []))
    return NetworkSettings(fallbacks=["lemma"], vector_words=0)


def test_unknown_words_fall_back(nlp: Language, falling_back: NetworkSettings) -> None:
    vocabulary = Vocabulary(["cat", "the"])
    result = vocabulary.text_rows([nlp("The zoos \n cats"), nlp("running")], falling_back, None)
    assert result.rows.tolist() == [3, 3, 2, UNKNOWN_ROW]
    plain = vocabulary.text_rows([nlp("The zoos cats")], LOWER, None)
    assert plain.rows.tolist() == [3, UNKNOWN_ROW, UNKNOWN_ROW]


def test_vectors_of_fallbacks(nlp: Language, falling_back: NetworkSettings) -> None:
    vectors = with_vectors(nlp, ["the", "cat"])
    docs = [nlp("the cats zoos running")]
    vocabulary, _, table = build_vocabulary(docs, falling_back, nlp.vocab)
    assert table is not None
    expected = {"the": vectors["the"], "cats": vectors["cat"], "zoos": vectors["the"]}
    for word, row in rows_by_word(vocabulary).items():
        np.testing.assert_array_equal(table[row], expected.get(word, np.zeros(3)))


def test_fallbacks_are_those_of_the_forms() -> None:
    assert words.find_forms("Meetings", NetworkSettings(fallbacks=["lower", "stem"])) == [
        "meetings",
        "meet",
    ]
    assert words.find_forms("Meetings", NetworkSettings()) == []
