"""What becomes of a trained pipeline: vectors dropped, a copy made ready for `spacy package`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.util import get_minor_version_range
from spacy.vectors import Vectors

import spacy_sarcasm
from spacy_sarcasm.downloads.assets import Asset, write_report
from spacy_sarcasm.training.callbacks import make_drop_vectors
from spacy_sarcasm.training.release import make_release

from ..conftest import ScoresOf


def give_vectors(nlp: Language) -> Language:
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings, data=np.ones((2, 300), np.float32), keys=["oh", "great"]
    )
    return nlp


def test_vectors_are_dropped_and_scores_stay(
    trained: Language, tiny_scores: ScoresOf, tmp_path: Path
) -> None:
    before = tiny_scores(trained)
    dropped = make_drop_vectors()(give_vectors(trained))
    assert dropped is trained
    dropped.to_disk(tmp_path / "saved")
    saved = spacy.load(tmp_path / "saved")
    assert saved.vocab.vectors.shape == (0, 0)
    assert saved.meta["vectors"]["vectors"] == 0
    np.testing.assert_array_equal(tiny_scores(saved), before)


def test_vectors_are_kept_if_asked_for(trained: Language) -> None:
    assert make_drop_vectors(keep=True)(give_vectors(trained)).vocab.vectors.shape == (2, 300)


def test_vectors_are_kept_where_another_component_reads_them(trained: Language) -> None:
    give_vectors(trained)
    tok2vec = {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "width": 8,
        "depth": 1,
        "embed_size": 10,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": False,
        "pretrained_vectors": True,
    }
    trained.add_pipe("tok2vec", config={"model": tok2vec})
    with pytest.warns(UserWarning, match="tok2vec reads them"):
        assert make_drop_vectors()(trained).vocab.vectors.shape == (2, 300)


def test_release_is_a_copy(trained_folder: Path, tmp_path: Path) -> None:
    asset = Asset("assets/corpus.json", "x", 1, "ab", None)
    write_report({"corpus": asset}, tmp_path / "report.json")
    readme = tmp_path / "card.md"
    readme.write_text("# A card\n")
    before = {path: path.read_bytes() for path in trained_folder.rglob("*") if path.is_file()}
    output = tmp_path / "release"
    for version in ("1.0.0", "1.0.1"):
        make_release(
            trained_folder,
            output,
            meta={"name": "mine", "version": version},
            assets=tmp_path / "report.json",
            readme=readme,
        )
    meta = json.loads((output / "meta.json").read_text())
    assert (meta["name"], meta["version"], meta["pipeline"]) == ("mine", "1.0.1", ["sarcasm"])
    own = get_minor_version_range(spacy_sarcasm.__version__)
    assert meta["requirements"] == [f"spacy-sarcasm{own}"]
    assert meta["sources"] == [{"name": "corpus: corpus.json, SHA-256 ab"}]
    assert (output / "README.md").read_text() == "# A card\n"
    assert {p: p.read_bytes() for p in trained_folder.rglob("*") if p.is_file()} == before


def test_release_of_what_is_no_pipeline(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is not the folder of a pipeline"):
        make_release(tmp_path, tmp_path / "release", meta={})


def test_release_over_something_else(trained_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="exists already"):
        make_release(trained_folder, tmp_path, meta={})
    assert (tmp_path / "thesis.txt").exists()


def test_damaged_report(trained_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"corpus": 1}')
    with pytest.raises(ValueError, match="is not a report of assets"):
        make_release(trained_folder, tmp_path / "release", meta={}, assets=tmp_path / "report.json")
    assert not (tmp_path / "release").exists()
