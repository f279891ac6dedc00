"""A trained pipeline made ready for ``spacy package``: a copy with its metadata and README."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from spacy.util import get_minor_version_range

from ..about import __version__
from ..atomic import new_folder
from ..network.engines.optimizer_state import STATE_FILE


def make_release(
    model: Path,
    output: Path,
    *,
    meta: Mapping[str, object],
    assets: Path | None = None,
    readme: Path | None = None,
) -> None:
    """Copy a trained pipeline, without the optimizer's state, and fill in its metadata.

    Args:
        model: The pipeline's folder, which is not changed.
        output: The folder to write; a pipeline there is replaced.
        meta: Replaces entries of ``meta.json``. The requirement on this package is added, since
            ``spacy package`` overlooks packages installed from a source tree.
        assets: The report of ``spacy-sarcasm assets``, which names the sources.
        readme: The package's README, such as a model card. None: ``spacy package`` makes one from
            the metadata.

    Raises:
        FileExistsError: ``output`` exists and is not a pipeline's folder.

    Example:
        >>> meta = {"name": "tweets", "version": "1.0.0", "license": "MIT"}
        >>> make_release(Path("training/model-best"), Path("release"), meta=meta)
        ... # doctest: +SKIP
    """
    if not (model / "meta.json").is_file():
        raise FileNotFoundError(f"'{model}' is not the folder of a pipeline: it has no meta.json")
    with new_folder(output, overwrite=True) as folder:
        ignored = shutil.ignore_patterns(STATE_FILE)
        shutil.copytree(model, folder, ignore=ignored, dirs_exist_ok=True)
        path = folder / "meta.json"
        content = {**json.loads(path.read_text("utf-8")), **meta, "requirements": [_requirement()]}
        if assets is not None:
            content["sources"] = _sources(assets)
        path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
        if readme is not None:
            shutil.copyfile(readme, folder / "README.md")


def _requirement() -> str:
    return f"spacy-sarcasm{get_minor_version_range(__version__)}"


def _sources(assets: Path) -> list[dict[str, str]]:
    try:
        report = json.loads(assets.read_text("utf-8"))
        return [
            {"name": f"{role}: {Path(asset['file']).name}, SHA-256 {asset['sha256']}"}
            for role, asset in report.items()
        ]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"'{assets}' is not a report of assets ({error!r}). Run spacy-sarcasm assets again"
        ) from error
