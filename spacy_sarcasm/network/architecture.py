"""The network as a Thinc model: `spacy_sarcasm.BiLSTM.v1`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from .batching import by_text
from .engines.onnx_scorer import Probabilities
from .live import LiveNetwork
from .row_scores import DEFAULT_UNKNOWN, cut_and_warn, look_up, predict_rows
from .settings import Fallback, NetworkConfig, Pooling, Precision, WordAttr
from .shim import BiLSTMShim, SarcasmModel, get_live_network, get_shim
from .storage import Network
from .token_keys import load_token_words
from .vocabulary import build_vocabulary
from .weights import initial_weights

DEFAULT_MAX_LENGTH = 512
DEFAULT_BATCH_BUDGET = 1024
DEFAULT_THREADS = 1


def build_bilstm(
    *,
    units: int | None = None,
    layers: int | None = None,
    pooling: Pooling | None = None,
    dense_width: int | None = None,
    dropout: float | None = None,
    spatial_dropout: float | None = None,
    word_dropout: float | None = None,
    trainable_width: int | None = None,
    projection: int | None = None,
    vocab_size: int | None = None,
    min_count: int | None = None,
    vector_words: int | None = None,
    precision: Precision | None = None,
    attr: WordAttr | None = None,
    token_words: str | None = None,
    fallbacks: Sequence[Fallback] | None = None,
    classes: Sequence[str] | None = None,
) -> SarcasmModel:
    """Build the bidirectional LSTM, registered as `spacy_sarcasm.BiLSTM.v1`.

    The model takes docs and gives probabilities in 0..1, shape (docs, 1), or (docs, classes) where
    `classes` are given; NaN for a doc in which it knows no word. `initialize` builds the vocabulary
    from the docs it is given and the embedding from the vectors of their vocab. Keras trains it,
    ONNX Runtime scores with it.

    The arguments are the settings that `NetworkSettings` describes. One that is None is taken from
    the weights that are loaded, or has its default there when the network is trained from scratch.
    Weights have to fit those that are given.

    The seed network of the notebook this project grew from is ``units=25, layers=2,
    pooling="last", dense_width=24, trainable_width=0, vocab_size=13200`` over 25-dimensional GloVe
    Twitter vectors.

    Args:
        units: See `NetworkSettings`, as for all others.
        layers: Stacked layers.
        pooling: How token states become one vector.
        dense_width: Units of the ReLU layer before the output.
        dropout: Rate before the dense layers.
        spatial_dropout: Rate for whole embedding dimensions.
        word_dropout: Rate for whole words.
        trainable_width: Width of the trainable embedding.
        projection: Width of the linear layer between embedding and LSTM.
        vocab_size: Maximum number of words taken from the corpus.
        min_count: Least frequency of a word.
        vector_words: Words taken from the vectors besides those of the corpus.
        precision: How pretrained vectors are held.
        attr: Token attribute that is looked up.
        token_words: Registered function that gives the words of a token.
        fallbacks: What stands in for words without a row.
        classes: Names of exclusive classes; they make the output a softmax.

    Raises:
        ValueError: A setting is out of its range.
        catalogue.RegistryError: No function is registered by the name `token_words`.

    Example:
        >>> model = build_bilstm(units=32)  # doctest: +SKIP
        >>> model.initialize(X=docs)  # doctest: +SKIP
        >>> model.predict(docs).shape == (len(docs), 1)  # doctest: +SKIP
        True
    """
    # All arguments, and nothing else yet.
    given = dict(locals())
    if token_words is not None:
        load_token_words(token_words)
    return Model(
        "sarcasm_bilstm",
        forward,
        init=initialize,
        attrs={
            "dropout_rate": dropout or 0.0,
            "max_length": DEFAULT_MAX_LENGTH,
            "batch_budget": DEFAULT_BATCH_BUDGET,
            "threads": DEFAULT_THREADS,
            "unknown": DEFAULT_UNKNOWN,
            "warned_of_cut": False,
        },
        shims=[BiLSTMShim(LiveNetwork(given))],
    )


def forward(
    model: SarcasmModel, docs: list[Doc], is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], list[Doc]]]:
    """Score docs; in training, also return the callback that adds up gradients.

    Args:
        model: The model.
        docs: The docs, of any lengths.
        is_train: Whether Keras runs (dropout, gradients) or ONNX Runtime.

    Returns:
        The probabilities, shape (docs, outputs), and the callback. In training a doc without words
        has 0.0, and a doc without known words what the network gives for unknown ones.

    Example:
        >>> model.predict(docs)  # doctest: +SKIP
    """
    if not is_train:
        return _as_floats2d(model, predict_rows(model, look_up(model, docs)).scores), _no_backprop
    shim = get_shim(model)
    texts = cut_and_warn(model, look_up(model, docs))
    scores, backprop = shim.live.begin_update(texts, _dropout_rate(model))

    def add_gradients(d_scores: Floats2d) -> list[Doc]:
        shim.add_gradients(backprop(_as_array(model, d_scores)))
        return []

    return _as_floats2d(model, scores), add_gradients


def update(
    model: SarcasmModel, docs: list[Doc], loss_gradient: Callable[[Floats2d], Floats2d]
) -> None:
    """Add up the gradients of docs: what `Model.begin_update` and its callback do, but faster.

    The network runs once, and calls the loss in between; they run it twice.

    Args:
        model: A model that `build_bilstm` made.
        docs: The docs, of any lengths.
        loss_gradient: Called once with the probabilities, shape (docs, outputs); returns the
            gradient of the loss with respect to them, of the same shape.

    Example:
        >>> update(model, docs, lambda scores: scores - gold)  # doctest: +SKIP
        >>> model.finish_update(optimizer)  # doctest: +SKIP
    """

    def of_array(scores: Probabilities) -> Probabilities:
        return _as_array(model, loss_gradient(_as_floats2d(model, scores)))

    shim = get_shim(model)
    texts = cut_and_warn(model, look_up(model, docs))
    shim.add_gradients(shim.live.update(texts, _dropout_rate(model), of_array))


def initialize(model: SarcasmModel, X: list[Doc] | None = None, Y: Any = None) -> SarcasmModel:
    """Build the vocabulary from docs and draw new weights for it.

    Args:
        model: The model.
        X: The training corpus.
        Y: Not used.

    Raises:
        ValueError: There are no docs, or they leave the network without an embedding.

    Example:
        >>> model.initialize(X=docs)  # doctest: +SKIP
    """
    if not X:
        raise ValueError("the sarcasm network builds its vocabulary from docs, and got none")
    shim = get_shim(model)
    settings = shim.live.new_settings
    vocabulary, n_trainable, table = build_vocabulary(X, settings, X[0].vocab)
    config = NetworkConfig(
        settings=settings,
        n_words=len(vocabulary),
        n_trainable=n_trainable,
        pretrained_width=0 if table is None else table.shape[1],
    )
    # Seeded from NumPy's global generator, which [training] seed sets.
    rng = np.random.default_rng(np.random.randint(2**31))
    shim.live.network = Network(config, vocabulary, initial_weights(config, table, rng))
    return model


def _as_floats2d(model: SarcasmModel, scores: Probabilities) -> Floats2d:
    """Turn a NumPy array into one of the model's device, shape (docs, outputs)."""
    return model.ops.asarray2f(cast(Floats2d, scores if scores.ndim == 2 else scores[:, None]))


def _as_array(model: SarcasmModel, scores: Floats2d) -> Probabilities:
    """Turn an array of the model's device into a NumPy one, without the axis of one output."""
    array = model.ops.to_numpy(scores)  # type: ignore[no-untyped-call]
    return by_text(np.asarray(array, dtype=np.float32))


def _dropout_rate(model: SarcasmModel) -> float:
    rate = get_live_network(model).settings.dropout
    return float(model.attrs["dropout_rate"]) if rate is None else rate


def _no_backprop(d_scores: Floats2d) -> list[Doc]:
    raise ValueError("a prediction cannot be backpropagated: call begin_update to train")
