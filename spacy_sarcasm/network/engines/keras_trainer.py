"""The training step of the network in Keras, which Thinc drives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..batching import by_text
from ..settings import NetworkConfig
from ..vocabulary import Rows
from ..weights import Weights, trained_names
from .keras_model import build_keras, keras_variables

Gradients = dict[str, NDArray[np.float32]]
Backprop = Callable[[NDArray[np.float32]], Gradients]
LossGradient = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class KerasTrainer:
    """Forward and backward passes of a network for an optimizer that lives elsewhere.

    `update` runs both at once and calls the loss in between. `begin_update` is for callers that
    need the probabilities first: its callback calls `update` on the same batch, with the same
    dropped words and units. Running the network twice is faster than keeping what the forward pass
    computed: a gradient tape around a traced function makes a tensor of zeros for each
    intermediate result of an LSTM's loop.
    """

    def __init__(self, config: NetworkConfig, weights: Weights, seed: int) -> None:
        """Build the Keras model.

        Args:
            config: The network's settings and dimensions.
            weights: Its weights.
            seed: Seed of the dropouts.
        """
        self.model = build_keras(config, weights, seed)
        variables = keras_variables(config, self.model)
        self._names = trained_names(config)
        self._variables = [variables[name].value for name in self._names]
        self._step = 0
        self._loss_gradient: LossGradient | None = None
        self._fault: Exception | None = None
        rate = self.model.get_layer("dropout").rate.value
        # A generator's state is its seed and how often it was used.
        states = [
            (variable.value, np.int64(variable.numpy()[0]))
            for variable in self.model.non_trainable_variables
            if variable.name == "seed_generator_state"
        ]
        batch = [
            tf.TensorSpec([None, None], tf.int32),
            tf.TensorSpec([], tf.float32),
            tf.TensorSpec([], tf.int64),
        ]

        def run(rows: Any, dropout: Any, step: Any) -> Any:
            rate.assign(dropout)
            for state, state_seed in states:
                state.assign(tf.cast(tf.stack([state_seed, step]), state.dtype))
            return self.model(rows, training=True)

        def update(rows: Any, dropout: Any, step: Any) -> list[Any]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self._variables)
                probabilities = run(rows, dropout, step)
            d_probabilities = tf.numpy_function(
                self._call_loss_gradient, [probabilities], tf.float32
            )
            gradients = tape.gradient(
                probabilities,
                self._variables,
                output_gradients=d_probabilities,
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )
            return [tf.convert_to_tensor(gradient) for gradient in gradients]

        self._forward = tf.function(run, input_signature=batch)
        self._update = tf.function(update, input_signature=batch)

    def set_weights(self, weights: Weights) -> None:
        """Take over weights that an optimizer has changed.

        Args:
            weights: The network's weights; the pretrained table among them is not read.
        """
        for name, variable in zip(self._names, self._variables, strict=True):
            variable.assign(weights[name])

    def begin_update(self, rows: Rows, dropout: float) -> tuple[NDArray[np.float32], Backprop]:
        """Run the network in training mode.

        Args:
            rows: Vocabulary rows, shape (time, texts), 0 for padding.
            dropout: Rate of the dropout before the dense layers.

        Returns:
            The probabilities, shape (texts,) or (texts, classes), and a callback that takes the
            gradient of the loss with respect to them, of the same shape, and returns that of every
            trained weight. It is to be called before `set_weights`.
        """
        batch = self._next_batch(rows, dropout)

        def backprop(d_probabilities: NDArray[np.float32]) -> Gradients:
            return self._gradients(batch, lambda probabilities: d_probabilities)

        return by_text(self._forward(*batch).numpy()), backprop

    def update(self, rows: Rows, dropout: float, loss_gradient: LossGradient) -> Gradients:
        """Run the network forward and back.

        Args:
            rows: Vocabulary rows, shape (time, texts), 0 for padding.
            dropout: Rate of the dropout before the dense layers.
            loss_gradient: Called once with the probabilities, shape (texts,) or (texts, classes);
                returns the gradient of the loss with respect to them, of the same shape. What it
                raises is raised here.

        Returns:
            The gradient of every trained weight.
        """
        return self._gradients(self._next_batch(rows, dropout), loss_gradient)

    def _gradients(self, batch: tuple[Any, Any, Any], loss_gradient: LossGradient) -> Gradients:
        self._loss_gradient, self._fault = loss_gradient, None
        try:
            return self._named(self._update(*batch))
        except tf.errors.OpError:
            if self._fault is not None:
                # TensorFlow has only kept its message.
                raise self._fault from None
            raise
        finally:
            self._loss_gradient, self._fault = None, None

    def _call_loss_gradient(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        assert self._loss_gradient is not None
        try:
            return self._loss_gradient(by_text(probabilities)).reshape(probabilities.shape)
        except Exception as error:
            self._fault = error
            raise

    def _next_batch(self, rows: Rows, dropout: float) -> tuple[Any, Any, Any]:
        step = self._step
        # The next batch has other words and units dropped.
        self._step += 1
        return (
            tf.constant(np.ascontiguousarray(rows.T)),
            tf.constant(dropout, tf.float32),
            tf.constant(step, tf.int64),
        )

    def _named(self, gradients: list[Any]) -> Gradients:
        return {
            name: gradient.numpy() for name, gradient in zip(self._names, gradients, strict=True)
        }
