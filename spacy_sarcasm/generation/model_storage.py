"""A language model in one file: arrays, words and settings; no code, no pickle.

The file is a zip archive like that of the scoring network (`network.storage`), with members of its
own: a ``.npy`` for each array, ``config.json`` and ``words.json``.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np

from ..about import __version__
from ..atomic import atomic_write
from ..network.vocabulary import Vocabulary
from ..stored_arrays import FAULTS, describe_fault, read_array, read_json
from .language_model import LanguageModel, ModelSettings

FORMAT = "spacy-sarcasm language model"
FORMAT_VERSION = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)


class LanguageModelError(ValueError):
    """A file cannot be used as a language model; the message names the file and the fault."""


def save_model(model: LanguageModel, path: Path) -> None:
    """Write a language model; the file appears only when it is complete.

    Args:
        model: The model.
        path: The file; one that exists is replaced.

    Raises:
        OSError: The file cannot be written.
    """
    header = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "written_by": f"spacy-sarcasm {__version__}",
        "model": model.settings.to_dict(),
        "known": len(model.known),
        "report": model.report,
    }
    arrays = {**model.weights, "joins": model.joins, "known": model.known}
    with atomic_write(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_member("config.json"), json.dumps(header, indent=2))
        archive.writestr(_member("words.json"), json.dumps(model.vocabulary.words))
        for name, array in arrays.items():
            buffer = io.BytesIO()
            little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            np.lib.format.write_array(buffer, little, allow_pickle=False)
            archive.writestr(_member(f"{name}.npy"), buffer.getvalue())


def load_model(path: Path) -> LanguageModel:
    """Read a language model.

    Args:
        path: A file that `save_model` wrote.

    Raises:
        FileNotFoundError: There is no such file.
        LanguageModelError: It is not a language model, was cut short or is of a later version.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file '{path}': expected one written by 'spacy-sarcasm generate train'"
        )
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            return _read(archive)
    except zipfile.BadZipFile as error:
        raise LanguageModelError(
            f"'{path}' is not a language model of headlines, or it was damaged or cut short "
            f"({error}). Train one with 'spacy-sarcasm generate train'"
        ) from error
    except FAULTS as error:
        raise LanguageModelError(
            f"'{path}' cannot be used as a language model of headlines: {describe_fault(error)}"
        ) from error


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _EPOCH)


def _read(archive: zipfile.ZipFile) -> LanguageModel:
    header = read_json(archive, "config.json")
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError(f"'config.json' does not say that the format is '{FORMAT}'")
    version = header.get("format_version")
    if not isinstance(version, int) or not 1 <= version <= FORMAT_VERSION:
        raise ValueError(
            f"it has format version {version!r:.100}, and this spacy-sarcasm ({__version__}) reads "
            f"version {FORMAT_VERSION}"
        )
    settings = ModelSettings.from_dict(header.get("model"))
    words = read_json(archive, "words.json")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("'words.json' is not a list of words")
    n_known, report = header.get("known"), header.get("report")
    if not isinstance(n_known, int) or n_known < 0 or not isinstance(report, dict):
        raise ValueError("'config.json' lacks 'known', a whole number, or 'report', an object")
    float32 = np.dtype("float32")
    weights = {
        name: read_array(archive, name, float32, shape) for name, shape in settings.shapes.items()
    }
    joins = read_array(archive, "joins", np.dtype("bool"), (settings.n_words, 2))
    known = read_array(archive, "known", np.dtype("uint64"), (n_known,))
    return LanguageModel(settings, Vocabulary(words), weights, joins, known, report)
