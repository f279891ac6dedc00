"""Names, shapes and first values of weights."""

from __future__ import annotations

import numpy as np
import pytest

from spacy_sarcasm.network.settings import NetworkConfig, NetworkSettings
from spacy_sarcasm.network.weights import (
    PRETRAINED,
    TRAINABLE,
    check_weights,
    initial_weights,
    trained_names,
    weight_shapes,
)

from .conftest import MakeNetwork


def test_the_seed_network_has_the_size_of_the_notebooks() -> None:
    settings = NetworkSettings(
        units=25, layers=2, pooling="last", dense_width=24, trainable_width=0, vocab_size=13_200
    )
    config = NetworkConfig(settings, n_words=13_202, n_trainable=13_202, pretrained_width=25)
    sizes = {name: int(np.prod(shape)) for name, shape in weight_shapes(config).items()}
    trained = sum(sizes[name] for name in trained_names(config))
    # Keras counts 4 * (in * units + units * units + units) weights in an LSTM.
    first, second = (2 * 4 * (width * 25 + 25 * 25 + 25) for width in (25, 50))
    assert trained == first + second + (50 * 24 + 24) + (24 + 1)
    assert sizes[PRETRAINED] == config.n_words * 25


def test_initial_values() -> None:
    settings = NetworkSettings(units=6, trainable_width=5)
    config = NetworkConfig(settings, n_words=30, n_trainable=20, pretrained_width=4)
    table = np.arange(120, dtype=np.float32).reshape(30, 4)
    weights = initial_weights(config, table, np.random.default_rng(0))
    check_weights(config, weights)
    np.testing.assert_array_equal(weights[PRETRAINED], table)
    bias = weights["lstm_0/forward/bias"].reshape(4, 6)
    np.testing.assert_array_equal(bias, np.repeat([[0.0], [1.0], [0.0], [0.0]], 6, axis=1))
    recurrent = weights["lstm_0/backward/recurrent_kernel"]
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(6), atol=1e-5)
    assert 0 < np.abs(weights[TRAINABLE]).max() <= 0.05


def test_the_table_must_fit() -> None:
    config = NetworkConfig(NetworkSettings(), n_words=30, n_trainable=20, pretrained_width=4)
    for table in (None, np.zeros((29, 4), np.float32)):
        with pytest.raises(ValueError, match=r"must have shape \(30, 4\)"):
            initial_weights(config, table, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("output/bias"), "missing weights: output/bias"),
        (lambda w: w.update(extra=np.zeros(1)), "unknown weights: extra"),
        (
            lambda w: w.update({"output/bias": np.zeros(2, np.float32)}),
            r"'output/bias' has shape \(2,\), expected \(1,\)",
        ),
        (
            lambda w: w.update({"output/bias": np.zeros(1, np.float64)}),
            "'output/bias' has dtype float64, expected float32",
        ),
        (
            lambda w: w.update({"output/bias": np.array([np.nan], np.float32)}),
            "'output/bias' holds NaN",
        ),
    ],
)
def test_faults_are_named(make_network: MakeNetwork, change, message: str) -> None:
    network = make_network()
    weights = dict(network.weights)
    change(weights)
    with pytest.raises(ValueError, match=message):
        check_weights(network.config, weights)
