"""The folder that convert writes is one of spaCy's."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import spacy
from spacy.training.initialize import convert_vectors as spacy_convert_vectors
from spacy.training.initialize import load_vectors_into_model

from spacy_sarcasm.vectors import convert_vectors as convert
from spacy_sarcasm.vectors.convert_vectors import convert_vectors
from spacy_sarcasm.vectors.parsing.vectors_reader import VectorsReader


def test_same_vectors_as_spacys_own_command(tmp_path, file):
    report = convert_vectors(file, tmp_path / "ours", name="table")
    assert report.kept == 400
    theirs = spacy.blank("en")
    spacy_convert_vectors(theirs, file, truncate=0, prune=-1, name="table")
    theirs.to_disk(tmp_path / "theirs")
    ours, theirs = (spacy.load(tmp_path / which) for which in ("ours", "theirs"))
    assert ours.vocab.vectors.key2row == theirs.vocab.vectors.key2row
    np.testing.assert_array_equal(ours.vocab.vectors.data, theirs.vocab.vectors.data)
    assert ours.meta == theirs.meta
    assert ours.config == theirs.config
    for row in (0, 399):
        key = theirs.vocab.vectors.find(row=row)
        assert ours.vocab.strings[key] == f"w{row}"


def test_folder_in_the_vectors_setting(tmp_path, file):
    convert_vectors(file, tmp_path / "out")
    nlp = spacy.blank("en", config={"initialize": {"vectors": str(tmp_path / "out")}})
    nlp.initialize()
    assert nlp("w7")[0].has_vector
    assert nlp.vocab.vectors.shape == (400, 5)


def test_lower_attribute_survives(tmp_path, file):
    convert_vectors(file, tmp_path / "out", attr="LOWER")
    nlp = spacy.load(tmp_path / "out")
    assert nlp("W7")[0].has_vector
    nlp.to_disk(tmp_path / "again")
    assert spacy.load(tmp_path / "again")("W7")[0].has_vector
    other = spacy.blank("en")
    load_vectors_into_model(other, tmp_path / "out")
    assert other("W7")[0].has_vector


def test_words_and_limit(tmp_path, file):
    assert convert_vectors(file, tmp_path / "a", words=["w7", "w9"]).kept == 2
    assert spacy.load(tmp_path / "a")("w9")[0].rank == 1
    assert convert_vectors(file, tmp_path / "b", limit=3).kept == 3
    assert spacy.load(tmp_path / "b").vocab.vectors.shape == (3, 5)


@pytest.mark.parametrize("limit", [None, 250])
@pytest.mark.parametrize("moved_rows", [1, 7, 10_000])
def test_repeated_words(tmp_path, text, monkeypatch, limit, moved_rows):
    """The first row of each word is kept, wherever in the file the others are."""
    monkeypatch.setattr(convert, "MOVED_ROWS", moved_rows)
    lines = text.splitlines(keepends=True)
    other = [line.split(b" ")[0] + b" 9.5 9.5 9.5 9.5 9.5\n" for line in lines]
    path = tmp_path / "repeated.txt"
    path.write_bytes(b"".join([*lines[:200], *other[::3], other[7], *lines[200:], *other]))
    # Rows of which none had come before, and rows whose first is yet to come.
    firsts = [*lines[:200], *(line for i, line in enumerate(other) if i >= 200 and i % 3 == 0)]
    firsts += [line for i, line in enumerate(lines) if i >= 200 and i % 3]
    report = convert_vectors(path, tmp_path / "out", limit=limit)
    firsts = firsts[:limit]
    vectors = spacy.load(tmp_path / "out").vocab.vectors
    np.testing.assert_array_equal(vectors.data, [row_values(line) for line in firsts])
    words = [line.split(b" ")[0].decode() for line in firsts]
    assert vectors.key2row == {spacy.strings.hash_string(w): i for i, w in enumerate(words)}
    reader = VectorsReader(path, str, limit=limit)
    assert sum(len(block.words) for block in reader.blocks()) == report.kept == len(firsts)
    report.seconds = 0
    assert report == reader.report
    assert report.duplicates == report.rows - 400 == 535


def row_values(line: bytes) -> np.ndarray:
    return np.array(line.split()[1:], np.float32)


@pytest.mark.parametrize(
    "word",
    [
        *['"', "\\", '\\"', "\\n", "a\tb", "\x00", "\x7f", "\x85", "\u2028", "é", "漢", "😀", "/"],
        *["nsubj", "ORTH", "IS_ALPHA", "PERSON", "n't", "w0 x"],
    ],
)
def test_any_word_is_found(tmp_path, text, word):
    """Words that JSON escapes, spaCy's own symbols, and strings that the vocab has already."""
    path = tmp_path / "odd.txt"
    path.write_bytes(text + word.encode() + b" 0.5 0.25 1 2 3\n")
    assert convert_vectors(path, tmp_path / "out").kept == 401
    strings = (tmp_path / "out" / "vocab" / "strings.json").read_text("utf-8")
    assert json.loads(strings).count(word) == 1
    vocab = spacy.load(tmp_path / "out").vocab
    assert word in vocab.strings
    assert vocab[word].vector.tolist() == [0.5, 0.25, 1, 2, 3]
    theirs = spacy.blank("en")
    theirs.vocab.set_vector(word, np.ones(5, np.float32))
    assert set(theirs.vocab.vectors.key2row) < set(vocab.vectors.key2row)


def test_existing_folder_is_not_overwritten(tmp_path, file):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_text("kept")
    with pytest.raises(FileExistsError, match=r"exists already"):
        convert_vectors(file, out)
    assert [path.name for path in out.iterdir()] == ["mine"]


def test_empty_folder_is_taken(tmp_path, file):
    (tmp_path / "out").mkdir()
    convert_vectors(file, tmp_path / "out")
    assert spacy.load(tmp_path / "out").vocab.vectors.shape == (400, 5)


@pytest.mark.parametrize("content", [b"no vectors\n", b"a 1 2\nb 1 2\nc 1\n"])
def test_nothing_is_left_after_a_failure(tmp_path, content):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.txt"):
        convert_vectors(path, tmp_path / "sub" / "out")
    assert list((tmp_path / "sub").iterdir()) == []


def test_command(tmp_path, file):
    command = [sys.executable, "-c", "from spacy_sarcasm.cli import main; main()", "vectors"]
    out = tmp_path / "out"
    done = subprocess.run(
        [*command, "convert", file, out], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "400 words of dimension 5" in done.stdout
    again = subprocess.run(
        [*command, "convert", file, out], capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert again.stderr.startswith("Error: ")
    assert "exists already" in again.stderr


@pytest.mark.parametrize("enabled", [True, False])
def test_collector_is_as_before_after_imports(enabled):
    code = f"""
import gc
from spacy_sarcasm.cli.startup import lasting_imports
{"gc.enable()" if enabled else "gc.disable()"}
try:
    with lasting_imports():
        assert not gc.isenabled()
        raise ImportError
except ImportError:
    pass
assert gc.isenabled() is {enabled}
"""
    subprocess.run([sys.executable, "-c", code], check=True)
