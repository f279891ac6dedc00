"""What a sarcasm component saves, in the forms that spaCy's serialisation asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from spacy.vocab import Vocab

from ..network.engines.optimizer_state import STATE_FILE
from ..network.live import LiveNetwork
from ..network.shim import SarcasmModel, get_shim
from ..network.storage import WEIGHTS_FILE, save_network
from .component_settings import merge_saved, read_json

BytesWriters = dict[str, Callable[[], bytes]]
BytesReaders = dict[str, Callable[[bytes], Any]]
DiskParts = dict[str, Callable[[Path], Any]]


class Stored(Protocol):
    """What is saved of a component, and where it is put back."""

    vocab: Vocab
    model: SarcasmModel
    cfg: dict[str, Any]
    configured: dict[str, Any]
    was_trained: bool

    @property
    def live(self) -> LiveNetwork:
        """The network."""
        ...

    def check_settings(self, cfg: Mapping[str, Any]) -> None:
        """Raise a ValueError if a setting is out of its range."""
        ...

    def use_settings(self, cfg: dict[str, Any]) -> None:
        """Replace the settings."""
        ...


def bytes_writers(component: Stored, exclude: Iterable[str]) -> BytesWriters:
    """Return the functions that `spacy.util.to_bytes` calls, by part."""
    return {
        "cfg": lambda: _dump_cfg(component),
        "vocab": lambda: component.vocab.to_bytes(exclude=exclude),
        "model": component.live.to_bytes,
    }


def bytes_readers(component: Stored, exclude: Iterable[str]) -> BytesReaders:
    """Return the functions that `spacy.util.from_bytes` calls, by part."""
    return {
        "cfg": lambda data: _load_cfg(component, data, "the serialised component"),
        "vocab": lambda data: component.vocab.from_bytes(data, exclude=exclude),
        "model": component.live.from_bytes,
    }


def disk_writers(component: Stored, exclude: Iterable[str]) -> DiskParts:
    """Return the functions that `spacy.util.to_disk` calls, by file."""

    def save_weights(file: Path) -> None:
        if component.live.has_network:
            save_network(component.live.network, file)

    return {
        "cfg": lambda file: file.write_bytes(_dump_cfg(component)),
        "vocab": lambda file: component.vocab.to_disk(file, exclude=exclude),
        WEIGHTS_FILE: save_weights,
        STATE_FILE: get_shim(component.model).save_state,
    }


def disk_readers(component: Stored, exclude: Iterable[str]) -> DiskParts:
    """Return the functions that `spacy.util.from_disk` calls, by file."""

    def load_weights(file: Path) -> None:
        if component.was_trained:
            component.live.load(file)
        else:
            # It was saved untrained, without weights.
            component.live.clear()

    return {
        "cfg": lambda file: _load_cfg(component, file.read_bytes(), f"'{file}'"),
        "vocab": lambda file: component.vocab.from_disk(file, exclude=exclude),
        WEIGHTS_FILE: load_weights,
    }


def excluded_files(exclude: Iterable[str]) -> list[str]:
    """Return the parts of a folder to leave out, where ``model`` stands for the weights."""
    # spaCy compares with the stem of a file's name.
    files = {"model": [Path(WEIGHTS_FILE).stem, Path(STATE_FILE).stem]}
    return [file for part in exclude for file in files.get(part, [part])]


def _dump_cfg(component: Stored) -> bytes:
    saved = {
        "cfg": component.cfg,
        "configured": component.configured,
        "trained": component.live.has_network,
    }
    return json.dumps(saved, indent=2).encode()


def _load_cfg(component: Stored, data: bytes, where: str) -> None:
    saved = read_json(data, where)
    cfg, component.was_trained = merge_saved(
        saved, component.cfg, component.configured, where, component.check_settings
    )
    component.use_settings(cfg)
