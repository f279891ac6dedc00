"""The network inside a Thinc model: one set of weights, trained by Keras, scored by ONNX Runtime.

Modelled on Thinc's PyTorchShim, with one parameter a weight. Thinc's own TensorFlowShim does not
work with Keras 3: it saves by `variable.name`, which is not unique there, and hands all parameters
to the optimizer as one vector.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from thinc.api import Optimizer
from thinc.shims import Shim
from thinc.types import FloatsXd

from ..extras import require
from .batching import length_batches, pad
from .calibration import UNCALIBRATED, Calibration
from .engines.onnx_model import LOGITS, PROBABILITIES, Session, build_onnx, create_session, run
from .engines.quiet_import import without_notes
from .folding import unfold
from .settings import ARCHITECTURE_SETTINGS, NetworkSettings
from .storage import Network, WeightsError, load_network, network_from_bytes, network_to_bytes
from .vocabulary import TextRows
from .weights import trained_names

if TYPE_CHECKING:
    from .engines.keras_trainer import KerasTrainer

Probabilities = NDArray[np.float32]

# Sessions that came over a fork. Their threads did not, and ending one would wait for them forever.
_INHERITED: list[Session] = []


class NotTrainedError(ValueError):
    """A network without weights was asked to score, train or be saved."""


class BiLSTMShim(Shim):
    """Holds a network and runs it; Thinc's optimizer, averages and serialisation reach it here.

    The engines are made when first needed and never copied, pickled or carried over a fork.
    """

    _lock: threading.Lock
    _session: Session | None
    _session_key: tuple[int, int]
    _trainer: KerasTrainer | None
    _trainer_is_stale: bool

    def __init__(self, settings: NetworkSettings) -> None:
        """Make a shim without weights.

        Args:
            settings: What weights must fit.
        """
        super().__init__(None)
        self.settings = settings
        self._network: Network | None = None
        self._source: Path | None = None
        self._gradients: dict[str, NDArray[np.float32]] = {}
        self._reset_engines()

    # The network

    @property
    def network(self) -> Network:
        """The network, read from the source now if that was left for later.

        Raises:
            NotTrainedError: There is none.
        """
        if self._network is None and self._source is not None:
            self.load(self._source)
        if self._network is None:
            raise NotTrainedError(
                "the sarcasm network has no weights: it was made with `weights = null` and has "
                "not been trained. Train it (nlp.initialize() and nlp.update(), or spacy train), "
                'load a trained pipeline, or leave `weights` at "bundled"'
            )
        return self._network

    @network.setter
    def network(self, network: Network) -> None:
        self._check_fit(network, "the network")
        self._network = network
        self._source = None
        self._gradients = {}
        self._reset_engines()

    @property
    def has_network(self) -> bool:
        """Whether there are weights, read already or not."""
        return self._network is not None or self._source is not None

    @property
    def source(self) -> Path | None:
        """The file the weights will be read from when first needed, if that is still to come."""
        return self._source

    @source.setter
    def source(self, path: Path | None) -> None:
        self._source = path

    def load(self, path: Path) -> None:
        """Read the weights from a file.

        Args:
            path: As for `load_network`.

        Raises:
            FileNotFoundError: There is no such file.
            WeightsError: The file cannot be read, or does not fit the settings.
        """
        network = load_network(path)
        self._check_fit(network, f"'{path}'")
        self.network = network

    @property
    def calibration(self) -> Calibration:
        """How the network's output becomes a probability; to be set for the weights in place.

        Raises:
            NotTrainedError: There is no network.
        """
        return self.network.config.calibration

    @calibration.setter
    def calibration(self, calibration: Calibration) -> None:
        network = self.network
        if calibration != network.config.calibration:
            config = replace(network.config, calibration=calibration)
            self._network = Network(config, network.vocabulary, network.weights)
            self._session = None

    def _check_fit(self, network: Network, where: str) -> None:
        given, found = self.settings, network.config.settings
        differing = [
            f"{name} is {getattr(given, name)!r} in the config and {getattr(found, name)!r} in "
            "the weights"
            for name in ARCHITECTURE_SETTINGS
            if getattr(given, name) != getattr(found, name)
        ]
        if differing:
            raise WeightsError(
                f"the weights of {where} do not fit the `model` settings of this component: "
                f"{'; '.join(differing)}. Use the settings of the weights, or `weights = null` "
                "and train the component anew"
            )

    # Scoring

    def score(
        self, texts: TextRows, *, budget: int, threads: int, output: str = PROBABILITIES
    ) -> Probabilities:
        """Return the probability or logit of every text, shape (texts,).

        It is 0.0 for a text without words.

        Args:
            texts: The words of the texts.
            budget: The most padded words a batch may take.
            threads: Threads of ONNX Runtime.
            output: `PROBABILITIES` or `LOGITS`.
        """
        session = self._get_session(threads)
        scores = np.zeros(len(texts.lengths), dtype=np.float32)
        for chosen in length_batches(texts.lengths, budget):
            scores[chosen] = run(session, *pad(texts, chosen), output)
        return scores

    def _get_session(self, threads: int) -> Session:
        # A session made before a fork would hang or crash in the child.
        key = (os.getpid(), threads)
        with self._lock:
            if self._session is None or self._session_key != key:
                network = self.network
                outputs = (PROBABILITIES, LOGITS)
                model = build_onnx(network.config, network.weights, outputs=outputs)
                if self._session is not None and self._session_key[0] != os.getpid():
                    _INHERITED.append(self._session)
                self._session, self._session_key = create_session(model, threads), key
            return self._session

    # Training

    def train(
        self, texts: TextRows, dropout: float
    ) -> tuple[Probabilities, Callable[[Probabilities], None]]:
        """Run the network in training mode.

        Args:
            texts: The words of the texts, which run as one batch.
            dropout: Rate of the dropout before the dense layers.

        Returns:
            The probability of every text, shape (texts,), and a callback that takes the gradient
            of the loss with respect to them and adds up those of the weights.
        """
        scores = np.zeros(len(texts.lengths), dtype=np.float32)
        chosen = np.flatnonzero(texts.lengths)
        if not len(chosen):
            return scores, lambda d_scores: None
        scores[chosen], keras_backprop = self._get_trainer().begin_update(
            pad(texts, chosen)[0], dropout
        )

        def backprop(d_scores: Probabilities) -> None:
            self._add_gradients(keras_backprop(d_scores[chosen]))

        return scores, backprop

    def update(
        self,
        texts: TextRows,
        dropout: float,
        loss_gradient: Callable[[Probabilities], Probabilities],
    ) -> None:
        """Do what `train` and its callback do, with the network run once instead of twice.

        Args:
            texts: The words of the texts, which run as one batch.
            dropout: Rate of the dropout before the dense layers.
            loss_gradient: Called once with the probability of every text, shape (texts,); returns
                the gradient of the loss with respect to them, of the same shape.
        """
        scores = np.zeros(len(texts.lengths), dtype=np.float32)
        chosen = np.flatnonzero(texts.lengths)
        if not len(chosen):
            loss_gradient(scores)
            return

        def of_chosen(probabilities: Probabilities) -> Probabilities:
            scores[chosen] = probabilities
            return loss_gradient(scores)[chosen]

        rows, _ = pad(texts, chosen)
        self._add_gradients(self._get_trainer().update(rows, dropout, of_chosen))

    def _add_gradients(self, gradients: dict[str, NDArray[np.float32]]) -> None:
        for name, gradient in gradients.items():
            earlier = self._gradients.get(name)
            self._gradients[name] = gradient if earlier is None else earlier + gradient

    @property
    def gradients(self) -> dict[str, NDArray[np.float32]]:
        """The gradients added up since the last update, by weight."""
        return dict(self._gradients)

    def _get_trainer(self) -> KerasTrainer:
        if self._trainer is None:
            with without_notes():
                require("tensorflow", "train", "training a sarcasm network")
            from .engines.keras_trainer import KerasTrainer

            # Drawn from NumPy's generator, which [training] seed sets.
            seed = int(np.random.randint(2**31 - 3))
            network = self._unfolded(seed)
            # Dropout rates may differ from those the weights were trained with.
            config = replace(network.config, settings=self.settings)
            self._trainer = KerasTrainer(config, network.weights, seed)
        elif self._trainer_is_stale:
            self._trainer.set_weights(self.network.weights)
        self._trainer_is_stale = False
        return self._trainer

    def _unfolded(self, seed: int) -> Network:
        """Return the network with a projection that can be trained, if it is to have one."""
        network = self.network
        if network.config.folded:
            config, weights = unfold(network.config, network.weights, np.random.default_rng(seed))
            # Scores stay the same, so the session does too.
            self._network = network = Network(config, network.vocabulary, weights)
        return network

    def finish_update(self, optimizer: Optimizer) -> None:
        """Hand every weight with its gradient to Thinc's optimizer.

        Args:
            optimizer: Called with ``((shim id, weight name), weight, gradient)``.
        """
        weights = self.network.weights
        for name, gradient in self._gradients.items():
            weights[name], _ = optimizer(
                (self.id, name), cast(FloatsXd, weights[name]), cast(FloatsXd, gradient)
            )
        if self._gradients:
            self._gradients = {}
            # It was measured on the weights as they were.
            self.calibration = UNCALIBRATED
            self._weights_changed()

    @contextlib.contextmanager
    def use_params(self, params: dict[Any, Any]) -> Iterator[None]:
        """Put other weights in place for as long as the context lasts.

        Args:
            params: Arrays by ``(shim id, weight name)``, such as an optimizer's averages; other
                keys belong to other layers.
        """
        if self._network is None:
            yield
            return
        weights = self._network.weights
        mine = {
            name: np.asarray(params[self.id, name], dtype=np.float32)
            for name in trained_names(self._network.config)
            if (self.id, name) in params
        }
        backup = {name: weights[name] for name in mine}
        try:
            if mine:
                weights.update(mine)
                self._weights_changed()
            yield
        finally:
            if mine:
                weights.update(backup)
                self._weights_changed()

    def _weights_changed(self) -> None:
        self._session = None
        self._trainer_is_stale = True

    def _reset_engines(self) -> None:
        self._lock = threading.Lock()
        self._session = None
        self._session_key = (0, 0)
        self._trainer = None
        self._trainer_is_stale = False

    # Copies and serialisation

    def to_bytes(self) -> bytes:
        """Return the network as bytes; none when there is no network."""
        return network_to_bytes(self.network) if self.has_network else b""

    def from_bytes(self, bytes_data: bytes) -> BiLSTMShim:
        """Read what `to_bytes` returned.

        Args:
            bytes_data: The bytes.

        Raises:
            WeightsError: They cannot be read, or do not fit the settings.
        """
        if bytes_data:
            self.network = network_from_bytes(bytes_data)
        else:
            self._network, self._source = None, None
            self._reset_engines()
        return self

    def copy(self) -> BiLSTMShim:
        """Return a shim of its own id with its own copy of the weights."""
        other = BiLSTMShim(self.settings)
        if self._network is not None:
            weights = {name: array.copy() for name, array in self._network.weights.items()}
            other.network = Network(self._network.config, self._network.vocabulary, weights)
        other.source = self._source
        return other

    def to_device(self, device_type: str, device_id: int) -> None:
        """Do nothing: TensorFlow places the training by itself and scoring runs on the CPU."""

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what belongs to this process: the engines and their lock."""
        engines = ("_lock", "_session", "_session_key", "_trainer", "_trainer_is_stale")
        return {name: value for name, value in self.__dict__.items() if name not in engines}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state over; the engines are made anew when needed."""
        self.__dict__.update(state)
        self._reset_engines()
