"""What partial work consists of, so that only the same run can resume it.

A folder is recognised as ours by a mark in its manifest. Any other is refused, even with
--overwrite: nothing is removed that this command did not write.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...data.formats import Format
from ...data.streams import Source
from .folder_lock import LOCK_NAME
from .layout import PreparedRun
from .shared_pipeline import SharedPipeline, fingerprint

MANIFEST = "manifest.json"
# What tells our manifests from any other file of this name.
MARK = {"made_by": "spacy-sarcasm score"}


class PartialOutputError(ValueError):
    """An output, complete or partial, is in the way; the message says what to do."""


def holds_work(folder: Path) -> bool:
    """Return whether a folder holds partial work.

    Args:
        folder: The folder, which need not exist.

    Raises:
        PartialOutputError: It holds anything else, or is not a folder.
    """
    if not (folder.is_symlink() or folder.exists()):
        return False
    names = _file_names(folder)
    if names is not None:
        if MANIFEST in names and _read_manifest(folder).items() >= MARK.items():
            return True
        # A run that was killed before it wrote its manifest, or after removing it.
        if all(name == LOCK_NAME or is_temporary(name) for name in names):
            return False
    raise PartialOutputError(
        f"'{folder}' is where partial work is kept, but this command did not write it: move it "
        "away, or choose another output"
    )


def check_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Check that partial work can be resumed.

    Args:
        folder: The folder.
        manifest: What the run that would resume it consists of.

    Raises:
        PartialOutputError: It consists of something else; the message lists the differences.
    """
    found = _read_manifest(folder)
    differing = [
        f"{key} was {_shortened(found.get(key))} and is {_shortened(manifest.get(key))}"
        for key in dict.fromkeys([*manifest, *found])
        if found.get(key) != manifest.get(key)
    ]
    if differing:
        raise PartialOutputError(
            f"the interrupted run in '{folder}' cannot be resumed, because something has changed: "
            f"{'; '.join(differing)}. Run the command as before, or pass --overwrite to start over"
        )


def describe_run(run: PreparedRun, pipeline: SharedPipeline) -> dict[str, Any]:
    """Return what has to be the same for a resumed run to give the same output.

    Args:
        run: The run.
        pipeline: The pipeline that scores.
    """
    settings = asdict(run.settings)
    if run.layout.format == Format.JSONL:
        # Rows that could be scored are written alike, so a run may go on past the others.
        del settings["on_error"]
    packages = ["spacy-sarcasm", "spacy", "onnxruntime"]
    if run.layout.format == Format.PARQUET:
        packages.append("pyarrow")
    return {
        **settings,
        "inputs": [_identity(source) for source in run.sources],
        "model": fingerprint(pipeline.nlp),
        "versions": {name: version(name) for name in packages},
    }


def _identity(source: Source) -> dict[str, Any]:
    if source.path is None:
        return {"name": source.name, "content": (source.content or b"").decode()}
    found = source.path.stat()
    return {
        "name": str(source.path.resolve()),
        "format": source.format,
        "delimiter": source.delimiter,
        "encoding": source.encoding,
        "size": found.st_size,
        "modified": found.st_mtime_ns,
    }


def is_temporary(name: str) -> bool:
    """Return whether a file was left by `atomic_write` in a run that was killed.

    Args:
        name: The name of a file in a folder with partial work.
    """
    return name.startswith(".") and name.endswith(".partial")


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        # The run before has just ended.
        return {}
    except (ValueError, RecursionError):
        raise PartialOutputError(
            f"'{path}' is damaged: remove the folder '{folder}' to start over"
        ) from None
    return found if isinstance(found, dict) else {}


def _file_names(folder: Path) -> list[str] | None:
    """Return the names of what a folder holds; None where links are involved, or it is a file."""
    try:
        if folder.is_symlink() or any(path.is_symlink() for path in folder.iterdir()):
            return None
        return [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        # The run before has just ended.
        return []
    except NotADirectoryError:
        return None


def _shortened(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 200 else f"{text[:200]}..."
