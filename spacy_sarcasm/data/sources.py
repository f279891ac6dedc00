"""What is given as input: files, folders, globs, standard input and single texts."""

from __future__ import annotations

import csv
import glob
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from .columns import TEXT_COLUMNS, nearest, no_column
from .formats import BINARY, SUFFIXES, Format, tell_format
from .streams import Source, check_encoding, decode_start, open_source, peek

STANDARD_INPUT = "-"
DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_WILD = "*?["
_PEEKED_BYTES = 1 << 16


def find_sources(
    inputs: Sequence[str | Path],
    *,
    input_format: Format | None = None,
    output: Path | None = None,
    text_column: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> list[Source]:
    """Return the sources that inputs stand for, in order.

    Args:
        inputs: Files; folders, for all files of known formats in them and their subfolders, sorted
            by path; globs, sorted too; ``-`` for standard input.
        input_format: The format of all of them. By default the names of files tell it, or the
            first line of other files and of standard input.
        output: The file to be written, which is left out of folders and globs.
        text_column: The column with the texts; None: ``text`` or ``headline``.
        delimiter: What separates the columns of delimited text; None: found out.
        encoding: The encoding of all text files; None: UTF-8, or what a byte-order mark says.

    Raises:
        FileNotFoundError: A file is missing, a glob matches none, a folder has none.
        ValueError: An input is the output too, standard input is named twice or cannot be read
            this way, a delimiter or an encoding is unknown, or a text column is given for text
            without columns.
    """
    delimiter = check_delimiter(delimiter)
    if encoding is not None:
        check_encoding(encoding)
    sources: list[Source] = []
    for given in map(str, inputs):
        if given != STANDARD_INPUT:
            for path in _expand(given, input_format is not None, output):
                sources.append(
                    make_source(
                        path,
                        input_format,
                        text_column=text_column,
                        delimiter=delimiter,
                        encoding=encoding,
                    )
                )
            continue
        if any(source.is_stream for source in sources):
            raise ValueError("standard input (-) can be read only once")
        if input_format in BINARY:
            shown = "Parquet" if input_format == Format.PARQUET else f".{input_format}"
            raise ValueError(f"{shown} cannot be read from standard input: give the file's name")
        chosen = input_format or _recognize(
            sys.stdin.buffer, "standard input", text_column, delimiter, encoding
        )
        sources.append(Source("standard input", chosen, delimiter=delimiter, encoding=encoding))
    return sources


def make_source(
    path: Path,
    input_format: Format | None = None,
    *,
    text_column: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Source:
    """Return the source of one file.

    Args:
        path: The file.
        input_format: As for `find_sources`, as the others.
        text_column: As for `find_sources`.
        delimiter: What separates columns.
        encoding: The file's encoding.

    Raises:
        ValueError: A text column is given for text without columns.
    """
    kind, compression = tell_format(path)
    chosen = input_format or kind
    source = Source(
        f"'{path}'",
        chosen or Format.TEXT,
        path,
        compression,
        delimiter=delimiter,
        encoding=encoding,
    )
    is_sure = input_format is not None or (text_column is None and delimiter is not None)
    if source.format != Format.TEXT or is_sure or not path.is_file():
        return source
    # Tables are named .txt too.
    with open_source(source) as stream:
        found = _recognize(stream.lines, source.name, text_column, delimiter, None)
    is_text = kind == Format.TEXT and found == Format.JSONL and text_column is None
    return source if is_text else replace(source, format=found)


def check_delimiter(delimiter: str | None) -> str | None:
    """Return the character that a delimiter names.

    Args:
        delimiter: A character, or ``tab``, ``comma``, ``semicolon`` or ``pipe``.

    Raises:
        ValueError: It is something else.
    """
    found = DELIMITER_NAMES.get(delimiter, delimiter) if delimiter else delimiter
    if found is not None and (len(found) != 1 or found in '"\r\n'):
        raise ValueError(
            f"the delimiter must be one character, or {', '.join(DELIMITER_NAMES)}, not "
            f"{delimiter!r}"
        )
    return found


def text_source(texts: Sequence[str], column: str) -> Source:
    """Return a source of texts given by themselves.

    Args:
        texts: The texts.
        column: The name of their column.
    """
    lines = (json.dumps({column: text}, ensure_ascii=False) + "\n" for text in texts)
    return Source("--text", Format.JSONL, content="".join(lines).encode("utf-8"))


def _recognize(
    stream: BinaryIO,
    name: str,
    text_column: str | None,
    delimiter: str | None,
    encoding: str | None,
) -> Format:
    """Tell a format by the first line: an object, a header with the text column, or a text."""
    start = peek(stream, _PEEKED_BYTES)
    first = decode_start(start, encoding).lstrip().partition("\n")[0].strip()
    # csv refuses a carriage return within a line, which a text may hold.
    first = first.replace("\r", " ")
    if first.startswith(("{", "[{")) or first == "[":
        return Format.JSONL
    wanted = TEXT_COLUMNS if text_column is None else (text_column,)
    for known in [delimiter] if delimiter else [",", "\t", ";", "|"]:
        columns = next(csv.reader([first], delimiter=known), [])
        # A lone "text" may be a text, unless it is named.
        if set(wanted) & set(columns) and (len(columns) > 1 or text_column is not None):
            return Format.TSV if known == "\t" else Format.CSV
        if text_column is not None and len(columns) > 1 and nearest(wanted, columns):
            raise ValueError(no_column(name, wanted, columns, "--text-column"))
    if text_column is not None or delimiter:
        raise ValueError(_no_columns(name, " or ".join(f"'{column}'" for column in wanted)))
    return Format.TEXT


def _no_columns(name: str, wanted: str) -> str:
    return (
        f"{name} looks like one text per line, without columns, and has no column {wanted} in its "
        "first line. Leave out --text-column and --delimiter, or name the format with "
        "--input-format"
    )


def _expand(given: str, take_all: bool, output: Path | None) -> Iterator[Path]:
    path = Path(given)
    if path.is_dir():
        found = [file for file in path.rglob("*") if file.is_file() and _is_data(file, path)]
        if not take_all:
            found = [file for file in found if tell_format(file)[0] is not None]
        what = f"the folder '{given}' has no files that end in {', '.join(SUFFIXES)}"
    elif path.exists():
        if output is not None and output.exists() and output.samefile(path):
            raise ValueError(f"'{given}' is input and output: name another file by --output")
        yield path
        return
    elif any(sign in given for sign in _WILD):
        # Path.glob takes neither absolute patterns nor a leading "..".
        matches = map(Path, glob.glob(given, recursive=True))  # noqa: PTH207
        found = [file for file in matches if file.is_file()]
        what = f"no file matches '{given}'"
    else:
        raise FileNotFoundError(
            f"there is no file '{given}'. Arguments are files with texts; give a text itself by "
            "--text"
        )
    found = [file for file in found if not _belongs_to(file, output)]
    if not found:
        raise FileNotFoundError(f"{what}: give files, a folder or a glob that has some")
    yield from sorted(found, key=str)


def _is_data(file: Path, folder: Path) -> bool:
    """Tell whether a file in a folder holds rows: hidden ones and marks like _SUCCESS do not."""
    return not any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)


def _belongs_to(file: Path, output: Path | None) -> bool:
    if output is None:
        return False
    target = output.resolve()
    resolved = file.resolve()
    return resolved == target or partial_folder(target) in resolved.parents


def partial_folder(output: Path) -> Path:
    """Return the folder that holds the work on an output until it is whole."""
    return output.with_name(f"{output.name}.partial")
