r"""A block of clean rows at once: eight characters of every value in one integer.

Almost every value in GloVe's files is an optional minus, one digit, a point and one to six
digits. The eight bytes before the separator that ends such a value hold its point and its
fraction; they are read as one 64-bit integer and turned into a number by three multiplications
(the trick of Lemire's "Quickly parsing eight digits", 2018, and "SWAR explained: parsing eight
digits", Johnny Lee). The digits without their point are an integer below 10**7 and the divisor a
power of ten below 10**7, both exact in float64, so the quotient is the correctly rounded value and
equals what ``float`` gives. Values of any other form are handed to ``numpy.loadtxt``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float32]
"""Vectors, one a row: shape (rows, dim), float32."""

Bytes = npt.NDArray[np.uint8]
Words64 = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.intp]

LINE_FEED, SPACE, MINUS = 10, 32, 45

MAX_OTHER_FORM = 0.1
"""With a larger share of values of other forms, reading line by line is as fast."""


def _every_byte(byte: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes([byte]) * 8, "little"))


ONE, EIGHT, SIXTEEN, THIRTY_TWO = (np.uint64(n) for n in (1, 8, 16, 32))
TEN = np.uint64(10)
POINTS, ZEROS = _every_byte(ord(".")), _every_byte(ord("0"))
LOW_BITS, HIGH_BITS = _every_byte(0x01), _every_byte(0x80)
ABOVE_NINE = _every_byte(0x80 - 10)
"""Added to a byte of 10 or more, it sets the byte's high bit."""
PAIRS = np.uint64(0x000000FF000000FF)
HIGH_PAIRS, LOW_PAIRS = np.uint64(100 + (1000000 << 32)), np.uint64(1 + (10000 << 32))
# By the place of the point among the eight bytes, 0 the first character and 7 the last.
POINT_BYTE = np.array([0xFF << 8 * place for place in range(8)], np.uint64)
FRACTION_BYTES = np.array([2**64 - 2 ** (8 * place + 8) for place in range(8)], np.uint64)
DIVISOR = np.array([10.0 ** (7 - place) for place in range(8)])


def parse_clean_block(block: bytes, dim: int) -> tuple[list[str], Table] | None:
    """Read a block in which every row is a word without white space and ``dim`` values.

    Args:
        block: Whole rows, each ended by a line feed.
        dim: Numbers per vector, at least 1.

    Returns:
        The words and their vectors, shape (len(words), dim), or None where any row needs a closer
        look.
    """
    text = np.frombuffer(block, np.uint8)
    separators = np.flatnonzero(text <= SPACE)
    if not separators.size or separators.size % (dim + 1):
        return None
    ends: Indices = separators.reshape(-1, dim + 1)
    if not _is_regular(text, ends):
        return None
    row_starts = np.concatenate([[0], ends[:-1, -1] + 1])
    spans = zip(row_starts.tolist(), ends[:, 0].tolist(), strict=True)
    heads = [block[start:end] for start, end in spans]
    table = _parse_values(block, text, (ends[:, :-1] + 1).ravel(), ends[:, 1:].ravel())
    if table is None or not all(heads):
        return None
    try:
        words = b"\n".join(heads).decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    return words, table.reshape(-1, dim)


def _is_regular(text: Bytes, ends: Indices) -> bool:
    """Whether rows end where the separators say, and all other separators are spaces."""
    rows, columns = ends.shape
    # The bytes before the first value's end must be eight or more to be read as one integer.
    return bool(
        ends[0, 1] >= 8
        and (text[ends[:, -1]] == LINE_FEED).all()
        and np.count_nonzero(text == LINE_FEED) == rows
        and np.count_nonzero(text == SPACE) == rows * (columns - 1)
    )


def _parse_values(block: bytes, text: Bytes, starts: Indices, ends: Indices) -> Table | None:
    """The values between starts and ends, shape (len(starts),), or None for a closer look."""
    windows: Words64 = np.ndarray((len(block) - 7,), "<u8", block, strides=(1,)).take(ends - 8)
    negative = text.take(starts) == MINUS
    place = _last_point(windows)
    digits, are_digits = _digits(windows, place)
    length = ends - starts
    usual = are_digits & (place > 0) & (length == 9 - place + negative)
    values = _eight_digits(digits).astype(np.float64) / DIVISOR.take(place)
    np.negative(values, out=values, where=negative)
    others = np.flatnonzero(~usual)
    if others.size > MAX_OTHER_FORM * values.size:
        return None
    if others.size:
        spans = zip(starts[others].tolist(), ends[others].tolist(), strict=True)
        fields = [block[start:end] for start, end in spans]
        if not all(fields):
            return None
        try:
            values[others] = np.loadtxt(fields, np.float64, comments=None, delimiter=" ", ndmin=1)
        except ValueError:
            return None
    with np.errstate(over="ignore"):
        table = values.astype(np.float32)
    return table if np.isfinite(table).all() else None


def _last_point(windows: Words64) -> Indices:
    """Where the last point is among each window's eight bytes; 0 also where there is none."""
    other = windows ^ POINTS
    # High bits of zero bytes ("Determine if a word has a zero byte", Anderson, Bit Twiddling
    # Hacks). A byte just above one may be marked wrongly: only "/", which is no digit.
    points = (other - LOW_BITS) & ~other & HIGH_BITS
    # The exponent of the float64, above 52 bits of mantissa, is 1023 + 8 * place + 7, which is
    # 8 * (128 + place) + 6: three more bits shifted out leave 128 + place.
    return (points.astype(np.float64).view(np.int64) >> 55) & 7


def _digits(windows: Words64, place: Indices) -> tuple[Words64, npt.NDArray[np.bool_]]:
    """The fraction's digits, the digit before the point moved onto it; whether they are digits."""
    digits = windows ^ ZEROS
    digits = (digits & FRACTION_BYTES.take(place)) | ((digits << EIGHT) & POINT_BYTE.take(place))
    return digits, ((digits + ABOVE_NINE) | digits) & HIGH_BITS == 0


def _eight_digits(digits: Words64) -> Words64:
    """The number that eight digits make, one a byte, the first character in the lowest."""
    pairs = digits * TEN + (digits >> EIGHT)
    high, low = pairs & PAIRS, (pairs >> SIXTEEN) & PAIRS
    return (high * HIGH_PAIRS + low * LOW_PAIRS) >> THIRTY_TWO
