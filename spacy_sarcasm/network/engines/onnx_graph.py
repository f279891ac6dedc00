"""The network as an ONNX graph, written straight from the weights.

This is our own code because no converter does it well: those that start from the Keras model turn
its masked LSTMs into Loop operators (https://github.com/onnx/tensorflow-onnx/issues/1871), and ask
for TensorFlow wherever a pipeline scores. ONNX's LSTM operator takes the length of each text
instead; on two cores it scores about 50,000 headlines a second where a traced Keras model scores
25,000. The ``onnx`` package is left out too: see `protobuf`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...about import __version__
from ..settings import NetworkConfig
from ..vocabulary import PADDING_ROW, UNKNOWN_ROW
from ..weights import PRETRAINED, TRAINABLE, Weights, fold
from . import protobuf

OPSET = 17
IR_VERSION = 8

ROWS, LENGTHS, PROBABILITIES = "rows", "lengths", "probabilities"
# The input of the sigmoid or the softmax, which explanations need: a probability near 1 no longer
# tells it.
LOGITS = "output/product"

# Below every output of an LSTM, which lies in -1..1, and finite so that it cannot produce NaN.
_BELOW_ALL = -1e9


def build_onnx(
    config: NetworkConfig,
    weights: Weights,
    metadata: Mapping[str, str] | None = None,
    outputs: Sequence[str] = (PROBABILITIES,),
) -> bytes:
    """Return the network as the content of an ``.onnx`` file.

    Inputs: ``rows``, int32 (time, texts), vocabulary rows with 0 for padding at the end of each
    text; ``lengths``, int32 (texts,), all at least 1. Output: ``probabilities``, float32
    (texts, 1) or (texts, classes), in 0..1; those of classes sum to 1.

    The calibration is part of the graph, and a projection is folded into the embedding.

    Args:
        config: The network's settings and dimensions.
        weights: Its weights.
        metadata: Strings to store in the model, beside the config.
        outputs: `PROBABILITIES`, `LOGITS` (calibrated, of the same shape) or both.
    """
    config, weights = fold(config, weights)
    graph = _Graph()
    sequence = _embed(graph, config, weights)
    for layer in range(config.settings.layers):
        last = layer + 1 == config.settings.layers
        sequence = _lstm(graph, config, weights, layer, sequence, join=not last)
    vector = _pool(graph, config, weights, sequence)
    if config.settings.dense_width:
        vector = _dense(graph, weights, "dense", vector, "Relu", "dense")
    activation = "Softmax" if config.settings.classes else "Sigmoid"
    _dense(graph, _calibrated(config, weights), "output", vector, activation, PROBABILITIES)
    return protobuf.model(
        name="spacy_sarcasm_bilstm",
        nodes=graph.nodes,
        initializers=graph.constants,
        inputs=[
            protobuf.value_info(ROWS, "int32", ["time", "texts"]),
            protobuf.value_info(LENGTHS, "int32", ["texts"]),
        ],
        outputs=[
            protobuf.value_info(name, "float32", ["texts", config.n_outputs]) for name in outputs
        ],
        opset=OPSET,
        ir_version=IR_VERSION,
        producer=("spacy-sarcasm", __version__),
        metadata={"config": json.dumps(config.to_dict()), **(metadata or {})},
    )


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[bytes] = []
        self.constants: list[bytes] = []

    def add(self, op_type: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(protobuf.node(op_type, inputs, [output], **attributes))
        return output

    def constant(self, name: str, array: NDArray[Any]) -> str:
        self.constants.append(protobuf.tensor(name, array))
        return name


def _embed(graph: _Graph, config: NetworkConfig, weights: Weights) -> str:
    """Add the embedding: (time, texts) rows -> (time, texts, width)."""
    parts = []
    if config.pretrained_width:
        table = graph.constant(PRETRAINED, weights[PRETRAINED])
        part = graph.add("Gather", [table, ROWS], "pretrained")
        if weights[PRETRAINED].dtype != np.float32:
            part = graph.add("Cast", [part], "pretrained_float", to=1)
        parts.append(part)
    if config.trainable_width:
        table = graph.constant(TRAINABLE, weights[TRAINABLE])
        rows = ROWS
        if config.n_trainable < config.n_words:
            graph.constant("n_trainable", np.array(config.n_trainable, np.int32))
            graph.constant("unknown_row", np.array(UNKNOWN_ROW, np.int32))
            graph.add("Less", [ROWS, "n_trainable"], "is_trainable")
            rows = graph.add("Where", ["is_trainable", ROWS, "unknown_row"], "trainable_rows")
        parts.append(graph.add("Gather", [table, rows], "trainable"))
    return parts[0] if len(parts) == 1 else graph.add("Concat", parts, "embedding", axis=2)


def _lstm(
    graph: _Graph, config: NetworkConfig, weights: Weights, layer: int, sequence: str, join: bool
) -> str:
    """Add a bidirectional layer: (time, texts, in) -> (time, 2, texts, units).

    Joined for the next layer, the two directions lie side by side: (time, texts, 2 * units).
    """
    units = config.settings.units
    kernels, recurrents, biases = [], [], []
    for direction in ("forward", "backward"):
        prefix = f"lstm_{layer}/{direction}"
        kernels.append(_reorder(weights[f"{prefix}/kernel"].T, units))
        recurrents.append(_reorder(weights[f"{prefix}/recurrent_kernel"].T, units))
        bias = _reorder(weights[f"{prefix}/bias"], units)
        biases.append(np.concatenate([bias, np.zeros_like(bias)]))
    name = f"lstm_{layer}"
    inputs = [
        sequence,
        graph.constant(f"{name}/W", np.stack(kernels)),
        graph.constant(f"{name}/R", np.stack(recurrents)),
        graph.constant(f"{name}/B", np.stack(biases)),
        LENGTHS,
    ]
    outputs = [name, f"{name}/final"]
    graph.nodes.append(
        protobuf.node("LSTM", inputs, outputs, hidden_size=units, direction="bidirectional")
    )
    return _side_by_side(graph, name, [0, 0, 2 * units], [0, 2, 1, 3]) if join else name


def _reorder(array: NDArray[np.floating], units: int) -> NDArray[np.floating]:
    """Turn Keras's gate order (input, forget, cell, output) into ONNX's (i, o, f, c)."""
    i, f, c, o = (array[gate * units : (gate + 1) * units] for gate in range(4))
    return np.concatenate([i, o, f, c])


def _side_by_side(graph: _Graph, name: str, shape: list[int], axes: list[int]) -> str:
    """Lay the two directions side by side; in `shape`, 0 keeps a dimension as it is."""
    graph.constant(f"{name}/shape", np.array(shape, np.int64))
    graph.add("Transpose", [name], f"{name}/transposed", perm=axes)
    return graph.add("Reshape", [f"{name}/transposed", f"{name}/shape"], f"{name}/joined")


def _pool(graph: _Graph, config: NetworkConfig, weights: Weights, name: str) -> str:
    """Add the pooling: (time, 2, texts, units) -> (texts, pooled width)."""
    units, pooling = config.settings.units, config.settings.pooling
    shape, axes = [0, 2 * units], [1, 0, 2]
    if pooling == "last":
        return _side_by_side(graph, f"{name}/final", shape, axes)
    if pooling in ("max", "mean"):
        return _side_by_side(graph, _reduce(graph, name, pooling), shape, axes)
    if pooling == "max+mean":
        parts = [
            _side_by_side(graph, _reduce(graph, name, kind), shape, axes)
            for kind in ("max", "mean")
        ]
        return graph.add("Concat", parts, "pooled", axis=1)
    return _attend(graph, weights, name, units)


def _reduce(graph: _Graph, name: str, kind: str) -> str:
    """Reduce (time, 2, texts, units) over the words of each text."""
    if kind == "max":
        # (time, texts) -> (time, 1, texts, 1), as the LSTM lays its states out.
        _mask(graph, name, axes=[1, 3], output="masked")
        return graph.add("ReduceMax", ["masked"], "max", axes=[0], keepdims=0)
    # The operator's output is zero past the end of a text, so the plain sum is right.
    graph.constant("time_axis", np.array([0], np.int64))
    graph.constant("length_axes", np.array([0, 2], np.int64))
    graph.add("ReduceSum", [name, "time_axis"], "sum", keepdims=0)
    graph.add("Cast", [LENGTHS], "lengths_float", to=1)
    graph.add("Unsqueeze", ["lengths_float", "length_axes"], "divisor")
    return graph.add("Div", ["sum", "divisor"], "mean")


def _mask(graph: _Graph, name: str, axes: list[int], output: str) -> None:
    """Put a very low value in place of padding; `axes` are those that (time, texts) lacks."""
    graph.constant("padding_row", np.array(PADDING_ROW, np.int32))
    graph.constant("mask_axes", np.array(axes, np.int64))
    graph.constant("below_all", np.array(_BELOW_ALL, np.float32))
    graph.add("Greater", [ROWS, "padding_row"], "is_word")
    graph.add("Unsqueeze", ["is_word", "mask_axes"], "mask")
    graph.add("Where", ["mask", name, "below_all"], output)


def _attend(graph: _Graph, weights: Weights, name: str, units: int) -> str:
    states = _side_by_side(graph, name, [0, 0, 2 * units], [0, 2, 1, 3])
    for part in ("kernel", "bias", "query"):
        graph.constant(f"attention/{part}", weights[f"attention/{part}"])
    graph.constant("time_axis", np.array([0], np.int64))
    graph.add("MatMul", [states, "attention/kernel"], "attention/product")
    graph.add("Add", ["attention/product", "attention/bias"], "attention/sum")
    graph.add("Tanh", ["attention/sum"], "attention/hidden")
    graph.add("MatMul", ["attention/hidden", "attention/query"], "attention/scores")
    _mask(graph, "attention/scores", axes=[2], output="attention/masked")
    graph.add("Softmax", ["attention/masked"], "attention/shares", axis=0)
    graph.add("Mul", [states, "attention/shares"], "attention/weighted")
    return graph.add("ReduceSum", ["attention/weighted", "time_axis"], "attended", keepdims=0)


def _calibrated(config: NetworkConfig, weights: Weights) -> Weights:
    """Return the output layer with the calibration of the logit folded into it."""
    scale, shift = config.calibration.scale, config.calibration.shift
    if config.calibration.is_identity:
        return weights
    return {
        "output/kernel": (weights["output/kernel"] * scale).astype(np.float32),
        "output/bias": (weights["output/bias"] * scale + shift).astype(np.float32),
    }


def _dense(
    graph: _Graph, weights: Weights, layer: str, vector: str, activation: str, output: str
) -> str:
    kernel = graph.constant(f"{layer}/kernel", weights[f"{layer}/kernel"])
    bias = graph.constant(f"{layer}/bias", weights[f"{layer}/bias"])
    product = graph.add("Gemm", [vector, kernel, bias], f"{layer}/product")
    return graph.add(activation, [product], output)
