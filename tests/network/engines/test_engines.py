"""Keras and ONNX Runtime give the same probabilities from the same weights."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import onnx
import pytest

from spacy_sarcasm.network.calibration import Calibration
from spacy_sarcasm.network.engines.onnx_graph import build_onnx
from spacy_sarcasm.network.engines.onnx_scorer import create_session, run
from spacy_sarcasm.network.settings import POOLINGS

from ..conftest import MakeNetwork, ragged

AGREEMENT = 1e-5
LENGTHS = [1, 3, 30, 7]

ARCHITECTURES = [
    {"pooling": pooling, "layers": layers, "dense_width": dense}
    for pooling, layers, dense in itertools.product(POOLINGS, (1, 2, 3), (0, 7))
]
# Every pooling with every number of layers; a dense layer in every other one.
PAIRS_OF_ENGINES = ARCHITECTURES[::4] + ARCHITECTURES[3::4]
EMBEDDINGS = [
    {"pretrained_width": 0},
    {"trainable_width": 0},
    {"precision": "float16"},
    {"precision": "float32"},
]
CLASSES = ["hyperbole", "mock-praise", "understatement"]


def describe(settings: dict) -> str:
    return "-".join(f"{key}={value}" for key, value in settings.items())


@pytest.mark.parametrize("settings", PAIRS_OF_ENGINES + EMBEDDINGS, ids=describe)
def test_engines_agree_and_padding_never_counts(make_network: MakeNetwork, settings: dict) -> None:
    from spacy_sarcasm.network.engines.keras_model import build_keras

    network = make_network(**settings)
    session = create_session(build_onnx(network.config, network.weights), threads=1)
    model = build_keras(network.config, network.weights)
    rows, lengths = ragged(LENGTHS)

    scored = run(session, rows, lengths)
    trained = model(rows.T).numpy()[:, 0]
    assert scored.shape == (len(LENGTHS),)
    assert np.abs(scored - trained).max() <= AGREEMENT
    # The weights are large enough that texts differ by far more than the engines may.
    assert np.ptp(scored) > 100 * AGREEMENT

    for i, length in enumerate(LENGTHS):
        alone = rows[:length, i : i + 1]
        assert abs(run(session, alone, lengths[i : i + 1])[0] - scored[i]) <= AGREEMENT
    # Keras takes its time: one text alone that was beside one ten times longer.
    alone = rows[: LENGTHS[1], 1:2]
    assert abs(model(alone.T).numpy()[0, 0] - scored[1]) <= AGREEMENT


@pytest.mark.parametrize(
    "settings",
    [{**settings, "classes": CLASSES} for settings in PAIRS_OF_ENGINES + EMBEDDINGS]
    + [{"classes": CLASSES[:2]}, {"classes": [f"class {i}" for i in range(30)]}],
    ids=describe,
)
def test_engines_agree_on_classes(make_network: MakeNetwork, settings: dict) -> None:
    network = make_network(**settings)
    calibrated = replace(network.config, calibration=Calibration(scale=0.7))
    session = create_session(build_onnx(calibrated, network.weights), threads=1)
    from spacy_sarcasm.network.engines.keras_model import build_keras

    model = build_keras(calibrated, network.weights)
    rows, lengths = ragged(LENGTHS)

    scored = run(session, rows, lengths)
    assert scored.shape == (len(LENGTHS), len(settings["classes"]))
    np.testing.assert_allclose(scored.sum(axis=1), 1.0, atol=AGREEMENT)
    assert np.abs(scored - model(rows.T).numpy()).max() <= AGREEMENT
    assert np.ptp(scored, axis=0).min() > 100 * AGREEMENT / len(settings["classes"])
    for i, length in enumerate(LENGTHS):
        alone = run(session, rows[:length, i : i + 1], lengths[i : i + 1])
        assert np.abs(alone - scored[i]).max() <= AGREEMENT


def test_a_temperature_flattens_the_classes(make_network: MakeNetwork) -> None:
    network = make_network(classes=CLASSES)
    cooler = replace(network.config, calibration=Calibration(scale=0.25))
    batch = ragged(LENGTHS)
    plain, flat = (
        run(create_session(build_onnx(config, network.weights), threads=1), *batch)
        for config in (network.config, cooler)
    )
    np.testing.assert_array_equal(plain.argmax(axis=1), flat.argmax(axis=1))
    assert (flat.max(axis=1) < plain.max(axis=1)).all()


@pytest.mark.parametrize(
    "settings",
    [*ARCHITECTURES, *EMBEDDINGS, {"classes": CLASSES}, {"classes": CLASSES, "dense_width": 4}],
    ids=describe,
)
def test_graph_passes_the_checker(make_network: MakeNetwork, settings: dict) -> None:
    network = make_network(**settings)
    model = onnx.load_from_string(build_onnx(network.config, network.weights, {"note": "ü"}))
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["config"]) == network.config.to_dict()
    assert metadata["note"] == "ü"
    n_outputs = len(settings.get("classes", ["one"]))
    (output,) = model.graph.output
    assert output.type.tensor_type.shape.dim[1].dim_value == n_outputs
    used = {value for node in model.graph.node for value in node.input}
    made = {value for node in model.graph.node for value in node.output}
    unused = {item.name for item in model.graph.initializer} - used
    assert not unused
    assert made - used - {output.name for output in model.graph.output} <= {
        f"lstm_{layer}{part}" for layer in range(3) for part in ("", "/final")
    }


def test_words_beyond_the_trainable_rows_read_the_unknown_words(make_network: MakeNetwork) -> None:
    network = make_network(pretrained_width=0)
    session = create_session(build_onnx(network.config, network.weights), threads=1)
    last = network.config.n_words - 1
    assert last >= network.config.n_trainable
    lengths = np.array([1], np.int32)
    unknown = run(session, np.array([[1]], np.int32), lengths)
    assert run(session, np.array([[last]], np.int32), lengths) == unknown
    assert run(session, np.array([[2]], np.int32), lengths) != unknown


def test_dropouts_act_in_training_only(make_network: MakeNetwork) -> None:
    from spacy_sarcasm.network.engines.keras_model import build_keras
    from spacy_sarcasm.network.engines.keras_trainer import KerasTrainer

    rows, _ = ragged(LENGTHS)
    for settings in ({"word_dropout": 0.5}, {"spatial_dropout": 0.5}, {}):
        network = make_network(**settings)
        plain = build_keras(network.config, network.weights)(rows.T).numpy()[:, 0]
        trainer = KerasTrainer(network.config, network.weights, seed=1)
        rate = 0.0 if settings else 0.5
        first, second = (trainer.begin_update(rows, rate)[0] for _ in range(2))
        assert not np.allclose(first, plain, atol=AGREEMENT)
        assert not np.allclose(first, second, atol=AGREEMENT)
        if not settings:
            # The rate is read at every step, not frozen when the step was traced.
            np.testing.assert_allclose(trainer.begin_update(rows, 0.0)[0], plain, atol=AGREEMENT)


def test_the_same_seed_drops_the_same(make_network: MakeNetwork) -> None:
    from spacy_sarcasm.network.engines.keras_trainer import KerasTrainer

    network = make_network(word_dropout=0.3, spatial_dropout=0.3)
    rows, _ = ragged(LENGTHS)
    first, second = (
        KerasTrainer(network.config, network.weights, seed=3).begin_update(rows, 0.3)[0]
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
