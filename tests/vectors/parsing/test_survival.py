"""Vectors survive saving, other processes and packaging."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pytest
import spacy

from spacy_sarcasm.vectors.load import load_vectors

SCRIPT = """
import multiprocessing, sys, spacy
from spacy_sarcasm import load_vectors

if __name__ == "__main__":
    method, file, attr = sys.argv[1:]
    multiprocessing.set_start_method(method)
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    load_vectors(nlp.vocab, file, attr=attr)
    texts = ["w7 W8 absent"] * 20
    alone = [[t.vector.tolist() for t in doc] for doc in nlp.pipe(texts)]
    docs = list(nlp.pipe(texts, n_process=2, batch_size=5))
    print([[t.vector.tolist() for t in doc] for doc in docs] == alone, any(alone[0][1]))
"""


@pytest.mark.parametrize("attr", ["ORTH", "LOWER"])
def test_to_disk_and_bytes(tmp_path, file, attr):
    nlp = spacy.blank("en")
    load_vectors(nlp.vocab, file, attr=attr)
    nlp.to_disk(tmp_path / "nlp")
    loaded = spacy.load(tmp_path / "nlp")
    from_bytes = spacy.blank("en").from_bytes(nlp.to_bytes())
    for other in (loaded, from_bytes):
        for word in ("w7", "W7", "absent"):
            np.testing.assert_array_equal(other(word)[0].vector, nlp(word)[0].vector)
        assert other("W7")[0].has_vector is (attr == "LOWER")
    assert loaded.vocab.vectors.name == "glove.test.5d"


def test_lower_survives_two_saves_from_the_callback(tmp_path, file):
    before_init = {"@callbacks": "spacy_sarcasm.load_vectors.v1", "path": str(file)}
    before_init["attr"] = "LOWER"
    nlp = spacy.blank("en", config={"initialize": {"before_init": before_init}})
    nlp.initialize()
    for n in range(2):
        nlp.to_disk(tmp_path / str(n))
        nlp = spacy.load(tmp_path / str(n))
        assert nlp("W7")[0].has_vector


@pytest.mark.parametrize("attr", ["ORTH", "LOWER"])
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(tmp_path, file, method, attr):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    command = [sys.executable, script, method, file, attr]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", str(attr == "LOWER")]


@pytest.mark.slow
@pytest.mark.parametrize("attr", ["ORTH", "LOWER"])
def test_package(tmp_path, file, attr):
    pytest.importorskip("setuptools")
    nlp = spacy.blank("en")
    load_vectors(nlp.vocab, file, attr=attr)
    nlp.to_disk(tmp_path / "nlp")
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-m", "spacy", "package", "nlp", "out", "--name", "v", "--build"]
    subprocess.run([*command, "none"], cwd=tmp_path, check=True, capture_output=True)
    package = next((tmp_path / "out").glob("en_v-*"))
    command = [sys.executable, "setup.py", "build", "--build-lib", tmp_path / "site"]
    subprocess.run(command, cwd=package, check=True, capture_output=True)
    word = "w7" if attr == "ORTH" else "W7"
    code = f"import en_v; print(en_v.load()('{word}')[0].vector.tolist())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(nlp("w7")[0].vector.tolist())
