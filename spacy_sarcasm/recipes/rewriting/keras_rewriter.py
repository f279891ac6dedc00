"""An encoder-decoder with attention and copying, in Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

_BELOW_ALL = -1e9
_CLIP = 1.0


class KerasRewriter:
    """A bidirectional LSTM that reads a text, and an LSTM that writes another.

    Each next word is a mixture of two choices: from the vocabulary, by what is written and what
    attention reads (Luong et al. 2015, https://aclanthology.org/D15-1166), and from the words of
    the text, by the attention itself (See et al. 2017, https://aclanthology.org/P17-1099). Words of
    the text that are not in the vocabulary have numbers past its end.
    """

    def __init__(
        self, n_words: int, table: NDArray[np.float32], units: int, *, dropout: float, seed: int
    ) -> None:
        """Build the layers.

        Args:
            n_words: Words of the vocabulary.
            table: Their vectors to start from, shape (words, width).
            units: Units of each direction that reads; the LSTM that writes has twice as many.
            dropout: Rate of the dropout of what is read and written.
            seed: Seed of weights and dropout.
        """
        keras.utils.set_random_seed(seed)
        width = table.shape[1]
        self.n_words = n_words
        self.words = layers.Embedding(n_words, width, name="words")
        self.reader = layers.Bidirectional(layers.LSTM(units, return_sequences=True), name="reader")
        self.bridge = layers.Dense(4 * units, activation="tanh", name="bridge")
        self.writer = layers.LSTM(
            2 * units, return_sequences=True, return_state=True, name="writer"
        )
        self.key = layers.Dense(2 * units, use_bias=False, name="key")
        self.mixed = layers.Dense(width, activation="tanh", name="mixed")
        self.gate = layers.Dense(1, activation="sigmoid", name="gate")
        self.dropouts = [layers.Dropout(dropout, seed=seed + i) for i in range(3)]
        self.words.build((None, None))
        self.words.embeddings.assign(table)
        self.reader.build((None, None, width))
        self.bridge.build((None, 2 * units))
        self.writer.build((None, None, width))
        self.key.build((None, None, 2 * units))
        self.mixed.build((None, None, 4 * units))
        self.gate.build((None, None, width))
        self.bias = keras.Variable(np.zeros(n_words, np.float32), name="bias")
        parts = (self.words, self.reader, self.bridge, self.writer, self.key, self.mixed, self.gate)
        self.variables = [self.bias, *(one for part in parts for one in part.trainable_variables)]
        self.optimizer = keras.optimizers.Adam(global_clipnorm=_CLIP)
        self.optimizer.build(self.variables)
        matrix = tf.TensorSpec([None, None], tf.int32)
        self._update = tf.function(self._train_step, input_signature=[matrix] * 3)
        self._loss = tf.function(self._losses, input_signature=[matrix] * 3)
        self.start = tf.function(self._start)
        self.step = tf.function(self._step, reduce_retracing=True)

    def update(
        self,
        text: NDArray[np.int32],
        given: NDArray[np.int32],
        wanted: NDArray[np.int32],
        learn_rate: float,
    ) -> float:
        """Take a step, and return the mean loss of a word before it.

        Args:
            text: What is read, (texts, time), 0 for padding; words outside the vocabulary have
                numbers past its end.
            given: What is written so far, (texts, time), 0 first.
            wanted: The words to write, likewise, 0 last and -1 past it.
            learn_rate: The learning rate.
        """
        self.optimizer.learning_rate = learn_rate
        return float(self._update(text, given, wanted))

    def loss(
        self, text: NDArray[np.int32], given: NDArray[np.int32], wanted: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return the loss of each word of a batch, as for `update`, without dropout."""
        found: NDArray[np.float32] = self._loss(text, given, wanted).numpy()
        return found

    def get_weights(self) -> list[NDArray[np.float32]]:
        """Return copies of the weights."""
        return [np.array(variable.numpy()) for variable in self.variables]

    def set_weights(self, weights: list[NDArray[np.float32]]) -> None:
        """Take over weights that `get_weights` returned."""
        for variable, array in zip(self.variables, weights, strict=True):
            variable.assign(array)

    def _known(self, rows: Any) -> Any:
        """Return rows with the unknown word in place of those past the vocabulary."""
        return tf.where(rows < self.n_words, tf.maximum(rows, 0), 1)

    def _start(self, text: Any, training: bool = False) -> tuple[Any, Any, Any, Any]:
        """Read texts; return their states, their keys, and the first state of the writer."""
        is_word = text > 0
        vectors = self.dropouts[0](self.words(self._known(text)), training=training)
        states = self.reader(vectors, mask=is_word)
        inside = tf.cast(is_word, states.dtype)[:, :, None]
        mean = tf.reduce_sum(states * inside, axis=1) / tf.reduce_sum(inside, axis=1)
        hidden, cell = tf.split(self.bridge(mean), 2, axis=1)
        return states, self.key(states), hidden, cell

    def _step(
        self, text: Any, given: Any, read: tuple[Any, Any, Any, Any], training: bool = False
    ) -> tuple[Any, Any, Any, Any, Any]:
        """Write on; return log shares of the vocabulary, the attention, the gate and the state."""
        states, keys, hidden, cell = read
        vectors = self.dropouts[1](self.words(self._known(given)), training=training)
        written, hidden, cell = self.writer(vectors, initial_state=[hidden, cell])
        scores = tf.matmul(written, keys, transpose_b=True)
        scores = tf.where((text > 0)[:, None, :], scores, _BELOW_ALL)
        attention = tf.nn.softmax(scores, axis=-1)
        context = tf.matmul(attention, states)
        mixed = self.mixed(tf.concat([written, context], axis=2))
        mixed = self.dropouts[2](mixed, training=training)
        logits = tf.matmul(mixed, self.words.embeddings.value, transpose_b=True) + self.bias.value
        return tf.nn.log_softmax(logits), attention, self.gate(mixed), hidden, cell

    def _losses(self, text: Any, given: Any, wanted: Any, training: bool = False) -> Any:
        read = self._start(text, training)
        logs, attention, gate, _, _ = self._step(text, given, read, training)
        known = tf.gather(logs, self._known(wanted), batch_dims=2)
        chosen = tf.where(wanted < self.n_words, tf.exp(known), 0.0)
        is_same = tf.cast(text[:, None, :] == wanted[:, :, None], attention.dtype)
        copied = tf.reduce_sum(attention * is_same, axis=2)
        shares = gate[:, :, 0] * chosen + (1 - gate[:, :, 0]) * copied
        return tf.boolean_mask(-tf.math.log(shares + 1e-9), wanted >= 0)

    def _train_step(self, text: Any, given: Any, wanted: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self._losses(text, given, wanted, training=True))
        values = [variable.value for variable in self.variables]
        gradients = [tf.convert_to_tensor(one) for one in tape.gradient(loss, values)]
        self.optimizer.apply(gradients, self.variables)
        return loss
