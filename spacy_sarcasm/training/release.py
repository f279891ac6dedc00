"""A trained pipeline made ready for ``spacy package``: a copy with its meta data and README."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from spacy.util import get_minor_version_range

from ..about import __version__
from ..atomic import new_folder


def make_release(
    model: Path,
    output: Path,
    *,
    meta: Mapping[str, object],
    assets: Path | None = None,
    readme: Path | None = None,
) -> None:
    """Copy a trained pipeline and fill in what its package is to say of it.

    Args:
        model: The pipeline's folder, which stays as it is.
        output: The folder to write; a pipeline that is there is replaced.
        meta: What replaces entries of its ``meta.json``. The requirement on this package is added:
            `spacy package` finds out by itself only what was not installed from a source tree.
        assets: The report that ``write_report`` in ``corpus.assets`` wrote, for the sources.
        readme: The package's README, such as a model card. None: ``spacy package`` makes one of
            the meta data.

    Raises:
        FileNotFoundError: There is no such pipeline or README.
        FileExistsError: ``output`` is something else than a pipeline's folder.
        ValueError: The report of the assets is damaged.
    """
    if not (model / "meta.json").is_file():
        raise FileNotFoundError(
            f"'{model}' is no pipeline's folder: it has no meta.json. Train one"
        )
    with new_folder(output, overwrite=True) as folder:
        shutil.copytree(model, folder, dirs_exist_ok=True)
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
            f"'{assets}' is no report of assets ({error!r}). Run spacy-sarcasm assets again"
        ) from error
