"""The language model in Keras, and its training step. Only training imports this module."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from .language_model import ModelSettings, Weights

_CLIP = 1.0


class KerasLanguageModel:
    """Trains a language model on batches of padded headlines, with Adam."""

    def __init__(
        self, settings: ModelSettings, weights: Weights, *, dropout: float, sampled: int, seed: int
    ) -> None:
        """Build the layers and fill them.

        Args:
            settings: The dimensions.
            weights: The weights to start from.
            dropout: Rate of the dropout before and after the LSTM.
            sampled: Wrong words that the softmax is trained against in each batch, drawn by their
                rank (Jean et al. 2015, https://aclanthology.org/P15-1001); 0 takes all of them.
            seed: Seed of dropout and sampled words.
        """
        keras.utils.set_random_seed(seed)
        self.settings, self.sampled = settings, min(sampled, settings.n_words - 1)
        self.words = layers.Embedding(settings.n_words, settings.width, name="embedding")
        self.kinds = layers.Embedding(2, settings.label_width, name="labels")
        self.dropouts = [layers.Dropout(dropout, seed=seed + i) for i in range(2)]
        self.lstm = layers.LSTM(settings.units, return_sequences=True, name="lstm")
        self.projection = layers.Dense(settings.width, name="projection")
        self.bias = keras.Variable(np.zeros(settings.n_words, np.float32), name="output_bias")
        self.words.build((None, None))
        self.kinds.build((None,))
        self.lstm.build((None, None, settings.width + settings.label_width))
        self.projection.build((None, None, settings.units))
        self._by_name = {
            "embedding": self.words.embeddings,
            "labels": self.kinds.embeddings,
            "lstm/kernel": self.lstm.cell.kernel,
            "lstm/recurrent_kernel": self.lstm.cell.recurrent_kernel,
            "lstm/bias": self.lstm.cell.bias,
            "projection/kernel": self.projection.kernel,
            "projection/bias": self.projection.bias,
            "output/bias": self.bias,
        }
        for name, variable in self._by_name.items():
            variable.assign(weights[name])
        self.variables = list(self._by_name.values())
        self.optimizer = keras.optimizers.Adam(global_clipnorm=_CLIP)
        self.optimizer.build(self.variables)
        batch = [tf.TensorSpec([None, None], tf.int32)] * 2 + [tf.TensorSpec([None], tf.int32)]
        self._update = tf.function(self._step, input_signature=batch)

    def get_weights(self) -> Weights:
        """Return copies of the weights."""
        return {name: np.array(variable.numpy()) for name, variable in self._by_name.items()}

    def logits(self, rows: Any, labels: Any, *, training: bool = False) -> Any:
        """Return the logits of each next word.

        Args:
            rows: Words read so far, int32 (texts, time), the boundary first.
            labels: 1 for satire, else 0; int32 (texts,).
            training: Whether units are dropped.
        """
        guess = self._guess(rows, labels, training=training)
        return tf.matmul(guess, self.words.embeddings.value, transpose_b=True) + self.bias.value

    def update(
        self,
        rows: NDArray[np.int32],
        targets: NDArray[np.int32],
        labels: NDArray[np.int32],
        learn_rate: float,
    ) -> float:
        """Take a step, and return the mean loss of a word before it.

        Args:
            rows: The words read, (texts, time), the boundary first.
            targets: The words to predict, (texts, time), the boundary last and -1 past it.
            labels: 1 for satire, else 0; (texts,).
            learn_rate: The learning rate.
        """
        self.optimizer.learning_rate = learn_rate
        return float(self._update(rows, targets, labels))

    def _guess(self, rows: Any, labels: Any, *, training: bool) -> Any:
        kinds = tf.repeat(self.kinds(labels)[:, None], tf.shape(rows)[1], axis=1)
        sequence = tf.concat([self.words(rows), kinds], axis=2)
        sequence = self.dropouts[0](sequence, training=training)
        states = self.dropouts[1](self.lstm(sequence), training=training)
        return self.projection(states)

    def _step(self, rows: Any, targets: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            guess = self._guess(rows, labels, training=True)
            is_word = targets >= 0
            loss = tf.reduce_mean(
                self._losses(tf.boolean_mask(guess, is_word), tf.boolean_mask(targets, is_word))
            )
        values = [variable.value for variable in self.variables]
        gradients = tape.gradient(loss, values)
        # The table gets a gradient as input and one as output, of which one or both are sparse.
        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        self.optimizer.apply(dense, self.variables)
        return loss

    def _losses(self, guess: Any, targets: Any) -> Any:
        table, bias = self.words.embeddings.value, self.bias.value
        if not self.sampled:
            logits = tf.matmul(guess, table, transpose_b=True) + bias
            return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        # Words are drawn by their rank, which the order of the vocabulary is.
        return tf.nn.sampled_softmax_loss(
            table,
            bias,
            targets[:, None],
            guess,
            num_sampled=self.sampled,
            num_classes=self.settings.n_words,
        )
