"""Vectors in nlp.vocab behave as spaCy users expect."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.tokens import DocBin
from spacy.training.initialize import convert_vectors as spacy_convert_vectors
from spacy.util import registry

import spacy_sarcasm
from spacy_sarcasm.vectors.load import load_vectors, load_vectors_callback


@pytest.fixture
def nlp():
    return spacy.blank("en")


def test_top_level_name():
    assert spacy_sarcasm.load_vectors is load_vectors
    with pytest.raises(AttributeError, match=r"nothing"):
        _ = spacy_sarcasm.nothing


def test_importing_the_package_stays_light():
    code = "import sys, spacy_sarcasm; print('spacy' in sys.modules or 'numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_tokens_have_the_rows_of_the_file(nlp, file, rows):
    nlp("w7 made before")  # a lexeme that exists already gets its rank
    report = load_vectors(nlp.vocab, file)
    assert (report.rows, report.kept, report.dim) == (400, 400, 5)
    assert report.seconds > 0
    assert nlp.vocab.vectors.name == "glove.test.5d"
    plain = dict(rows)
    doc = nlp("w7 w399 absent W7")
    assert [token.has_vector for token in doc] == [True, True, False, False]
    for token in doc[:2]:
        np.testing.assert_array_equal(token.vector, np.array(plain[token.text], np.float32))
    assert not doc[2].vector.any()
    assert [token.rank for token in doc[:2]] == [7, 399]
    cosine = np.dot(doc[0].vector, doc[1].vector) / (doc[0].vector_norm * doc[1].vector_norm)
    assert doc[0].similarity(doc[1]) == pytest.approx(cosine, abs=1e-6)
    keys, found, scores = nlp.vocab.vectors.most_similar(doc[0].vector[None], n=3)
    assert nlp.vocab.strings[keys[0][0]] == "w7"
    assert (found[0][0], scores[0][0]) == (7, 1.0)
    assert nlp.vocab.vectors.is_full
    assert list(nlp.vocab.vectors.find(keys=["w0", "w399", "absent"])) == [0, 399, -1]


def test_no_lexeme_a_word(nlp, file):
    before = len(nlp.vocab)
    load_vectors(nlp.vocab, file)
    assert len(nlp.vocab) == before


def test_same_table_as_spacys_own_route(nlp, file):
    load_vectors(nlp.vocab, file)
    other = spacy.blank("en")
    spacy_convert_vectors(other, file, truncate=0, prune=-1)
    ours, theirs = nlp.vocab.vectors, other.vocab.vectors
    assert ours.key2row == theirs.key2row
    np.testing.assert_array_equal(ours.data, theirs.data)


def test_lower_attribute(nlp, file):
    load_vectors(nlp.vocab, file, attr="LOWER")
    doc = nlp("W7 w7")
    assert doc[0].has_vector
    np.testing.assert_array_equal(doc[0].vector, doc[1].vector)


def test_words_are_looked_up_by_the_attribute(nlp, file):
    assert load_vectors(nlp.vocab, file, words=["W7", "w8"], attr="LOWER").kept == 2
    assert nlp("W7")[0].has_vector
    with pytest.raises(ValueError, match=r"none of its 400 rows was kept"):
        load_vectors(spacy.blank("en").vocab, file, words=["W7"])


def test_vectors_are_not_overwritten_unless_asked(nlp, file):
    load_vectors(nlp.vocab, file, limit=10)
    with pytest.raises(ValueError, match=r"already has vectors.*overwrite=True"):
        load_vectors(nlp.vocab, file)
    assert nlp.vocab.vectors.shape == (10, 5)
    load_vectors(nlp.vocab, file, overwrite=True, name="mine")
    assert nlp.vocab.vectors.shape == (400, 5)
    assert nlp.vocab.vectors.name == "mine"


def test_failed_load_leaves_the_vectors_alone(nlp, file, tmp_path, text):
    load_vectors(nlp.vocab, file, limit=10)
    bad = tmp_path / "bad.txt"
    bad.write_bytes(text + b"x 0.1\n" * 100)
    with pytest.raises(ValueError, match=r"rows are bad"):
        load_vectors(nlp.vocab, bad, overwrite=True)
    assert nlp.vocab.vectors.shape == (10, 5)


def test_unknown_attribute(nlp, file):
    with pytest.raises(ValueError, match=r"expected 'ORTH' or 'LOWER'"):
        load_vectors(nlp.vocab, file, attr="SHAPE")


def test_words_that_are_spacys_symbols(nlp, tmp_path, text):
    path = tmp_path / "symbols.txt"
    path.write_bytes(text + b"NOUN 0.1 0.2 0.3 0.4 0.5\n")
    load_vectors(nlp.vocab, path)
    assert nlp("NOUN")[0].has_vector


def test_inside_a_memory_zone(nlp, file):
    with nlp.memory_zone():
        load_vectors(nlp.vocab, file)
    assert nlp.vocab.strings[nlp.vocab.strings["w7"]] == "w7"
    assert nlp("w7")[0].has_vector


def test_callback_from_a_config(file):
    config = {
        "initialize": {
            "before_init": {
                "@callbacks": "spacy_sarcasm.load_vectors.v1",
                "path": str(file),
                "attr": "LOWER",
                "limit": 100,
            }
        }
    }
    nlp = spacy.blank("en", config=config)
    nlp.initialize()
    assert nlp.vocab.vectors.shape == (100, 5)
    assert nlp("W7")[0].has_vector


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("callbacks", "spacy_sarcasm.load_vectors.v1"),
        ("vectors", "spacy_sarcasm.AttrVectors.v1"),
        ("misc", "spacy_sarcasm.GloveTwitterWords.v1"),
    ],
)
def test_registered_names_resolve(group, name):
    assert callable(registry.get(group, name))


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "rows", "dim"),
    [
        ("glove.twitter.27B.25d.subset.txt", 11_925, 25),
        ("glove.twitter.27B.100d.head.txt", 2_719, 100),
        ("glove.6B.100d.top60k.txt.gz", 60_000, 100),
    ],
)
def test_real_files(nlp, data_dir, name, rows, dim):
    report = load_vectors(nlp.vocab, data_dir / name)
    assert (report.rows, report.kept, report.skipped) == (rows, rows, {})
    assert nlp.vocab.vectors.shape == (rows, dim)
    assert nlp("good")[0].similarity(nlp("great")[0]) > nlp("good")[0].similarity(nlp("tuesday")[0])


def test_callback_without_a_path_says_what_to_set() -> None:
    nlp = spacy.blank("en")
    load = registry.callbacks.get("spacy_sarcasm.load_vectors.v1")()
    with pytest.raises(ValueError, match="given no path.*--paths.word_vectors FILE"):
        load(nlp)


def test_report_as_json_counts_bad_rows_by_reason(nlp, tmp_path):
    path = tmp_path / "vectors.txt"
    good = "".join(f"w{i} {i} 1\n" for i in range(400))
    path.write_text(f"{good}bad nan 1\nworse inf 1\n")
    report = load_vectors(nlp.vocab, path)
    shown = json.loads(report.to_json())
    assert shown["bad"] == dict(report.bad)
    assert sum(shown["bad"].values()) == 2
    assert shown["skipped"] == shown["bad"]
    assert shown["kept"] == 400


def test_callback_needs_no_vectors_to_fine_tune() -> None:
    nlp = spacy.blank("en")
    nlp.config["initialize"]["components"] = {"sarcasm": {"weights": "bundled"}}
    load_vectors_callback(None)(nlp)
    assert not nlp.vocab.vectors.data.size


def test_callback_names_a_missing_file() -> None:
    with pytest.raises(FileNotFoundError, match=r"no word vectors file 'nothere\.txt': set"):
        load_vectors_callback("nothere.txt")(spacy.blank("en"))


def test_missing_file_is_one_line_of_spacy_train(tmp_path: Path) -> None:
    config = Path(spacy_sarcasm.__file__).parent / "configs" / "sarcasm.cfg"
    (tmp_path / "data.spacy").write_bytes(DocBin().to_bytes())
    paths = {"train": "data.spacy", "dev": "data.spacy", "word_vectors": "nothere.txt"}
    options = [part for name, path in paths.items() for part in (f"--paths.{name}", path)]
    result = subprocess.run(
        [sys.executable, "-m", "spacy", "train", str(config), *options],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=180,
    )
    assert result.returncode == 1
    shown = result.stdout + result.stderr
    assert "there is no word vectors file 'nothere.txt'" in shown
    assert "Traceback" not in shown
