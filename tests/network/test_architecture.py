"""The network as a Thinc model: gradients, averages, copies, bytes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vectors import Vectors
from thinc.api import Adam, Model, Optimizer, fix_random_seed

from spacy_sarcasm.network.architecture import DEFAULT_MAX_LENGTH, build_bilstm, update
from spacy_sarcasm.network.engines import onnx_scorer
from spacy_sarcasm.network.engines.onnx_scorer import create_session
from spacy_sarcasm.network.live import NotTrainedError
from spacy_sarcasm.network.row_scores import look_up, predict_rows
from spacy_sarcasm.network.shim import get_live_network, get_shim
from spacy_sarcasm.network.storage import WeightsError
from spacy_sarcasm.network.weights import trained_names

from .conftest import PLAIN

SETTINGS = MappingProxyType({**PLAIN, "units": 5, "trainable_width": 6, "dense_width": 4})
TEXTS = ["great , another meeting", "the cat sat", "", "rain in the north of the country today"]
GOLD = np.array([1.0, 0.0, 0.0, 0.3], np.float32)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.blank("en")


@pytest.fixture(scope="module")
def docs(nlp: Language) -> list[Doc]:
    return [nlp(text) for text in TEXTS]


@pytest.fixture(scope="module")
def shared_model(docs: list[Doc]) -> tuple[Model, dict[str, np.ndarray]]:
    """A model whose training step is traced once, and its first weights."""
    fix_random_seed(0)
    built = build_bilstm(**SETTINGS)
    built.initialize(X=docs)
    weights = get_live_network(built).network.weights
    return built, {name: array.copy() for name, array in weights.items()}


@pytest.fixture
def model(shared_model: tuple[Model, dict[str, np.ndarray]]) -> Model:
    """The shared model with its first weights."""
    built, first = shared_model
    shim = get_shim(built)
    shim.live.network.weights.update({name: array.copy() for name, array in first.items()})
    shim._gradients = {}
    shim.live.weights_changed()
    built.attrs["max_length"], built.attrs["warned_of_cut"] = DEFAULT_MAX_LENGTH, False
    built.attrs["unknown"] = "score"
    return built


def gradient_of_loss(p: np.ndarray) -> np.ndarray:
    """Of the mean binary cross-entropy over the texts that have words."""
    d = np.zeros_like(p)
    full = np.array([len(text) > 0 for text in TEXTS])
    q = np.clip(p[full], 1e-6, 1 - 1e-6)
    d[full] = (q - GOLD[full]) / (q * (1 - q)) / full.sum()
    return d


def add_gradients(model: Model, docs: list[Doc]) -> np.ndarray:
    """Add up the gradients of the docs in one pass; return the probabilities."""
    seen = []

    def loss_gradient(scores: np.ndarray) -> np.ndarray:
        seen.append(scores.copy())
        return gradient_of_loss(scores[:, 0])[:, None]

    update(model, docs, loss_gradient)
    (scores,) = seen
    return scores


def train_step(model: Model, docs: list[Doc], optimizer: Optimizer) -> None:
    add_gradients(model, docs)
    model.finish_update(optimizer)


def test_shapes_and_empty_docs(model: Model, docs: list[Doc]) -> None:
    scores = model.predict(docs)
    assert scores.shape == (len(docs), 1)
    assert scores.dtype == np.float32
    assert scores[2, 0] == 0.0
    assert np.all((scores[[0, 1, 3]] > 0) & (scores[[0, 1, 3]] < 1))
    assert model.predict([]).shape == (0, 1)
    scores, backprop = model.begin_update([docs[2]])
    assert scores.tolist() == [[0.0]]
    assert backprop(scores) == []


def test_texts_without_a_known_word_have_no_score(nlp: Language, model: Model) -> None:
    texts = ["great", "", " \n ", "xyzzy plugh", "xyzzy great"]
    rows = look_up(model, [nlp(text) for text in texts])
    assert predict_rows(model, rows).coverage.tolist() == [1.0, 0.0, 0.0, 0.0, 0.5]
    scored = predict_rows(model, rows, unknown="score").scores
    assert scored[1] == scored[2] == 0.0
    assert 0 < scored[3] < 1
    missing = predict_rows(model, rows, unknown="missing").scores
    assert np.isnan(missing).tolist() == [False, True, True, True, False]
    np.testing.assert_array_equal(missing[[0, 4]], scored[[0, 4]])
    model.attrs["unknown"] = "missing"
    np.testing.assert_array_equal(model.predict([nlp(text) for text in texts])[:, 0], missing)


@pytest.mark.parametrize("pooling", ["last", "max", "mean", "max+mean", "attention"])
def test_gradients_are_those_of_keras(docs: list[Doc], pooling: str) -> None:
    import keras

    model = build_bilstm(**SETTINGS, layers=2, pooling=pooling)
    model.initialize(X=docs)
    add_gradients(model, docs)
    loss = keras.losses.BinaryCrossentropy()
    check_gradients(model, docs, lambda scores: loss(GOLD[[0, 1, 3], None], scores))


def test_gradients_of_classes_are_those_of_keras(docs: list[Doc]) -> None:
    import keras

    model = build_bilstm(**SETTINGS, classes=["deadpan", "hyperbole", "mock-praise"])
    model.initialize(X=docs)
    gold = np.eye(3, dtype=np.float32)[[2, 0, 1, 1]]
    full = np.array([len(doc) > 0 for doc in docs], np.float32)[:, None]
    scores = []

    def loss_gradient(p: np.ndarray) -> np.ndarray:
        scores.append(p.copy())
        return -gold * full / np.maximum(p, 1e-7) / full.sum()

    update(model, docs, loss_gradient)
    assert scores[0].shape == (4, 3)
    np.testing.assert_allclose(scores[0].sum(axis=1), full[:, 0], rtol=1e-5)
    shim = get_shim(model)
    loss = keras.losses.CategoricalCrossentropy()
    check_gradients(model, docs, lambda scores: loss(gold[[0, 1, 3]], scores))
    expected, shim._gradients = shim.gradients, {}
    first, backprop = model.begin_update(docs)
    backprop(loss_gradient(first))
    for name, gradient in shim.gradients.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-4, atol=1e-8)
    scored = model.predict(docs)
    assert np.isnan(scored).all(axis=1).tolist() == [False, False, True, False]
    np.testing.assert_allclose(scored[[0, 1, 3]], first[[0, 1, 3]], atol=1e-5)


def check_gradients(
    model: Model, docs: list[Doc], loss_of: Callable[[np.ndarray], np.ndarray]
) -> None:
    """The model has added up the gradients that Keras gives for a loss over docs with words."""
    shim = get_shim(model)
    network = shim.live.network
    whole = [doc for doc in docs if len(doc)]
    rows = network.vocabulary.text_rows(whole, network.config.settings, None)
    padded = np.zeros((len(whole), rows.lengths.max()), np.int32)
    for row, text in zip(padded, np.split(rows.rows, np.cumsum(rows.lengths)[:-1]), strict=True):
        row[: len(text)] = text
    from spacy_sarcasm.network.engines.keras_model import build_keras, keras_variables

    reference = build_keras(network.config, network.weights)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = loss_of(reference(padded, training=True))
    variables = keras_variables(network.config, reference)
    names = trained_names(network.config)
    expected = tape.gradient(loss, [variables[name].value for name in names])
    assert shim.gradients.keys() == set(names)
    for name, tensor in zip(names, expected, strict=True):
        gradient = tf.convert_to_tensor(tensor).numpy()
        assert np.abs(gradient).max() > 0
        np.testing.assert_allclose(shim.gradients[name], gradient, rtol=1e-3, atol=1e-7)


def test_one_pass_gives_what_two_give(model: Model, docs: list[Doc]) -> None:
    shim = get_shim(model)
    scores, backprop = model.begin_update(docs)
    backprop(gradient_of_loss(scores[:, 0])[:, None])
    expected, shim._gradients = shim.gradients, {}
    np.testing.assert_allclose(add_gradients(model, docs), scores, rtol=1e-6)
    assert shim.gradients.keys() == expected.keys()
    for name, gradient in shim.gradients.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-5, atol=1e-9)


def test_an_error_of_the_loss_is_raised_as_it_is(model: Model, docs: list[Doc]) -> None:
    class LossError(Exception):
        pass

    def fail(scores: np.ndarray) -> np.ndarray:
        raise LossError("no gold")

    with pytest.raises(LossError, match="no gold"):
        update(model, docs, fail)
    assert get_shim(model).gradients == {}
    add_gradients(model, docs)
    assert get_shim(model).gradients


def test_one_pass_over_docs_without_words(model: Model, docs: list[Doc]) -> None:
    seen = []
    update(model, [docs[2]], lambda scores: seen.append(scores) or scores)
    assert seen[0].tolist() == [[0.0]]
    assert get_shim(model).gradients == {}


def test_gradients_add_up_until_the_update(model: Model, docs: list[Doc]) -> None:
    shim = get_shim(model)
    seen = []
    for _ in range(2):
        add_gradients(model, docs)
        seen.append(shim.gradients)
    once, twice = seen
    for name, gradient in twice.items():
        np.testing.assert_allclose(gradient, 2 * once[name], rtol=1e-5, atol=1e-9)
    model.finish_update(Adam(0.01))
    assert shim.gradients == {}


def test_updates_lower_the_loss(model: Model, docs: list[Doc]) -> None:
    def loss() -> float:
        p = np.clip(model.predict(docs)[[0, 1, 3], 0], 1e-6, 1 - 1e-6)
        gold = GOLD[[0, 1, 3]]
        return float(-(gold * np.log(p) + (1 - gold) * np.log(1 - p)).sum())

    before = loss()
    optimizer = Adam(0.02)
    for _ in range(60):
        train_step(model, docs, optimizer)
    # No lower than the entropy of the soft label, which is reached when it is learnt.
    entropy = -(0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    assert loss() - entropy < (before - entropy) / 4


def test_pretrained_rows_are_frozen(nlp: Language) -> None:
    own = spacy.blank("en")
    keys = [own.vocab.strings.add(word) for word in ("great", "cat", "rain")]
    data = np.arange(9, dtype=np.float32).reshape(3, 3)
    own.vocab.vectors = Vectors(strings=own.vocab.strings, data=data, keys=keys)
    docs = [own(text) for text in TEXTS]
    model = build_bilstm(**SETTINGS)
    model.initialize(X=docs)
    weights = get_live_network(model).network.weights
    before = {name: array.copy() for name, array in weights.items()}
    train_step(model, docs, Adam(0.05))
    changed = {name for name, array in weights.items() if not np.array_equal(array, before[name])}
    assert changed == set(weights) - {"embedding/pretrained"}


def test_gradients_are_those_of_the_dropped_network(docs: list[Doc]) -> None:
    model = build_bilstm(
        **{**SETTINGS, "dropout": 0.5, "word_dropout": 0.3, "spatial_dropout": 0.3}
    )
    model.initialize(X=docs)

    def in_two_passes() -> np.ndarray:
        scores, backprop = model.begin_update(docs)
        backprop(gradient_of_loss(scores[:, 0])[:, None])
        return scores

    for run in (in_two_passes, in_two_passes, lambda: add_gradients(model, docs)):
        p = run()[:, 0]
        gradient = get_shim(model).gradients["output/bias"]
        # Of the last layer's bias alone it is known by the scores, which hang on what was dropped.
        expected = (gradient_of_loss(p) * p * (1 - p)).sum()
        np.testing.assert_allclose(gradient, [expected], rtol=1e-3, atol=1e-6)
        model.finish_update(Adam(0.01))


def test_training_scores_equal_predictions_without_dropout(model: Model, docs: list[Doc]) -> None:
    optimizer = Adam(0.05)
    for _ in range(3):
        train_step(model, docs, optimizer)
    np.testing.assert_allclose(add_gradients(model, docs), model.predict(docs), atol=1e-5)


def test_averages(model: Model, docs: list[Doc]) -> None:
    optimizer = Adam(0.05, use_averages=True)
    for _ in range(10):
        train_step(model, docs, optimizer)
    shim = get_shim(model)
    raw = {name: array.copy() for name, array in shim.live.network.weights.items()}
    raw_scores = model.predict(docs)
    with model.use_params(optimizer.averages):
        averaged_scores = model.predict(docs)
        for name in trained_names(shim.live.network.config):
            average = optimizer.averages[shim.id, name]
            np.testing.assert_array_equal(shim.live.network.weights[name], average)
            assert not np.array_equal(average, raw[name])
        saved = model.to_bytes()
    assert np.abs(averaged_scores - raw_scores).max() > 1e-4
    np.testing.assert_array_equal(model.predict(docs), raw_scores)
    for name, array in shim.live.network.weights.items():
        np.testing.assert_array_equal(array, raw[name])
    loaded = build_bilstm(**SETTINGS).from_bytes(saved)
    loaded.attrs["unknown"] = "score"
    np.testing.assert_array_equal(loaded.predict(docs), averaged_scores)
    # Training goes on from the raw weights.
    train_step(model, docs, optimizer)


def test_averages_are_put_back_after_an_error(model: Model, docs: list[Doc]) -> None:
    optimizer = Adam(0.05, use_averages=True)
    train_step(model, docs, optimizer)
    train_step(model, docs, optimizer)
    scores = model.predict(docs)
    shim = get_shim(model)
    with pytest.raises(KeyboardInterrupt), shim.use_params(optimizer.averages):
        raise KeyboardInterrupt
    np.testing.assert_array_equal(model.predict(docs), scores)


def test_other_layers_parameters_are_ignored(model: Model, docs: list[Doc]) -> None:
    scores = model.predict(docs)
    with model.use_params({(get_shim(model).id + 1000, "output/bias"): np.ones(1), "x": None}):
        np.testing.assert_array_equal(model.predict(docs), scores)


def test_copies_share_nothing(model: Model, docs: list[Doc]) -> None:
    scores = model.predict(docs)
    copy = model.copy()
    assert get_shim(copy).id != get_shim(model).id
    np.testing.assert_array_equal(copy.predict(docs), scores)
    train_step(copy, docs, Adam(0.1))
    assert not np.array_equal(copy.predict(docs), scores)
    np.testing.assert_array_equal(model.predict(docs), scores)


def test_bytes_and_pickle(model: Model, docs: list[Doc]) -> None:
    train_step(model, docs, Adam(0.05))
    scores = model.predict(docs)
    loaded = build_bilstm(**SETTINGS).from_bytes(model.to_bytes())
    loaded.attrs["unknown"] = "score"
    np.testing.assert_array_equal(loaded.predict(docs), scores)
    shim = pickle.loads(pickle.dumps(get_shim(model)))
    loaded.shims[0] = shim
    np.testing.assert_array_equal(loaded.predict(docs), scores)


def test_a_session_is_created_again_in_another_process(
    model: Model, docs: list[Doc], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def create(*arguments: object) -> object:
        made.append(os.getpid())
        return create_session(*arguments)

    monkeypatch.setattr(onnx_scorer, "create_session", create)
    get_live_network(model).weights_changed()
    model.predict(docs)
    model.predict(docs)
    assert len(made) == 1
    pid = os.getpid()
    monkeypatch.setattr(onnx_scorer.os, "getpid", lambda: pid + 1)
    model.predict(docs)
    assert made == [pid, pid + 1]


def test_without_weights(docs: list[Doc]) -> None:
    model = build_bilstm(**SETTINGS)
    for run in (model.predict, model.begin_update):
        with pytest.raises(NotTrainedError, match="no weights.*nlp.initialize"):
            run(docs)
    empty = build_bilstm(**SETTINGS).from_bytes(model.to_bytes())
    assert not get_live_network(empty).has_network
    with pytest.raises(ValueError, match="builds its vocabulary from docs, and got none"):
        model.initialize(X=[])


def test_weights_of_another_architecture(model: Model) -> None:
    other = build_bilstm(**{**SETTINGS, "units": 7, "pooling": "mean"})
    with pytest.raises(WeightsError, match=r"units is 7 in the config and 5 in the weights; pool"):
        other.from_bytes(model.to_bytes())


def test_dropouts_may_differ_from_those_of_the_weights(model: Model) -> None:
    other = build_bilstm(**{**SETTINGS, "word_dropout": 0.5}).from_bytes(model.to_bytes())
    assert get_live_network(other).settings.word_dropout == 0.5


def test_other_architectures_are_refused() -> None:
    from thinc.api import Linear

    with pytest.raises(ValueError, match=r"spacy_sarcasm\.BiLSTM\.v1, not 'linear'"):
        get_shim(Linear())


def test_a_prediction_has_no_gradient(model: Model, docs: list[Doc]) -> None:
    scores, backprop = model(docs, is_train=False)
    with pytest.raises(ValueError, match="begin_update"):
        backprop(scores)


def test_long_texts_are_cut_and_say_so_once(nlp: Language, model: Model) -> None:
    model.attrs["max_length"] = 3
    long, short = nlp("the cat sat in the north"), nlp("the cat sat")
    with pytest.warns(UserWarning, match="more than 3 tokens: only the first 3"):
        scores = model.predict([long, short])
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict([long])
