"""Language models in files: what was saved comes back, and damage is named."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from spacy_sarcasm.generation.model_storage import LanguageModelError, load_model, save_model

from .conftest import MakeModel


@pytest.fixture
def saved(make_model: MakeModel, tmp_path: Path) -> Path:
    path = tmp_path / "model.npz"
    save_model(make_model(["cat finds man"]), path)
    return path


def rewrite(path: Path, name: str, content: bytes) -> None:
    """Give a member of the archive another content."""
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in {**members, name: content}.items():
            archive.writestr(member, data)


def test_a_saved_model_comes_back(make_model: MakeModel, saved: Path) -> None:
    model, loaded = make_model(["cat finds man"]), load_model(saved)
    assert loaded.settings == model.settings
    assert loaded.vocabulary.words == model.vocabulary.words
    assert loaded.report == model.report
    assert all(np.array_equal(loaded.weights[name], model.weights[name]) for name in model.weights)
    assert np.array_equal(loaded.joins, model.joins)
    assert np.array_equal(loaded.known, model.known)


def test_the_same_model_gives_the_same_bytes(make_model: MakeModel, saved: Path) -> None:
    again = saved.with_name("again.npz")
    save_model(make_model(["cat finds man"]), again)
    assert again.read_bytes() == saved.read_bytes()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_file_that_was_cut_short_is_named(saved: Path, share: float) -> None:
    content = saved.read_bytes()
    saved.write_bytes(content[: int(share * len(content))])
    with pytest.raises(LanguageModelError, match=r"model\.npz.*generate train"):
        load_model(saved)


def test_a_flipped_byte_is_noticed(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[content.index(b"NUMPY") + 200] ^= 0xFF
    saved.write_bytes(content)
    with pytest.raises(LanguageModelError, match=r"model\.npz"):
        load_model(saved)


def test_weights_of_the_scorer_are_not_a_language_model(tmp_path: Path) -> None:
    import spacy_sarcasm

    package = Path(spacy_sarcasm.__file__).parent
    path = shutil.copy(package / "pretrained" / "small.npz", tmp_path / "small.npz")
    with pytest.raises(LanguageModelError, match="does not say that the format is"):
        load_model(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format_version": 99}, "format version 99"),
        ({"model": {"n_words": 14}}, "expected the settings"),
        ({"known": 2}, r"'known' has shape \(1,\), expected \(2,\)"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    saved: Path, changed: dict[str, object], message: str
) -> None:
    with zipfile.ZipFile(saved) as archive:
        header = json.loads(archive.read("config.json"))
    rewrite(saved, "config.json", json.dumps({**header, **changed}).encode())
    with pytest.raises(LanguageModelError, match=message):
        load_model(saved)


def test_words_and_arrays_that_do_not_fit_are_named(saved: Path) -> None:
    rewrite(saved, "words.json", b'["one"]')
    with pytest.raises(LanguageModelError, match="the vocabulary has 3 rows"):
        load_model(saved)
    rewrite(saved, "joins.npy", bytes(100_000))
    with pytest.raises(LanguageModelError, match=r"model\.npz' cannot be used.*magic string"):
        load_model(saved)


def test_pickled_arrays_are_refused(saved: Path, tmp_path: Path) -> None:
    joins = np.empty(load_model(saved).joins.shape, dtype=object)
    np.save(tmp_path / "pickled.npy", joins)
    rewrite(saved, "joins.npy", (tmp_path / "pickled.npy").read_bytes())
    with pytest.raises(LanguageModelError, match="'joins' has dtype object, expected bool"):
        load_model(saved)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="spacy-sarcasm generate train"):
        load_model(tmp_path / "none.npz")
