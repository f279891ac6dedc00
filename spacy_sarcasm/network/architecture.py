"""The network as a Thinc model: `spacy_sarcasm.BiLSTM.v1`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from .engines.onnx_model import PROBABILITIES
from .settings import Fallback, NetworkConfig, NetworkSettings, Pooling, Precision, WordAttr
from .shim import BiLSTMShim, Probabilities
from .storage import Network
from .token_keys import load_token_words
from .vocabulary import TextRows, build_vocabulary, cut_long
from .weights import initial_weights

ARCHITECTURE = "spacy_sarcasm.BiLSTM.v1"

DEFAULT_MAX_LENGTH = 512
DEFAULT_BATCH_BUDGET = 1024
DEFAULT_THREADS = 1

SarcasmModel = Model[list[Doc], Floats2d]


def build_bilstm(
    *,
    units: int = 64,
    layers: int = 1,
    pooling: Pooling = "max+mean",
    dense_width: int = 0,
    dropout: float | None = None,
    spatial_dropout: float = 0.0,
    word_dropout: float = 0.0,
    trainable_width: int = 32,
    projection: int = 0,
    vocab_size: int = 30_000,
    min_count: int = 1,
    vector_words: int = 0,
    precision: Precision = "float32",
    attr: WordAttr = "LOWER",
    token_words: str | None = None,
    fallbacks: Sequence[Fallback] = (),
) -> SarcasmModel:
    """Build the bidirectional LSTM, registered as `spacy_sarcasm.BiLSTM.v1`.

    The model takes docs and gives probabilities, shape (docs, 1), in 0..1; 0.0 for a doc without
    words. `initialize` builds the vocabulary from the docs it is given and the embedding from the
    vectors of their vocab. Keras trains it, ONNX Runtime scores with it.

    The seed network of the notebook this project grew from is ``units=25, layers=2,
    pooling="last", dense_width=24, trainable_width=0, vocab_size=13200`` over 25-dimensional GloVe
    Twitter vectors.

    Args:
        units: See `NetworkSettings`, as for all others.
        layers: Stacked layers.
        pooling: How token states become one vector.
        dense_width: Units of the ReLU layer before the output.
        dropout: Rate before the dense layers; None for the rate given to `update`.
        spatial_dropout: Rate for whole embedding dimensions.
        word_dropout: Rate for whole words.
        trainable_width: Width of the trainable embedding.
        projection: Width of the linear layer between embedding and LSTM.
        vocab_size: Most words taken from the corpus.
        min_count: Least frequency of a word.
        vector_words: Words taken from the vectors beside those of the corpus.
        precision: How pretrained vectors are held.
        attr: Token attribute that is looked up.
        token_words: Registered function that gives the words of a token.
        fallbacks: What stands in for words without a row.

    Raises:
        ValueError: A setting is out of its range.
        catalogue.RegistryError: No function is registered by the name `token_words`.
    """
    if token_words is not None:
        load_token_words(token_words)
    settings = NetworkSettings(
        units=units,
        layers=layers,
        pooling=pooling,
        dense_width=dense_width,
        dropout=dropout,
        spatial_dropout=spatial_dropout,
        word_dropout=word_dropout,
        trainable_width=trainable_width,
        projection=projection,
        vocab_size=vocab_size,
        min_count=min_count,
        vector_words=vector_words,
        precision=precision,
        attr=attr,
        token_words=token_words,
        fallbacks=fallbacks,
    )
    return Model(
        "sarcasm_bilstm",
        forward,
        init=initialize,
        dims={"nO": 1},
        attrs={
            "dropout_rate": dropout or 0.0,
            "max_length": DEFAULT_MAX_LENGTH,
            "batch_budget": DEFAULT_BATCH_BUDGET,
            "threads": DEFAULT_THREADS,
            "warned_of_cut": False,
        },
        shims=[BiLSTMShim(settings)],
    )


def get_shim(model: SarcasmModel) -> BiLSTMShim:
    """Return the shim that holds the network of a model.

    Args:
        model: A model that `build_bilstm` made.

    Raises:
        ValueError: The model is of another architecture.
    """
    if len(model.shims) == 1 and isinstance(model.shims[0], BiLSTMShim):
        return model.shims[0]
    raise ValueError(
        f"the sarcasm component needs a model of the architecture spacy_sarcasm.BiLSTM.v1, not "
        f"'{model.name}'"
    )


def forward(
    model: SarcasmModel, docs: list[Doc], is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], list[Doc]]]:
    """Score docs; in training, return the callback that adds up gradients too.

    Args:
        model: The model.
        docs: The docs, of any lengths.
        is_train: Whether Keras runs (dropout, gradients) or ONNX Runtime.

    Returns:
        The probabilities, shape (docs, 1), and the callback.
    """
    shim = get_shim(model)
    texts = _look_up(shim, docs)
    if not is_train:
        return _as_floats2d(model, score_rows(model, texts)), _no_backprop
    scores, shim_backprop = shim.train(_cut_long(model, texts), _dropout_rate(model, shim))

    def backprop(d_scores: Floats2d) -> list[Doc]:
        shim_backprop(_as_column(model, d_scores))
        return []

    return _as_floats2d(model, scores), backprop


def update(
    model: SarcasmModel, docs: list[Doc], loss_gradient: Callable[[Floats2d], Floats2d]
) -> None:
    """Add up the gradients of docs: what `Model.begin_update` and its callback do, but faster.

    The network runs once, and calls the loss in between; they run it twice.

    Args:
        model: A model that `build_bilstm` made.
        docs: The docs, of any lengths.
        loss_gradient: Called once with the probabilities, shape (docs, 1); returns the gradient of
            the loss with respect to them, of the same shape.
    """
    shim = get_shim(model)

    def of_array(scores: Probabilities) -> Probabilities:
        return _as_column(model, loss_gradient(_as_floats2d(model, scores)))

    texts = _cut_long(model, _look_up(shim, docs))
    shim.update(texts, _dropout_rate(model, shim), of_array)


def score_rows(model: SarcasmModel, texts: TextRows, output: str = PROBABILITIES) -> Probabilities:
    """Score texts whose words have been looked up.

    Args:
        model: The model.
        texts: The words of the texts, as `Vocabulary.text_rows` gives them, uncut.
        output: `PROBABILITIES` or `LOGITS`.

    Returns:
        The probabilities or logits, shape (texts,); 0.0 for a text without words.
    """
    return get_shim(model).score(
        _cut_long(model, texts),
        budget=model.attrs["batch_budget"],
        threads=model.attrs["threads"],
        output=output,
    )


def initialize(model: SarcasmModel, X: list[Doc] | None = None, Y: Any = None) -> SarcasmModel:
    """Build the vocabulary from docs and make new weights for it.

    Args:
        model: The model.
        X: The training corpus.
        Y: Not used.

    Raises:
        ValueError: There are no docs, or they leave the network without an embedding.
    """
    if not X:
        raise ValueError("the sarcasm network builds its vocabulary from docs, and got none")
    shim = get_shim(model)
    vocabulary, n_trainable, table = build_vocabulary(X, shim.settings, X[0].vocab)
    config = NetworkConfig(
        settings=shim.settings,
        n_words=len(vocabulary),
        n_trainable=n_trainable,
        pretrained_width=0 if table is None else table.shape[1],
    )
    # Seeded from NumPy's global generator, which [training] seed sets.
    rng = np.random.default_rng(np.random.randint(2**31))
    shim.network = Network(config, vocabulary, initial_weights(config, table, rng))
    return model


def _look_up(shim: BiLSTMShim, docs: list[Doc]) -> TextRows:
    network = shim.network
    return network.vocabulary.text_rows(docs, network.config.settings, None)


def _cut_long(model: SarcasmModel, texts: TextRows) -> TextRows:
    max_length = model.attrs["max_length"]
    texts = cut_long(texts, max_length)
    if texts.n_cut and not model.attrs["warned_of_cut"]:
        model.attrs["warned_of_cut"] = True
        warnings.warn(
            f"a text has more than {max_length} tokens: only the first {max_length} of such texts "
            "are scored. Raise `max_length` of the sarcasm component, or split long texts. This "
            "is said once",
            UserWarning,
            stacklevel=2,
        )
    return texts


def _as_floats2d(model: SarcasmModel, scores: Probabilities) -> Floats2d:
    """Turn the shim's NumPy array into one of the model's device, shape (docs, 1)."""
    return model.ops.asarray2f(cast(Floats2d, scores[:, None]))


def _as_column(model: SarcasmModel, scores: Floats2d) -> Probabilities:
    """Turn an array of the model's device, shape (docs, 1), into a NumPy one, shape (docs,)."""
    array = model.ops.to_numpy(scores)  # type: ignore[no-untyped-call]
    return np.asarray(array, dtype=np.float32)[:, 0]


def _dropout_rate(model: SarcasmModel, shim: BiLSTMShim) -> float:
    rate = shim.settings.dropout
    return float(model.attrs["dropout_rate"]) if rate is None else rate


def _no_backprop(d_scores: Floats2d) -> list[Doc]:
    raise ValueError("a prediction cannot be backpropagated: call begin_update to train")
