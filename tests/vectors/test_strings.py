"""The words of a file in bulk: first rows, keys and strings."""

from __future__ import annotations

import json

import pytest
import srsly

from spacy_sarcasm.vectors import strings
from spacy_sarcasm.vectors.strings import FileStrings


def test_no_words():
    empty = FileStrings([])
    assert (empty.words, empty.firsts.tolist()) == ([], [])
    assert srsly.msgpack_loads(empty.key2row()) == {}
    assert json.loads(empty.json([])) == []
    assert json.loads(empty.json(["a"])) == ["a"]


def test_first_of_each_word_across_parts():
    words = FileStrings([["a", "b", "a"], [], ["c", "b", "d"], ["d"]])
    assert words.words == ["a", "b", "c", "d"]
    assert words.firsts.tolist() == [True, True, False, True, False, True, False]
    assert list(srsly.msgpack_loads(words.key2row()).values()) == [0, 1, 2, 3]
    assert json.loads(words.json(["x", "c", "y"])) == ["x", "y", "a", "b", "c", "d"]


def test_words_of_equal_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(strings, "hash_string", len)
    words = FileStrings([["aa", "bb", "c"], ["bb", "aa", "dd"]])
    assert words.words == ["aa", "bb", "c", "dd"]
    assert words.firsts.tolist() == [True, True, True, False, False, True]


@pytest.mark.parametrize("control", ["\n", "a\nb", "\t", "\x00", "\x1f"])
def test_control_characters_are_escaped(control):
    """Words with line feeds come from word2vec's binary format only."""
    words = ["first", control, '"', "\\"]
    assert json.loads(FileStrings([words]).json(["\n\n", "\t\t"])) == ["\n\n", "\t\t", *words]
