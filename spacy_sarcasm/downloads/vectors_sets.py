"""The sets of GloVe vectors that are known by name.

Addresses, dimensions and word counts are those of https://github.com/stanfordnlp/GloVe; the
vectors are under the Public Domain Dedication and License. The sizes are the lengths that the
server of the addresses announces. The project publishes no digests, so none is given here: the
download command records the digest of the copy it fetched, with its origin, beside the copy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VectorsSet:
    """An archive of published vectors.

    Attributes:
        name: The name it is asked for by.
        url: Its official address.
        size: Its length in bytes.
        dims: The dimensions it holds, a member each.
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


_BASE = "https://nlp.stanford.edu/data/wordvecs/"

VECTORS_SETS = {
    known.name: known
    for known in (
        VectorsSet(
            "twitter.27B",
            f"{_BASE}glove.twitter.27B.zip",
            1_520_408_563,
            (25, 50, 100, 200),
            "1.2 million",
        ),
        VectorsSet("6B", f"{_BASE}glove.6B.zip", 862_182_613, (50, 100, 200, 300), "400,000"),
        VectorsSet("42B.300", f"{_BASE}glove.42B.300d.zip", 1_877_800_501, (300,), "1.9 million"),
        VectorsSet("840B.300", f"{_BASE}glove.840B.300d.zip", 2_176_768_927, (300,), "2.2 million"),
    )
}


def vectors_set(name: str, dim: int | None = None) -> VectorsSet:
    """A set of vectors by its name.

    Args:
        name: One of ``VECTORS_SETS``.
        dim: A dimension it is to hold; None for any.

    Returns:
        The set.

    Raises:
        ValueError: There is no such set, or it has no vectors of that dimension.
    """
    known = VECTORS_SETS.get(name)
    if known is None:
        listing = ", ".join(VECTORS_SETS)
        raise ValueError(f"There is no set of vectors named {name!r}. Choose one of: {listing}.")
    if dim is not None and dim not in known.dims:
        listing = ", ".join(str(held) for held in known.dims)
        raise ValueError(f"{name} has no vectors of dimension {dim}. Choose one of: {listing}.")
    return known
