"""A projection is folded into the embedding when a network is saved, and unfolded to go on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy

from spacy_sarcasm.network.engines.onnx_graph import build_onnx
from spacy_sarcasm.network.engines.onnx_scorer import create_session, run
from spacy_sarcasm.network.settings import NetworkConfig
from spacy_sarcasm.network.storage import _upgrade, network_from_bytes, network_to_bytes
from spacy_sarcasm.network.weights import PRETRAINED, PROJECTION, TRAINABLE, fold, unfold

from ..conftest import TINY_MODEL, TINY_TEXTS, ScoresOf, make_examples, make_untrained, train
from .conftest import N_TRAINABLE, N_WORDS, MakeNetwork, ragged

AGREEMENT = 1e-5
PROJECTED = [
    {"projection": 4},
    {"projection": 4, "pretrained_width": 0},
    {"projection": 4, "trainable_width": 0},
    {"projection": 20, "layers": 2, "pooling": "last"},
]


def describe(settings: dict) -> str:
    return "-".join(f"{key}={value}" for key, value in settings.items())


def score(config: NetworkConfig, weights: dict) -> np.ndarray:
    rows, lengths = ragged([1, 3, 30, 7])
    return run(create_session(build_onnx(config, weights), threads=1), rows, lengths)


def score_keras(config: NetworkConfig, weights: dict) -> np.ndarray:
    from spacy_sarcasm.network.engines.keras_model import build_keras

    return build_keras(config, weights)(ragged([1, 3, 30, 7])[0].T).numpy()[:, 0]


@pytest.mark.parametrize("settings", PROJECTED, ids=describe)
def test_folding_keeps_the_scores_in_both_engines(
    make_network: MakeNetwork, settings: dict
) -> None:
    network = make_network(**settings)
    trained = score_keras(network.config, network.weights)
    assert np.ptp(trained) > 100 * AGREEMENT
    config, weights = fold(network.config, network.weights)
    assert np.abs(score_keras(config, weights) - trained).max() <= AGREEMENT
    assert np.abs(score(config, weights) - trained).max() <= AGREEMENT
    assert np.abs(score(network.config, network.weights) - trained).max() <= AGREEMENT


def test_one_table_is_left(make_network: MakeNetwork) -> None:
    network = make_network(projection=4)
    config, weights = fold(network.config, network.weights)
    assert not {TRAINABLE, PROJECTION} & set(weights)
    assert weights[PRETRAINED].shape == (N_WORDS, 4)
    parts = [network.weights[PRETRAINED], np.zeros((N_WORDS, 5))]
    parts[1][:N_TRAINABLE] = network.weights[TRAINABLE]
    parts[1][N_TRAINABLE:] = network.weights[TRAINABLE][1]
    expected = np.hstack(parts) @ network.weights[PROJECTION]
    np.testing.assert_allclose(weights[PRETRAINED], expected, atol=1e-5)
    assert fold(config, weights) == (config, weights)


def test_nothing_changes_without_a_projection(make_network: MakeNetwork) -> None:
    network = make_network()
    assert fold(network.config, network.weights) == (network.config, network.weights)


@pytest.mark.parametrize("settings", PROJECTED, ids=describe)
def test_unfolding_keeps_the_scores(make_network: MakeNetwork, settings: dict) -> None:
    network = make_network(**settings)
    config, weights = fold(network.config, network.weights)
    rng = np.random.default_rng(1)
    again = unfold(config, weights, rng)
    assert again[0].settings == config.settings
    assert not again[0].folded
    np.testing.assert_allclose(score(*again), score(config, weights), atol=1e-6)
    np.testing.assert_allclose(score_keras(*again), score(config, weights), atol=AGREEMENT)


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_a_saved_network_is_folded_and_scores_the_same(
    make_network: MakeNetwork, precision: str
) -> None:
    network = make_network(projection=3, precision=precision)
    read = network_from_bytes(network_to_bytes(network))
    assert read.config.folded
    assert read.weights[PRETRAINED].dtype == precision
    assert len(network_to_bytes(read)) == len(network_to_bytes(network))
    assert len(network_to_bytes(network)) < len(network_to_bytes(make_network(precision=precision)))
    # To the last bit: what is in memory is scored with the table that is saved.
    np.testing.assert_array_equal(
        score(read.config, read.weights), score(network.config, network.weights)
    )


def projected(**settings: object) -> dict[str, object]:
    return {**TINY_MODEL, "projection": 5, **settings}


def test_a_pipeline_trains_saves_loads_and_goes_on(tmp_path: Path, tiny_scores: ScoresOf) -> None:
    nlp = make_untrained(model=projected(precision="float16"))
    examples = make_examples(nlp)
    assert train(nlp, examples)["sarcasm"] < 0.1
    scores = tiny_scores(nlp)
    assert np.abs(scores - [gold for _, gold in TINY_TEXTS]).max() < 0.3
    nlp.to_disk(tmp_path)
    # Saving leaves the network that is being trained as it was.
    assert not nlp.get_pipe("sarcasm").network.config.folded

    loaded = spacy.load(tmp_path)
    assert loaded.get_pipe("sarcasm").network.config.folded
    np.testing.assert_array_equal(tiny_scores(loaded), scores)
    np.testing.assert_array_equal(tiny_scores(nlp.from_bytes(loaded.to_bytes())), scores)

    optimizer = loaded.resume_training()
    optimizer.learn_rate = 0.02
    flipped = make_examples(loaded)
    for example in flipped:
        example.reference.cats = {"SARCASM": 1 - example.reference.cats["SARCASM"]}
    first = loaded.update(examples, sgd=False)["sarcasm"]
    assert first < 0.1
    np.testing.assert_allclose(tiny_scores(loaded), scores, atol=1e-6)
    loaded.get_pipe("sarcasm").model.shims[0]._gradients = {}
    for _ in range(60):
        loaded.update(flipped, sgd=optimizer)
    assert np.abs(tiny_scores(loaded) - (1 - scores)).max() < 0.4
    loaded.to_disk(tmp_path / "second")
    again = spacy.load(tmp_path / "second")
    np.testing.assert_array_equal(tiny_scores(again), tiny_scores(loaded))


def test_averages_are_folded_too(tmp_path: Path, tiny_scores: ScoresOf) -> None:
    nlp = make_untrained(model=projected())
    train(nlp, make_examples(nlp), steps=5)
    pipe = nlp.get_pipe("sarcasm")
    shim = pipe.model.shims[0]
    other = {(shim.id, name): pipe.network.weights[name] * 0.5 for name in (PROJECTION, TRAINABLE)}
    raw = tiny_scores(nlp)
    with nlp.use_params(other):
        scores = tiny_scores(nlp)
        nlp.to_disk(tmp_path)
    assert np.abs(scores - raw).max() > 1e-3
    np.testing.assert_array_equal(tiny_scores(spacy.load(tmp_path)), scores)
    np.testing.assert_array_equal(tiny_scores(nlp), raw)


def test_weights_of_another_projection_do_not_fit(tmp_path: Path) -> None:
    nlp = make_untrained(model=projected())
    train(nlp, make_examples(nlp), steps=1)
    nlp.to_disk(tmp_path)
    other = make_untrained(model=projected(projection=6), weights=str(tmp_path / "sarcasm"))
    with pytest.raises(ValueError, match="projection is 6 in the config and 5 in the weights"):
        other("text")


def test_files_of_earlier_versions_have_no_projection() -> None:
    header = {"format_version": 2, "network": {"settings": {"units": 3}}}

    settings = {"units": 3, "projection": 0, "classes": []}
    assert _upgrade(header) == {"settings": settings, "folded": False}


def test_folded_dimensions_are_checked(make_network: MakeNetwork) -> None:
    config = make_network(projection=4).config
    with pytest.raises(ValueError, match="as wide as the projection"):
        NetworkConfig(config.settings, 10, 10, pretrained_width=3, folded=True)
