r"""Parse a block of clean rows at once, eight characters of every value in one integer.

Our own code for speed: `load_vectors`, whose reader uses it, is 10.7 times as fast as gensim's
reader, and ``vectors convert`` 14.7 times as fast as ``spacy init vectors``
(``tests/benchmarks/vectors.py``; 1,193,514 words of 25 dimensions, one thread).

Almost every value in GloVe's files is an optional minus, one digit, a point and one to six
digits. Its eight bytes from the first digit on are read as one 64-bit integer and turned into a
number by three multiplications (the trick of Lemire's "Quickly parsing eight digits", 2018, and
"SWAR explained: parsing eight digits", Johnny Lee), the fraction filled up to six digits. The
digits are then an integer below 10**7 and the divisor is 10**6, both exact in float32, so the
quotient is the correctly rounded value. It equals what ``float`` gives, rounded to float32: no
such fraction is close enough to the midpoint of two float32 numbers for float64 to round onto it.

Values with seven or eight digits after the point are parsed the same way from the point on; any
other form is left to ``float``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float32]
"""Vectors, one per row: shape (rows, dim), float32."""

Bytes = npt.NDArray[np.uint8]
Words64 = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

LINE_FEED, SPACE, MINUS = 10, 32, 45

MAX_OTHER_FORM = 0.1
"""With a larger share of values of other forms, reading line by line is as fast."""

PADDING = bytes(8)
"""Put after a block, so that eight bytes follow the start of its last value."""


class Form(NamedTuple):
    """How the eight characters of a window make a number.

    Attributes:
        zeros: The window of a zero: XORed with it, digits become their values.
        limits: Added to those values, it sets the high bit of every byte that is too large.
        high: The weights of the first and third pair of digits, in the low and high half.
        low: The same of the second and fourth pair.
    """

    zeros: np.uint64
    limits: np.uint64
    high: np.uint64
    low: np.uint64


def _characters(characters: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(characters, "little"))


def _halves(low: int, high: int) -> np.uint64:
    return np.uint64(low + (high << 32))


# A byte plus its limit is 128 or more where it is above 9, or above 0 in the place of the point.
NUMBER = Form(
    zeros=_characters(b"0.000000"),
    limits=_characters(b"\x76\x7f" + b"\x76" * 6),
    high=_halves(100, 100_000),  # the first pair is a digit and the point: ten times the digit
    low=_halves(1, 10_000),
)
FRACTION = Form(
    zeros=_characters(b"00000000"),
    limits=_characters(b"\x76" * 8),
    high=_halves(100, 1_000_000),
    low=_halves(1, 10_000),
)
EIGHT, SIXTEEN, THIRTY_TWO = (np.uint64(n) for n in (8, 16, 32))
TEN = np.uint64(10)
HIGH_BITS = _characters(b"\x80" * 8)
PAIRS = _halves(0xFF, 0xFF)
ZERO_POINT, TWO_BYTES = _characters(b"0."), np.uint64(0xFFFF)
FIRST_BYTES = np.array([2 ** (8 * n) - 1 for n in range(9)], np.uint64)
"""By a value's length, the bytes of its window that belong to it."""
NUMBER_DIVISORS = np.array([1e6, -1e6], np.float32)
FRACTION_DIVISORS = np.array([1e8, -1e8], np.float64)


def parse_clean_block(block: bytes, dim: int) -> tuple[list[str], Table] | None:
    """Read a block in which every row is a word without white space and ``dim`` values.

    Args:
        block: Whole rows, each ended by a line feed.
        dim: Numbers per vector, at least 1.

    Returns:
        The words and their vectors, shape (len(words), dim), or None where any row needs a closer
        look.
    """
    padded = np.frombuffer(block + PADDING, np.uint8)
    text = padded[: len(block)]
    separators = np.flatnonzero(text <= SPACE)
    if not separators.size or separators.size % (dim + 1):
        return None
    ends: Indices = separators.reshape(-1, dim + 1)
    if not _is_regular(text, ends):
        return None
    words = _heads(text, ends)
    if words is None:
        return None
    table = _parse_values(padded, (ends[:, :-1] + 1).ravel(), ends[:, 1:].ravel())
    return None if table is None else (words, table.reshape(-1, dim))


def _is_regular(text: Bytes, ends: Indices) -> bool:
    """Whether rows end where the separators say, and all other separators are spaces."""
    rows, columns = ends.shape
    return bool(
        (text[ends[:, -1]] == LINE_FEED).all()
        and np.count_nonzero(text == LINE_FEED) == rows
        and np.count_nonzero(text == SPACE) == rows * (columns - 1)
    )


def _heads(text: Bytes, ends: Indices) -> list[str] | None:
    """The first field of every row, or None where one is empty or not UTF-8."""
    starts = np.concatenate([[0], ends[:-1, -1] + 1])
    lengths = ends[:, 0] - starts + 1  # with the space
    if lengths.min() < 2:
        return None
    after = np.cumsum(lengths)
    places = np.arange(after[-1]) + np.repeat(starts - after + lengths, lengths)
    try:
        words: list[str] = text.take(places).tobytes().decode("utf-8").split(" ")
    except UnicodeDecodeError:
        return None
    words.pop()  # what follows the last space
    return words


def _parse_values(text: Bytes, starts: Indices, ends: Indices) -> Table | None:
    """The values between starts and ends, shape (len(starts),), or None for a closer look."""
    negative = text.take(starts) == MINUS
    firsts = starts + negative
    numbers, usual = _numbers(_windows(text, firsts), ends - firsts, NUMBER)
    signs = negative.view(np.int8)
    # As int64: from uint64, the conversion is slow.
    table: Table = numbers.view(np.int64).astype(np.float32) / NUMBER_DIVISORS.take(signs)
    others = np.flatnonzero(~usual)
    if others.size:
        firsts, ends, signs = firsts[others], ends[others], signs[others]
        values, long = _long_values(text, firsts, ends)
        values /= FRACTION_DIVISORS.take(signs)
        if np.count_nonzero(~long) > MAX_OTHER_FORM * len(table):
            return None
        try:
            for index in np.flatnonzero(~long).tolist():
                values[index] = _any_value(text[starts[others[index]] : ends[index]].tobytes())
        except ValueError:
            return None
        with np.errstate(over="ignore"):
            table[others] = values.astype(np.float32)
        if not np.isfinite(table[others]).all():
            return None
    return table


def _windows(text: Bytes, starts: Indices) -> Words64:
    """The eight bytes from each start on as one integer, the first character the lowest byte."""
    every: Words64 = np.ndarray((len(text) - 7,), "<u8", text, strides=(1,))
    return every[starts].astype(np.uint64, copy=False)


def _numbers(windows: Words64, lengths: Indices, form: Form) -> tuple[Words64, Flags]:
    """The number in each window's first bytes, filled up with zeros; whether it is one.

    The windows are overwritten. A length out of range, 1 to 8, is no number.
    """
    digits = np.bitwise_xor(windows, form.zeros, out=windows)
    digits &= FIRST_BYTES.take(lengths, mode="clip")
    too_large = (digits + form.limits) | digits
    too_large &= HIGH_BITS
    are_numbers = too_large == 0
    are_numbers &= (lengths - 1).view(np.uintp) < 8
    pairs = digits * TEN
    pairs += np.right_shift(digits, EIGHT, out=digits)
    low = pairs >> SIXTEEN
    low &= PAIRS
    low *= form.low
    pairs &= PAIRS
    pairs *= form.high
    pairs += low
    pairs >>= THIRTY_TWO
    return pairs, are_numbers


def _long_values(
    text: Bytes, firsts: Indices, ends: Indices
) -> tuple[npt.NDArray[np.float64], Flags]:
    """10**8 times each value of one digit, a point and up to eight digits; whether it is one."""
    leads = _windows(text, firsts)
    leads &= TWO_BYTES
    leads ^= ZERO_POINT
    windows = _windows(text, np.minimum(firsts + 2, len(text) - 8))
    fractions, are_numbers = _numbers(windows, ends - firsts - 2, FRACTION)
    are_numbers &= leads < TEN
    return (leads * 10**8 + fractions).astype(np.float64), are_numbers


def _any_value(field: bytes) -> float:
    """Parse a field as ``numpy.loadtxt`` would."""
    if b"_" in field:  # Python allows 1_000
        raise ValueError("a number must not contain an underscore")
    return float(field)
