import pickle
import string

import pytest
from spacy import registry

from spacy_sarcasm.corpus.normalize import TextNormalizer, make_text_normalizer

HEADLINE = "Venezuela\u2019s Descent Into Dictatorship"
ODD = ["", " ", "a - b", "Café", "İstanbul", "5\u212a", "1…2", "\ud800x", "ﬁne!", "ß", "don't"]


def notebook_recipe(text: str) -> str:
    """What the notebooks do, in their order, for texts that UTF-8 can hold."""
    kept = "".join(character for character in text if character not in string.punctuation)
    return kept.lower().encode("utf-8").decode("ascii", "ignore")


@pytest.mark.parametrize("apostrophe", ["'", "\u2019"])
def test_the_example_of_the_notebooks(apostrophe):
    text = HEADLINE.replace("\u2019", apostrophe)
    assert TextNormalizer()(text) == "venezuelas descent into dictatorship"


@pytest.mark.parametrize("text", [text for text in ODD if text != "\ud800x"])
def test_defaults_are_the_notebooks_recipe(text):
    assert TextNormalizer()(text) == notebook_recipe(text)


@pytest.mark.data
def test_defaults_are_the_notebooks_recipe_on_the_headlines(headlines):
    normalize = TextNormalizer()
    assert [normalize(text) for text in headlines] == [notebook_recipe(text) for text in headlines]


def test_each_step_alone():
    off = {"lowercase": False, "strip_punctuation": False, "non_ascii": "keep"}
    text = "Café: Aufgeblähte…"
    assert TextNormalizer(**off)(text) == text
    assert TextNormalizer(**{**off, "lowercase": True})(text) == "café: aufgeblähte…"
    assert TextNormalizer(**{**off, "strip_punctuation": True})(text) == "Café Aufgeblähte…"
    assert TextNormalizer(**{**off, "non_ascii": "drop"})(text) == "Caf: Aufgeblhte"
    assert TextNormalizer(**{**off, "non_ascii": "fold"})(text) == "Cafe: Aufgeblahte..."


def test_punctuation_that_folding_makes_is_stripped():
    assert TextNormalizer(non_ascii="fold")("Wait\u2026 What\uff1f") == "wait what"


@pytest.mark.parametrize("non_ascii", ["drop", "fold"])
@pytest.mark.parametrize("text", ODD)
def test_result_is_ascii_and_stays_the_same_when_normalised_again(text, non_ascii):
    normalize = TextNormalizer(non_ascii=non_ascii)
    once = normalize(text)
    assert once.isascii()
    assert normalize(once) == once


def test_registered_name_makes_one_from_a_config():
    config = {"normalizer": {"@misc": "spacy_sarcasm.TextNormalizer.v1", "non_ascii": "fold"}}
    normalize = registry.resolve(config)["normalizer"]
    assert normalize("Café!") == "cafe"


def test_it_can_be_pickled():
    normalize = make_text_normalizer(non_ascii="fold")
    assert pickle.loads(pickle.dumps(normalize))("É") == "e"


def test_bad_setting_is_named():
    with pytest.raises(ValueError, match=r"'strip'.*keep, fold, drop"):
        make_text_normalizer(non_ascii="strip")
