"""Local files of published vectors: by which names they are known, and whether they are whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from spacy_sarcasm.downloads.vectors_sets import VectorsSet
from spacy_sarcasm.vectors.parsing.archives import open_source

EXTRACTS = r"\.(subset|head|top\d+k?)\.txt(\.gz)?"
"""What follows ``glove.SET.DIMd`` in the name of a file that holds only some of a set's rows."""

CHUNK_BYTES = 1 << 22
LONGEST_ROW = 1 << 16


@dataclass(frozen=True)
class VectorsFile:
    """A file of vectors in some folder.

    Attributes:
        name: Its name.
        archive: The name of the official archive of its set; None for vectors of no known set.
        note: What is to be known of it; empty for nothing.
    """

    name: str
    archive: str | None = None
    note: str = ""


def vectors_names(known: VectorsSet, dim: int | None) -> list[str]:
    """The names under which the whole vectors of a set are looked for, the first one first.

    Args:
        known: The set.
        dim: The dimension; None for the set's only one.

    Returns:
        The archive's name, then the text file's, plain and with ``.gz``.
    """
    stem = _stem(known, dim)
    return [known.file, f"{stem}.txt", f"{stem}.txt.gz"]


def find_vectors(
    folder: Path, known: VectorsSet, dim: int | None, *, extracts: bool = True
) -> VectorsFile | None:
    """Find vectors of a set in a folder.

    Args:
        folder: The folder.
        known: The set.
        dim: The dimension; None for the set's only one.
        extracts: Whether a file with some of the rows will do where there is no whole one, such as
            ``glove.6B.100d.top60k.txt.gz``, ``glove.twitter.27B.25d.subset.txt`` or
            ``glove.twitter.27B.100d.head.txt``.

    Returns:
        The file; None where there is none.
    """
    for name in vectors_names(known, dim):
        if (folder / name).is_file():
            return VectorsFile(name, archive=known.file)
    if not extracts or not folder.is_dir():
        return None
    pattern = re.compile(re.escape(_stem(known, dim)) + EXTRACTS)
    names = sorted(path.name for path in folder.iterdir() if pattern.fullmatch(path.name))
    if not names:
        return None
    return VectorsFile(names[0], known.file, f"an extract: only some of the words of {known.name}")


def check_vectors(path: Path, dim: int | None) -> None:
    """Make sure that a file of vectors was not cut short.

    Args:
        path: The file: GloVe or word2vec text, plain, gzip or zip. Binary files are let pass.
        dim: The dimension expected; None for any.

    Raises:
        ValueError: Compressed data is damaged or cut short, or the last row is, where that shows.
        OSError: The file cannot be read.
    """
    tail = b""
    with open_source(path, dim) as (file, member):
        while chunk := file.read(CHUNK_BYTES):
            tail = (tail + chunk)[-LONGEST_ROW:]
    if b"\0" in tail or dim is None:
        return
    place = path if member is None else f"{path} ({member})"
    if not tail.endswith(b"\n"):
        raise ValueError(f"'{place}' is cut short: it has no line break at its end. Fetch it again")
    last = tail.rstrip(b"\r\n").rpartition(b"\n")[2]
    numbers = len(last.strip().split(b" ")) - 1
    if numbers < dim:
        raise ValueError(
            f"'{place}' is cut short or of another dimension: its last row has {numbers} numbers; "
            f"expected {dim}. Fetch it again"
        )


def _stem(known: VectorsSet, dim: int | None) -> str:
    stem = known.file.removesuffix(".zip")
    return stem if dim is None or stem.endswith(f".{dim}d") else f"{stem}.{dim}d"
