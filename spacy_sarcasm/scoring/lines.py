"""Lines of text, from files and standard input, and their scores."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from spacy.language import Language

STANDARD_INPUT = "-"


def read_lines(sources: Iterable[str]) -> Iterator[str]:
    """Yield the lines of text files, without their ends.

    Args:
        sources: Paths, ``-`` for standard input.

    Yields:
        Lines, empty ones too.

    Raises:
        OSError: A file is missing or cannot be read.
        ValueError: A line is not UTF-8; the message names file and line.
    """
    for source in sources:
        if source == STANDARD_INPUT:
            yield from _decode(sys.stdin.buffer, "standard input")
        else:
            with Path(source).open("rb") as file:
                yield from _decode(file, f"'{source}'")


def check_files(sources: Iterable[str]) -> None:
    """Check that files are there, before any of them is read.

    Args:
        sources: Paths, ``-`` for standard input.

    Raises:
        FileNotFoundError: A file is missing.
        IsADirectoryError: A path is a folder.
    """
    for source in sources:
        if source == STANDARD_INPUT:
            continue
        if not Path(source).exists():
            raise FileNotFoundError(
                f"there is no file '{source}'. Arguments are files with a text a line; give a "
                f"text itself by --text"
            )
        if Path(source).is_dir():
            raise IsADirectoryError(f"'{source}' is a folder: give the files in it")


def score_lines(nlp: Language, lines: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Yield each line with its score, in order.

    Args:
        nlp: A pipeline with a sarcasm component.
        lines: The lines.

    Yields:
        The line and its probability of sarcasm, 0..1.
    """
    for doc in nlp.pipe(lines):
        yield doc.text, doc._.sarcasm


def _decode(stream: IO[bytes], where: str) -> Iterator[str]:
    # Iterating over bytes splits at \n only: str.splitlines would split at a dozen more characters.
    for number, line in enumerate(stream, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{where}, line {number}: byte {line[error.start]:#04x} at position "
                f"{error.start + 1} is not UTF-8. Convert the text to UTF-8 first"
            ) from error
        yield text.removesuffix("\n").removesuffix("\r")
