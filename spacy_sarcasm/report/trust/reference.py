"""What is stored with weights so that a report can tell whether to trust their scores."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...atomic import atomic_write
from ...network.storage import Network
from ...pipeline.loading import find_sarcasm
from ...pretrained import PRETRAINED
from ...scoring.bulk.shared_pipeline import SharedPipeline
from ..counting.score_bins import EDGES
from .likeness import WordCosts

REFERENCE_SUFFIX = ".reference.npz"
REFERENCE_FILE = "reference.npz"
FORMAT = "spacy-sarcasm reference"
FORMAT_VERSION = 1

Floats = NDArray[np.float64]


class DamagedReferenceError(ValueError):
    """A file cannot be read as a reference; the message names it."""


@dataclass(frozen=True)
class KindReference:
    """Labelled texts of one kind, held out of training.

    Attributes:
        name: The kind, such as ``headline``.
        sources: The names of their sources.
        counts: Texts by source, class and score bin, shape (sources, 2, bins).
        costs: What words cost.
        cross_entropy: The percentiles of the cross-entropy of blocks of texts, each by the words of
            the kind's other sources, shape (101,).
        unknown: The percentiles of the share of unknown words in these blocks, shape (101,).
    """

    name: str
    sources: tuple[str, ...]
    counts: NDArray[np.int64]
    costs: WordCosts
    cross_entropy: Floats
    unknown: Floats


@dataclass(frozen=True)
class Reference:
    """What is known of the scores that a network gives to labelled texts.

    Attributes:
        digest: What `network_digest` gives for the network.
        kinds: The kinds of text.
    """

    digest: str
    kinds: tuple[KindReference, ...]


def network_digest(network: Network) -> str:
    """Return the SHA-256 of what decides a network's scores: its words, weights and calibration.

    Args:
        network: The network.

    Example:
        >>> len(network_digest(nlp.get_pipe("sarcasm").network))  # doctest: +SKIP
        64
    """
    digest = hashlib.sha256(json.dumps(network.vocabulary.words).encode())
    calibration = network.config.calibration
    digest.update(f"{calibration.scale!r} {calibration.shift!r}".encode())
    for name in sorted(network.weights):
        array = network.weights[name]
        digest.update(f"{name} {array.shape} {array.dtype.str}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def save_reference(reference: Reference, path: Path) -> None:
    """Write a reference as arrays without objects, and JSON.

    Args:
        reference: The reference.
        path: The file; one that exists is replaced.

    Raises:
        OSError: It cannot be written.
    """
    words = list(dict.fromkeys(word for kind in reference.kinds for word in kind.costs.costs))
    header = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "digest": reference.digest,
        "kinds": [{"name": kind.name, "sources": kind.sources} for kind in reference.kinds],
    }
    arrays: dict[str, Any] = {
        "header": _to_bytes(header),
        "words": _to_bytes(words),
        "edges": EDGES,
    }
    for number, kind in enumerate(reference.kinds):
        costs = kind.costs.costs
        arrays[f"counts_{number}"] = kind.counts.astype(np.uint32)
        # A word that the kind does not have: 0, since no word is for free.
        arrays[f"costs_{number}"] = np.array([costs.get(w, 0) for w in words], dtype=np.float16)
        arrays[f"cross_entropy_{number}"] = kind.cross_entropy.astype(np.float32)
        arrays[f"unknown_{number}"] = kind.unknown.astype(np.float32)
    with atomic_write(path) as file:
        np.savez_compressed(file, **arrays)


def load_reference(path: Path) -> Reference:
    """Read what `save_reference` wrote.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: There is no such file.
        DamagedReferenceError: It is not a reference, or is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            header = _from_bytes(arrays["header"])
            if header["format"] != FORMAT or header["format_version"] > FORMAT_VERSION:
                raise ValueError(f"its format is {header['format']!r}")
            if not np.array_equal(arrays["edges"], EDGES):
                raise ValueError("its scores are counted in other bins")
            words = _from_bytes(arrays["words"])
            kinds = [
                _read_kind(number, kind, words, arrays)
                for number, kind in enumerate(header["kinds"])
            ]
        return Reference(header["digest"], tuple(kinds))
    except FileNotFoundError:
        raise
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise DamagedReferenceError(
            f"'{path}' cannot be used as a reference: {error}. Write it again with spacy-sarcasm "
            "reference"
        ) from error


def _read_kind(
    number: int, header: Mapping[str, Any], words: Sequence[str], arrays: Mapping[str, Any]
) -> KindReference:
    counts = arrays[f"counts_{number}"].astype(np.int64)
    expected = (len(header["sources"]), 2, len(EDGES) - 1)
    if counts.shape != expected:
        raise ValueError(f"'counts_{number}' has shape {counts.shape}, expected {expected}")
    costs = arrays[f"costs_{number}"].tolist()
    known = {word: cost for word, cost in zip(words, costs, strict=True) if cost}
    return KindReference(
        name=header["name"],
        sources=tuple(header["sources"]),
        counts=counts,
        costs=WordCosts(known),
        cross_entropy=arrays[f"cross_entropy_{number}"].astype(np.float64),
        unknown=arrays[f"unknown_{number}"].astype(np.float64),
    )


def reference_place(model: str) -> Path:
    """Return where the reference of a pipeline belongs.

    Args:
        model: ``"bundled"``, ``"small"``, a weights file or the folder of a pipeline.

    Example:
        >>> reference_place("training/new.npz").name
        'new.reference.npz'
    """
    path = PRETRAINED.get(model, Path(model))
    if path.suffix == ".npz":
        return path.with_suffix(REFERENCE_SUFFIX)
    return path / REFERENCE_FILE


def find_reference(pipeline: SharedPipeline) -> Reference | None:
    """Return the reference of a pipeline's weights; None if none is stored, or one of others.

    Args:
        pipeline: The pipeline.

    Raises:
        DamagedReferenceError: The file that is stored with the weights cannot be read.

    Example:
        >>> reference = find_reference(SharedPipeline(None))
        >>> reference is None or len(reference.kinds) > 0
        True
    """
    digest = network_digest(find_sarcasm(pipeline.nlp).network)
    places = [reference_place(name) for name in PRETRAINED]
    if isinstance(pipeline.model, str | Path):
        places.insert(0, reference_place(str(pipeline.model)))
    elif isinstance(getattr(pipeline.nlp, "path", None), Path):
        places.insert(0, reference_place(str(pipeline.nlp.path)))
    for place in dict.fromkeys(places):
        if place.is_file() and (found := load_reference(place)).digest == digest:
            return found
    return None


def _to_bytes(value: Any) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), dtype=np.uint8)


def _from_bytes(array: NDArray[np.uint8]) -> Any:
    return json.loads(array.tobytes())
