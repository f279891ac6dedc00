"""Vectors of a file with distilled ones beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from spacy_sarcasm.cli.words.vectors import app
from spacy_sarcasm.teacher.widen_vectors import read_all_vectors, widen_vectors

FILE_WORDS = ["meeting", "rain", "the", "zebra"]


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    path = tmp_path / "glove.txt"
    rows = [f"{word} {at} 0.5 -{at}" for at, word in enumerate(FILE_WORDS)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_file_comes_first_and_frequent_new_words_follow(
    tiny_encoder: Path, vectors: Path, tmp_path: Path
) -> None:
    out = tmp_path / "wide.txt"
    counts = {"wow": 9, "great": 12, "rare": 1, "rain": 50, "two words": 30}
    found = widen_vectors(vectors, counts, out, encoder=tiny_encoder, dim=4, min_count=2)
    words, table = read_all_vectors(out)

    assert found == (6, 7)
    assert words == [*FILE_WORDS, "great", "wow"]
    assert np.allclose(table[:4, :3], [[at, 0.5, -at] for at in range(4)])
    assert not table[4:, :3].any()
    assert table[:, 3:].std() == pytest.approx(0.5, rel=1e-3)
    assert len(np.unique(table[:, 3:], axis=0)) > 3


def test_the_same_file_twice(tiny_encoder: Path, vectors: Path, tmp_path: Path) -> None:
    written = []
    for name in ("a.txt.gz", "b.txt.gz"):
        widen_vectors(vectors, {"great": 5}, tmp_path / name, encoder=tiny_encoder, dim=3)
        written.append((tmp_path / name).read_bytes())

    assert written[0] == written[1]


def test_the_command_counts_the_words_of_a_corpus(
    tiny_encoder: Path, vectors: Path, tmp_path: Path
) -> None:
    corpus, out = tmp_path / "corpus.txt", tmp_path / "wide.txt"
    corpus.write_text("Great great rain\nwow great\n", encoding="utf-8")
    options = ["--encoder", str(tiny_encoder), "--dim", "2", "--min-count", "3"]
    done = CliRunner().invoke(app, ["widen", str(vectors), str(corpus), str(out), *options])

    assert done.exit_code == 0, done.output
    assert f"{out}: 5 words of dimension 5" in done.output
    assert read_all_vectors(out)[0] == [*FILE_WORDS, "great"]


def test_more_dimensions_than_words_is_an_error(
    tiny_encoder: Path, vectors: Path, tmp_path: Path
) -> None:
    out = tmp_path / "wide.txt"
    with pytest.raises(ValueError, match="10 dimensions need at least 10 words, got 4"):
        widen_vectors(vectors, {}, out, encoder=tiny_encoder, dim=10)
    assert not out.exists()
