"""An interrupted training in one file: the weights being trained, and what the optimizer keeps.

A saved component holds averaged weights, whose projection is folded. To continue as if nothing had
happened takes the weights themselves, the optimizer's moments and averages, and how many updates it
has made. The file is a NumPy ``.npz`` without objects; the weights file beside it has the words.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Optimizer

from ...atomic import atomic_write
from ...stored_arrays import FAULTS, describe_fault, read_array
from ..settings import NetworkConfig
from ..storage import Network, WeightsError, load_network
from ..weights import weight_dtype

STATE_FILE = "optimizer.npz"
FORMAT = "spacy-sarcasm optimizer"
_HEADER = "header"
_SLOTS = ("mom1", "mom2", "averages")

Arrays = dict[str, NDArray[np.floating]]


@dataclass(frozen=True)
class OptimizerState:
    """What an optimizer keeps of the weights of one network.

    Attributes:
        slots: The arrays of each kind (first and second moments, averages), by weight.
        updates: How often each weight was updated.
    """

    slots: dict[str, Arrays]
    updates: dict[str, int]

    @classmethod
    def of(cls, optimizer: Optimizer, shim_id: int, names: list[str]) -> OptimizerState:
        """Copy the state of an optimizer.

        Args:
            optimizer: Thinc's.
            shim_id: The id of the network's shim, which its keys start with.
            names: The weights.
        """
        slots: dict[str, Arrays] = {}
        for slot in _SLOTS:
            kept = getattr(optimizer, slot) or {}
            slots[slot] = {
                name: np.array(kept[shim_id, name], dtype=np.float32)
                for name in names
                if (shim_id, name) in kept
            }
        return cls(slots, {name: optimizer.nr_update[shim_id, name] for name in names})

    def install(self, optimizer: Optimizer, shim_id: int) -> None:
        """Give the state to a new optimizer, and bring its schedules forward.

        Args:
            optimizer: Thinc's.
            shim_id: As for `of`.
        """
        for slot, arrays in self.slots.items():
            kept = getattr(optimizer, slot)
            # None: the averages of an optimizer that takes none.
            if kept is not None:
                kept.update({(shim_id, name): array.copy() for name, array in arrays.items()})
        for name, count in self.updates.items():
            optimizer.nr_update[shim_id, name] = count
        for _ in range(max(self.updates.values(), default=0)):
            optimizer.step_schedules()  # type: ignore[no-untyped-call]


def save_state(path: Path, network: Network, state: OptimizerState) -> None:
    """Write the state of a training, whole or not at all.

    Args:
        path: The file; one that exists is replaced.
        network: The network with the weights that are trained, not folded, not averaged.
        state: The optimizer's state.

    Example:
        >>> save_state(Path("sarcasm/optimizer.npz"), network, state)  # doctest: +SKIP
    """
    header = {"format": FORMAT, "network": network.config.to_dict(), "updates": state.updates}
    arrays: dict[str, Any] = {_HEADER: np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)}
    for slot, kept in {"weights": network.weights, **state.slots}.items():
        arrays |= {f"{slot}/{name}": array for name, array in kept.items()}
    with atomic_write(path) as file:
        np.savez(file, **arrays)


def load_state(folder: Path) -> tuple[Network, OptimizerState]:
    """Read a network in training and the state of its optimizer.

    Args:
        folder: The folder of a component that was saved in training.

    Raises:
        FileNotFoundError: One of the two files is missing.
        WeightsError: A file is damaged, or the two do not fit together.

    Example:
        >>> network, state = load_state(Path("training/model-last/sarcasm"))  # doctest: +SKIP
    """
    path = folder / STATE_FILE
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no state of a training at '{path}'. It is saved with a pipeline that is "
            "trained with `save_optimizer = true` in [initialize.components.sarcasm]; without it, "
            "continue from the weights alone: name the folder in `weights`"
        )
    words = load_network(folder).vocabulary
    try:
        with zipfile.ZipFile(path) as file:
            header = json.loads(read_array(file, _HEADER, np.dtype("uint8")).tobytes())
            if header["format"] != FORMAT:
                raise ValueError(f"its format is {header['format']!r:.100}, expected '{FORMAT}'")
            config = NetworkConfig.from_dict(header["network"])
            slots: dict[str, Arrays] = {slot: {} for slot in ("weights", *_SLOTS)}
            for key in (member.removesuffix(".npy") for member in file.namelist()):
                slot, _, name = key.partition("/")
                if key != _HEADER:
                    dtype = weight_dtype(config, name) if slot == "weights" else np.dtype("float32")
                    slots[slot][name] = read_array(file, key, dtype)
        network = Network(config, words, slots.pop("weights"))
        for slot, arrays in slots.items():
            _check_sizes(network, slot, arrays)
        updates = {name: int(header["updates"][name]) for name in slots["mom1"]}
    except FAULTS as error:
        raise WeightsError(
            f"'{path}' cannot be used to continue a training: {describe_fault(error)}"
        ) from error
    return network, OptimizerState(slots, updates)


def _check_sizes(network: Network, slot: str, arrays: Arrays) -> None:
    for name, array in arrays.items():
        size = network.weights[name].size
        if array.dtype != np.float32 or array.size != size or not np.isfinite(array).all():
            raise ValueError(f"'{slot}/{name}' does not hold {size:,} numbers of float32")
