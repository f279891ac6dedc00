"""The files of a training run, gathered in one folder and checked before anything else runs.

weasel's own ``assets`` continues after a failed download and a wrong checksum, and its ``run``
fetches nothing, so the project does both with this.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

from ..atomic import atomic_write, write_json
from .download import DownloadError, check_file, fetch, is_address, is_served
from .glove import VectorsFile, check_vectors, find_vectors, vectors_set

KAGGLE = "https://www.kaggle.com/datasets/rmisra/news-headlines-dataset-for-sarcasm-detection"
HEADLINES_FILE = "Sarcasm_Headlines_Dataset.json"
HEADLINES_SHA256 = "a0ef80faee87588f307aceb44eba562bc5c6b6f655c96c91677ae2fcc554ac51"
"""Of version 1 (26,709 rows), computed from a copy of the file that Kaggle serves."""

FROM_HINT = "name a folder or a mirror that has it with --from (in the project: --vars.assets_from)"


@dataclass(frozen=True)
class Asset:
    """A file that a run reads.

    Attributes:
        source: The file or address it was taken from.
        size: Its length in bytes.
        sha256: Its SHA-256 digest, in hexadecimal.
        expected_sha256: The digest it was checked against; None if none is known.
        note: A remark, such as that it is an extract; empty for none.
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
        source: A local folder or a mirror's address to take it from. None: the copy in ``folder``,
            else ``url``.
        url: Its official address; None if it has none without a login.

    Raises:
        DownloadError: It is missing, or has another digest.

    Example:
        >>> bring_corpus("news.jsonl", Path("assets"), source="/data")  # doctest: +SKIP
        Asset(file='assets/news.jsonl', source='/data/news.jsonl', ...)
    """
    remedy = f"Download it and put it into the folder '{folder}', or {FROM_HINT}"
    if name == HEADLINES_FILE:
        remedy = (
            f"There is no address that needs no login: get version 1 (26,709 rows) at {KAGGLE}; "
            f"the file of the same name on GitHub is another version. {remedy}"
        )

    def check(path: Path, origin: str) -> Asset:
        digest = check_file(path, None, sha256, f"To replace it, remove it. {remedy}")
        return Asset(str(path), origin, path.stat().st_size, digest, sha256)

    asset = _bring(folder / name, source, url, check, sha256=sha256)
    if asset is None:
        where = Path(source or folder) / name
        raise DownloadError(
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
    """Bring a file of word vectors to a folder, check it, and give it a second, fixed name.

    Args:
        link: The fixed name: a hard link, or a copy if the file system has none.
        name: A published set, one of ``VECTORS_SETS``. Not needed with ``file``.
        file: The name of one file, in place of a published set.
        source: A local folder or a mirror's address to take it from. A folder may also hold an
            extract; see `find_vectors`. None: the copy in ``folder``, else the official address.

    Raises:
        DownloadError: It is missing, has another digest, or is cut short.
        ValueError: There is no such set, or it is not a file of word vectors of that dimension.

    Example:
        >>> folder = Path("assets")
        >>> bring_vectors(folder, folder / "vectors", name="6B", dim=100)  # doctest: +SKIP
        Asset(file='assets/glove.6B.zip', ...)
    """
    if file is None and name is None:
        raise ValueError("neither a set of vectors nor a file is named: give one of them")
    found = _choose_vectors(folder, name, dim, file, source)
    official = vectors_set(str(name), dim) if found.name == found.archive else None
    url, size = (official.url, official.size) if official else (None, None)
    remedy = f"To replace it, remove it. Fetch it again{f', from {url}' if url else ''}"

    def check(path: Path, origin: str) -> Asset:
        digest = check_file(path, size, sha256, remedy)
        check_vectors(path, dim)
        return Asset(str(path), origin, path.stat().st_size, digest, sha256, found.note)

    asset = _bring(folder / found.name, source, url, check, sha256=sha256, size=size)
    if asset is None:
        raise _missing_vectors(folder, name, dim, file, source)
    _link(folder / found.name, link)
    return asset


def write_report(assets: dict[str, Asset], path: Path) -> None:
    """Write which files a run reads as JSON; the same assets give the same bytes.

    Example:
        >>> write_report({"corpus": asset}, Path("assets/report.json"))  # doctest: +SKIP
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {role: asdict(asset) for role, asset in assets.items()}
    write_json(path, content)


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
    if source is not None and not is_address(source):
        original = Path(source) / target.name
        if not original.is_file():
            return None
        asset = check(original, str(original))
        _copy(original, target)
        return replace(asset, file=str(target))
    if source is None and target.exists():
        return check(target, url or str(target))
    if source is not None:
        url = f"{source.rstrip('/')}/{quote(target.name)}"
        if not target.exists() and not is_served(url):
            return None
    if url is None:
        return None
    fetch(url, target, size=size, sha256=sha256, archive=target.suffix == ".zip")
    return check(target, url)


def _choose_vectors(
    folder: Path, name: str | None, dim: int | None, file: str | None, source: str | None
) -> VectorsFile:
    if file is not None:
        return VectorsFile(file)
    known = vectors_set(str(name), dim)
    if source is None:
        # Extracts replace the official files only if --from asks for them.
        found = find_vectors(folder, known, dim, extracts=False)
        return found or VectorsFile(known.file, archive=known.file)
    if not is_address(source):
        found = find_vectors(Path(source), known, dim)
    else:
        base = source.rstrip("/")
        served = (candidate for candidate in known.names(dim) if is_served(f"{base}/{candidate}"))
        found = next((VectorsFile(candidate, archive=known.file) for candidate in served), None)
    if found is None:
        raise _missing_vectors(folder, name, dim, file, source)
    return found


def _missing_vectors(
    folder: Path, name: str | None, dim: int | None, file: str | None, source: str | None
) -> DownloadError:
    if file is not None:
        return DownloadError(
            f"the word vectors '{Path(source or folder) / file}' are missing. Put the file there, "
            f"or {FROM_HINT}"
        )
    known = vectors_set(str(name), dim)
    return DownloadError(
        f"'{source}' has no word vectors of the set {name}, dimension {dim}. Expected one of "
        f"{', '.join(known.names(dim))}, or in a folder an extract. Leave out --from "
        f"(in the project: --vars.assets_from) to fetch {known.url}"
    )


def _copy(original: Path, target: Path) -> None:
    if not (target.exists() and target.samefile(original)):
        with original.open("rb") as source, atomic_write(target) as file:
            shutil.copyfileobj(source, file, 1 << 20)


def _link(target: Path, link: Path) -> None:
    if link.exists() and link.samefile(target):
        return
    with tempfile.TemporaryDirectory(prefix=f".{link.name}.", dir=link.parent) as private:
        draft = Path(private, link.name)
        try:
            os.link(target, draft)
        except OSError:  # the file system has no hard links
            shutil.copyfile(target, draft)
        draft.replace(link)
