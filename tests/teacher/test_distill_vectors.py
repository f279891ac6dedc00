"""Static word vectors taken from an encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
from typer.testing import CliRunner

from spacy_sarcasm.cli.words.vectors import app
from spacy_sarcasm.teacher.distill_vectors import principal_components, read_words, sif_weights
from spacy_sarcasm.vectors.load import load_vectors

WORDS = ["the", "on", "meeting", "great", "reports", "rain", "area", "wow"]


@pytest.fixture
def word_list(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("".join(f"{word}\n" for word in WORDS))
    return path


def distill(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["distill", *map(str, arguments), "--device", "cpu"])
    assert done.exit_code == (0 if "words of dimension" in done.output else 1), done.output
    return done.output


def test_vectors_load_and_are_the_same_at_any_batch_size(
    tiny_encoder: Path, word_list: Path, tmp_path: Path
) -> None:
    tables = []
    for batch_size in (1, 3, 100):
        out = tmp_path / f"{batch_size}.txt"
        output = distill(tiny_encoder, word_list, out, "--dim", 4, "--batch-size", batch_size)
        assert f"{out}: 8 words of dimension 4" in output
        nlp = spacy.blank("en")
        report = load_vectors(nlp.vocab, out)
        assert (report.kept, report.dim) == (8, 4)
        tables.append(np.stack([nlp.vocab[word].vector for word in WORDS]))
    for table in tables[1:]:
        # A component's sign is arbitrary.
        assert np.allclose(np.abs(table), np.abs(tables[0]), atol=1e-4)
    assert np.abs(tables[0]).max() > 1e-4
    assert len(np.unique(tables[0].round(6), axis=0)) == 8


def test_no_more_components_than_the_encoder_has(
    tiny_encoder: Path, word_list: Path, tmp_path: Path
) -> None:
    output = distill(tiny_encoder, word_list, tmp_path / "out.txt", "--dim", 300)
    assert "8 words of dimension 16" in output


def test_components_keep_the_largest_variance() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(200, 5)) * [1, 10, 0.1, 5, 0.01] + 3
    found = principal_components(vectors, 2)
    assert np.allclose(found.mean(0), 0)
    assert found.std(0) == pytest.approx([vectors[:, 1].std(), vectors[:, 3].std()], rel=0.05)


def test_weights_rise_with_the_rank() -> None:
    weights = sif_weights(10_000)
    assert (np.diff(weights) > 0).all()
    assert 0 < weights[0] < 0.05
    assert 0.9 < weights[-1] < 1


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "has no words"),
        ("the\nnew york\n", "line 2: expected one word per line, got 'new york'"),
        ("the\nof\nthe\n", "line 3: 'the' is also on line 1"),
    ],
)
def test_word_lists_that_are_refused(content: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text(content)
    with pytest.raises(ValueError, match=fault):
        read_words(path)


def test_a_folder_that_is_not_an_encoder(
    tiny_encoder: Path, word_list: Path, tmp_path: Path
) -> None:
    output = distill(tmp_path, word_list, tmp_path / "out.txt")
    assert "has no config.json" in output
    assert not (tmp_path / "out.txt").exists()
