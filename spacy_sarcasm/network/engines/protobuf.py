"""Just enough of the protocol buffer wire format to write an ONNX model.

Our own code because the ``onnx`` package is a large dependency for a graph of twenty nodes, and
every process that scores would have to import it. Wire format:
https://protobuf.dev/programming-guides/encoding; field numbers:
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. The tests read the
result with the ``onnx`` package and run its checker.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_VARINT, _BYTES, _FIXED32 = 0, 2, 5
_TENSOR_TYPES = {"float32": 1, "int32": 6, "int64": 7, "float16": 10}
# The type codes of AttributeProto.
_FLOAT, _INT, _STRING, _INTS, _STRINGS = 1, 2, 3, 7, 8

Dimensions = Sequence[int | str]


def node(op_type: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> bytes:
    """Return a NodeProto.

    Args:
        op_type: The operator's name.
        inputs: Names of the values it reads, "" for an optional one that is left out.
        outputs: Names of the values it writes, likewise.
        attributes: The operator's attributes: numbers, strings, or lists of ints or of strings.
    """
    return b"".join(
        [
            *(_bytes(1, name) for name in inputs),
            *(_bytes(2, name) for name in outputs),
            _bytes(3, outputs[0] or op_type),
            _bytes(4, op_type),
            *(_bytes(5, _attribute(name, value)) for name, value in attributes.items()),
        ]
    )


def tensor(name: str, array: NDArray[Any]) -> bytes:
    """Return a TensorProto holding an array.

    Args:
        name: The tensor's name.
        array: A float16, float32, int32 or int64 array.
    """
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return b"".join(
        [
            *(_varint(1, size) for size in array.shape),
            _varint(2, _TENSOR_TYPES[array.dtype.name]),
            _bytes(8, name),
            _bytes(9, little.tobytes()),
        ]
    )


def value_info(name: str, dtype: str, shape: Dimensions) -> bytes:
    """Return a ValueInfoProto, the declaration of a graph's input or output.

    Args:
        name: The value's name.
        dtype: The name of its dtype.
        shape: Its dimensions, a string for one whose size is known only at run time.
    """
    dims = b"".join(
        _bytes(1, _bytes(2, size) if isinstance(size, str) else _varint(1, size)) for size in shape
    )
    tensor_type = _varint(1, _TENSOR_TYPES[dtype]) + _bytes(2, dims)
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor_type))


def model(
    *,
    name: str,
    nodes: Sequence[bytes],
    initializers: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    opset: int,
    ir_version: int,
    producer: tuple[str, str],
    metadata: Mapping[str, str],
) -> bytes:
    """Return a ModelProto: the content of an ``.onnx`` file.

    Args:
        name: The graph's name.
        nodes: What `node` returned, in an order in which every value is written before it is read.
        initializers: The constants, as `tensor` returned them.
        inputs: The graph's inputs, as `value_info` returned them.
        outputs: The graph's outputs, likewise.
        opset: Version of the operator set.
        ir_version: Version of the file format.
        producer: Name and version of the program that made the graph.
        metadata: Texts that travel with the model.
    """
    graph = b"".join(
        [
            *(_bytes(1, item) for item in nodes),
            _bytes(2, name),
            *(_bytes(5, item) for item in initializers),
            *(_bytes(11, item) for item in inputs),
            *(_bytes(12, item) for item in outputs),
        ]
    )
    return b"".join(
        [
            _varint(1, ir_version),
            _bytes(2, producer[0]),
            _bytes(3, producer[1]),
            _bytes(7, graph),
            _bytes(8, _bytes(1, "") + _varint(2, opset)),
            *(_bytes(14, _bytes(1, key) + _bytes(2, text)) for key, text in metadata.items()),
        ]
    )


def _attribute(name: str, value: Any) -> bytes:
    start = _bytes(1, name)
    if isinstance(value, float):
        return start + _tag(2, _FIXED32) + struct.pack("<f", value) + _varint(20, _FLOAT)
    if isinstance(value, int):
        return start + _varint(3, value) + _varint(20, _INT)
    if isinstance(value, str):
        return start + _bytes(4, value) + _varint(20, _STRING)
    if all(isinstance(item, str) for item in value):
        return start + b"".join(_bytes(9, item) for item in value) + _varint(20, _STRINGS)
    return start + b"".join(_varint(8, item) for item in value) + _varint(20, _INTS)


def _tag(field: int, wire_type: int) -> bytes:
    return _encode_varint(field << 3 | wire_type)


def _varint(field: int, value: int) -> bytes:
    return _tag(field, _VARINT) + _encode_varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _tag(field, _BYTES) + _encode_varint(len(data)) + data


def _encode_varint(value: int) -> bytes:
    # Negative numbers are written in two's complement of 64 bits.
    value &= (1 << 64) - 1
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
