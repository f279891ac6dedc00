"""The network inside a Thinc model: what Thinc's optimizer, averages and serialisation call.

Modelled on Thinc's PyTorchShim, with one parameter per weight. Thinc's own TensorFlowShim does not
work with Keras 3: it saves by `variable.name`, which is not unique there, and passes all parameters
to the optimizer as one vector.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from thinc.api import Model, Optimizer
from thinc.shims import Shim
from thinc.types import Floats2d, FloatsXd

from .calibration import UNCALIBRATED
from .engines.optimizer_state import OptimizerState, save_state
from .live import Gradients, LiveNetwork
from .storage import Network
from .weights import Weights, trained_names

ARCHITECTURE = "spacy_sarcasm.BiLSTM.v1"

SarcasmModel = Model[list[Doc], Floats2d]


class BiLSTMShim(Shim):
    """Adds up the gradients of a network and passes its weights to Thinc."""

    def __init__(self, live: LiveNetwork) -> None:
        """Wrap a network.

        Args:
            live: The network.
        """
        super().__init__(None)
        self.live = live
        self._gradients: Gradients = {}
        self._gradients_of: Weights = {}
        self.start()
        # The weights that averages stand in for at the moment.
        self._replaced: Weights = {}

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the optimizer, whose schedules cannot be pickled."""
        return {**self.__dict__, "_optimizer": None}

    def start(self, *, keep_optimizer: bool = False) -> None:
        """Forget the training so far.

        Args:
            keep_optimizer: Whether `save_state` saves the state of the optimizer from now on.
        """
        self._keeps_optimizer = keep_optimizer
        self._optimizer: Optimizer | None = None
        self._continued: OptimizerState | None = None

    def resume(self, network: Network, state: OptimizerState) -> None:
        """Continue a training: give the optimizer of the next update the state of another.

        Args:
            network: The network as it was being trained.
            state: The state of its optimizer.
        """
        self.live.network = network
        self._continued = state

    def save_state(self, path: Path) -> None:
        """Save the state of the training, if it is to be kept; else remove an earlier one.

        Args:
            path: The file.
        """
        if not self._keeps_optimizer or self._optimizer is None:
            path.unlink(missing_ok=True)
            return
        network = self.live.network
        weights = {**network.weights, **self._replaced}
        state = OptimizerState.of(self._optimizer, self.id, trained_names(network.config))
        save_state(path, Network(network.config, network.vocabulary, weights), state)

    @property
    def gradients(self) -> Gradients:
        """The gradients added up since the last update, by weight."""
        return dict(self._gradients)

    def add_gradients(self, gradients: Gradients) -> None:
        """Add gradients to those that wait for the next update.

        Args:
            gradients: Gradients by weight.
        """
        self._drop_others()
        for name, gradient in gradients.items():
            earlier = self._gradients.get(name)
            self._gradients[name] = gradient if earlier is None else earlier + gradient

    def _drop_others(self) -> None:
        """Drop gradients of weights that have been replaced since."""
        weights = self.live.network.weights
        if self._gradients_of is not weights:
            self._gradients, self._gradients_of = {}, weights

    def finish_update(self, optimizer: Optimizer) -> None:
        """Pass each weight with its gradient to Thinc's optimizer.

        Args:
            optimizer: Called with ``((shim id, weight name), weight, gradient)``.
        """
        self._drop_others()
        if self._continued is not None:
            self._continued.install(optimizer, self.id)
            self._continued = None
        if self._keeps_optimizer:
            self._optimizer = optimizer
        weights = self.live.network.weights
        for name, gradient in self._gradients.items():
            weights[name], _ = optimizer(
                (self.id, name), cast(FloatsXd, weights[name]), cast(FloatsXd, gradient)
            )
        if self._gradients:
            self._gradients = {}
            # It was measured on the weights as they were.
            self.live.calibration = UNCALIBRATED
            self.live.weights_changed()

    @contextlib.contextmanager
    def use_params(self, params: dict[Any, Any]) -> Iterator[None]:
        """Use other weights for as long as the context lasts.

        Args:
            params: Arrays by ``(shim id, weight name)``, such as an optimizer's averages; other
                keys belong to other layers.
        """
        if self.live.source is not None or not self.live.has_network:
            yield
            return
        network = self.live.network
        weights = network.weights
        mine: dict[str, NDArray[np.float32]] = {
            name: np.asarray(params[self.id, name], dtype=np.float32)
            for name in trained_names(network.config)
            if (self.id, name) in params
        }
        backup = {name: weights[name] for name in mine}
        try:
            if mine:
                weights.update(mine)
                self._replaced = dict(backup)
                self.live.weights_changed()
            yield
        finally:
            if mine:
                weights.update(backup)
                self._replaced = {}
                self.live.weights_changed()

    def to_bytes(self) -> bytes:
        """Return the network as bytes; none when there is no network."""
        return self.live.to_bytes()

    def from_bytes(self, bytes_data: bytes) -> BiLSTMShim:
        """Read what `to_bytes` returned.

        Args:
            bytes_data: The bytes.

        Raises:
            WeightsError: They cannot be read, or do not fit the settings.
        """
        self.live.from_bytes(bytes_data)
        return self

    def copy(self) -> BiLSTMShim:
        """Return a shim of its own id with its own copy of the weights."""
        return BiLSTMShim(self.live.copy())

    def to_device(self, device_type: str, device_id: int) -> None:
        """Do nothing: TensorFlow places the training itself, and scoring runs on the CPU."""


def get_shim(model: SarcasmModel) -> BiLSTMShim:
    """Return the shim of a model.

    Args:
        model: A model that `build_bilstm` made.

    Raises:
        ValueError: The model is of another architecture.

    Example:
        >>> get_shim(build_bilstm()).gradients  # doctest: +SKIP
        {}
    """
    if len(model.shims) == 1 and isinstance(model.shims[0], BiLSTMShim):
        return model.shims[0]
    raise ValueError(
        f"the sarcasm component needs a model of the architecture {ARCHITECTURE}, not "
        f"'{model.name}'"
    )


def get_live_network(model: SarcasmModel) -> LiveNetwork:
    """Return the network of a model: its settings, weights, calibration and engines.

    Args:
        model: A model that `build_bilstm` made.

    Raises:
        ValueError: The model is of another architecture.

    Example:
        >>> get_live_network(build_bilstm()).load(BUNDLED_WEIGHTS)  # doctest: +SKIP
    """
    return get_shim(model).live
