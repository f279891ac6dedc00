"""A trained pipeline made ready for ``spacy package``: a copy with its meta data and README."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from ..files import new_folder


def make_release(
    model: Path, output: Path, *, meta: Mapping[str, object], readme: Path | None = None
) -> None:
    """Copy a trained pipeline and fill in what its package is to say of it.

    Args:
        model: The pipeline's folder, which stays as it is.
        output: The folder to write; a pipeline that is there is replaced.
        meta: What replaces entries of its ``meta.json``.
        readme: The package's README, such as a model card. None: ``spacy package`` makes one of
            the meta data.

    Raises:
        FileNotFoundError: There is no such pipeline or README.
        FileExistsError: ``output`` is something else than a pipeline's folder.
    """
    if not (model / "meta.json").is_file():
        raise FileNotFoundError(
            f"'{model}' is no pipeline's folder: it has no meta.json. Train one"
        )
    with new_folder(output, overwrite=True) as folder:
        shutil.copytree(model, folder, dirs_exist_ok=True)
        path = folder / "meta.json"
        saved = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**saved, **meta}, indent=2) + "\n", "utf-8")
        if readme is not None:
            shutil.copyfile(readme, folder / "README.md")
