"""A network in one file: arrays, words and settings; no code, no pickle.

The file is a zip archive that NumPy reads as ``.npz``: one ``.npy`` member per weight
(https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), and beside them
``config.json`` (format version, settings, dimensions) and ``words.json`` (the words, in the order
of their rows from row 2 on). The same content serves as a file of its own, inside a saved pipeline,
and as bytes.

Members are stored without compression, and others are refused: so reading a file never takes more
memory than its size, whatever it says of itself.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..about import __version__
from ..atomic import atomic_write
from ..stored_arrays import FAULTS, describe_fault, read_array, read_json
from .calibration import UNCALIBRATED
from .settings import NetworkConfig
from .vocabulary import Vocabulary
from .weights import Shape, Weights, check_weights, fold, weight_dtype, weight_shapes

WEIGHTS_FILE = "weights.npz"
FORMAT = "spacy-sarcasm network"
# 2 added the calibration, 3 the projection, 4 the classes.
FORMAT_VERSION = 4

# The date every member carries, so that the same network always gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class WeightsError(ValueError):
    """A weights file, or its bytes, cannot be read; the message names the file and the fault."""


@dataclass(frozen=True, repr=False)
class Network:
    """Everything that is saved of a network.

    Attributes:
        config: Settings and dimensions.
        vocabulary: The words and their rows.
        weights: The arrays, named and shaped as `weight_shapes` says.
    """

    config: NetworkConfig
    vocabulary: Vocabulary
    weights: Weights

    def __post_init__(self) -> None:
        """Check that the parts fit together.

        Raises:
            ValueError: They do not; the message says which part.
        """
        if len(self.vocabulary) != self.config.n_words:
            raise ValueError(
                f"the vocabulary has {len(self.vocabulary)} rows, the settings say "
                f"{self.config.n_words}"
            )
        check_weights(self.config, self.weights)

    def __repr__(self) -> str:
        """Describe the network in one line."""
        settings = self.config.settings
        size = sum(array.nbytes for array in self.weights.values()) / 1e6
        return (
            f"<Network of {self.config.n_words:,} words, {settings.units} units in "
            f"{settings.layers} layer(s), pooling {settings.pooling!r}, "
            f"{self.config.input_width} dimensions, {size:.1f} MB>"
        )


def network_to_bytes(network: Network) -> bytes:
    """Return a network as the content of a weights file.

    Args:
        network: The network.
    """
    buffer = io.BytesIO()
    _write(network, buffer)
    return buffer.getvalue()


def save_network(network: Network, path: Path) -> None:
    """Write a weights file, whole or not at all.

    Args:
        network: The network.
        path: The file; one that exists is replaced.
    """
    with atomic_write(path) as file:
        _write(network, file)


def load_network(path: Path) -> Network:
    """Read a weights file.

    Args:
        path: The file, or a folder that holds it as ``weights.npz``: a pipeline's saved sarcasm
            component is one.

    Raises:
        FileNotFoundError: There is no such file.
        OSError: The file cannot be opened.
        WeightsError: It is not a weights file, is damaged, was written by a later version, or its
            parts do not fit together.
    """
    file = path / WEIGHTS_FILE if path.is_dir() else path
    if not file.exists():
        raise FileNotFoundError(
            f"no weights at '{path}': expected a file written by spacy-sarcasm or a folder with "
            f"a file '{WEIGHTS_FILE}' in it, such as the sarcasm folder of a saved pipeline"
        )
    if not file.is_file():
        # Opening a named pipe would wait for whoever writes to it.
        raise WeightsError(f"'{file}' is not a regular file, so it cannot hold sarcasm weights")
    with file.open("rb") as stream:
        return _read(stream, f"'{file}'")


def network_from_bytes(data: bytes) -> Network:
    """Read what `network_to_bytes` wrote.

    Args:
        data: The bytes.

    Raises:
        WeightsError: As for `load_network`.
    """
    return _read(io.BytesIO(data), "the serialised component")


def _write(network: Network, stream: IO[bytes]) -> None:
    config, weights = fold(network.config, network.weights)
    check_weights(config, weights)
    header = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "written_by": f"spacy-sarcasm {__version__}",
        "network": config.to_dict(),
    }
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_member("config.json"), json.dumps(header, indent=2))
        archive.writestr(_member("words.json"), json.dumps(network.vocabulary.words))
        for name in weight_shapes(config):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, _little_endian(weights[name]))
            archive.writestr(_member(f"{name}.npy"), buffer.getvalue())


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _EPOCH)


def _little_endian(array: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))


def _read(stream: IO[bytes], where: str) -> Network:
    try:
        with zipfile.ZipFile(stream) as archive:
            header = _read_json(archive, "config.json")
            _check_header(header)
            config = NetworkConfig.from_dict(_upgrade(header))
            _check_layers(archive, config)
            words = _read_json(archive, "words.json")
            if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                raise ValueError("'words.json' is not a list of words")
            weights = {
                name: _read_weight(archive, config, name, shape)
                for name, shape in weight_shapes(config).items()
            }
        return Network(config, Vocabulary(words), weights)
    except zipfile.BadZipFile as error:
        raise WeightsError(
            f"{where} is not a spacy-sarcasm weights file, or it was damaged or cut short "
            f"({error}). Get a fresh copy, or save the pipeline again"
        ) from error
    except FAULTS as error:
        fault = describe_fault(error)
        raise WeightsError(f"{where} cannot be used as sarcasm weights: {fault}") from error


def _read_json(archive: zipfile.ZipFile, name: str) -> Any:
    if name not in archive.namelist():
        raise ValueError(f"it holds no '{name}', so it is not a spacy-sarcasm weights file")
    return read_json(archive, name)


def _check_layers(archive: zipfile.ZipFile, config: NetworkConfig) -> None:
    """Compare the number of layers with that of weights before a list of all weights is made."""
    layers, n_members = config.settings.layers, len(archive.namelist())
    if layers > n_members:
        raise ValueError(
            f"'config.json' says that the network has {layers:,} layers, and the file holds only "
            f"{n_members} members"
        )


def _check_header(header: Any) -> None:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError(f"'config.json' does not say that the format is '{FORMAT}'")
    version = header.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise ValueError(f"'config.json' gives the format version {version!r}")
    if version > FORMAT_VERSION:
        raise ValueError(
            f"it has format version {version}, and this spacy-sarcasm ({__version__}) reads "
            f"versions up to {FORMAT_VERSION}. Install a newer spacy-sarcasm"
        )
    if "network" not in header:
        raise ValueError("'config.json' lacks 'network'")


def _upgrade(header: dict[str, Any]) -> Any:
    """Return the network's settings as the current version has them."""
    network = header["network"]
    if not isinstance(network, dict):
        return network
    network = dict(network)
    added: dict[str, Any] = {"classes": []} if header["format_version"] < 4 else {}
    if header["format_version"] < 2:
        network["calibration"] = UNCALIBRATED.to_dict()
    if header["format_version"] < 3:
        network["folded"], added["projection"] = False, 0
    if isinstance(network.get("settings"), dict):
        network["settings"] = {**network["settings"], **added}
    return network


def _read_weight(
    archive: zipfile.ZipFile, config: NetworkConfig, name: str, shape: Shape
) -> NDArray[np.floating]:
    if f"{name}.npy" not in archive.namelist():
        raise ValueError(f"it lacks the weight '{name}'")
    return read_array(archive, name, weight_dtype(config, name), shape)
