"""Averaged teachers, and the mean of several teachers' scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from spacy_sarcasm.teacher.average import average_teachers
from spacy_sarcasm.teacher.teachers import TeacherEnsemble


class Constant:
    def __init__(self, score: float) -> None:
        self.value = score

    def score(self, texts: Sequence[str]) -> np.ndarray:
        return np.full(len(texts), self.value)


def write_teacher(folder: Path, value: float, width: int = 3) -> Path:
    files = pytest.importorskip("safetensors.numpy")
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    files.save_file({"layer": np.full(width, value, np.float32)}, folder / "model.safetensors")
    return folder


def test_several_teachers_give_the_mean_of_their_scores() -> None:
    ensemble = TeacherEnsemble([Constant(0.2), Constant(0.6)])

    assert ensemble.score(["a", "b"]).tolist() == pytest.approx([0.4, 0.4])


def test_weights_are_averaged(tmp_path: Path) -> None:
    files = pytest.importorskip("safetensors.numpy")
    teachers = [write_teacher(tmp_path / name, value) for name, value in (("a", 1.0), ("b", 3.0))]

    average_teachers(teachers, tmp_path / "mean")

    found = files.load_file(tmp_path / "mean" / "model.safetensors")
    assert found["layer"].tolist() == [2.0, 2.0, 2.0]
    assert found["layer"].dtype == np.float32


def test_teachers_of_different_encoders_cannot_be_averaged(tmp_path: Path) -> None:
    teachers = [write_teacher(tmp_path / "a", 1.0), write_teacher(tmp_path / "b", 1.0, width=4)]

    with pytest.raises(ValueError, match="cannot be averaged"):
        average_teachers(teachers, tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def test_a_folder_that_is_not_a_teacher_is_named(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    with pytest.raises(OSError, match="nowhere"):
        average_teachers([tmp_path / "nowhere"], tmp_path / "mean")
