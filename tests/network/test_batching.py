"""Batches of like length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_sarcasm.network.batching import length_batches, pad
from spacy_sarcasm.network.vocabulary import TextRows


@given(st.lists(st.integers(0, 60), max_size=80), st.integers(1, 200))
def test_every_text_with_words_is_in_one_batch_within_budget(lengths: list[int], budget: int):
    array = np.array(lengths, dtype=np.int64)
    batches = list(length_batches(array, budget))
    chosen = [i for batch in batches for i in batch.tolist()]
    assert sorted(chosen) == [i for i, length in enumerate(lengths) if length]
    for batch in batches:
        longest = array[batch].max()
        assert len(batch) * longest <= budget or len(batch) == 1
        assert array[batch[-1]] == longest


def test_padding_is_at_the_end() -> None:
    texts = TextRows(np.array([5, 6, 7, 8, 9], np.int32), np.array([2, 0, 1, 2]), 0)
    rows, lengths = pad(texts, np.array([3, 2]))
    assert rows.T.tolist() == [[8, 9], [7, 0]]
    assert lengths.tolist() == [2, 1]
    assert rows.dtype == lengths.dtype == np.int32


@pytest.mark.parametrize("lengths", [[], [0, 0]])
def test_no_words_make_no_batch(lengths: list[int]) -> None:
    assert list(length_batches(np.array(lengths, np.int64), 8)) == []
