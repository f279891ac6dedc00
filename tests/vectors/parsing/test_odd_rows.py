"""The odd rows of real files, each with its count in the report."""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path

import numpy as np
import pytest

from spacy_sarcasm.vectors.parsing.text_rows import (
    NO_WORD,
    NOT_A_NUMBER,
    NOT_FINITE,
    NOT_UTF8,
    TOO_FEW,
    TOO_MANY,
)
from spacy_sarcasm.vectors.parsing.vectors_reader import VectorsReader

VALUES = b" 0.1 0.2 0.3 0.4 0.5"


def read(path: Path, **settings):
    reader = VectorsReader(path, str, **settings)
    blocks = list(reader.blocks())
    words = [word for block in blocks for word in block.words]
    table = np.concatenate([block.table for block in blocks]) if blocks else None
    return words, table, reader.report


def with_row(path: Path, text: bytes, row: bytes, after: int = 200) -> Path:
    lines = text.split(b"\n")
    path.write_bytes(b"\n".join([*lines[:after], row, *lines[after:]]))
    return path


def test_clean_file(file, rows):
    words, table, report = read(file)
    assert words == [word for word, _ in rows]
    np.testing.assert_array_equal(table, np.array([v for _, v in rows], np.float32))
    assert (report.rows, report.kept, report.skipped) == (400, 400, {})
    assert (report.dim, report.format) == (5, "text")


@pytest.mark.parametrize(
    "word",
    [
        "\x85",
        "\xa0",
        "a\xa0b",
        "\u2028",
        "\u3000",
        "\x1c",
        "\x0b",
        ". . .",
        "at name",
        "a 1",
        "\ufeff",
        "nan",
        "null",
        "NA",
        "inf",
        '"',
        "'",
        "#",
        "#tag",
        "1",
        "-1.5",
        "1e5",
        ",",
        "<user>",
        "\\",
    ],
)
def test_words_that_others_lose(tmp_path, text, word):
    """White space, numbers and signs are words like any other."""
    path = with_row(tmp_path / "odd.txt", text, word.encode() + VALUES)
    words, table, report = read(path)
    assert words[200] == word
    np.testing.assert_array_equal(table[200], np.array([0.1, 0.2, 0.3, 0.4, 0.5], np.float32))
    assert (report.rows, report.kept, report.skipped) == (401, 401, {})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"word 0.1 0.2 0.3 0.4", TOO_FEW),
        (b"word", TOO_FEW),
        (b"", TOO_FEW),
        (b"7 0.0 0.1 0.2 0.3 0.4 0.5", TOO_MANY),
        (b"word 0.1 0.2 0.3 0.4 x", NOT_A_NUMBER),
        (b"word 0.1 0.2 0.3 0.4 1_0", NOT_A_NUMBER),
        (b"word 0.1 0.2  0.3 0.4", NOT_A_NUMBER),
        (b"word 0.1 0.2 nan 0.4 0.5", NOT_FINITE),
        (b"word 0.1 0.2 -inf 0.4 0.5", NOT_FINITE),
        (b"word 0.1 0.2 1e999 0.4 0.5", NOT_FINITE),
        (b"word 0.1 0.2 1e39 0.4 0.5", NOT_FINITE),
        (b"w\xff\xfe" + VALUES, NOT_UTF8),
        (b"\xed\xa0\x80" + VALUES, NOT_UTF8),
        (VALUES, NO_WORD),
    ],
)
def test_bad_rows_are_skipped_and_counted(tmp_path, text, rows, row, reason):
    path = with_row(tmp_path / "odd.txt", text, row)
    words, _, report = read(path)
    assert words == [word for word, _ in rows]
    assert report.skipped == {reason: 1}
    assert report.first_bad == [(201, reason)]
    assert report.rows == 401
    with pytest.raises(ValueError, match=rf"odd\.txt, line 201: {reason}"):
        read(path, strict=True)


def test_rule_for_more_fields_than_one(tmp_path, text):
    """Left-over fields are a bad row if all are numbers, and the word otherwise."""
    path = with_row(tmp_path / "odd.txt", text, b"1 nan" + VALUES)
    words, _, report = read(path)
    assert words[200] == "1 nan"
    assert report.skipped == {}


def test_duplicates_first_wins(tmp_path, text, rows):
    lines = text.split(b"\n")
    odd = [*lines[:10], b"w3" + VALUES, b"new" + VALUES, b"new 9 9 9 9 9", *lines[10:]]
    path = tmp_path / "odd.txt"
    path.write_bytes(b"\n".join(odd))
    words, table, report = read(path)
    assert words == [f"w{i}" for i in range(10)] + ["new"] + [f"w{i}" for i in range(10, 400)]
    np.testing.assert_array_equal(table[3], np.array(rows[3][1], np.float32))
    np.testing.assert_array_equal(table[10], np.array([0.1, 0.2, 0.3, 0.4, 0.5], np.float32))
    assert report.skipped == {"duplicate": 2}
    assert (report.rows, report.kept) == (403, 401)
    read(path, strict=True)  # a duplicate is no bad row


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.removesuffix(b"\n"),
        lambda text: text.replace(b"\n", b"\r\n").removesuffix(b"\r\n"),
        lambda text: text.replace(b"\n", b" \n"),
        gzip.compress,
    ],
    ids=["crlf", "bom", "no final newline", "crlf, no final newline", "trailing space", "gzip"],
)
def test_line_ends_and_wrappings(tmp_path, text, rows, change):
    path = tmp_path / "odd.txt"
    path.write_bytes(change(text))
    words, table, report = read(path)
    assert words == [word for word, _ in rows]
    np.testing.assert_array_equal(table, np.array([v for _, v in rows], np.float32))
    assert report.skipped == {}


def test_truncated_last_row(tmp_path, text):
    path = tmp_path / "cut.txt"
    path.write_bytes(text[:-12])
    _, _, report = read(path)
    assert (report.kept, report.skipped, report.first_bad) == (399, {TOO_FEW: 1}, [(400, TOO_FEW)])


def test_more_than_one_percent_bad_is_refused(tmp_path, text):
    lines = text.split(b"\n")
    path = tmp_path / "bad.txt"
    path.write_bytes(b"\n".join([*lines[:50], *[b"x 0.1"] * 4, *lines[50:]]))
    assert read(path)[2].skipped == {TOO_FEW: 4}  # 4 of 404
    path.write_bytes(b"\n".join([*lines[:50], *[b"x 0.1"] * 5, *lines[50:]]))
    with pytest.raises(ValueError, match=r"bad\.txt: 5 of 405 rows are bad.*line 51: too few"):
        read(path)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html>\n<html>\n<body>Not found</body>\n",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b'{"word": [1, 2]}\n' * 5,
        b"word,0.1,0.2\n" * 5,
        b"some words\nand more words\n",
        b"\n\n\n",
    ],
    ids=["html", "png", "json", "csv", "prose", "blank"],
)
def test_file_of_another_kind(tmp_path, content):
    path = tmp_path / "other.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"other\.txt: this is no file of word vectors"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "the file is empty"), ("w 1".encode("utf-16"), "UTF-16")]
)
def test_empty_and_utf16(tmp_path, content, message):
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read(path)


def test_long_run_of_digits_takes_no_long_time(tmp_path, text):
    """A field that is almost a number: a pattern with two ways to read it would take hours."""
    path = with_row(tmp_path / "odd.txt", text, b"word 0.1 0.2 0.3 0.4 " + b"1" * 500_000 + b"x")
    start = time.perf_counter()
    assert read(path)[2].skipped == {NOT_A_NUMBER: 1}
    assert time.perf_counter() - start < 5


def test_row_without_end_is_not_read_into_memory(tmp_path, text):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(text * 200 + b"0" * (8 << 20)))
    with pytest.raises(ValueError, match=r"a row is longer than"):
        read(path)


def test_dimension_is_that_of_most_of_the_first_rows(tmp_path, text):
    path = tmp_path / "odd.txt"
    path.write_bytes(b"first 0.5 0.25\n" + text)
    _, _, report = read(path)
    assert (report.dim, report.skipped) == (5, {TOO_FEW: 1})


def test_dimension_asked_for_where_most_first_rows_are_bad(tmp_path, text):
    """Of 1,000 first rows, 600 are bad, but less than 1% of all."""
    path = tmp_path / "odd.txt"
    lines = text.splitlines(keepends=True)
    path.write_bytes(
        b"x y z\n" * 600 + b"".join(b"%d" % i + line for i in range(160) for line in lines)
    )
    with pytest.raises(ValueError, match=r"no file of word vectors"):
        read(path)
    assert read(path, dim=5)[2].skipped == {TOO_FEW: 600}
    # A smaller dimension that a few rows have is not taken: words would swallow numbers.
    path.write_bytes(b"x 0.1 0.2 0.3 0.4\n" + text)
    with pytest.raises(ValueError, match=r"have 5 dimensions; 4 were asked for"):
        read(path, dim=4)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: re.sub(rb"(?m)^(\S+) ", rb"\1\t", text),
        lambda text: re.sub(rb"(?m)^(\S+) ", rb"\1  ", text),
    ],
    ids=["lone carriage returns", "tab after the word", "two spaces after the word"],
)
def test_other_separators_are_refused(tmp_path, text, change):
    path = tmp_path / "odd.txt"
    path.write_bytes(change(text))
    with pytest.raises(ValueError, match=r"odd\.txt: .*other white space than single spaces"):
        read(path)


def test_another_dimension_than_asked_for(file):
    with pytest.raises(ValueError, match=r"have 5 dimensions; 3 were asked for"):
        read(file, dim=3)
    assert read(file, dim=5)[2].kept == 400


def test_words_and_limit(file, rows):
    words, table, report = read(file, words=["w7", "w300", "absent", "w3 x"])
    assert words == ["w7", "w300"]
    np.testing.assert_array_equal(table[1], np.array(rows[300][1], np.float32))
    assert (report.rows, report.kept, report.unwanted) == (400, 2, 398)
    words, table, report = read(file, limit=3)
    assert words == ["w0", "w1", "w2"]
    assert len(table) == 3
    assert report.rows == report.kept + report.past_limit


def test_wanted_words_with_spaces_and_bad_rows(tmp_path, text):
    path = with_row(tmp_path / "odd.txt", text, b"at name" + VALUES)
    assert read(path, words=["at name"])[0] == ["at name"]
    path = with_row(tmp_path / "odd.txt", text, b"word 0.1")
    with pytest.raises(ValueError, match=r"line 201"):
        read(path, words=["word"], strict=True)


@pytest.mark.parametrize("settings", [{"dim": 0}, {"limit": 0}, {"words": "word"}])
def test_wrong_settings(file, settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        read(file, **settings)
