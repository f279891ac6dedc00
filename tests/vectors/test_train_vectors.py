"""word2vec trained on a corpus becomes a folder like any other."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
import spacy

from spacy_sarcasm.vectors.train_vectors import train_vectors

pytest.importorskip("gensim")


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.txt"
    texts = ["The king rules the land.", "A cat eats the fish.", "The queen rules the land."]
    path.write_text("".join(f"{text}\n" for text in texts * 30) + "once\n")
    return path


@pytest.mark.parametrize("algorithm", ["skipgram", "cbow"])
def test_folder(tmp_path, corpus, algorithm):
    settings = {"algorithm": algorithm, "dim": 12, "min_count": 2, "seed": 3}
    report = train_vectors(corpus, tmp_path / "a", spacy.blank("en"), **settings)
    nlp = spacy.load(tmp_path / "a")
    assert nlp.vocab.vectors.shape == (report.kept, 12) == (10, 12)
    assert nlp.vocab.vectors.name == f"corpus.{algorithm}.12d"
    doc = nlp("The king once")
    assert [token.has_vector for token in doc] == [True, True, False]
    assert nlp("the")[0].rank == 0  # the most frequent word comes first
    train_vectors(corpus, tmp_path / "b", spacy.blank("en"), **settings)
    again = spacy.load(tmp_path / "b")
    np.testing.assert_array_equal(again.vocab.vectors.data, nlp.vocab.vectors.data)


def test_algorithms_differ_and_case_is_kept_when_asked(tmp_path, corpus):
    for name in ("skipgram", "cbow"):
        train_vectors(
            corpus, tmp_path / name, spacy.blank("en"), algorithm=name, dim=8, lower=False
        )
    skipgram, cbow = (spacy.load(tmp_path / name) for name in ("skipgram", "cbow"))
    assert skipgram("The")[0].has_vector
    assert not skipgram("THE")[0].has_vector
    assert not np.array_equal(skipgram("the")[0].vector, cbow("the")[0].vector)


def test_the_end_of_a_long_text_is_trained_on(tmp_path):
    """A book in one line: gensim takes no more than 10,000 words of a text."""
    rng = random.Random(0)
    halves = [[f"{half}{n}" for n in range(300)] for half in ("first", "second")]
    words = [word for half in halves for word in rng.choices(half, k=12_000)]
    (tmp_path / "book.txt").write_text(" ".join(words))
    nlp = spacy.blank("en")
    train_vectors(tmp_path / "book.txt", tmp_path / "out", nlp, dim=8, min_count=1, epochs=10)
    vocab = spacy.load(tmp_path / "out").vocab
    first, second = (np.mean([vocab[word].vector_norm for word in half]) for half in halves)
    assert second == pytest.approx(first, rel=0.2)


def test_failures(tmp_path, corpus):
    nlp = spacy.blank("en")
    with pytest.raises(ValueError, match=r"none of its words occurs 1000 times"):
        train_vectors(corpus, tmp_path / "out", nlp, min_count=1000)
    with pytest.raises(ValueError, match=r"expected 'skipgram' or 'cbow'"):
        train_vectors(corpus, tmp_path / "out", nlp, algorithm="glove")
    assert not (tmp_path / "out").exists()
    with pytest.raises(FileExistsError, match=r"exists already"):
        train_vectors(corpus, tmp_path, nlp)


def test_command(tmp_path, corpus):
    command = [sys.executable, "-c", "from spacy_sarcasm.cli import main; main()", "vectors"]
    options = ["--algorithm", "cbow", "--dim", "6", "--min-count", "2"]
    done = subprocess.run(
        [*command, "train", corpus, tmp_path / "out", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "10 words of dimension 6" in done.stdout
    assert "epoch 5/5" in done.stderr
    assert spacy.load(tmp_path / "out").vocab.vectors.shape == (10, 6)
