"""The words of a file in bulk: first rows, keys and strings."""

from __future__ import annotations

import json

import pytest
import srsly
from spacy.strings import get_string_id

from spacy_sarcasm.vectors import strings
from spacy_sarcasm.vectors.strings import FileStrings


def written(words, path, others=()):
    words.write_key2row(path / "key2row")
    words.write_strings(path / "strings.json", others)
    rows = srsly.msgpack_loads((path / "key2row").read_bytes())
    return rows, json.loads((path / "strings.json").read_text("utf-8"))


def test_no_words(tmp_path):
    words = FileStrings([])
    assert (len(words), list(words), words.firsts.tolist()) == (0, [], [])
    assert written(words, tmp_path) == ({}, [])
    assert written(words, tmp_path, ["a"]) == ({}, ["a"])


def test_first_of_each_word_across_parts(tmp_path):
    parts = [[], ["a", "b", "a"], [], ["b", "a"], ["c", "b", "nsubj"], ["nsubj"], ["d", "ORTH"]]
    words = FileStrings(parts)
    kept = ["a", "b", "c", "nsubj", "d", "ORTH"]
    assert (list(words), len(words)) == (kept, 6)
    assert words.firsts.tolist() == [True, True, *[False] * 3, True, False, True, False, True, True]
    rows, saved = written(words, tmp_path, ["x", "c", "y"])
    assert rows == {get_string_id(word): row for row, word in enumerate(kept)}
    assert saved == ["x", "y", *kept]


def test_symbols_of_spacy_in_later_parts(tmp_path):
    """They are the keys that are not the hash of their word."""
    parts = [["a", "b"], ["c"], ["d", "nsubj", "PERSON"], ["e", "IS_ALPHA"]]
    flat = [word for part in parts for word in part]
    rows, saved = written(FileStrings(parts), tmp_path)
    assert rows == {get_string_id(word): row for row, word in enumerate(flat)}
    assert saved == flat


def test_words_of_equal_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(strings, "hash_string", len)
    words = FileStrings([["aa", "bb", "c"], ["bb", "aa", "dd"]])
    assert list(words) == ["aa", "bb", "c", "dd"]
    assert words.firsts.tolist() == [True, True, True, False, False, True]


@pytest.mark.parametrize("control", ["\n", "a\nb", "\t", "\x00", "\x1f"])
def test_control_characters_are_escaped(tmp_path, control):
    """Words with line feeds come from word2vec's binary format only."""
    kept = ["first", control, '"', "\\", "é"]
    words = FileStrings([[*kept, control]])
    assert list(words) == kept
    assert written(words, tmp_path, ["\n\n", "\t\t"])[1] == ["\n\n", "\t\t", *kept]
