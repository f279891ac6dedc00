"""Holds the Keras trainer of a network; imports TensorFlow when training starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...extras import require
from ..settings import NetworkConfig
from ..weights import Weights
from .forking import CREATION, park, renew_in_children
from .quiet_import import without_notes

if TYPE_CHECKING:
    from .keras_trainer import KerasTrainer

# The process that first trained here, among this one and those it was forked from.
_TRAINED_IN: list[int] = []


class Trainer:
    """Builds the Keras model when first needed and keeps its weights current."""

    _trainer: KerasTrainer | None

    def __init__(self) -> None:
        """Start without a Keras model."""
        self._trainer = None
        self._is_stale = False
        renew_in_children(self)

    def renew(self) -> None:
        """Set aside a Keras model that came over a fork."""
        park(self._trainer)
        self._trainer = None

    def forget(self) -> None:
        """Drop the Keras model, because the network has been replaced."""
        self._trainer = None

    def weights_changed(self) -> None:
        """Have the Keras model read the weights again before the next step."""
        self._is_stale = True

    @property
    def has_model(self) -> bool:
        """Whether the Keras model has been built."""
        return self._trainer is not None

    def get(self, config: NetworkConfig, weights: Weights, seed: int) -> KerasTrainer:
        """Return the Keras trainer, with current weights.

        Args:
            config: Settings and dimensions of the network.
            weights: Its weights.
            seed: Seed of the dropouts; read when the Keras model is built.

        Raises:
            ImportError: TensorFlow is not installed.
            RuntimeError: This process was forked from one that has trained a network.
        """
        if self._trainer is None:
            if _TRAINED_IN and _TRAINED_IN[0] != os.getpid():
                raise RuntimeError(
                    "cannot train a sarcasm network in a process that was forked from one that "
                    "has trained already: TensorFlow hangs there. Start processes with "
                    'multiprocessing.set_start_method("spawn")'
                )
            with CREATION:
                with without_notes():
                    require("tensorflow", "train", "training a sarcasm network")
                from .keras_trainer import KerasTrainer

                _TRAINED_IN[:] = [os.getpid()]
                self._trainer = KerasTrainer(config, weights, seed)
        elif self._is_stale:
            self._trainer.set_weights(weights)
        self._is_stale = False
        return self._trainer
