"""The rewriter: it learns, and it copies words that it does not know."""

from __future__ import annotations

import pytest

from spacy_sarcasm.recipes.rewriting.pairs import RewritingPair, find_pairs
from spacy_sarcasm.recipes.sourced_texts import SourcedText


def test_pairs_are_found_by_what_they_share() -> None:
    rows = [
        ("oh great, rain", 1.0, "sign", "a"),
        ("i dislike rain", 0.0, "sign", "a"),
        ("rain is bad", 0.0, "sign", "a"),
        ("nobody rewrote this", 1.0, "sign", "b"),
        ("another source", 0.0, "flute", "a"),
        ("no pair", 1.0, "flute", None),
    ]
    texts = [SourcedText(t, label, source, "tweet", "train", p) for t, label, source, p in rows]
    assert find_pairs(texts) == [
        RewritingPair("oh great, rain", ("i dislike rain", "rain is bad"), "sign", "train")
    ]


def test_it_learns_to_rewrite_and_copies_unknown_words() -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed: extra `train`")
    from spacy_sarcasm.recipes.rewriting.rewriter import Rewriter

    things = [f"{one}{two}" for one in ("ra", "sno", "mu", "tra", "no") for two in ("in", "w", "d")]
    pairs = [
        RewritingPair(f"i love {thing}, really", (f"i dislike {thing}",), "sign", "train")
        for thing in things
    ]
    rewriter = Rewriter(pairs, vocab_size=10, units=16, width=16, dropout=0.0)
    losses: list[float] = []
    rewriter.train(
        pairs * 8,
        pairs,
        epochs=12,
        learn_rate=0.02,
        on_epoch=lambda epoch, loss, dev_loss: losses.append(dev_loss),
    )
    assert losses[-1] < losses[0] / 4
    found = rewriter.rewrite(["i love zorgles, really", "i love train, really"])
    assert found == ["i dislike zorgles", "i dislike train"]
