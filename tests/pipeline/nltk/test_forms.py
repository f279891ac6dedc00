import pytest

from spacy_sarcasm.pipeline.nltk.forms import fallback_forms


def test_no_kinds_no_forms():
    assert fallback_forms("Cats", []) == []


def test_lower_and_stem_come_in_the_order_asked_for():
    assert fallback_forms("Relational", ["lower", "stem"]) == ["relational", "relat"]
    assert fallback_forms("Relational", ["stem", "lower"]) == ["relat", "relational"]


def test_the_word_itself_and_repetitions_are_left_out():
    assert fallback_forms("cat", ["lower", "stem"]) == []
    assert fallback_forms("Cat", ["lower", "stem"]) == ["cat"]
    assert fallback_forms("", ["lower", "stem"]) == []


def test_lemmas_come_by_part_of_speech(wordnet):
    # as a noun and as a verb
    assert fallback_forms("Leaves", ["lower", "lemma", "stem"]) == [
        "leaves",
        "leaf",
        "leave",
        "leav",
    ]
    assert fallback_forms("mice", ["lower", "lemma"]) == ["mouse"]
    assert fallback_forms("xyzzy", ["lemma"]) == []


def test_unknown_kind_is_named():
    with pytest.raises(ValueError, match=r"'soundex'.*lower, lemma, stem"):
        fallback_forms("cats", ["soundex"])
