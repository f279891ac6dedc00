"""Fetching published vectors: resumed when cut, checked when whole, named only then."""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeGuard

from tqdm import tqdm

from spacy_sarcasm.downloads.vectors_sets import vectors_set

CHUNK_BYTES = 1 << 20
ATTEMPTS = 5
TIMEOUT_SECONDS = 30.0
WAIT_SECONDS = 2.0
ASK_AGAIN = (http.client.REQUEST_TIMEOUT, http.client.TOO_EARLY, http.client.TOO_MANY_REQUESTS)
"""Answers that are errors of the moment, as all of 500 and above are taken for."""
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class DownloadError(OSError):
    """A transfer failed or what arrived is not what was published."""


@dataclass(frozen=True)
class Origin:
    """Where a downloaded file came from, kept beside it as ``FILE.origin.json``.

    Attributes:
        url: The address it was fetched from.
        size: Its length in bytes.
        sha256: Its SHA-256 digest, in hexadecimal.
        fetched: When it was fetched: UTC, ISO 8601.
    """

    url: str
    size: int
    sha256: str
    fetched: str


def download_vectors(name: str, folder: str | Path, *, dim: int | None = None) -> Path:
    """Fetch a set of published vectors.

    Args:
        name: The set's name; see ``VECTORS_SETS``.
        folder: Where to put the archive.
        dim: A dimension the archive is to hold.

    Returns:
        The archive. One that is there already is checked and not fetched again.

    Raises:
        ValueError: There is no such set, or it has no vectors of that dimension.
        DownloadError: See ``fetch``.
    """
    known = vectors_set(name, dim)
    return fetch(known.url, Path(folder) / known.file, size=known.size)


def fetch(
    url: str,
    path: Path,
    *,
    size: int | None = None,
    sha256: str | None = None,
    archive: bool = True,
    timeout: float = TIMEOUT_SECONDS,
    wait: float = WAIT_SECONDS,
) -> Path:
    """Fetch a file, a zip archive for the most part.

    What has arrived is kept as ``FILE.part`` and the transfer goes on from there, in this call or
    in a later one. The digest of the first whole copy is recorded with its origin beside the file,
    and later copies are held to it.

    Args:
        url: The address, http or https.
        path: The file to write; it appears when whole and checked.
        size: Its length in bytes, where it is known.
        sha256: Its digest in hexadecimal, where it is known.
        archive: Whether it is a zip archive, whose checksums are tested.
        timeout: Seconds without a byte after which the transfer is begun anew.
        wait: Seconds before the second attempt, doubled for each one after.

    Returns:
        ``path``.

    Raises:
        ValueError: The address is neither http nor https.
        DownloadError: The server cannot be reached or does not send the file, ``ATTEMPTS`` times
            in a row without a new byte; the file cannot be written; or what arrived has another
            length or digest than expected, or is no sound zip archive, and was removed.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"The address {url} is neither http nor https.")
    recorded = _recorded_origin(path)
    expected = sha256 or (recorded.sha256 if recorded is not None else None)
    if path.exists():
        try:
            _check(path, size, expected, archive)
        except DownloadError as error:
            raise DownloadError(
                f"{error} To do so, remove {path} and run the command again."
            ) from error
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    _transfer(url, part, size, timeout, wait)
    try:
        digest = _check(part, size, expected, archive)
    except DownloadError:
        part.unlink()
        _etag_file(part).unlink(missing_ok=True)
        raise
    now = datetime.now(UTC).isoformat(timespec="seconds")
    _write_origin(path, Origin(url, part.stat().st_size, digest, now))
    part.replace(path)
    _etag_file(part).unlink(missing_ok=True)
    return path


def _transfer(url: str, part: Path, size: int | None, timeout: float, wait: float) -> None:
    """Append to the part until it is whole, beginning anew after each break."""
    failures = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            _transfer_once(url, part, size, timeout)
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            if isinstance(error, DownloadError):
                raise
            if _is_local(error):
                raise DownloadError(
                    f"{part} cannot be written ({error}). Make room, or choose another folder; "
                    f"what has arrived is kept, and the command goes on from there."
                ) from error
            if _is_final(error):
                raise DownloadError(
                    f"{url}: the server answers {error.code} {error.reason}. Check the address."
                ) from error
            after = part.stat().st_size if part.exists() else 0
            failures = failures + 1 if after <= before else 1
            if failures >= ATTEMPTS:
                raise DownloadError(
                    f"{url}: the transfer broke {failures} times without a new byte, last with: "
                    f"{error}. {after} bytes are kept in {part}; run the command again to go on."
                ) from error
            time.sleep(wait * 2 ** (failures - 1))
        else:
            return


def _is_local(error: Exception) -> bool:
    """Whether an error is one of the disk, which no other attempt mends."""
    if isinstance(error, urllib.error.URLError) or not isinstance(error, OSError):
        return False
    return error.filename is not None or error.errno in DISK_ERRORS


def _is_final(error: Exception) -> TypeGuard[urllib.error.HTTPError]:
    """Whether an error is an answer that the server will give again."""
    return (
        isinstance(error, urllib.error.HTTPError)
        and error.code < http.client.INTERNAL_SERVER_ERROR
        and error.code not in ASK_AGAIN
    )


def _transfer_once(url: str, part: Path, size: int | None, timeout: float) -> None:
    start = part.stat().st_size if part.exists() else 0
    if size is not None and start >= size:
        return
    with _open(url, part, start, timeout) as response:
        if response.status != http.client.PARTIAL_CONTENT:
            start = 0  # the server sends the whole file: it cannot resume, or the file has changed
        total = _announced_length(response, start)
        if size is not None and total is not None and total != size:
            raise DownloadError(
                f"{url}: the server announces {total} bytes; the published file has {size}. "
                f"It is another file: check the address."
            )
        _etag_file(part).write_text(response.headers.get("ETag", ""), "utf-8")
        with (
            part.open("ab" if start else "wb") as file,
            tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=part.stem) as bar,
        ):
            while chunk := response.read1(CHUNK_BYTES):
                file.write(chunk)
                bar.update(len(chunk))
        if total is not None and part.stat().st_size < total:
            raise http.client.IncompleteRead(b"", total - part.stat().st_size)


def _open(url: str, part: Path, start: int, timeout: float) -> Any:
    headers = {}
    if start:
        headers["Range"] = f"bytes={start}-"
        etag = _etag_file(part)
        tag = etag.read_text("utf-8") if etag.exists() else ""
        if tag and not tag.startswith("W/"):
            headers["If-Range"] = tag
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 (scheme checked in fetch)
    try:
        return urllib.request.urlopen(request, timeout=timeout)  # noqa: S310
    except urllib.error.HTTPError as error:
        if start and error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()  # more bytes than the file has: begin anew
            return _open(url, part, 0, timeout)
        raise


def _announced_length(response: Any, start: int) -> int | None:
    content_range = response.headers.get("Content-Range", "")
    total = content_range.rpartition("/")[2]
    if start and total.isdigit():
        return int(total)
    length = response.headers.get("Content-Length")
    return start + int(length) if length is not None else None


def _check(path: Path, size: int | None, sha256: str | None, archive: bool) -> str:
    """Check a whole file; its digest."""
    found = path.stat().st_size
    if size is not None and found != size:
        raise DownloadError(f"{path} has {found} bytes; expected {size}. Fetch it again.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 is not None and digest != sha256:
        raise DownloadError(
            f"{path} has the SHA-256 digest {digest}; expected {sha256}. It is damaged or was "
            f"changed: fetch it again, from its official address."
        )
    if not archive:
        return digest
    try:
        with zipfile.ZipFile(path) as members:
            damaged = members.testzip()
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DownloadError(f"{path} is no sound zip archive ({error}). Fetch it again.") from error
    if damaged is not None:
        raise DownloadError(f"{path}: the member {damaged} is damaged. Fetch it again.")
    return digest


def _origin_file(path: Path) -> Path:
    return path.with_name(path.name + ".origin.json")


def _etag_file(part: Path) -> Path:
    return part.with_name(part.name + ".etag")


def _recorded_origin(path: Path) -> Origin | None:
    file = _origin_file(path)
    if not file.exists():
        return None
    try:
        return Origin(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise DownloadError(f"{file} is damaged ({error}). Remove it and fetch again.") from error


def _write_origin(path: Path, origin: Origin) -> None:
    file = _origin_file(path)
    draft = file.with_name(file.name + ".tmp")
    draft.write_text(json.dumps(asdict(origin), indent=2) + "\n", "utf-8")
    draft.replace(file)
