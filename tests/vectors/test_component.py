"""The sarcasm component started from a vectors file has exactly the rows its words have there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.training import Example

from spacy_sarcasm.network.weights import PRETRAINED

MODEL = {
    "units": 4,
    "trainable_width": 4,
    "spatial_dropout": 0.0,
    "word_dropout": 0.0,
    "vector_words": 0,
    "precision": "float32",
}


def plain_read(path: Path) -> dict[str, np.ndarray]:
    rows = (line.rsplit(" ", 25) for line in path.read_text("utf-8").split("\n") if line)
    return {word: np.array([float(v) for v in values], np.float32) for word, *values in rows}


def check_rows(path: Path, texts: list[str], attr: str) -> None:
    before_init = {"@callbacks": "spacy_sarcasm.load_vectors.v1", "path": str(path), "attr": attr}
    nlp = spacy.blank("en", config={"initialize": {"before_init": before_init}})
    component = nlp.add_pipe("sarcasm", config={"weights": None, "model": MODEL})
    docs = [nlp.make_doc(text) for text in texts]
    examples = [
        Example.from_dict(doc, {"cats": {"SARCASM": float(i % 2)}}) for i, doc in enumerate(docs)
    ]
    nlp.initialize(lambda: examples)
    network = component.network
    table, words = network.weights[PRETRAINED], network.vocabulary.words
    assert set(words) == {token.lower_ for doc in docs for token in doc}
    plain = plain_read(path)
    known = [word for word in words if word in plain]
    assert 0 < len(known) < len(words)
    assert table.shape == (len(words) + 2, 25)
    assert not table[:2].any()  # padding and the unknown word
    for word, row in zip(words, table[2:], strict=True):
        np.testing.assert_array_equal(row, plain.get(word, np.zeros(25, np.float32)))


@pytest.mark.parametrize("attr", ["ORTH", "LOWER"])
def test_rows_of_the_words(tmp_path: Path, attr: str) -> None:
    rng = np.random.default_rng(0)
    lines = [
        f"{word} {' '.join(f'{v:.5g}' for v in rng.normal(0, 0.6, 25))}\n"
        for word in ["the", "\x85", "cat", "sat", ".", "dog", "Cat", "unused", "mat"]
    ]
    path = tmp_path / "glove.txt"
    path.write_text("".join(lines), "utf-8")
    check_rows(path, ["The cat sat .", "Oh , the dog sat on the MAT"], attr)


@pytest.mark.data
def test_rows_of_real_words(data_dir: Path) -> None:
    texts = ["Area man wins the lottery again , reports area man", "rain is expected on tuesday"]
    check_rows(data_dir / "glove.twitter.27B.25d.subset.txt", texts, "LOWER")


def test_classes_of_glove_twitter_by_config(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    words = ["<user>", "so", "<allcaps>", "<elong>", "good", "<url>", "unused"]
    lines = [f"{word} {' '.join(f'{v:.5g}' for v in rng.normal(0, 0.6, 25))}\n" for word in words]
    path = tmp_path / "glove.txt"
    path.write_text("".join(lines), "utf-8")
    check_classes(path, tmp_path)


@pytest.mark.data
def test_classes_of_the_real_glove_twitter(tmp_path: Path, data_dir: Path) -> None:
    check_classes(data_dir / "glove.twitter.27B.100d.head.txt", tmp_path)


def check_classes(path: Path, tmp_path: Path) -> None:
    """With the setting, ``@someone`` and a link have the rows of their classes; saved with it."""
    before_init = {"@callbacks": "spacy_sarcasm.load_vectors.v1", "path": str(path)}
    text = "@someone SOOO good http://t.co/x"
    expected = ["<user>", "so", "<allcaps>", "<elong>", "good", "<url>"]
    for token_words in (None, "spacy_sarcasm.GloveTwitterWords.v1"):
        nlp = spacy.blank("en", config={"initialize": {"before_init": before_init}})
        model = {**MODEL, "token_words": token_words}
        component = nlp.add_pipe("sarcasm", config={"weights": None, "model": model})
        gold = [({"SARCASM": 1.0}), ({"SARCASM": 0.0})]
        docs = [Example.from_dict(nlp.make_doc(text), {"cats": cats}) for cats in gold]
        nlp.initialize(lambda docs=docs: docs)
        network = component.network
        words = list(network.vocabulary.words)
        if token_words is None:
            assert "<user>" not in words
            continue
        assert sorted(words) == sorted(expected)
        table = network.weights[PRETRAINED]
        for word in expected:
            row = table[2 + words.index(word)]
            np.testing.assert_array_equal(row, nlp.vocab.vectors[word])
            assert row.any()
        nlp.to_disk(tmp_path / "nlp")
        loaded = spacy.load(tmp_path / "nlp").get_pipe("sarcasm").network
        assert loaded.config.settings.token_words == token_words
        assert list(loaded.vocabulary.words) == words
