"""Delimited text: quotes that swallow rows, delimiters, and chunks that start anywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_sarcasm.data.filetypes import delimited
from spacy_sarcasm.data.formats import read_chunks, read_rows
from spacy_sarcasm.data.rows import START
from spacy_sarcasm.data.sources import find_sources

OPEN = "a quote that is opened here"


def rows_of(path: Path, size: int = 1000) -> tuple[list[str | None], dict[int, str]]:
    """Return the texts of all rows, and the faults by the number of their line."""
    source = find_sources([path])[0]
    texts: list[str | None] = []
    faults = {}
    for chunk in read_chunks(0, source, size, START):
        batch = read_rows(chunk, source.format, "text")
        texts += batch.values
        faults |= {batch.lines[index]: fault for index, fault in batch.faults.items()}
    return texts, faults


def table(count: int, odd: dict[int, str], columns: int = 2) -> str:
    more = ",x" * (columns - 2)
    rows = [f"{i},{odd.get(i, f'news {i}')}{more}\n" for i in range(count)]
    return f"id,text{''.join(f',c{i}' for i in range(columns - 2))}\n" + "".join(rows)


@pytest.mark.parametrize("columns", [2, 3])
@pytest.mark.parametrize(
    "odd",
    [
        {5: '"news 5'},
        {5: '"news 5', 90: '"quoted, at last"'},
        {5: '"news 5', 90: 'he said "'},
        {5: '"news 5', 7: 'he said "'},
        {5: '"news 5', 6: '"news 6', 7: '"news 7'},
        {99: '"news 99'},
    ],
)
def test_open_quotes_swallow_no_rows(tmp_path: Path, odd: dict[int, str], columns: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table(100, odd, columns))
    texts, faults = rows_of(path)
    assert len(texts) == 100
    assert min(faults) == min(odd) + 2
    assert faults[min(odd) + 2].startswith(OPEN)
    others = [i for i in range(100) if i not in odd]
    assert [texts[i] for i in others] == [f"news {i}" for i in others]


def test_an_open_quote_where_there_is_one_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"news {i}\n" for i in range(3000)]
    rows[20], rows[2000] = '"news 20\n', 'he said "\n'
    path.write_text("text\n" + "".join(rows))
    texts, faults = rows_of(path, 100_000)
    assert (len(texts), list(faults)) == (3000, [22])


def test_fields_of_many_lines_are_kept(tmp_path: Path) -> None:
    poem = "\n".join(["Dear John,", "thanks, for nothing", "", "bye"] * 40)
    dialogue = "\n".join(['""Oh,"" he said, ""great""'] * 30)
    path = tmp_path / "a.csv"
    path.write_text(f'id,text,c\n1,"{poem}",x\n2,"{dialogue}",y\n3,plain,z\n4,5" disk,x\n')
    texts, faults = rows_of(path)
    assert faults == {}
    assert texts == [poem, dialogue.replace('""', '"'), "plain", '5" disk']


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.text(st.sampled_from('ab ,;"\n\r\té'), max_size=12), min_size=1, max_size=30),
    size=st.integers(1, 5),
)
def test_chunks_start_anywhere(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], size: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfid,text\n" + "\n".join(lines).encode())
    source = find_sources([path])[0]
    chunks = list(read_chunks(0, source, size, START))
    for number, chunk in enumerate(chunks):
        rest = read_chunks(0, source, size, chunk.end) if chunk.rows else []
        assert [replace(c, bytes_read=0) for c in rest] == [
            replace(c, bytes_read=0) for c in chunks[number + 1 :]
        ]
    # No line is lost: each belongs to a record or is blank.
    content = path.read_bytes()[3:]
    begin = content.index(b"\n") + 1
    for chunk in chunks:
        assert not content[begin : chunk.start.offset].strip(b"\r\n")
        begin = chunk.end.offset
    assert not content[begin:].strip(b"\r\n")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id;text\n1;a, b\n2;c, d\n", ["a, b", "c, d"]),
        ("id|text\n1|a\n", ["a"]),
        ("id\ttext\n1\ta\n", ["a"]),
        ("text\na; b\n", ["a; b"]),
        ("id,text\n1,a;b\n2,c;d;e\n", ["a;b", "c;d;e"]),
        ('id;text\n1;"a\nb"\n', ["a\nb"]),
    ],
)
def test_delimiters_are_found_out(tmp_path: Path, content: str, expected: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    assert rows_of(path) == (expected, {})


def test_delimiters_that_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id:text\n1:a\n")
    source = find_sources([path], delimiter=":")[0]
    (chunk,) = read_chunks(0, source, 10, START)
    assert read_rows(chunk, "csv", "text").values == ["a"]
    assert find_sources([path], delimiter="tab")[0].delimiter == "\t"
    with pytest.raises(ValueError, match="must be one character, or tab, "):
        find_sources([path], delimiter="::")


def test_columns_with_the_same_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,a,a\nx,1,2\n")
    with pytest.raises(ValueError, match="several columns called 'a'"):
        rows_of(path)


def test_a_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n")
    (chunk,) = read_chunks(0, find_sources([path])[0], 10, START)
    assert (chunk.rows, chunk.columns) == ([], ("id", "text"))
    assert delimited.encode_header(chunk.columns, ",") == b"id,text\n"
