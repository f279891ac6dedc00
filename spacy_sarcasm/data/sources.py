"""What is given to be scored: files, folders, globs, standard input and single texts."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .formats import SUFFIXES, Compression, Format, tell_format

STANDARD_INPUT = "-"
_WILD = "*?["


@dataclass(frozen=True)
class Source:
    """One input.

    Attributes:
        name: What messages call it.
        format: How its rows are laid out.
        path: The file; None for standard input and for texts.
        compression: How the file is compressed.
        content: What it holds, when that was given and not read.
    """

    name: str
    format: Format
    path: Path | None = None
    compression: Compression | None = None
    content: bytes | None = None

    @property
    def is_stream(self) -> bool:
        """Whether it can be read only once: standard input, and pipes that have a name."""
        return self.content is None and (self.path is None or not self.path.is_file())

    @property
    def size(self) -> int:
        """Bytes of the file; 0 where that is not known."""
        return self.path.stat().st_size if self.path else 0


def find_sources(
    inputs: Sequence[str | Path],
    *,
    input_format: Format | None = None,
    output: Path | None = None,
) -> list[Source]:
    """Return the sources that inputs stand for, in order.

    Args:
        inputs: Files; folders, for all files of known kinds in them and their subfolders, sorted
            by path; globs, sorted too; ``-`` for standard input.
        input_format: The kind of all of them. By default the names of files tell it, and unknown
            files and standard input have a text a line.
        output: The file to be written, which is left out of folders and globs.

    Raises:
        FileNotFoundError: A file is missing, a glob matches none, a folder has none.
        ValueError: An input is the output too, standard input is named twice or cannot be read so.
    """
    sources: list[Source] = []
    for given in map(str, inputs):
        if given != STANDARD_INPUT:
            for path in _expand(given, input_format is not None, output):
                kind, compression = tell_format(path)
                chosen = input_format or kind or Format.TEXT
                sources.append(Source(f"'{path}'", chosen, path, compression))
            continue
        if any(source.is_stream for source in sources):
            raise ValueError("standard input (-) can be read only once")
        if input_format == Format.PARQUET:
            raise ValueError("Parquet cannot be read from standard input: give the file's name")
        sources.append(Source("standard input", input_format or Format.TEXT))
    return sources


def text_source(texts: Sequence[str], column: str) -> Source:
    """Return a source of texts given by themselves.

    Args:
        texts: The texts.
        column: The name of their column.
    """
    lines = (json.dumps({column: text}, ensure_ascii=False) + "\n" for text in texts)
    return Source("--text", Format.JSONL, content="".join(lines).encode("utf-8"))


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
