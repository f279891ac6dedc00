"""The folder that convert writes is one of spaCy's."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import spacy
from spacy.training.initialize import convert_vectors as spacy_convert_vectors
from spacy.training.initialize import load_vectors_into_model

from spacy_sarcasm.vectors.convert import convert_vectors


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
