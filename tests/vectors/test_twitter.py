"""The mapping does what the published script is documented to do, token by token."""

from __future__ import annotations

import itertools
import re
import time

import pytest
import spacy
from spacy.util import registry

from spacy_sarcasm.vectors.load import load_vectors
from spacy_sarcasm.vectors.twitter import CLASSES, glove_twitter_words, lower_words

MARKERS = ("<hashtag>", "<allcaps>", "<elong>", "<repeat>")


@pytest.mark.parametrize(
    ("token", "words"),
    [
        # The script's own example: "#hashtags, @mentions and http://t.co/kdjfkdjf (links). :)"
        ("#hashtags", "<hashtag> hashtags"),
        ("@mentions", "<user>"),
        ("http://t.co/kdjfkdjf", "<url>"),
        (":)", "<smile>"),
        # Its comments: "wayyyy" => "way <ELONG>", "!!!" => "! <REPEAT>"
        ("wayyyy", "way <elong>"),
        ("!!!", "! <repeat>"),
        ("?!", "! <repeat>"),
        ("...", ". <repeat>"),
        # Each rule
        ("www.example.com/x", "<url>"),
        ("https://example.com", "<url>"),
        ("8-D", "<smile>"),
        ("(:", "(:"),
        ("):", "<smile>"),  # the rule for smiles comes first and takes any bracket before eyes
        (":'(", "<sadface>"),
        (";-P", "<lolface>"),
        (":|", "<neutralface>"),
        (":-/", "<neutralface>"),
        ("<3", "<heart>"),
        ("7", "<number>"),
        ("-1,234.5", "<number>"),
        ("12:30", "<number>"),
        ("#FooBar", "<hashtag> foo bar"),
        ("#LOL", "<hashtag> lol <allcaps>"),
        ("#2013", "<hashtag> <number>"),
        ("#", "<hashtag>"),
        ("LOL", "lol <allcaps>"),
        ("LOLLL", "lol <allcaps> <elong>"),
        ("SOOO", "so <allcaps> <elong>"),
        # What no rule changes
        ("I", "i"),
        ("Hello", "hello"),
        ("2nd", "2nd"),
        ("!", "!"),
        ("good", "good"),
        ("كنز", "كنز"),
        ("<user>", "<user>"),
    ],
)
def test_rules(token, words):
    assert glove_twitter_words(token) == tuple(words.split(" "))


def test_every_token_has_a_word():
    for token in ("x", "#", "##", "é", "\u200d", "<", ".", "😂"):
        assert all(glove_twitter_words(token))


def test_same_as_the_scripts_expressions():
    """The script's own numbers and elongated words, on every short string of some characters."""
    number = re.compile(r"[-+]?[.\d]*[\d]+[:,.\d]*", re.ASCII)
    elongated = re.compile(r"(\w*?)(\w)\2{2,}")
    for length in range(1, 7):
        for characters in itertools.product("-.,1ab", repeat=length):
            token = "".join(characters)
            words = glove_twitter_words(token)
            assert (words == ("<number>",)) is (number.fullmatch(token) is not None), token
            match = elongated.fullmatch(token)
            if match and words != ("<number>",):
                assert words == (match[1] + match[2], "<elong>")
            else:
                assert "<elong>" not in words


def test_digits_of_other_scripts_are_words():
    assert glove_twitter_words("\u0663") == ("\u0663",)


@pytest.mark.parametrize("token", ["1" * 50_000 + "x", "a" * 50_000 + "b", "." * 50_000 + "x"])
def test_long_tokens_take_no_long_time(token):
    start = time.perf_counter()
    assert glove_twitter_words(token) == (token,)
    assert time.perf_counter() - start < 1


def test_registered_and_off_by_default():
    mapping = registry.resolve({"words": {"@misc": "spacy_sarcasm.GloveTwitterWords.v1"}})["words"]
    assert mapping("@someone") == ("<user>",)
    assert lower_words("@Someone") == ("@someone",)


def test_on_spacys_tokens():
    doc = spacy.blank("en")("@bob SOOO good #win <3 http://t.co/x 42 :)")
    words = [word for token in doc for word in glove_twitter_words(token.text)]
    expected = "<user> so <allcaps> <elong> good <hashtag> win <heart> <url> <number> <smile>"
    assert words == expected.split()


@pytest.mark.data
def test_classes_are_words_of_the_real_vectors(data_dir):
    vocab = spacy.blank("en").vocab
    wanted = [*CLASSES, *MARKERS]
    report = load_vectors(vocab, data_dir / "glove.twitter.27B.100d.head.txt", words=wanted)
    assert report.kept == len(wanted)
