"""The weights of a network: names, shapes and first values, and folding.

Weights are plain NumPy arrays under names of their own, in the layout Keras uses: kernels are
(inputs, outputs), the four LSTM gates lie side by side in the order input, forget, cell, output.

A projection is a linear layer, so the embedding of each word can be multiplied by it beforehand.
Folding leaves one table, which scores faster and takes less room than its parts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calibration import UNCALIBRATED
from .settings import ARCHITECTURE_SETTINGS, NetworkConfig, NetworkSettings
from .token_keys import OWN_TOKEN_WORDS
from .vocabulary import UNKNOWN_ROW

Weights = dict[str, NDArray[np.floating]]
Shape = tuple[int, ...]

PRETRAINED = "embedding/pretrained"
TRAINABLE = "embedding/trainable"
PROJECTION = "projection/kernel"


def weight_shapes(config: NetworkConfig) -> dict[str, Shape]:
    """Return name and shape of every weight of a network, in the order data flows through it.

    Args:
        config: The network's settings and dimensions.
    """
    settings = config.settings
    units = settings.units
    shapes: dict[str, Shape] = {}
    if config.pretrained_width:
        shapes[PRETRAINED] = (config.n_words, config.pretrained_width)
    if config.trainable_width:
        shapes[TRAINABLE] = (config.n_trainable, config.trainable_width)
    if config.has_projection:
        shapes[PROJECTION] = (config.embedding_width, settings.projection)
    width = config.input_width
    for layer in range(settings.layers):
        for direction in ("forward", "backward"):
            shapes[f"lstm_{layer}/{direction}/kernel"] = (width, 4 * units)
            shapes[f"lstm_{layer}/{direction}/recurrent_kernel"] = (units, 4 * units)
            shapes[f"lstm_{layer}/{direction}/bias"] = (4 * units,)
        width = 2 * units
    if settings.pooling == "attention":
        shapes["attention/kernel"] = (width, width)
        shapes["attention/bias"] = (width,)
        shapes["attention/query"] = (width, 1)
    width = config.pooled_width
    if settings.dense_width:
        shapes["dense/kernel"] = (width, settings.dense_width)
        shapes["dense/bias"] = (settings.dense_width,)
        width = settings.dense_width
    shapes["output/kernel"] = (width, config.n_outputs)
    shapes["output/bias"] = (config.n_outputs,)
    return shapes


def weight_dtype(config: NetworkConfig, name: str) -> np.dtype[np.floating]:
    """Return the dtype a weight is held in: float32, the pretrained table's as its precision says.

    Args:
        config: The network's settings and dimensions.
        name: The weight's name.
    """
    return np.dtype(config.settings.precision if name == PRETRAINED else "float32")


def trained_names(config: NetworkConfig) -> list[str]:
    """Return the names of the weights that training changes: all but the pretrained table."""
    return [name for name in weight_shapes(config) if name != PRETRAINED]


def initial_weights(
    config: NetworkConfig,
    pretrained: NDArray[np.floating] | None,
    rng: np.random.Generator,
) -> Weights:
    """Return the weights training starts from, initialised as Keras's layers do.

    Glorot-uniform kernels, orthogonal recurrent kernels, zero biases but 1 for the forget gate
    (Jozefowicz et al. 2015, https://proceedings.mlr.press/v37/jozefowicz15.html), and uniform
    trainable word rows in -0.05..0.05.

    Args:
        config: The network's settings and dimensions.
        pretrained: The pretrained table, (n_words, pretrained_width), or None where there is none.
        rng: The source of randomness.

    Raises:
        ValueError: The pretrained table does not have the shape that `config` says.
    """
    weights: Weights = {}
    for name, shape in weight_shapes(config).items():
        kind = name.rpartition("/")[2]
        if name == PRETRAINED:
            if pretrained is None or pretrained.shape != shape:
                given = None if pretrained is None else pretrained.shape
                raise ValueError(f"the pretrained table must have shape {shape}, not {given}")
            weights[name] = pretrained.astype(weight_dtype(config, name))
        elif name == TRAINABLE:
            weights[name] = rng.uniform(-0.05, 0.05, shape).astype("float32")
        elif kind == "recurrent_kernel":
            weights[name] = _orthogonal(shape, rng)
        elif kind == "bias":
            weights[name] = np.zeros(shape, dtype="float32")
            if name.startswith("lstm"):
                weights[name][config.settings.units : 2 * config.settings.units] = 1.0
        else:
            weights[name] = _glorot_uniform(shape, rng)
    return weights


def check_weights(config: NetworkConfig, weights: Weights) -> None:
    """Check that weights are all there, of the right shape and dtype, and finite.

    Args:
        config: The network's settings and dimensions.
        weights: The weights to check.

    Raises:
        ValueError: A weight is missing, unknown, misshapen, of another dtype, or holds NaN or
            infinity; the message names the weight, what it is and what it should be.
    """
    if config.settings.layers > len(weights):
        # Before a list of all weights is made, which settings from a file could make very long.
        raise ValueError(
            f"the settings say {config.settings.layers:,} layers, and there are only "
            f"{len(weights)} weights"
        )
    shapes = weight_shapes(config)
    if missing := sorted(set(shapes) - set(weights)):
        raise ValueError(f"missing weights: {', '.join(missing)}")
    if unknown := sorted(set(weights) - set(shapes)):
        raise ValueError(f"unknown weights: {', '.join(unknown)}")
    for name, shape in shapes.items():
        array, dtype = weights[name], weight_dtype(config, name)
        if array.shape != shape:
            raise ValueError(f"weight '{name}' has shape {array.shape}, expected {shape}")
        if array.dtype != dtype:
            raise ValueError(f"weight '{name}' has dtype {array.dtype}, expected {dtype}")
        if not np.isfinite(array).all():
            raise ValueError(f"weight '{name}' holds NaN or infinity")


def check_fit(found: NetworkSettings, given: Mapping[str, Any], tells_classes: bool | None) -> None:
    """Check that weights are what a component asks for.

    Args:
        found: The settings of the weights.
        given: The settings of the component's model, by name.
        tells_classes: Whether the weights have to tell classes apart; None: either will do.

    Raises:
        ValueError: They are not; the message goes on after "the weights of ...".
    """
    if tells_classes is False and found.classes:
        raise ValueError(
            f"tell {len(found.classes)} classes apart ({', '.join(found.classes):.100}): they are "
            "for a `sarcasm_kind` component, and a `sarcasm` component takes weights that give one "
            "score"
        )
    if tells_classes and not found.classes:
        raise ValueError(
            "give one score: they are for a `sarcasm` component, and a `sarcasm_kind` component "
            "takes weights that tell classes apart"
        )
    differing = [
        f"{name} is {given[name]!r} in the config and {getattr(found, name)!r} in the weights"
        for name in ARCHITECTURE_SETTINGS
        if name in given and given[name] != getattr(found, name)
    ]
    if differing:
        raise ValueError(
            f"do not fit the `model` settings of this component: {'; '.join(differing)}. Leave "
            "these settings at null to take those of the weights, or set `weights = null` and "
            "train the component from scratch"
        )
    name = found.token_words
    if name not in (None, *OWN_TOKEN_WORDS) and "token_words" not in given:
        raise ValueError(
            f"call the registered function '{name}', which is not part of spacy-sarcasm. If you "
            f'trust it, set `token_words = "{name}"` in the `model` settings of the component'
        )


def fold(config: NetworkConfig, weights: Weights) -> tuple[NetworkConfig, Weights]:
    """Multiply the projection into the embedding.

    The result gives the same scores, up to the rounding of the table where ``precision`` is
    float16. A network without a projection, or one that is folded already, is returned as it is.

    Args:
        config: The network's settings and dimensions.
        weights: Its weights, which stay unchanged.

    Example:
        >>> config, weights = fold(network.config, network.weights)  # doctest: +SKIP
        >>> weights["embedding/pretrained"].shape[1] == config.settings.projection  # doctest: +SKIP
        True
    """
    if not config.has_projection:
        return config, weights
    kernel = weights[PROJECTION]
    table = np.zeros((config.n_words, config.settings.projection), np.float32)
    if config.pretrained_width:
        table += weights[PRETRAINED].astype(np.float32) @ kernel[: config.pretrained_width]
    if config.trainable_width:
        trained = weights[TRAINABLE] @ kernel[config.pretrained_width :]
        table[: config.n_trainable] += trained
        # Words without a trainable row of their own read that of the unknown word.
        table[config.n_trainable :] += trained[UNKNOWN_ROW]
    folded = replace(config, pretrained_width=config.settings.projection, folded=True)
    others = {
        name: array
        for name, array in weights.items()
        if name not in (PRETRAINED, TRAINABLE, PROJECTION)
    }
    return folded, {PRETRAINED: table.astype(weight_dtype(folded, PRETRAINED)), **others}


def unfold(
    config: NetworkConfig, weights: Weights, rng: np.random.Generator
) -> tuple[NetworkConfig, Weights]:
    """Give a folded network a projection and trainable rows again, so that it can be fine-tuned.

    The table stays as it is, frozen like pretrained vectors. Beside it come trainable rows of
    zeros, and the projection passes the table through, so the scores do not change. Training then
    learns a low-rank correction of the rows, as LoRA does (Hu et al. 2021,
    https://arxiv.org/abs/2106.09685).

    Args:
        config: The settings and dimensions of a folded network.
        weights: Its weights, which stay unchanged.
        rng: Draws the part of the projection that the trainable rows pass through.

    Example:
        >>> config, weights = unfold(*fold(network.config, network.weights), rng)  # doctest: +SKIP
    """
    unfolded = replace(config, folded=False)
    width, added = config.settings.projection, unfolded.trainable_width
    kernel = np.concatenate([np.eye(width, dtype=np.float32), _glorot_uniform((added, width), rng)])
    new = {PRETRAINED: weights[PRETRAINED]}
    if added:
        new[TRAINABLE] = np.zeros((config.n_trainable, added), np.float32)
    return unfolded, {
        **new,
        PROJECTION: kernel,
        **{k: v for k, v in weights.items() if k not in new},
    }


def with_classes(
    config: NetworkConfig, weights: Weights, classes: Sequence[str], rng: np.random.Generator
) -> tuple[NetworkConfig, Weights]:
    """Have a network tell classes apart, with what it has learned so far.

    A network that has other classes, or none, gets a new output layer. The calibration is reset.

    Args:
        config: The network's settings and dimensions.
        weights: Its weights, which stay unchanged.
        classes: The names of the classes.
        rng: Draws the new layer.

    Example:
        >>> kinds = ["deadpan", "hyperbole"]
        >>> config, weights = with_classes(config, weights, kinds, rng)  # doctest: +SKIP
    """
    settings = replace(config.settings, classes=tuple(classes))
    new = replace(config, settings=settings, calibration=UNCALIBRATED)
    if settings == config.settings:
        return new, weights
    shapes = weight_shapes(new)
    kernel = _glorot_uniform(shapes["output/kernel"], rng)
    bias = np.zeros(shapes["output/bias"], "float32")
    return new, {**weights, "output/kernel": kernel, "output/bias": bias}


def _glorot_uniform(shape: Shape, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw a matrix as Glorot and Bengio 2010 do (https://proceedings.mlr.press/v9/glorot10a)."""
    limit = math.sqrt(6.0 / sum(shape))
    return rng.uniform(-limit, limit, shape).astype("float32")


def _orthogonal(shape: Shape, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a matrix with orthonormal rows (Saxe et al. 2014, https://arxiv.org/abs/1312.6120)."""
    rows, columns = shape
    q, r = np.linalg.qr(rng.standard_normal((columns, rows)))
    return np.ascontiguousarray((q * np.sign(np.diag(r))).T, dtype="float32")
