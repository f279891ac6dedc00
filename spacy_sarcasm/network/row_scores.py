"""Scores of texts given as vocabulary rows, and how much of each text the network knows."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from .engines.onnx_graph import PROBABILITIES
from .engines.onnx_scorer import Probabilities
from .shim import SarcasmModel, get_live_network
from .vocabulary import UNKNOWN_ROW, DocRows, Slices, TextRows, cut_long

Unknown = Literal["missing", "score"]
UNKNOWN: tuple[str, ...] = get_args(Unknown)
DEFAULT_UNKNOWN: Unknown = "missing"


class RowScores(NamedTuple):
    """Scores of texts and how much of each the network could read.

    Attributes:
        scores: Probabilities, float32 in 0..1, shape (texts,), or (texts, classes) from a network
            with classes; NaN where the score is missing.
        coverage: Share of the words of each text that have a row of their own, float32 in 0..1,
            shape (texts,); 0.0 for a text without words.
    """

    scores: NDArray[np.float32]
    coverage: NDArray[np.float32]


def coverage_of(texts: TextRows) -> NDArray[np.float32]:
    """Return the share of the words of each text that have a row of their own, shape (texts,).

    Args:
        texts: The words of the texts.

    Example:
        >>> coverage_of(TextRows(np.array([1, 7], np.int32), np.array([2, 0]), 0)).tolist()
        [0.5, 0.0]
    """
    known = np.concatenate([[0], np.cumsum(texts.rows != UNKNOWN_ROW)])
    ends = np.cumsum(texts.lengths)
    counts = known[ends] - known[ends - texts.lengths]
    shares: NDArray[np.float32] = (counts / np.maximum(texts.lengths, 1)).astype(np.float32)
    return shares


def look_up(model: SarcasmModel, docs: Sequence[Doc]) -> TextRows:
    """Return the words of docs as rows of the model's vocabulary, uncut.

    Args:
        model: A model that `build_bilstm` made.
        docs: The docs.

    Raises:
        NotTrainedError: The model has no weights.

    Example:
        >>> look_up(model, [nlp.make_doc("oh great")]).lengths.tolist()  # doctest: +SKIP
        [2]
    """
    network = get_live_network(model).network
    return network.vocabulary.text_rows(docs, network.config.settings, None)


def look_up_tokens(model: SarcasmModel, docs: Sequence[Doc]) -> DocRows:
    """Return the words of docs as `look_up` does, with the tokens that they come from.

    Args:
        model: A model that `build_bilstm` made.
        docs: The docs.

    Raises:
        NotTrainedError: The model has no weights.

    Example:
        >>> look_up_tokens(model, [nlp.make_doc("oh great")]).starts.tolist()  # doctest: +SKIP
        [0, 1, 2]
    """
    network = get_live_network(model).network
    return network.vocabulary.doc_rows(docs, network.config.settings)


def score_rows(model: SarcasmModel, texts: TextRows, output: str = PROBABILITIES) -> Probabilities:
    """Return what the network gives for texts, whether it knows their words or not.

    Args:
        model: A model that `build_bilstm` made.
        texts: The words of the texts, uncut.
        output: `PROBABILITIES` or `LOGITS`.

    Returns:
        The probabilities or logits, shape (texts,) or (texts, classes); 0.0 for a text without
        words.

    Example:
        >>> score_rows(model, rows, LOGITS)  # doctest: +SKIP
    """
    return get_live_network(model).score(
        cut_and_warn(model, texts),
        budget=model.attrs["batch_budget"],
        threads=model.attrs["threads"],
        output=output,
    )


def predict_rows(
    model: SarcasmModel, texts: TextRows, *, unknown: Unknown | None = None
) -> RowScores:
    """Score texts whose words have been looked up, in batches of similar length.

    This is what everything that scores without Docs calls: `look_up` gives the rows of Docs, and
    rows put together otherwise (spans, texts with words replaced by `UNKNOWN_ROW`) work as well.

    Args:
        model: A model that `build_bilstm` made.
        texts: The words of the texts, uncut.
        unknown: What becomes of texts without a known word, empty ones among them. ``missing``:
            their score is NaN. ``score``: what the network gives for unknown words, and 0.0 for
            texts without words. None: as the component's setting `unknown` says.

    Returns:
        Scores, shape (texts,) or (texts, classes), and coverage, shape (texts,).

    Raises:
        NotTrainedError: The model has no weights.

    Example:
        >>> rows = look_up(model, [nlp.make_doc("oh great"), nlp.make_doc("")])  # doctest: +SKIP
        >>> predict_rows(model, rows).coverage.tolist()  # doctest: +SKIP
        [1.0, 0.0]
    """
    texts = cut_and_warn(model, texts)
    scores = score_rows(model, texts)
    coverage = coverage_of(texts)
    if (unknown or model.attrs["unknown"]) == "missing":
        scores[coverage == 0] = np.nan
    return RowScores(scores, coverage)


def predict_slices(
    model: SarcasmModel, docs: DocRows, slices: Slices
) -> tuple[RowScores, RowScores]:
    """Score docs and slices of them in one run, a slice with all words of its doc only once.

    Args:
        model: A model that `build_bilstm` made.
        docs: The words of the docs.
        slices: The slices.

    Returns:
        Scores and coverage of the docs, each of shape (docs,), and of the slices, (slices,).

    Raises:
        NotTrainedError: The model has no weights.

    Example:
        >>> rows = look_up_tokens(model, docs)  # doctest: +SKIP
        >>> of_docs, of_slices = predict_slices(model, rows, slices)  # doctest: +SKIP
    """
    whole = docs.texts
    is_part = docs.take(slices).lengths != whole.lengths[slices.docs]
    parts = docs.take(Slices(*(values[is_part] for values in slices)))
    rows = np.concatenate([whole.rows, parts.rows])
    lengths = np.concatenate([whole.lengths, parts.lengths])
    scores, coverage = predict_rows(model, TextRows(rows, lengths, n_cut=0))
    n_docs = len(whole.lengths)
    places = slices.docs.copy()
    places[is_part] = np.arange(n_docs, len(lengths))
    of_docs = RowScores(scores[:n_docs], coverage[:n_docs])
    return of_docs, RowScores(scores[places], coverage[places])


def cut_and_warn(model: SarcasmModel, texts: TextRows) -> TextRows:
    """Cut texts to the model's maximum length, with one warning in the life of the model.

    Args:
        model: A model that `build_bilstm` made.
        texts: The words of the texts.

    Example:
        >>> cut_and_warn(model, rows).lengths.max() <= model.attrs["max_length"]  # doctest: +SKIP
        True
    """
    max_length = model.attrs["max_length"]
    texts = cut_long(texts, max_length)
    if texts.n_cut and not model.attrs["warned_of_cut"]:
        model.attrs["warned_of_cut"] = True
        warnings.warn(
            f"a text has more than {max_length} tokens: only the first {max_length} tokens of such "
            "texts are scored. Raise `max_length` of the sarcasm component, or score sentences "
            "with its setting `spans`. This warning is shown once",
            UserWarning,
            stacklevel=2,
        )
    return texts
