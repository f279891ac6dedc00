"""The language model as an ONNX graph, which takes words on from any state.

Like `network.engines.onnx_graph` it is written straight from the weights, so that a headline is
written without TensorFlow. One graph serves both to read a text whole and to go on word by word.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..about import __version__
from ..network.engines import protobuf
from .language_model import LanguageModel

OPSET = 17
IR_VERSION = 8

ROWS, LABELS, HIDDEN, CELL = "rows", "labels", "hidden", "cell"
LOG_PROBABILITIES, NEXT_HIDDEN, NEXT_CELL = "log_probabilities", "next_hidden", "next_cell"


def build_step_graph(model: LanguageModel) -> bytes:
    """Return the model as the content of an ``.onnx`` file.

    Inputs: ``rows`` and ``labels``, int32 (time, texts); ``hidden`` and ``cell``, float32
    (1, texts, units), zeros at the start of a text. Outputs: ``log_probabilities`` of each next
    word, float32 (time, texts, words), and the states after the last word.

    Args:
        model: The model.
    """
    weights, units = model.weights, model.settings.units
    nodes: list[bytes] = []
    constants: list[bytes] = []

    def constant(name: str, array: NDArray[Any]) -> str:
        constants.append(protobuf.tensor(name, array))
        return name

    def add(op_type: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        nodes.append(protobuf.node(op_type, inputs, outputs, **attributes))
        return outputs[0]

    table = constant("embedding", weights["embedding"])
    words = add("Gather", [table, ROWS], "words")
    kinds = add("Gather", [constant("label_table", weights["labels"]), LABELS], "kinds")
    sequence = add("Concat", [words, kinds], "sequence", axis=2)
    bias = _reorder(weights["lstm/bias"], units)
    add(
        "LSTM",
        [
            sequence,
            constant("lstm/W", _reorder(weights["lstm/kernel"].T, units)[None]),
            constant("lstm/R", _reorder(weights["lstm/recurrent_kernel"].T, units)[None]),
            constant("lstm/B", np.concatenate([bias, np.zeros_like(bias)])[None]),
            "",
            HIDDEN,
            CELL,
        ],
        "states",
        NEXT_HIDDEN,
        NEXT_CELL,
        hidden_size=units,
    )
    # (time, directions, texts, units) -> (time, texts, units)
    states = add("Squeeze", ["states", constant("directions", np.array([1], np.int64))], "squeezed")
    kernel = constant("projection/kernel", weights["projection/kernel"])
    product = add("MatMul", [states, kernel], "product")
    bias_name = constant("projection/bias", weights["projection/bias"])
    guess = add("Add", [product, bias_name], "guess")
    turned = add("Transpose", [table], "turned", perm=[1, 0])
    logits = add("MatMul", [guess, turned], "unbiased")
    logits = add("Add", [logits, constant("output/bias", weights["output/bias"])], "logits")
    add("LogSoftmax", [logits], LOG_PROBABILITIES, axis=-1)
    state: list[int | str] = [1, "texts", units]
    return protobuf.model(
        name="spacy_sarcasm_language_model",
        nodes=nodes,
        initializers=constants,
        inputs=[
            protobuf.value_info(ROWS, "int32", ["time", "texts"]),
            protobuf.value_info(LABELS, "int32", ["time", "texts"]),
            protobuf.value_info(HIDDEN, "float32", state),
            protobuf.value_info(CELL, "float32", state),
        ],
        outputs=[
            protobuf.value_info(
                LOG_PROBABILITIES, "float32", ["time", "texts", model.settings.n_words]
            ),
            protobuf.value_info(NEXT_HIDDEN, "float32", state),
            protobuf.value_info(NEXT_CELL, "float32", state),
        ],
        opset=OPSET,
        ir_version=IR_VERSION,
        producer=("spacy-sarcasm", __version__),
        metadata={},
    )


def _reorder(array: NDArray[np.float32], units: int) -> NDArray[np.float32]:
    """Turn Keras's gate order (input, forget, cell, output) into ONNX's (i, o, f, c)."""
    i, f, c, o = (array[gate * units : (gate + 1) * units] for gate in range(4))
    return np.concatenate([i, o, f, c])
