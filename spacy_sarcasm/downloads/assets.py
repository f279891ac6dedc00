"""What a training run reads, brought to one folder and checked before anything else runs.

weasel's own ``assets`` goes on after a failed download and after a wrong checksum, and its ``run``
fetches nothing, so the project does both with this.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..atomic import atomic_write
from .download import TIMEOUT_SECONDS, fetch
from .vectors_files import VectorsFile, check_vectors, find_vectors, vectors_names
from .vectors_sets import vectors_set

MISSING_CORPUS = (
    "Download it and put it into the folder '{folder}', or name a folder or a mirror that has it "
    "by --from (in the project: --vars.assets_from)"
)
KAGGLE = "https://www.kaggle.com/datasets/rmisra/news-headlines-dataset-for-sarcasm-detection"
HEADLINES_FILE = "Sarcasm_Headlines_Dataset.json"
HEADLINES_SHA256 = "a0ef80faee87588f307aceb44eba562bc5c6b6f655c96c91677ae2fcc554ac51"
"""Of version 1 (26,709 rows), computed from a copy of the file that Kaggle serves."""


class AssetError(ValueError):
    """An asset is missing, truncated or another than expected."""


@dataclass(frozen=True)
class Asset:
    """A file that a run reads.

    Attributes:
        file: Where it is.
        source: The file or address it was taken from.
        size: Its length in bytes.
        sha256: Its SHA-256 digest, in hexadecimal.
        expected_sha256: The digest it was held to; None where none is known.
        note: What is to be known of it, such as that it is an extract; empty for nothing.
    """

    file: str
    source: str
    size: int
    sha256: str
    expected_sha256: str | None
    note: str = ""


def bring_corpus(
    name: str,
    folder: Path,
    *,
    source: str | None = None,
    url: str | None = None,
    sha256: str | None = None,
) -> Asset:
    """Bring a corpus file to a folder, and check it.

    Args:
        name: The file's name.
        folder: The folder it is to be in.
        source: A local folder or a mirror's address to take it from. None: the copy in ``folder``,
            else ``url``.
        url: Its official address; None where it has none that needs no login.
        sha256: Its digest, where it is known.

    Returns:
        The asset.

    Raises:
        AssetError: It is missing, or has another digest.
        OSError: It cannot be read, written or fetched.
    """
    remedy = _remedy(name, folder)

    def check(path: Path, origin: str) -> Asset:
        return _checked(path, origin, sha256, remedy)

    asset = _bring(folder / name, source, url, check, sha256=sha256)
    if asset is None:
        where = Path(source or folder) / name
        raise AssetError(
            f"the corpus '{where}' is missing (expected SHA-256: {sha256 or 'not known'}). {remedy}"
        )
    return asset


def bring_vectors(
    folder: Path,
    link: Path,
    *,
    name: str | None = None,
    dim: int | None = None,
    file: str | None = None,
    source: str | None = None,
    sha256: str | None = None,
) -> Asset:
    """Bring a file of word vectors to a folder, check it, and give it a fixed name besides.

    Args:
        folder: The folder it is to be in.
        link: The fixed name: a hard link, or a copy where the file system has none.
        name: A published set; see ``VECTORS_SETS``. Not needed with ``file``.
        dim: The dimension.
        file: The name of one file, in place of a published set.
        source: A local folder or a mirror's address to take it from. A folder may also hold an
            extract; see ``find_vectors``. None: the copy in ``folder``, else the official address.
        sha256: Its digest, where it is known.

    Returns:
        The asset.

    Raises:
        AssetError: It is missing, has another digest, or is cut short.
        ValueError: There is no such set, or it is no file of word vectors of that dimension.
        OSError: It cannot be read, written or fetched.
    """
    if file is None and name is None:
        raise ValueError("neither a set of vectors nor a file is named: give one of them")
    found = _choose_vectors(folder, name, dim, file, source)
    whole = vectors_set(str(name), dim) if found.name == found.archive else None
    url = whole.url if whole is not None else None
    size = whole.size if whole is not None else None
    remedy = f"Fetch it again{f', from {url}' if url else ''}"

    def check(path: Path, origin: str) -> Asset:
        asset = _checked(path, origin, sha256, remedy, size=size, note=found.note)
        check_vectors(path, dim)
        return asset

    asset = _bring(folder / found.name, source, url, check, sha256=sha256, size=size)
    if asset is None:
        raise AssetError(_missing_vectors(folder, name, dim, file, source))
    _link(folder / found.name, link)
    return asset


def write_report(assets: dict[str, Asset], path: Path) -> None:
    """Write down which files a run reads; the same assets give the same bytes.

    Args:
        assets: The assets by what they are for.
        path: The JSON file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {role: asdict(asset) for role, asset in assets.items()}
    with atomic_write(path) as file:
        file.write(json.dumps(content, indent=2).encode() + b"\n")


def _remedy(name: str, folder: Path) -> str:
    general = MISSING_CORPUS.format(folder=folder)
    if name != HEADLINES_FILE:
        return general
    return (
        f"It has no address that needs no login: get version 1 (26,709 rows) at {KAGGLE}; the file "
        f"of the same name on GitHub is another version. {general}"
    )


def _bring(
    target: Path,
    source: str | None,
    url: str | None,
    check: Callable[[Path, str], Asset],
    *,
    sha256: str | None,
    size: int | None = None,
) -> Asset | None:
    """Put a file in its place, checked before it gets there; None if it is nowhere."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source is not None and not _is_address(source):
        original = Path(source) / target.name
        if not original.is_file():
            return None
        asset = check(original, str(original))
        if not (target.exists() and _digest(target) == asset.sha256):
            _copy(original, target)
        return replace(asset, file=str(target))
    if source is None and target.exists():
        return check(target, url or str(target))
    if source is not None:
        url = f"{source.rstrip('/')}/{urllib.parse.quote(target.name)}"
        if not target.exists() and not _is_served(url):
            return None
    if url is None:
        return None
    fetch(url, target, size=size, sha256=sha256, archive=target.suffix == ".zip")
    return check(target, url)


def _checked(
    target: Path,
    origin: str,
    sha256: str | None,
    remedy: str,
    *,
    size: int | None = None,
    note: str = "",
) -> Asset:
    found = target.stat().st_size
    digest = _digest(target)
    if sha256 is not None and digest != sha256:
        raise AssetError(
            f"'{target}' ({found} bytes) has the SHA-256 digest {digest}; expected {sha256}. It is "
            f"cut short, damaged or another version: remove it. {remedy}"
        )
    if size is not None and found != size:
        raise AssetError(
            f"'{target}' has {found} bytes and the SHA-256 digest {digest}; expected {size} bytes. "
            f"{remedy}"
        )
    return Asset(str(target), origin, found, digest, sha256, note)


def _choose_vectors(
    folder: Path, name: str | None, dim: int | None, file: str | None, source: str | None
) -> VectorsFile:
    if file is not None:
        return VectorsFile(file)
    known = vectors_set(str(name), dim)
    if source is None:
        # Extracts do not stand in for the official files unless they are asked for by --from.
        full = find_vectors(folder, known, dim, extracts=False)
        return full or VectorsFile(known.file, archive=known.file)
    if not _is_address(source):
        found = find_vectors(Path(source), known, dim)
        if found is None:
            raise AssetError(_missing_vectors(folder, name, dim, file, source))
        return found
    for candidate in vectors_names(known, dim):
        if _is_served(f"{source.rstrip('/')}/{candidate}"):
            return VectorsFile(candidate, archive=known.file)
    raise AssetError(_missing_vectors(folder, name, dim, file, source))


def _missing_vectors(
    folder: Path, name: str | None, dim: int | None, file: str | None, source: str | None
) -> str:
    if file is not None:
        return (
            f"the word vectors '{Path(source or folder) / file}' are missing. Put the file there, "
            "or name the folder or the mirror that has it by --from (in the project: "
            "--vars.assets_from)"
        )
    known = vectors_set(str(name), dim)
    return (
        f"'{source}' has no word vectors of the set {name}, dimension {dim}. Expected one of "
        f"{', '.join(vectors_names(known, dim))}, or in a folder an extract. Leave out --from "
        f"(in the project: --vars.assets_from) to fetch {known.url}"
    )


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _is_served(url: str) -> bool:
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 (an address by _is_address)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        if error.code in (403, 404, 410):
            return False
        raise


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(original: Path, target: Path) -> None:
    with original.open("rb") as source, atomic_write(target) as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _link(target: Path, link: Path) -> None:
    if link.exists() and link.samefile(target):
        return
    draft = link.with_name(f".{link.name}.{os.getpid()}.partial")
    draft.unlink(missing_ok=True)
    try:
        os.link(target, draft)
    except OSError:
        # The file system has no hard links.
        _copy(target, draft)
    draft.replace(link)
