"""Files, folders, globs and standard input, and what kinds they are."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from spacy_sarcasm.data.formats import Format, tell_format, tell_output_format
from spacy_sarcasm.data.sources import find_sources
from spacy_sarcasm.data.streams import Compression


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", (Format.TEXT, None)),
        ("a.JSONL", (Format.JSONL, None)),
        ("a.json.gz", (Format.JSONL, Compression.GZIP)),
        ("a.csv.zst", (Format.CSV, Compression.ZSTD)),
        ("a.b.tsv", (Format.TSV, None)),
        ("a.parquet", (Format.PARQUET, None)),
        ("a.md", (None, None)),
        ("a", (None, None)),
        ("a.gz", (None, Compression.GZIP)),
    ],
)
def test_names_tell_kinds(name: str, expected: object) -> None:
    assert tell_format(Path(name)) == expected


@pytest.mark.parametrize("name", ["out", "out.txt", "out.gz", "out.parquet.gz", "out.xlsx"])
def test_outputs_of_no_kind(name: str) -> None:
    with pytest.raises(ValueError, match=rf"'{name}' has to end in \.jsonl"):
        tell_output_format(Path(name))


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    class Stdin:
        buffer = io.BytesIO(b"oh great\n")

    monkeypatch.setattr(sys, "stdin", Stdin)
    return Stdin.buffer


def make_files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x\n")


def test_folders_and_globs_are_sorted(tmp_path: Path) -> None:
    make_files(
        tmp_path, "b.txt", "a.jsonl", "sub/c.csv.gz", "README.md", ".hidden.txt", "_SUCCESS.txt"
    )
    make_files(tmp_path, ".git/d.txt", "sub/part-0")
    names = ["a.jsonl", "b.txt", "sub/c.csv.gz"]
    assert [source.path for source in find_sources([tmp_path])] == [tmp_path / n for n in names]
    found = find_sources([f"{tmp_path}/**/*"])
    assert tmp_path / "sub/part-0" in [source.path for source in found]
    assert [source.path for source in found] == sorted(source.path for source in found)
    # All files of a folder are of the kind that is named.
    found = find_sources([tmp_path / "sub"], input_format=Format.JSONL)
    assert [(s.path.name, s.format) for s in found] == [
        ("c.csv.gz", Format.JSONL),
        ("part-0", Format.JSONL),
    ]


@pytest.mark.usefixtures("stdin")
def test_order_of_arguments_is_kept(tmp_path: Path) -> None:
    make_files(tmp_path, "b.txt", "a.txt")
    sources = find_sources([tmp_path / "b.txt", "-", tmp_path / "a.txt"])
    assert [source.name for source in sources] == [
        f"'{tmp_path}/b.txt'",
        "standard input",
        f"'{tmp_path}/a.txt'",
    ]


def test_the_output_is_no_input(tmp_path: Path) -> None:
    make_files(tmp_path, "a.jsonl", "out.jsonl", "out.jsonl.partial/rows.jsonl")
    output = tmp_path / "out.jsonl"
    sources = find_sources([tmp_path, f"{tmp_path}/*.jsonl"], output=output)
    assert [source.path.name for source in sources] == ["a.jsonl", "a.jsonl"]
    with pytest.raises(ValueError, match="is input and output"):
        find_sources([output], output=output)


@pytest.mark.usefixtures("stdin")
@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        (["oh great"], FileNotFoundError, "no file 'oh great'.*--text"),
        (["nothing/*.csv"], FileNotFoundError, r"no file matches 'nothing/\*\.csv'"),
        (["."], FileNotFoundError, r"folder '\.' has no files that end in \.txt, \.jsonl"),
        (["-", "-"], ValueError, "only once"),
    ],
)
def test_inputs_that_are_not_there(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inputs: list[str],
    error: type[Exception],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=message):
        find_sources(inputs)


def test_parquet_from_standard_input() -> None:
    with pytest.raises(ValueError, match="Parquet cannot be read from standard input"):
        find_sources(["-"], input_format=Format.PARQUET)
