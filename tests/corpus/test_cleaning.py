"""Cleaning removes what gives a source away and keeps the words."""

from __future__ import annotations

import pytest

from spacy_sarcasm.corpus.cleaning import clean_headline, clean_post, copy_key


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("WATCH: ‘Nobody’s Home’", "'nobody's home'"),
        ("Mayor&#8217;s dog wins&nbsp;prize", "mayor's dog wins prize"),
        ("Sanctions announced – as it happened", "sanctions announced"),
        ("Five books to read | Books", "five books to read"),
        ("Man says “no”.", "man says 'no'"),
        ("Made in the U.S.", "made in the u.s."),
        ("Wait for it...", "wait for it..."),
        ("Study: cats ignore you", "study: cats ignore you"),
    ],
)
def test_headlines_lose_their_publishers_typesetting(raw: str, clean: str) -> None:
    assert clean_headline(raw) == clean


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("@USER @USER Great , it does n't work ! !", "great, it doesn't work!!"),
        ("RT @anna: late again #trains #fail", "late again"),
        ("the #queue is lovely http://t.co/abc", "the queue is lovely"),
        ("Thanks @Railway. Two hours!", "thanks railway. two hours!"),
        ("that ’ s what i m after", "that's what i'm after"),
        ("( really )", "(really)"),
        ("' good for society ' they say", "'good for society' they say"),
        ("i can t wait", "i can't wait"),
    ],
)
def test_posts_lose_the_marks_of_their_collection(raw: str, clean: str) -> None:
    assert clean_post(raw) == clean


def test_copies_share_a_key_whatever_their_typesetting() -> None:
    assert copy_key("WATCH: It’s “over”!") == copy_key("it's 'over'")
    assert copy_key("It's over") != copy_key("It's all over")


@pytest.mark.parametrize("text", ["", "   ", "#", "@", "!?", "'"])
def test_texts_without_words_do_no_harm(text: str) -> None:
    assert len(clean_post(text)) <= 2
    assert len(clean_headline(text)) <= 2
