"""Downloads that resume after a break and get their name only once they are complete and checked.

requests and urllib3 repeat what fails before an answer; what they lack is added here, continuing
from the bytes that have arrived.
"""

from __future__ import annotations

import errno
import hashlib
import json
import time
import zipfile
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from tqdm import tqdm
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from ..atomic import write_json
from .glove import vectors_set

CHUNK_BYTES = 1 << 20
ATTEMPTS = 5
TIMEOUT_SECONDS = 30.0
WAIT_SECONDS = 2.0
TRANSIENT = (408, 425, 429, *range(500, 600))  # another attempt may get another answer
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class DownloadError(OSError):
    """A file is missing, or is not the one that was published, or its transfer failed."""


def download_vectors(name: str, folder: str | Path, *, dim: int | None = None) -> Path:
    """Download a set of published vectors; a copy that is already there is only checked.

    Args:
        name: One of ``VECTORS_SETS``.
        dim: A dimension that it must hold.

    Raises:
        ValueError: There is no such set, or it has no vectors of that dimension.
        DownloadError: See `fetch`.

    Example:
        >>> download_vectors("6B", "assets", dim=100)  # doctest: +SKIP
        PosixPath('assets/glove.6B.zip')
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
    """Download a file, or check the copy that is already there.

    What has arrived is kept as ``FILE.part``, from where this call or a later one continues. The
    digest of the first complete copy is recorded beside the file; later copies must match it.

    Args:
        url: The address, http or https.
        size: Its length in bytes, if known.
        sha256: Its digest in hexadecimal, if known.
        archive: Test the checksums of a zip archive.
        timeout: Seconds without a byte after which the transfer is started again.
        wait: Seconds before the second attempt, doubled for each one after.

    Raises:
        ValueError: The address is neither http nor https.
        DownloadError: ``ATTEMPTS`` attempts in a row brought no new byte; the file cannot be
            written; or what arrived has another length or digest than expected, or is not a valid
            zip archive, and was removed.

    Example:
        >>> fetch("https://example.org/vectors.zip", Path("vectors.zip"))  # doctest: +SKIP
        PosixPath('vectors.zip')
    """
    if not is_address(url):
        raise ValueError(f"the address {url} is neither http nor https")
    record = path.with_name(path.name + ".origin.json")
    sha256 = sha256 or _recorded_digest(record)
    remedy = "Fetch it again, from its official address"
    if path.exists():
        remedy = f"{remedy}: remove {path} and run the command again"
        check_file(path, size, sha256, remedy, archive=archive)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    _transfer(url, part, size, timeout, wait)
    try:
        digest = check_file(part, size, sha256, remedy, archive=archive)
    except DownloadError:
        part.unlink()
        _etag_file(part).unlink(missing_ok=True)
        raise
    now = datetime.now(UTC).isoformat(timespec="seconds")
    origin = {"url": url, "size": _length(part), "sha256": digest, "fetched": now}
    write_json(record, origin)
    part.replace(path)
    _etag_file(part).unlink(missing_ok=True)
    return path


def is_address(source: str) -> bool:
    """Whether a source is an address rather than a local folder.

    Example:
        >>> is_address("https://example.org")
        True
    """
    return source.startswith(("http://", "https://"))


def is_served(url: str) -> bool:
    """Ask a server whether it has a file.

    Raises:
        OSError: The server cannot be reached, or reports an error other than a missing file.

    Example:
        >>> is_served("https://example.org/vectors.zip")  # doctest: +SKIP
        False
    """
    with _session(WAIT_SECONDS) as session:
        answer = session.head(url, timeout=TIMEOUT_SECONDS, allow_redirects=True)
    if answer.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return False
    answer.raise_for_status()
    return True


def check_file(
    path: Path, size: int | None, sha256: str | None, remedy: str, *, archive: bool = False
) -> str:
    """Check a complete file, and return its SHA-256 digest in hexadecimal.

    Args:
        size: The expected length in bytes; None for any.
        sha256: The expected digest; None for any.
        remedy: What to do about a wrong file, for the error.
        archive: Test the checksums of a zip archive.

    Raises:
        DownloadError: It has another length or digest, or is not a valid zip archive.

    Example:
        >>> check_file(Path("glove.6B.zip"), 862182613, None, "Fetch it again")  # doctest: +SKIP
        '617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb'
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    found = f"'{path}' ({path.stat().st_size} bytes) has the SHA-256 digest {digest}"
    if size is not None and _length(path) != size:
        raise DownloadError(f"{found}; expected {size} bytes. {remedy}")
    if sha256 is not None and digest != sha256:
        raise DownloadError(
            f"{found}; expected {sha256}. It is cut short, damaged or another version. {remedy}"
        )
    if archive:
        try:
            with zipfile.ZipFile(path) as members:
                damaged = members.testzip()
        except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
            raise DownloadError(
                f"'{path}' is not a valid zip archive ({error}). {remedy}"
            ) from error
        if damaged is not None:
            raise DownloadError(f"'{path}': the member {damaged} is damaged. {remedy}")
    return digest


def _session(wait: float) -> requests.Session:
    """A session that repeats requests that get no answer, or a transient one."""
    retry = Retry(
        total=ATTEMPTS - 1,
        status_forcelist=TRANSIENT,
        backoff_factor=wait,
        respect_retry_after_header=False,  # it may name hours
    )
    session = requests.Session()
    session.headers["Accept-Encoding"] = "identity"  # lengths and ranges count the file's bytes
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _transfer(url: str, part: Path, size: int | None, timeout: float, wait: float) -> None:
    """Append to the part until it is complete, starting again after each break."""
    failures = 0
    with _session(wait) as session:
        while True:
            before = _length(part)
            if size is not None and before >= size:
                return
            try:
                _append(session, url, part, size, timeout)
            except HTTPError as error:
                failures = 1 if _length(part) > before else failures + 1
                if failures >= ATTEMPTS:
                    raise _broken(url, part, error) from error
            except requests.RequestException as error:  # repeated by the session already
                raise _broken(url, part, error) from error
            except OSError as error:
                if error.filename is None and error.errno not in DISK_ERRORS:
                    raise
                raise DownloadError(
                    f"{part} cannot be written ({error}). Make room or choose another folder; "
                    "what has arrived is kept, and the command continues from there"
                ) from error
            else:
                return
            time.sleep(wait * 2 ** (failures - 1))


def _append(
    session: requests.Session, url: str, part: Path, size: int | None, timeout: float
) -> None:
    start = _length(part)
    headers = _range_headers(part, start)
    with session.get(url, headers=headers, timeout=timeout, stream=True) as answer:
        if start and answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()  # it has more bytes than the file
            return _append(session, url, part, size, timeout)
        if not answer.ok:
            raise DownloadError(
                f"{url}: the server answers {answer.status_code} {answer.reason}. Check the address"
            )
        if answer.status_code != HTTPStatus.PARTIAL_CONTENT:
            start = 0  # the server cannot resume, or the file has changed
        total = _announced_length(answer, start)
        if size is not None and total is not None and total != size:
            raise DownloadError(
                f"{url}: the server announces {total} bytes; the published file has {size}. "
                "It is another file: check the address"
            )
        _etag_file(part).write_text(answer.headers.get("ETag", ""), "utf-8")
        with (
            part.open("ab" if start else "wb") as file,
            tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=part.stem) as bar,
        ):
            # Not iter_content, which loses the bytes that came before a break. What is shorter
            # than announced is an IncompleteRead.
            while chunk := answer.raw.read1(CHUNK_BYTES):
                file.write(chunk)
                bar.update(len(chunk))


def _range_headers(part: Path, start: int) -> dict[str, str]:
    if not start:
        return {}
    tag = _etag_file(part).read_text("utf-8") if _etag_file(part).exists() else ""
    condition = {"If-Range": tag} if tag and not tag.startswith("W/") else {}
    return {"Range": f"bytes={start}-", **condition}


def _announced_length(answer: requests.Response, start: int) -> int | None:
    whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
    rest = answer.headers.get("Content-Length")
    return int(whole) if whole.isdecimal() else start + int(rest) if rest is not None else None


def _broken(url: str, part: Path, error: Exception) -> DownloadError:
    return DownloadError(
        f"{url}: the transfer broke {ATTEMPTS} times without a new byte, last with: {error}. "
        f"{_length(part)} bytes are kept in {part}; run the command again to continue"
    )


def _length(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _etag_file(part: Path) -> Path:
    return part.with_name(part.name + ".etag")


def _recorded_digest(record: Path) -> str | None:
    if not record.exists():
        return None
    try:
        return str(json.loads(record.read_text("utf-8"))["sha256"])
    except (ValueError, TypeError, KeyError) as error:
        raise DownloadError(f"{record} is damaged ({error}). Remove it and fetch again") from error
