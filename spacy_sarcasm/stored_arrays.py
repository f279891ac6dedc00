"""Reading archives of arrays and JSON without trusting what they say of themselves.

The archives are what NumPy reads as ``.npz``: zip files with one ``.npy`` member per array
(https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). `numpy.load` inflates
whatever a member holds, and reserves memory for whatever an array's header says; here members have
to be stored without compression and headers have to agree with their sizes, so that reading takes
no more memory than the file's size.
"""

from __future__ import annotations

import io
import json
import math
import struct
import zipfile
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FAULTS = (
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
)
"""What damaged archives, JSON and arrays raise."""

_HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
# Longer messages quote a whole member.
_LONGEST_FAULT = 400


def describe_fault(error: BaseException) -> str:
    """Return the message of an exception, cut if it is very long.

    Example:
        >>> describe_fault(ValueError("x" * 10_000))[-5:]
        'xx...'
    """
    fault = str(error) or type(error).__name__
    return fault if len(fault) <= _LONGEST_FAULT else f"{fault[:_LONGEST_FAULT]}..."


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the content of a member.

    Raises:
        KeyError: There is no such member.
        ValueError: It is compressed.

    Example:
        >>> data = read_member(archive, "config.json")  # doctest: +SKIP
    """
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise ValueError(
            f"its member '{name}' is compressed, and such files are not. Save it again"
        )
    return archive.read(name)


def read_json(archive: zipfile.ZipFile, name: str) -> Any:
    """Return the values of a JSON member.

    Raises:
        KeyError: There is no such member.
        ValueError: It is compressed, not JSON or nested too deeply.

    Example:
        >>> header = read_json(archive, "config.json")  # doctest: +SKIP
    """
    try:
        return json.loads(read_member(archive, name))
    except RecursionError as error:
        raise ValueError(f"'{name}' is nested too deeply") from error


def read_array(
    archive: zipfile.ZipFile,
    name: str,
    dtype: np.dtype[Any],
    shape: tuple[int, ...] | None = None,
) -> NDArray[Any]:
    """Return an array that can be written to.

    Args:
        archive: The archive.
        name: The array's name, that of its member without ``.npy``.
        dtype: The type it has to have, in any byte order.
        shape: The shape it has to have; None for any.

    Raises:
        KeyError: There is no such member.
        ValueError: It is compressed or damaged, or has another type or shape.

    Example:
        >>> bias = read_array(archive, "output/bias", np.dtype("float32"), (1,))  # doctest: +SKIP
    """
    data = read_member(archive, f"{name}.npy")
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    if version not in _HEADER_READERS:
        raise ValueError(f"'{name}' has the unknown .npy version {version}")
    found, is_fortran, kind = _HEADER_READERS[version](stream)
    if shape is not None and found != shape:
        raise ValueError(f"'{name}' has shape {found!s:.200}, expected {shape}")
    if kind.newbyteorder("=") != dtype:
        raise ValueError(f"'{name}' has dtype {kind!s:.200}, expected {dtype}")
    size, expected = len(data) - stream.tell(), math.prod(found) * dtype.itemsize
    if size != expected:
        raise ValueError(f"'{name}' takes {size:,} bytes, expected {expected:,}")
    order: Literal["F", "C"] = "F" if is_fortran else "C"
    array = np.frombuffer(data, kind, offset=stream.tell()).reshape(found, order=order)
    # A copy can be written to, unlike the bytes.
    return array.astype(dtype, order="C")
