"""The interpolated trigram model."""

from __future__ import annotations

from itertools import product

import numpy as np

from spacy_sarcasm.generation.ngrams import NgramModel
from spacy_sarcasm.generation.training_texts import perplexity
from spacy_sarcasm.network.vocabulary import TextRows


def rows_of(texts: list[tuple[int, ...]]) -> TextRows:
    words = np.array([word for text in texts for word in text], np.int32)
    return TextRows(words, np.array([len(text) for text in texts]), n_cut=0)


def test_the_probabilities_of_all_texts_add_up_to_one() -> None:
    model = NgramModel(rows_of([(1, 2), (2,), (1, 1, 2), (2, 1)] * 3), n_words=3)
    texts = [text for length in range(13) for text in product((1, 2), repeat=length)]
    total = np.exp(model.log_likelihood(rows_of(texts))).sum()
    assert 0.98 < total <= 1 + 1e-9


def test_texts_like_those_it_was_made_of_are_more_probable() -> None:
    random = np.random.default_rng(0)
    # Each word is followed by the next one, mostly.
    texts = []
    for start in random.integers(1, 30, 400):
        steps = np.where(random.random(8) < 0.9, 1, random.integers(1, 30, 8))
        texts.append(tuple(int(word) for word in 1 + (start + np.cumsum(steps)) % 29))
    model = NgramModel(rows_of(texts[:300]), n_words=31)
    held_out = rows_of(texts[300:])
    shuffled = rows_of([tuple(random.permutation(text).tolist()) for text in texts[300:]])
    likely = perplexity(model.log_likelihood(held_out), held_out)
    unlikely = perplexity(model.log_likelihood(shuffled), shuffled)
    assert likely < 8 < unlikely


def test_words_never_seen_have_a_share() -> None:
    model = NgramModel(rows_of([(1, 2, 1)]), n_words=10)
    assert np.isfinite(model.log_likelihood(rows_of([(9, 8, 7), ()]))).all()
