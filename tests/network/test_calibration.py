"""Calibration: stored with the weights, the same in both engines, out of the way of training."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import spacy
from spacy.language import Language

from spacy_sarcasm.network.calibration import UNCALIBRATED, Calibration
from spacy_sarcasm.network.engines.export import export_onnx
from spacy_sarcasm.network.engines.onnx_graph import build_onnx
from spacy_sarcasm.network.engines.onnx_scorer import create_session, run
from spacy_sarcasm.network.storage import Network, load_network, save_network

from ..conftest import ScoresOf, make_examples
from .conftest import MakeNetwork, ragged
from .test_storage import assert_same, rewrite

CALIBRATION = Calibration(scale=0.4, shift=-0.7, threshold=0.3)
LENGTHS = [1, 3, 30, 7]


def calibrated(network: Network, calibration: Calibration = CALIBRATION) -> Network:
    config = replace(network.config, calibration=calibration)
    return Network(config, network.vocabulary, network.weights)


def recalibrated(scores: np.ndarray, calibration: Calibration) -> np.ndarray:
    scores = scores.astype(np.float64)
    z = calibration.scale * np.log(scores / (1 - scores)) + calibration.shift
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize(
    ("pooling", "dense_width"), [("max+mean", 0), ("last", 0), ("attention", 7)]
)
@pytest.mark.parametrize("calibration", [CALIBRATION, Calibration(scale=4.0, shift=2.0)])
def test_engines_agree(
    make_network: MakeNetwork, pooling: str, dense_width: int, calibration: Calibration
) -> None:
    from spacy_sarcasm.network.engines.keras_model import build_keras

    plain = make_network(pooling=pooling, dense_width=dense_width)
    network = calibrated(plain, calibration)
    rows, lengths = ragged(LENGTHS)
    scored = run(create_session(build_onnx(network.config, network.weights), 1), rows, lengths)
    trained = build_keras(network.config, network.weights)(rows.T).numpy()[:, 0]
    assert np.abs(scored - trained).max() <= 1e-5
    before = run(create_session(build_onnx(plain.config, plain.weights), 1), rows, lengths)
    np.testing.assert_allclose(scored, recalibrated(before, calibration), atol=1e-5)


def test_training_is_on_the_uncalibrated_output(make_network: MakeNetwork) -> None:
    from spacy_sarcasm.network.engines.keras_trainer import KerasTrainer

    plain = make_network()
    rows, _ = ragged(LENGTHS)
    passes = []
    for network in (plain, calibrated(plain)):
        scores, backprop = KerasTrainer(network.config, network.weights, 0).begin_update(rows, 0.0)
        passes.append((scores, backprop(np.ones(len(LENGTHS), np.float32))))
    (scores, gradients), (other_scores, other_gradients) = passes
    np.testing.assert_array_equal(scores, other_scores)
    for name, gradient in gradients.items():
        np.testing.assert_array_equal(gradient, other_gradients[name])


def test_exported_graph_holds_it(make_network: MakeNetwork, tmp_path: Path) -> None:
    from spacy_sarcasm.network.engines.keras_model import build_keras

    network = calibrated(make_network())
    export_onnx(network, tmp_path / "network.onnx")
    rows, lengths = ragged(LENGTHS)
    session = onnxruntime.InferenceSession((tmp_path / "network.onnx").read_bytes())
    (exported,) = session.run(None, {"rows": rows, "lengths": lengths})
    keras = build_keras(network.config, network.weights)(rows.T).numpy()
    np.testing.assert_allclose(exported, keras, atol=1e-5)
    model = onnx.load(tmp_path / "network.onnx")
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["config"])["calibration"] == CALIBRATION.to_dict()


def test_weights_file_keeps_it(make_network: MakeNetwork, tmp_path: Path) -> None:
    network = calibrated(make_network())
    save_network(network, tmp_path / "weights.npz")
    assert_same(load_network(tmp_path / "weights.npz"), network)


def test_version_1_is_read(make_network: MakeNetwork, tmp_path: Path) -> None:
    """A file written before there was calibration."""
    file = tmp_path / "weights.npz"
    save_network(calibrated(make_network()), file)

    def age(members: dict[str, bytes]) -> None:
        header = json.loads(members["config.json"])
        header["format_version"] = 1
        del header["network"]["calibration"]
        members["config.json"] = json.dumps(header).encode()

    rewrite(file, age)
    assert load_network(file).config.calibration == UNCALIBRATED == Calibration(1.0, 0.0, 0.5)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scale": 0.0}, "'scale' must be a number above 0, not 0.0"),
        ({"scale": -1.0}, "'scale'"),
        ({"scale": math.inf}, "'scale'"),
        ({"shift": math.nan}, "'shift' must be a number, not nan"),
        ({"shift": "1"}, "'shift'"),
        ({"threshold": 1.2}, r"'threshold' must be in 0\.\.1, not 1\.2"),
        ({"threshold": True}, "'threshold'"),
    ],
)
def test_range(values: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Calibration(**values)
    with pytest.raises(ValueError, match=message):
        Calibration.from_dict({**UNCALIBRATED.to_dict(), **values})


@pytest.mark.parametrize("data", [None, {}, {"scale": 1.0, "shift": 0.0, "threshold": 0.5, "x": 1}])
def test_damaged(data: object) -> None:
    with pytest.raises(ValueError, match="'calibration' must have scale, shift, threshold"):
        Calibration.from_dict(data)


# In the component


@pytest.fixture
def plain_scores(trained: Language, tiny_scores: ScoresOf) -> np.ndarray:
    return tiny_scores(trained)


def test_scores_change_and_can_change_back(
    trained: Language, tiny_scores: ScoresOf, plain_scores: np.ndarray
) -> None:
    pipe = trained.get_pipe("sarcasm")
    pipe.calibration = CALIBRATION
    np.testing.assert_allclose(
        tiny_scores(trained), recalibrated(plain_scores, CALIBRATION), atol=1e-5
    )
    assert trained("")._.sarcasm is trained("  ")._.sarcasm is None
    pipe.cfg["unknown"] = "score"
    assert trained("")._.sarcasm == trained("  ")._.sarcasm == 0.0
    pipe.calibration = UNCALIBRATED
    np.testing.assert_array_equal(tiny_scores(trained), plain_scores)


def test_copies_keep_it(trained: Language, tiny_scores: ScoresOf, tmp_path: Path) -> None:
    trained.get_pipe("sarcasm").calibration = CALIBRATION
    expected = tiny_scores(trained)
    trained.to_disk(tmp_path)
    sourced = spacy.blank("en")
    sourced.add_pipe("sarcasm", source=trained)
    copies = {
        "disk": spacy.load(tmp_path),
        "bytes": type(trained).from_config(trained.config).from_bytes(trained.to_bytes()),
        "pickle": pickle.loads(pickle.dumps(trained)),
        "source": sourced,
    }
    for way, copy in copies.items():
        np.testing.assert_allclose(tiny_scores(copy), expected, atol=1e-6, err_msg=way)
        assert copy.get_pipe("sarcasm").threshold == CALIBRATION.threshold, way


def test_other_parameters_keep_it(trained: Language, tiny_scores: ScoresOf) -> None:
    pipe = trained.get_pipe("sarcasm")
    pipe.calibration = CALIBRATION
    expected = tiny_scores(trained)
    shim = pipe.model.shims[0]
    bias = {(shim.id, "output/bias"): shim.live.network.weights["output/bias"] + 2}
    with trained.use_params(bias):
        moved = tiny_scores(trained)
        assert pipe.calibration == CALIBRATION
    z = np.log(moved / (1 - moved)) - np.log(expected / (1 - expected))
    np.testing.assert_allclose(z, 2 * CALIBRATION.scale, atol=1e-3)
    np.testing.assert_array_equal(tiny_scores(trained), expected)


def test_an_update_resets_it(trained: Language) -> None:
    pipe = trained.get_pipe("sarcasm")
    pipe.calibration = CALIBRATION
    optimizer = trained.resume_training()
    assert pipe.calibration == CALIBRATION
    trained.update(make_examples(trained), sgd=optimizer)
    assert pipe.calibration == UNCALIBRATED


def test_fine_tuning_starts_from_calibrated_weights(trained: Language, tmp_path: Path) -> None:
    trained.get_pipe("sarcasm").calibration = CALIBRATION
    trained.to_disk(tmp_path)
    folder = str(tmp_path / "sarcasm")
    config = {**trained.config, "initialize": {"components": {"sarcasm": {"weights": folder}}}}
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    assert nlp.get_pipe("sarcasm").calibration == CALIBRATION
    nlp.update(make_examples(nlp), sgd=optimizer)
    assert nlp.get_pipe("sarcasm").calibration == UNCALIBRATED


# The threshold


def test_threshold_of_the_weights_and_of_the_setting(trained: Language) -> None:
    pipe = trained.get_pipe("sarcasm")
    assert (pipe.cfg["threshold"], pipe.threshold) == (None, 0.5)
    examples = make_examples(trained)
    for threshold, recall in ((0.0, 1.0), (1.0, 0.0)):
        pipe.calibration = Calibration(threshold=threshold)
        assert pipe.threshold == threshold
        assert trained.evaluate(examples)["sarcasm_r"] == recall
    pipe.cfg["threshold"] = 0.0
    assert pipe.threshold == 0.0
    assert trained.evaluate(examples)["sarcasm_r"] == 1.0


def test_threshold_without_weights() -> None:
    nlp = spacy.blank("en")
    assert nlp.add_pipe("sarcasm", config={"weights": None}).threshold == 0.5
