"""Fetching from a server that misbehaves in every way that servers do."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from spacy_sarcasm.cli.words.vectors import app
from spacy_sarcasm.downloads import download
from spacy_sarcasm.downloads.download import DownloadError, download_vectors, fetch
from spacy_sarcasm.downloads.glove import VECTORS_SETS, VectorsSet, vectors_set


class Server(ThreadingHTTPServer):
    """Serves one file, and spoils the answers as it is told to."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.etag = '"1"'
        self.cuts: list[int] = []  # after how many bytes each answer breaks off
        self.stalls: list[int] = []  # after how many bytes each answer falls silent
        self.length_lie = 0
        self.ranges = True
        self.status = 200
        self.requests: list[str | None] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/glove.test.zip"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        server, wanted = self.server, self.headers.get("Range")
        server.requests.append(wanted)
        if server.status != 200:
            self.send_error(server.status)
            return
        start, whole = 0, server.content
        if wanted and server.ranges and self.headers.get("If-Range") in (None, server.etag):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(whole):
                self.send_error(416)
                return
            self.send_response(206)
            total = len(whole) + server.length_lie
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        else:
            self.send_response(200)
        body = whole[start:]
        self.send_header("Content-Length", str(len(body) + server.length_lie))
        self.send_header("ETag", server.etag)
        self.end_headers()
        if server.stalls:
            self.wfile.write(body[: server.stalls.pop(0)])
            self.wfile.flush()
            server.released.wait(10)
        else:
            self.wfile.write(body[: server.cuts.pop(0)] if server.cuts else body)
        self.close_connection = True


def make_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("glove.test.2d.txt", "".join(f"w{i} 0.5 -{i}.25\n" for i in range(5000)))
    return buffer.getvalue()


@pytest.fixture
def server():
    server = Server(make_zip())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sub" / "glove.test.zip"


def get(server, path, **settings):
    return fetch(server.url, path, **{"timeout": 5.0, "wait": 0.0, **settings})


def names(path):
    return sorted(file.name for file in path.parent.iterdir())


def test_atomic_write_and_its_recorded_origin(server, path):
    assert get(server, path, size=len(server.content)) == path
    assert path.read_bytes() == server.content
    assert names(path) == ["glove.test.zip", "glove.test.zip.origin.json"]
    origin = json.loads(path.with_name("glove.test.zip.origin.json").read_text())
    assert origin["url"] == server.url
    assert origin["sha256"] == hashlib.sha256(server.content).hexdigest()
    assert origin["size"] == len(server.content)
    get(server, path)
    assert len(server.requests) == 1  # it is there already, checked and not fetched again


def test_cut_transfers_are_resumed(server, path):
    server.cuts = [1000, 500, 20_000]
    get(server, path)
    assert path.read_bytes() == server.content
    assert server.requests == [None, "bytes=1000-", "bytes=1500-", "bytes=21500-"]


def test_a_later_run_resumes(server, path):
    server.cuts = [1000] + [0] * 20
    with pytest.raises(
        DownloadError, match=r"broke 5 times without a new byte.*1000 bytes are kept"
    ):
        get(server, path)
    assert names(path) == ["glove.test.zip.part", "glove.test.zip.part.etag"]
    server.cuts.clear()
    server.requests.clear()
    get(server, path)
    assert path.read_bytes() == server.content
    assert server.requests == ["bytes=1000-"]


def test_server_that_cannot_resume(server, path):
    server.cuts, server.ranges = [1000], False
    get(server, path)
    assert path.read_bytes() == server.content


def test_file_that_changed_between_the_parts_is_fetched_anew(server, path):
    server.cuts = [1000] + [0] * 20
    with pytest.raises(DownloadError):
        get(server, path)
    server.cuts.clear()
    server.etag = '"2"'
    server.content = _rezip("other")
    get(server, path)
    assert path.read_bytes() == server.content


def _rezip(word: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("glove.txt", f"{word} 0.5\n" * 4000)
    return buffer.getvalue()


def test_stalled_transfer_is_begun_anew(server, path):
    server.stalls = [1000]
    get(server, path, timeout=0.3)
    assert path.read_bytes() == server.content
    assert server.requests == [None, "bytes=1000-"]


def test_more_announced_than_sent(server, path):
    server.length_lie = 100
    with pytest.raises(DownloadError, match=r"broke 5 times|answers 416"):
        get(server, path)
    assert not path.exists()


def test_less_announced_than_there_is(server, path):
    server.length_lie = -100
    with pytest.raises(DownloadError, match=r"not a valid zip archive"):
        get(server, path)
    assert names(path) == []


def test_another_length_than_published(server, path):
    with pytest.raises(DownloadError, match=r"announces .* bytes; the published file has 12"):
        get(server, path, size=12)
    assert not path.exists()


def test_wrong_digest(server, path):
    with pytest.raises(DownloadError, match=r"has the SHA-256 digest .*; expected 00"):
        get(server, path, sha256="00" * 32)
    assert names(path) == []


def test_second_copy_is_held_to_the_digest_of_the_first(server, path):
    get(server, path)
    path.unlink()
    server.content = _rezip("other")
    with pytest.raises(DownloadError, match=r"has the SHA-256 digest"):
        get(server, path)
    assert names(path) == ["glove.test.zip.origin.json"]


def test_copy_that_was_damaged_later(server, path):
    get(server, path)
    content = bytearray(path.read_bytes())
    content[3000] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        DownloadError, match=r"has the SHA-256 digest .*remove .* and run the command"
    ):
        get(server, path)
    assert path.exists()  # not ours to remove


def test_damaged_member(server, path):
    content = bytearray(server.content)
    content[3000] ^= 1
    server.content = bytes(content)
    with pytest.raises(DownloadError, match=r"the member glove\.test\.2d\.txt is damaged"):
        get(server, path)
    assert names(path) == []


def test_no_archive_at_all(server, path):
    server.content = b"<html>Sign in first</html>"
    with pytest.raises(DownloadError, match=r"not a valid zip archive"):
        get(server, path)
    assert names(path) == []


def test_file_that_is_not_there(server, path):
    server.status = 404
    with pytest.raises(DownloadError, match=r"answers 404"):
        get(server, path)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [503, 429])
def test_server_in_trouble_is_asked_again(server, path, status):
    server.status = status
    with pytest.raises(DownloadError, match=r"broke 5 times"):
        get(server, path)
    assert len(server.requests) == 5


def test_part_longer_than_the_file_is_dropped(server, path):
    path.parent.mkdir()
    path.with_name("glove.test.zip.part").write_bytes(b"x" * (len(server.content) + 5))
    get(server, path)
    assert path.read_bytes() == server.content


def test_part_that_cannot_be_written_fails_at_once(server, path):
    path.with_name("glove.test.zip.part").mkdir(parents=True)
    with pytest.raises(DownloadError, match=r"glove\.test\.zip\.part cannot be written"):
        get(server, path)
    assert len(server.requests) <= 1


def test_command_shows_progress_and_what_to_do_next(server, tmp_path, monkeypatch):
    known = VectorsSet("twitter.27B", server.url, len(server.content), (2,), "5,000")
    monkeypatch.setitem(VECTORS_SETS, "twitter.27B", known)
    arguments = ["download", "twitter.27B", "--dim", "2", "--folder", str(tmp_path)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "glove.test.zip: 100%" in done.output
    assert f"vectors convert {tmp_path / 'glove.test.zip'} OUT --dim 2" in done.output
    assert (tmp_path / "glove.test.zip").read_bytes() == server.content
    wrong = CliRunner().invoke(app, [*arguments[:3], "300"])
    assert wrong.exit_code == 1
    assert "no vectors of dimension 300. Choose one of: 2" in wrong.output


def test_other_schemes_are_refused(path):
    with pytest.raises(ValueError, match=r"neither http nor https"):
        fetch("file:///etc/hostname", path)


def test_sets_by_name(server, tmp_path, monkeypatch):
    known = vectors_set("twitter.27B", 50)
    assert known.file == "glove.twitter.27B.zip"
    assert vectors_set("6B").dims == (50, 100, 200, 300)
    assert list(VECTORS_SETS) == ["twitter.27B", "6B", "42B.300", "840B.300"]
    with pytest.raises(ValueError, match=r"Choose one of: twitter.27B, 6B"):
        vectors_set("27B")
    with pytest.raises(ValueError, match=r"no vectors of dimension 300. Choose one of: 25, 50"):
        vectors_set("twitter.27B", 300)
    calls = []
    monkeypatch.setattr(
        download, "fetch", lambda url, path, **kw: calls.append((url, path, kw)) or path
    )
    download_vectors("6B", tmp_path)
    assert calls == [
        (known_url("6B"), tmp_path / "glove.6B.zip", {"size": VECTORS_SETS["6B"].size})
    ]


def known_url(name):
    return VECTORS_SETS[name].url
