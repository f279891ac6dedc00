"""The fast reading of clean rows gives what float() gives, or declines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_sarcasm.vectors.parsing.decimals import parse_clean_block
from spacy_sarcasm.vectors.parsing.text_rows import _parse_carefully, parse_block

FORMATS = ("{:.5g}", "{:.6f}", "{:.3f}", "{:.1f}", "{:g}", "{!r}", "{:+.4f}", "{:e}")
words = st.text("abcXYZ09.,-!é#'\"漢", min_size=1, max_size=6)
numbers = st.tuples(
    st.sampled_from(FORMATS),
    st.floats(-1e30, 1e30, allow_nan=False) | st.floats(-10, 10, allow_nan=False),
).map(lambda pair: pair[0].format(pair[1]))


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(1, 4), st.integers(1, 8))
def test_values_equal_those_of_float(data, dim, n):
    rows = [
        (data.draw(words), data.draw(st.lists(numbers, min_size=dim, max_size=dim)))
        for _ in range(n)
    ]
    # A first row of the usual form: a block is only read fast from its eighth byte on.
    rows.insert(0, ("first", ["-0.12345"] * dim))
    block = "".join(f"{word} {' '.join(values)}\n" for word, values in rows).encode()
    expected = np.array([[float(value) for value in values] for _, values in rows])
    read = parse_block(block, dim)
    assert read.bad == []
    assert read.words == [word for word, _ in rows]
    np.testing.assert_array_equal(read.table, expected.astype(np.float32))


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"0.12345",
                b"-1.5",
                b"2",
                b"nan",
                b"-inf",
                b"1e999",
                b"",
                b"x",
                b"0./5",
                b"1_0",
                b"0.1.2",
                b"--1.2",
                b"12.345",
                b"1.2345678",
                b".5",
                b"5.",
                b"w\xff",
                b"1\t2",
                b"\x85",
            ]
        ),
        min_size=1,
        max_size=12,
    ).map(b" ".join)
    | st.just(b"w 0.12345 -1.5"),
    st.integers(0, 60),
)
def test_any_row_reads_the_same_among_clean_ones_as_alone(row, place):
    """Whether a row is read fast or with care hangs on its neighbours; the outcome must not."""
    lines = [f"w{i} 0.12345 -{i}.5".encode() for i in range(60)]
    lines.insert(place, row)
    together = parse_block(b"".join(line + b"\n" for line in lines), 2)
    alone = _parse_carefully([row], 2)
    assert len(together.words) == 60 + len(alone.words)
    assert together.bad == [(place, reason) for _, reason in alone.bad]
    if alone.words:
        assert together.words[place] == alone.words[0]
        np.testing.assert_array_equal(together.table[place], alone.table[0])


def test_usual_values_are_read_fast():
    """A block of GloVe's usual form is not declined: the speed hangs on it."""
    block = b"".join(b"w%d 0.12345 -1.5 0.00012345\n" % i for i in range(9))
    block += b"".join(b"v%d 0.12345 -1.5 2.3456\n" % i for i in range(91))
    read = parse_clean_block(block, 3)
    assert read is not None
    assert read[1][0] == pytest.approx([0.12345, -1.5, 0.00012345])


@pytest.mark.parametrize(
    "block",
    [
        b"w 0.12345 0.5\nv 0.1\n",  # a row of another length
        b"w 0.12345 0.5\nv\t0.1 0.2\n",  # a tab for a space
        b"w 0.12345 0.5\n\n",  # an empty row
        b"w 0.12345 0.5\n 0.1 0.2\n",  # no word
        b"w 0.12345 nan\n",
        b"w\xff 0.12345 0.5\n",
        b"",
    ],
)
def test_anything_else_is_declined(block):
    assert parse_clean_block(block, 2) is None


CLEAN_ROWS = b"".join(b"w%d 0.12345 -1.5\n" % i for i in range(60))


@pytest.mark.parametrize("place", ["start", "end"])
@pytest.mark.parametrize(
    "literal",
    [
        "1.2345678",
        "-1.2345678",
        "0.1234567",
        "-0.123456",
        "9.876543",
        "12.345",
        "-12.5",
        "1.5",
        "1",
        "-1",
        "10",
        "123456789",
        ".5",
        "5.",
        "+0.5",
        "1e-5",
        "-1.2345e+01",
        "0.00012345",
        "00.5",
        "0.5000000",
        "0.0",
        "-0.0",
        "1.e3",
        "0.12345678901234567",
        "16777217.0",
        "-0.01234567",
        "0.99999999",
        "9.99999999",
        "-1.23456789",
        "0.000000001",
        "-.5",
        "-5.",
    ],
)
def test_every_form_of_number_among_usual_ones(literal, place):
    row = f"odd {literal} {literal}\n".encode()
    block = CLEAN_ROWS + row if place == "end" else CLEAN_ROWS[:16] + row + CLEAN_ROWS[16:]
    read = parse_clean_block(block, 2)
    assert read is not None  # the fast reading, not what it falls back on
    vector = read[1][read[0].index("odd")]
    assert vector.tolist() == [np.float32(float(literal))] * 2


def test_float32_quotients_are_those_of_float64_rounded():
    """Every number that the fast reading divides in float32."""
    digits = np.arange(10**7)
    quotients = digits.astype(np.float32) / np.float32(10**6)
    np.testing.assert_array_equal(quotients, (digits / 10**6).astype(np.float32))


def test_longer_fractions_are_read_fast():
    """gensim writes eight digits after the point: no value may be left to ``float``."""
    block = b"".join(b"w%d 0.12345678 -1.%08d\n" % (i, 7 * i) for i in range(99))
    read = parse_clean_block(block, 2)
    assert read is not None
    expected = [[0.12345678, -float(f"1.{7 * i:08d}")] for i in range(99)]
    np.testing.assert_array_equal(read[1], np.array(expected).astype(np.float32))


def test_a_first_value_too_short_for_a_window_is_not_read_from_elsewhere():
    """The eight bytes before the end of "1.5" would start before the block does."""
    assert parse_block(b"w 1.5\nv 9.75\n", 1).table.tolist() == [[1.5], [9.75]]


@pytest.mark.parametrize(
    "literal", [b"nan", b"-inf", b"1e999", b"1e39", b"0./5", b"1_0", b"x", b""]
)
def test_no_value_among_usual_ones_is_declined(literal):
    assert parse_clean_block(CLEAN_ROWS + b"odd 0.5 " + literal + b"\n", 2) is None
