"""A network in use: its weights, read when first needed, and the engines that run it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .batching import no_scores, pad
from .calibration import Calibration
from .engines.forking import renew_in_children
from .engines.onnx_graph import PROBABILITIES
from .engines.onnx_scorer import OnnxScorer, Probabilities
from .engines.trainer import Trainer
from .settings import NetworkSettings
from .storage import Network, WeightsError, load_network, network_from_bytes, network_to_bytes
from .vocabulary import TextRows
from .weights import check_fit, unfold

Gradients = dict[str, NDArray[np.float32]]
LossGradient = Callable[[Probabilities], Probabilities]


class NotTrainedError(ValueError):
    """A network without weights was asked to score, train or be saved."""


class LiveNetwork:
    """What the component and the shim work with; `get_live_network` returns a model's own.

    Threads may share it for scoring. Copies, pickles and forked processes create engines of their
    own.
    """

    _lock: threading.RLock

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Start without weights.

        Args:
            given: Settings by name, as for `NetworkSettings`. Weights have to fit those given;
                the others, and those that are None, are taken from the weights.

        Raises:
            ValueError: A setting is out of its range.
        """
        checked = NetworkSettings(**{k: v for k, v in given.items() if v is not None})
        self._given = {k: getattr(checked, k) for k, v in given.items() if v is not None}
        # The classes of a network that is trained from scratch, unless the settings name them.
        self.new_classes: tuple[str, ...] = ()
        # Whether the network has to tell classes apart; None: either will do.
        self.tells_classes: bool | None = None
        self._network: Network | None = None
        # The file that the weights will be read from when first needed, None once that is done.
        self.source: Path | None = None
        self._scorer, self._trainer = OnnxScorer(), Trainer()
        self.renew()
        renew_in_children(self)

    def renew(self) -> None:
        """Replace the lock, which another thread may have held during a fork."""
        self._lock = threading.RLock()

    # Weights

    @property
    def new_settings(self) -> NetworkSettings:
        """The settings of a network that is trained from scratch."""
        return NetworkSettings(**{"classes": self.new_classes, **self._given})

    @property
    def settings(self) -> NetworkSettings:
        """The settings in force: those given, else those of the weights, else the defaults."""
        if self._network is None:
            return self.new_settings
        return replace(self._network.config.settings, **self._given)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the network, else those that a new one will have."""
        if self.has_network:
            return tuple(self.network.config.settings.classes)
        return tuple(self._given.get("classes", self.new_classes))

    @property
    def network(self) -> Network:
        """The network, read from the source now if that was left for later.

        Raises:
            NotTrainedError: There is no network yet.
            FileNotFoundError: The source does not exist.
            WeightsError: The source cannot be read, or does not fit the settings.
        """
        if self._network is None or self.source is not None:
            with self._lock:
                if self.source is not None:
                    self.load(self.source)
        if self._network is None:
            raise NotTrainedError(
                "the sarcasm network has no weights: it was created with `weights = null` and has "
                "not been trained. Train it (nlp.initialize() and nlp.update(), or spacy train), "
                'load a trained pipeline, or leave `weights` at "bundled"'
            )
        return self._network

    @network.setter
    def network(self, network: Network) -> None:
        self._check_fit(network, "the network")
        with self._lock:
            self._network = network
            self.source = None
            self._scorer.forget()
            self._trainer.forget()

    @property
    def has_network(self) -> bool:
        """Whether there are weights, read already or not."""
        return self._network is not None or self.source is not None

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

    def clear(self) -> None:
        """Drop the weights."""
        with self._lock:
            self._network, self.source = None, None
            self._scorer.forget()
            self._trainer.forget()

    def to_bytes(self) -> bytes:
        """Return the network as bytes; none when there is no network."""
        return network_to_bytes(self.network) if self.has_network else b""

    def from_bytes(self, data: bytes) -> None:
        """Read what `to_bytes` returned.

        Args:
            data: The bytes.

        Raises:
            WeightsError: They cannot be read, or do not fit the settings.
        """
        if data:
            self.network = network_from_bytes(data)
        else:
            self.clear()

    @property
    def calibration(self) -> Calibration:
        """How the output becomes a probability; the first update of the weights resets it.

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
            self._scorer.forget()

    def weights_changed(self) -> None:
        """Have the engines read the weights again: arrays of the network were replaced."""
        self._scorer.forget()
        self._trainer.weights_changed()

    def _check_fit(self, network: Network, where: str) -> None:
        try:
            check_fit(network.config.settings, self._given, self.tells_classes)
        except ValueError as error:
            raise WeightsError(f"the weights of {where} {error}") from None

    # Engines

    def score(
        self, texts: TextRows, *, budget: int, threads: int, output: str = PROBABILITIES
    ) -> Probabilities:
        """Return what `OnnxScorer.score` returns, whose arguments these are."""
        return self._scorer.score(
            self.network, texts, budget=budget, threads=threads, output=output
        )

    def begin_update(
        self, texts: TextRows, dropout: float
    ) -> tuple[Probabilities, Callable[[Probabilities], Gradients]]:
        """Run the network in training mode.

        Args:
            texts: The words of the texts, which run as one batch.
            dropout: Rate of the dropout before the dense layers.

        Returns:
            The probabilities, shape (texts,) or (texts, classes), and a callback that takes the
            gradient of the loss with respect to them and returns those of the weights.
        """
        scores = no_scores(len(texts.lengths), self.network.config.n_outputs)
        chosen = np.flatnonzero(texts.lengths)
        if not len(chosen):
            return scores, lambda d_scores: {}
        rows, _ = pad(texts, chosen)
        scores[chosen], backprop = self._get_trainer().begin_update(rows, dropout)
        return scores, lambda d_scores: backprop(d_scores[chosen])

    def update(self, texts: TextRows, dropout: float, loss_gradient: LossGradient) -> Gradients:
        """Do what `begin_update` and its callback do, with the network run once, not twice.

        Args:
            texts: The words of the texts, which run as one batch.
            dropout: Rate of the dropout before the dense layers.
            loss_gradient: Called once with the probabilities, as `begin_update` returns them;
                returns the gradient of the loss with respect to them, of the same shape.
        """
        scores = no_scores(len(texts.lengths), self.network.config.n_outputs)
        chosen = np.flatnonzero(texts.lengths)
        if not len(chosen):
            loss_gradient(scores)
            return {}

        def of_chosen(probabilities: Probabilities) -> Probabilities:
            scores[chosen] = probabilities
            return loss_gradient(scores)[chosen]

        rows, _ = pad(texts, chosen)
        gradients: Gradients = self._get_trainer().update(rows, dropout, of_chosen)
        return gradients

    def _get_trainer(self) -> Any:
        network = self.network
        seed = 0
        if not self._trainer.has_model:
            # Drawn from NumPy's generator, which [training] seed sets.
            seed = int(np.random.randint(2**31 - 3))
            if network.config.folded:
                # The scores stay the same, and so does the session.
                rng = np.random.default_rng(seed)
                config, weights = unfold(network.config, network.weights, rng)
                self._network = network = Network(config, network.vocabulary, weights)
        # Dropout rates may differ from those the weights were trained with.
        config = replace(network.config, settings=self.settings)
        return self._trainer.get(config, network.weights, seed)

    # Copies

    def copy(self) -> LiveNetwork:
        """Return another with its own copy of the weights."""
        other = LiveNetwork(self._given)
        other.new_classes, other.tells_classes = self.new_classes, self.tells_classes
        if self._network is not None:
            weights = {name: array.copy() for name, array in self._network.weights.items()}
            other.network = Network(self._network.config, self._network.vocabulary, weights)
        other.source = self.source
        return other

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what belongs to this process: the engines and the lock."""
        names = ("_given", "new_classes", "tells_classes", "_network", "source")
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state; the engines are created again when needed."""
        self.__init__(state["_given"])  # type: ignore[misc]
        self.__dict__.update(state)

    def __repr__(self) -> str:
        """Describe the network in one line, without reading its weights."""
        if self._network is None:
            return f"<LiveNetwork, weights {f'in {self.source}' if self.source else 'missing'}>"
        return f"<LiveNetwork, {self._network!r}>"
