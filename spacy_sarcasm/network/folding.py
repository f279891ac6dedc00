"""Multiply a projection into the embedding, and split the product again to go on training.

A projection is a linear layer, so the embedding of every word can be multiplied by it beforehand.
What is left is one table, which scores faster and takes less room than its parts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .settings import NetworkConfig
from .vocabulary import UNKNOWN_ROW
from .weights import PRETRAINED, PROJECTION, TRAINABLE, Weights, glorot_uniform, weight_dtype


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
    kernel = np.concatenate([np.eye(width, dtype=np.float32), glorot_uniform((added, width), rng)])
    new = {PRETRAINED: weights[PRETRAINED]}
    if added:
        new[TRAINABLE] = np.zeros((config.n_trainable, added), np.float32)
    return unfolded, {
        **new,
        PROJECTION: kernel,
        **{k: v for k, v in weights.items() if k not in new},
    }
