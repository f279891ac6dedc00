"""The network as a Keras model.

Only this module and `keras_trainer` import TensorFlow, and only training imports them.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from ..calibration import Calibration
from ..settings import NetworkConfig
from ..vocabulary import PADDING_ROW, UNKNOWN_ROW
from ..weights import PRETRAINED, TRAINABLE, Weights, weight_shapes

_BELOW_ALL = -1e9


class WordDropout(layers.Layer):  # type: ignore[misc]
    """Replaces words by the unknown word while training.

    Iyyer et al. 2015 (https://aclanthology.org/P15-1162) drop words; here they stay as unknown
    ones, which trains the unknown word's row.

    Call arguments:
        rows: Vocabulary rows, int32 (texts, time), 0 for padding.
        training: Whether words are replaced.
    """

    def __init__(self, rate: float, seed: int, **kwargs: Any) -> None:
        """Set the share of words to replace, and the seed of the choice."""
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, rows: Any, training: bool = False) -> Any:
        """Return the rows, some of them replaced."""
        if not training or not self.rate:
            return rows
        chosen = keras.random.uniform(ops.shape(rows), seed=self.seed_generator) < self.rate
        return ops.where(ops.logical_and(chosen, rows != PADDING_ROW), UNKNOWN_ROW, rows)


class AdjustableDropout(layers.Layer):  # type: ignore[misc]
    """Dropout whose rate can change between steps.

    `keras.layers.Dropout` reads its rate when the training step is traced and keeps it for good;
    spaCy hands one over with every update.
    """

    def __init__(self, seed: int, **kwargs: Any) -> None:
        """Set the seed."""
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.rate = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="dropout_rate"
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the inputs, a share of them set to zero and the others scaled up."""
        if not training:
            return inputs
        kept = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator) >= self.rate
        return ops.where(kept, inputs / (1.0 - self.rate), 0.0)


class MaskedPooling(layers.Layer):  # type: ignore[misc]
    """Pools token states over the words of each text; padding never counts.

    Call arguments:
        states: Float (texts, time, width).
        mask: Bool (texts, time), False for padding.
    """

    def __init__(self, kind: str, **kwargs: Any) -> None:
        """Choose ``max`` or ``mean``."""
        super().__init__(**kwargs)
        self.kind = kind
        self.supports_masking = True

    def call(self, states: Any, mask: Any = None) -> Any:
        """Return one vector a text, (texts, width)."""
        inside = ops.expand_dims(mask, -1)
        if self.kind == "max":
            return ops.max(ops.where(inside, states, _BELOW_ALL), axis=1)
        count = ops.sum(ops.cast(inside, states.dtype), axis=1)
        return ops.sum(ops.where(inside, states, 0.0), axis=1) / count

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """Return None: the time axis is gone."""


class AdditiveAttention(layers.Layer):  # type: ignore[misc]
    """Weighs token states by a learnt query (Yang et al. 2016, https://aclanthology.org/N16-1174).

    Call arguments as for `MaskedPooling`.
    """

    def __init__(self, **kwargs: Any) -> None:
        """Make the layer; its weights are built at the first call."""
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for states of a width."""
        width = input_shape[-1]
        self.kernel = self.add_weight(shape=(width, width), name="kernel")
        self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")
        self.query = self.add_weight(shape=(width, 1), name="query")

    def call(self, states: Any, mask: Any = None) -> Any:
        """Return one vector a text, (texts, width)."""
        scores = ops.matmul(ops.tanh(ops.matmul(states, self.kernel) + self.bias), self.query)
        scores = ops.where(ops.expand_dims(mask, -1), scores, _BELOW_ALL)
        # Not ops.softmax: it warns when a batch holds only texts of one word.
        shares = ops.exp(scores - ops.max(scores, axis=1, keepdims=True))
        shares /= ops.sum(shares, axis=1, keepdims=True)
        return ops.sum(states * shares, axis=1)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """Return None: the time axis is gone."""


class CalibratedOutput(layers.Layer):  # type: ignore[misc]
    """Turns logits into probabilities: the network's own in training, else calibrated ones.

    Call arguments:
        logits: Float (texts, outputs).
        training: Whether the calibration is left out.
    """

    def __init__(self, calibration: Calibration, activation: str, **kwargs: Any) -> None:
        """Set the scale and the shift of the logits, and ``sigmoid`` or ``softmax``."""
        super().__init__(**kwargs)
        self.calibration = calibration
        self.activation = keras.activations.get(activation)

    def call(self, logits: Any, training: bool = False) -> Any:
        """Return the probabilities, (texts, outputs)."""
        if not training:
            logits = logits * self.calibration.scale + self.calibration.shift
        return self.activation(logits)


def build_keras(config: NetworkConfig, weights: Weights, seed: int = 0) -> keras.Model:
    """Return the network as a Keras model filled with weights.

    Input: vocabulary rows, int32 (texts, time), 0 for padding at the end of each text, no text
    without words. Output: probabilities, float32 (texts, outputs), in 0..1, calibrated unless the
    model is called with ``training=True``; those of classes sum to 1.

    Args:
        config: The network's settings and dimensions.
        weights: Its weights.
        seed: Seed of the dropouts.
    """
    settings = config.settings
    rows = keras.Input((None,), dtype="int32", name="rows")
    known = WordDropout(settings.word_dropout, seed, name="word_dropout")(rows)
    parts = []
    if config.pretrained_width:
        table = layers.Embedding(
            config.n_words,
            config.pretrained_width,
            mask_zero=True,
            trainable=False,
            name="pretrained",
        )
        parts.append(table(known))
    if config.trainable_width:
        trainable = known
        if config.n_trainable < config.n_words:
            trainable = ops.where(known < config.n_trainable, known, UNKNOWN_ROW)
        table = layers.Embedding(
            config.n_trainable, config.trainable_width, mask_zero=True, name="trainable"
        )
        parts.append(table(trainable))
    states = parts[0] if len(parts) == 1 else layers.Concatenate(name="embedding")(parts)
    states = layers.SpatialDropout1D(settings.spatial_dropout, seed=seed + 1)(states)
    if config.has_projection:
        states = layers.Dense(settings.projection, use_bias=False, name="projection")(states)
    for layer in range(settings.layers):
        whole = layer + 1 < settings.layers or settings.pooling != "last"
        lstm = layers.LSTM(settings.units, return_sequences=whole)
        states = layers.Bidirectional(lstm, name=f"lstm_{layer}")(states)
    vector = AdjustableDropout(seed + 2, name="dropout")(_pool(settings.pooling, states))
    if settings.dense_width:
        vector = layers.Dense(settings.dense_width, activation="relu", name="dense")(vector)
    logits = layers.Dense(config.n_outputs, name="output")(vector)
    activation = "softmax" if settings.classes else "sigmoid"
    output = CalibratedOutput(config.calibration, activation, name="probability")
    model = keras.Model(rows, output(logits), name="spacy_sarcasm_bilstm")
    variables = keras_variables(config, model)
    for name, variable in variables.items():
        variable.assign(weights[name])
    return model


def keras_variables(config: NetworkConfig, model: keras.Model) -> dict[str, Any]:
    """Return the model's variables under the names of the weights they hold.

    Args:
        config: The network's settings and dimensions.
        model: What `build_keras` built from them.
    """
    found: dict[str, Any] = {}
    for name in weight_shapes(config):
        layer, _, part = name.partition("/")
        if name in (PRETRAINED, TRAINABLE):
            found[name] = model.get_layer(part).embeddings
        elif layer.startswith("lstm"):
            direction, _, part = part.partition("/")
            lstm = getattr(model.get_layer(layer), f"{direction}_layer")
            found[name] = getattr(lstm.cell, part)
        else:
            found[name] = getattr(model.get_layer(layer), part)
    return found


def _pool(pooling: str, states: Any) -> Any:
    if pooling == "last":
        return states
    if pooling == "attention":
        return AdditiveAttention(name="attention")(states)
    if pooling == "max+mean":
        pooled = [MaskedPooling(kind, name=kind)(states) for kind in ("max", "mean")]
        return layers.Concatenate(name="pooled")(pooled)
    return MaskedPooling(pooling, name=pooling)(states)
