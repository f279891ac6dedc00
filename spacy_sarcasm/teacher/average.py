"""Average the weights of several teachers, to start another teacher from.

Models fine-tuned from the same encoder stay so close to one another that the mean of their weights
works at least as well as each of them: "model soups" (Wortsman et al. 2022,
https://arxiv.org/abs/2203.05482).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from ..atomic import new_folder
from ..extras import require
from .encoder import EXTRA, is_classifier_folder

_WEIGHTS = "model.safetensors"


def average_teachers(teachers: Sequence[Path], out: Path, *, overwrite: bool = False) -> None:
    """Write a teacher whose weights are the mean of those of several teachers.

    Args:
        teachers: Folders of teachers that were fine-tuned from the same encoder.
        out: The folder to write; its other files are those of the first teacher.

    Raises:
        OSError: A folder does not hold a teacher.
        ValueError: No teachers were given, or their weights differ in name or shape.

    Example:
        >>> average_teachers([Path("a"), Path("b")], Path("mean"))  # doctest: +SKIP
    """
    files = require("safetensors.numpy", EXTRA, "averaging teachers")
    if not teachers:
        raise ValueError("no teachers to average: name one or more folders")
    for folder in teachers:
        if not is_classifier_folder(folder):
            raise OSError(
                f"'{folder}' does not hold a teacher: it has no config.json. Train one with "
                "spacy-sarcasm teacher train"
            )
    weights = [files.load_file(folder / _WEIGHTS) for folder in teachers]
    shapes = [{name: array.shape for name, array in one.items()} for one in weights]
    for folder, one in zip(teachers, shapes, strict=True):
        if one != shapes[0]:
            raise ValueError(
                f"'{folder}' and '{teachers[0]}' cannot be averaged: their weights differ in name "
                "or shape. Average teachers of the same encoder"
            )
    with new_folder(out, overwrite=overwrite) as folder:
        shutil.copytree(teachers[0], folder, dirs_exist_ok=True)
        mean = {
            name: (sum(one[name] for one in weights) / len(weights)).astype(array.dtype)
            for name, array in weights[0].items()
        }
        files.save_file(mean, folder / _WEIGHTS, metadata={"format": "pt"})
        (folder / _WEIGHTS).chmod((folder / "config.json").stat().st_mode)
