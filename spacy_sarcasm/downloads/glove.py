"""The published GloVe vectors: their addresses, and local files that hold them.

Addresses, dimensions and word counts are those of https://github.com/stanfordnlp/GloVe; the
vectors are under the Public Domain Dedication and License. The sizes are the lengths that the
server announces. The project publishes no digests: the digest of the first copy fetched is
recorded beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..vectors.parsing.archives import open_source

EXTRACTS = r"\.(subset|head|top\d+k?)\.txt(\.gz)?"
"""What follows ``glove.SET.DIMd`` in the name of a file that holds only some of a set's rows."""

CHUNK_BYTES = 1 << 22
MAX_ROW_BYTES = 1 << 16


@dataclass(frozen=True)
class VectorsSet:
    """An archive of published vectors.

    Attributes:
        name: The name on the command line.
        size: Its length in bytes.
        dims: The dimensions it holds, one member each.
        words: About how many words it has.
    """

    name: str
    url: str
    size: int
    dims: tuple[int, ...]
    words: str

    @property
    def file(self) -> str:
        """The archive's file name."""
        return self.url.rpartition("/")[2]

    def names(self, dim: int | None) -> list[str]:
        """The file names of the whole set, best first: the archive, the text file, and its .gz."""
        return [self.file, f"{self.stem(dim)}.txt", f"{self.stem(dim)}.txt.gz"]

    def stem(self, dim: int | None) -> str:
        """The name of the text file of one dimension, without its suffix."""
        stem = self.file.removesuffix(".zip")
        return stem if dim is None or stem.endswith(f".{dim}d") else f"{stem}.{dim}d"


_BASE = "https://nlp.stanford.edu/data/wordvecs/glove"

VECTORS_SETS = {
    known.name: known
    for known in (
        VectorsSet(
            "twitter.27B",
            f"{_BASE}.twitter.27B.zip",
            1_520_408_563,
            (25, 50, 100, 200),
            "1.2 million",
        ),
        VectorsSet("6B", f"{_BASE}.6B.zip", 862_182_613, (50, 100, 200, 300), "400,000"),
        VectorsSet("42B.300", f"{_BASE}.42B.300d.zip", 1_877_800_501, (300,), "1.9 million"),
        VectorsSet("840B.300", f"{_BASE}.840B.300d.zip", 2_176_768_927, (300,), "2.2 million"),
    )
}


@dataclass(frozen=True)
class VectorsFile:
    """A file of vectors in some folder.

    Attributes:
        archive: The name of the official archive of its set; None if it belongs to no known set.
        note: What the report says about it; empty for nothing.
    """

    name: str
    archive: str | None = None
    note: str = ""


def vectors_set(name: str, dim: int | None = None) -> VectorsSet:
    """Look up a set of published vectors.

    Args:
        dim: A dimension that the set must have; None for any.

    Raises:
        ValueError: There is no such set, or it has no vectors of that dimension.

    Example:
        >>> vectors_set("6B", dim=100).file
        'glove.6B.zip'
    """
    known = VECTORS_SETS.get(name)
    if known is None:
        listing = ", ".join(VECTORS_SETS)
        raise ValueError(f"there is no set of vectors named {name!r}. Choose one of: {listing}")
    if dim is not None and dim not in known.dims:
        listing = ", ".join(str(held) for held in known.dims)
        raise ValueError(f"{name} has no vectors of dimension {dim}. Choose one of: {listing}")
    return known


def find_vectors(
    folder: Path, known: VectorsSet, dim: int | None, *, extracts: bool = True
) -> VectorsFile | None:
    """Find vectors of a set in a folder; None if the folder has none.

    Args:
        dim: The dimension; None for the set's only one.
        extracts: Accept a file with some of the rows if there is no complete one, such as
            ``glove.6B.100d.top60k.txt.gz`` or ``glove.twitter.27B.25d.subset.txt``.

    Example:
        >>> find_vectors(Path("assets"), vectors_set("6B"), 100)  # doctest: +SKIP
        VectorsFile(name='glove.6B.zip', archive='glove.6B.zip', note='')
    """
    for name in known.names(dim):
        if (folder / name).is_file():
            return VectorsFile(name, archive=known.file)
    if not extracts or not folder.is_dir():
        return None
    pattern = re.compile(re.escape(known.stem(dim)) + EXTRACTS)
    names = sorted(path.name for path in folder.iterdir() if pattern.fullmatch(path.name))
    if not names:
        return None
    return VectorsFile(names[0], known.file, f"an extract: only some of the words of {known.name}")


def check_vectors(path: Path, dim: int | None) -> None:
    """Check that a file of vectors was not cut short.

    Args:
        path: GloVe or word2vec text, plain, gzip or zip. Binary files pass.
        dim: The expected dimension; None for any.

    Raises:
        ValueError: The compressed data or the last row is damaged or cut short.

    Example:
        >>> check_vectors(Path("assets/glove.6B.100d.txt"), dim=100)  # doctest: +SKIP
    """
    tail = b""
    with open_source(path, dim) as (file, member):
        while chunk := file.read(CHUNK_BYTES):
            tail = (tail + chunk)[-MAX_ROW_BYTES:]
    if b"\0" in tail or dim is None:
        return
    place = path if member is None else f"{path} ({member})"
    if not tail.endswith(b"\n"):
        raise ValueError(f"'{place}' is cut short: it has no line break at its end. Fetch it again")
    last = tail.rstrip(b"\r\n").rpartition(b"\n")[2]
    numbers = len(last.strip().split(b" ")) - 1
    if numbers < dim:
        raise ValueError(
            f"'{place}' is cut short or has another dimension: its last row has {numbers} numbers; "
            f"expected {dim}. Fetch it again"
        )
