"""The mapping does what the published script is documented to do, token by token."""

from __future__ import annotations

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
