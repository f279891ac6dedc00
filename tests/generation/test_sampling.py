"""Choosing words by temperature and top-p."""

from __future__ import annotations

import numpy as np
import pytest

from spacy_sarcasm.generation.sampling import choose_words

SHARES = np.array([0.5, 0.3, 0.15, 0.05])


def draw(shares: np.ndarray, temperature: float, top_p: float, count: int = 4000) -> np.ndarray:
    """The share of times that each word is chosen."""
    with np.errstate(divide="ignore"):
        logs = np.tile(np.log(shares), (count, 1))
    chances = np.random.default_rng(0).random(count)
    chosen = choose_words(logs, chances, temperature, top_p)
    return np.bincount(chosen, minlength=len(shares)) / count


def test_words_come_as_often_as_they_are_likely() -> None:
    np.testing.assert_allclose(draw(SHARES, 1.0, 1.0), SHARES, atol=0.03)


@pytest.mark.parametrize(("top_p", "words"), [(0.4, 1), (0.6, 2), (0.9, 3), (1.0, 4)])
def test_top_p_keeps_the_likeliest_words(top_p: float, words: int) -> None:
    assert np.count_nonzero(draw(SHARES, 1.0, top_p)) == words


def test_temperature_makes_likely_words_likelier_or_not() -> None:
    cold, hot = draw(SHARES, 0.3, 1.0), draw(SHARES, 5.0, 1.0)
    assert cold[0] > 0.7
    assert hot.min() > 0.15


def test_impossible_words_are_never_chosen() -> None:
    shares = np.array([0.0, 0.0, 1.0, 0.0])
    assert draw(shares, 2.0, 1.0)[2] == 1.0
    logs = np.log(np.array([[0.5, 0.5]]))
    assert choose_words(logs, np.array([1.0 - 1e-17]), 1.0, 1.0).tolist() == [1]


@pytest.mark.parametrize("top_p", [0.5, 0.99, 1.0])
def test_large_vocabularies_give_the_same_words(
    monkeypatch: pytest.MonkeyPatch, top_p: float
) -> None:
    random = np.random.default_rng(0)
    logs, chances = random.normal(0, 3, (50, 2000)), random.random(50)
    found = choose_words(logs, chances, 0.8, top_p)
    monkeypatch.setattr("spacy_sarcasm.generation.sampling._FIRST", 10_000)
    assert choose_words(logs, chances, 0.8, top_p).tolist() == found.tolist()
