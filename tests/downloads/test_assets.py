"""Assets: brought from a folder, a mirror or their addresses, and refused when they are wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from spacy_sarcasm.downloads.assets import (
    HEADLINES_FILE,
    HEADLINES_SHA256,
    bring_corpus,
    bring_vectors,
    write_report,
)
from spacy_sarcasm.downloads.download import DownloadError

CORPUS = b'{"headline": "area man wins", "is_sarcastic": 1}\n'
DIGEST = hashlib.sha256(CORPUS).hexdigest()
ROWS = b"the 1 2 3\nof 4 5 6\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "corpus.json").write_bytes(CORPUS)
    return folder


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    return tmp_path / "assets"


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(source: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(source)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_corpus_of_a_folder(source: Path, assets: Path) -> None:
    asset = bring_corpus("corpus.json", assets, source=str(source), sha256=DIGEST)
    assert (assets / "corpus.json").read_bytes() == CORPUS
    assert (asset.sha256, asset.size) == (DIGEST, len(CORPUS))
    (source / "corpus.json").unlink()
    # It is in its place now, so nothing else is needed.
    assert bring_corpus("corpus.json", assets, sha256=DIGEST).sha256 == DIGEST


def test_corpus_of_a_mirror(mirror: str, assets: Path) -> None:
    bring_corpus("corpus.json", assets, source=mirror, sha256=DIGEST)
    assert (assets / "corpus.json").read_bytes() == CORPUS
    with pytest.raises(DownloadError, match=r"missing.*--from"):
        bring_corpus("other.json", assets, source=mirror)


def test_corpus_of_its_address(mirror: str, assets: Path) -> None:
    url = f"{mirror}/corpus.json"
    assert bring_corpus("mine.json", assets, url=url, sha256=DIGEST).source == url
    assert (assets / "mine.json").read_bytes() == CORPUS


@pytest.mark.parametrize("content", [b"", CORPUS[:-5], CORPUS + b"\n"])
def test_wrong_corpus(source: Path, assets: Path, content: bytes) -> None:
    (source / "corpus.json").write_bytes(content)
    found = hashlib.sha256(content).hexdigest()
    with pytest.raises(DownloadError, match=rf"corpus\.json.*{found}; expected {DIGEST}.*--from"):
        bring_corpus("corpus.json", assets, source=str(source), sha256=DIGEST)
    assert not (assets / "corpus.json").exists()


def test_wrong_corpus_in_place(assets: Path) -> None:
    assets.mkdir()
    (assets / "corpus.json").write_bytes(b"x")
    with pytest.raises(DownloadError, match=rf"expected {DIGEST}.*remove it"):
        bring_corpus("corpus.json", assets, sha256=DIGEST)


def test_missing_headlines_say_how_to_get_them(assets: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        bring_corpus(HEADLINES_FILE, assets, sha256=HEADLINES_SHA256)
    for part in (str(assets / HEADLINES_FILE), HEADLINES_SHA256, "kaggle.com", "needs no login"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["glove.6B.50d.subset.txt", "glove.6B.50d.txt.gz"], "glove.6B.50d.txt.gz"),
        (["glove.6B.50d.top60k.txt.gz", "glove.6B.100d.txt"], "glove.6B.50d.top60k.txt.gz"),
        (["glove.6B.50d.head.txt", "glove.6B.50d.notes.txt"], "glove.6B.50d.head.txt"),
    ],
)
def test_choice_of_vectors(source: Path, assets: Path, names: list[str], chosen: str) -> None:
    rows = b"the" + b" 1" * 50 + b"\n"
    for name in names:
        (source / name).write_bytes(gzip.compress(rows) if name.endswith(".gz") else rows)
    link = assets / "vectors"
    asset = bring_vectors(assets, link, name="6B", dim=50, source=str(source))
    assert Path(asset.file).name == chosen
    assert ("extract" in asset.note) == (chosen.count(".") > (3 + chosen.endswith(".gz")))
    assert link.read_bytes() == (source / chosen).read_bytes()


def test_file_of_vectors_and_the_next_one_under_the_same_name(source: Path, assets: Path) -> None:
    link = assets / "vectors"
    for content in (ROWS, ROWS * 2):
        (source / "mine.txt").write_bytes(content)
        bring_vectors(assets, link, file="mine.txt", dim=3, source=str(source))
        assert link.read_bytes() == (assets / "mine.txt").read_bytes() == content


def test_missing_vectors_are_named(source: Path, assets: Path) -> None:
    with pytest.raises(DownloadError, match=r"glove\.6B\.zip, glove\.6B\.50d\.txt.*nlp\.stanford"):
        bring_vectors(assets, assets / "v", name="6B", dim=50, source=str(source))
    with pytest.raises(DownloadError, match=r"mine\.txt' are missing"):
        bring_vectors(assets, assets / "v", file="mine.txt", source=str(source))


def test_vectors_of_a_mirror(source: Path, mirror: str, assets: Path) -> None:
    (source / "glove.6B.50d.txt").write_bytes(b"the" + b" 1" * 50 + b"\n")
    asset = bring_vectors(assets, assets / "vectors", name="6B", dim=50, source=mirror)
    assert asset.source == f"{mirror}/glove.6B.50d.txt"


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("v.txt", ROWS[:-1], "no line break at its end"),
        ("v.txt", ROWS[:-3] + b"\n", "last row has 2 numbers; expected 3"),
        ("v.txt", b"the 1 2\n", "last row has 2 numbers; expected 3"),
        ("v.txt.gz", gzip.compress(ROWS)[:-6], "damaged or cut short"),
        ("v.txt", b"", "no line break at its end"),
    ],
)
def test_vectors_cut_short(
    source: Path, assets: Path, name: str, content: bytes, fault: str
) -> None:
    (source / name).write_bytes(content)
    with pytest.raises(ValueError, match=fault):
        bring_vectors(assets, assets / "vectors", file=name, dim=3, source=str(source))
    assert not (assets / "vectors").exists()


def test_official_archive_of_another_length(source: Path, assets: Path) -> None:
    with zipfile.ZipFile(source / "glove.6B.zip", "w") as archive:
        archive.writestr("glove.6B.50d.txt", "the 1\n")
    with pytest.raises(
        DownloadError, match=r"expected 862182613 bytes.*Fetch it again, from https"
    ):
        bring_vectors(assets, assets / "vectors", name="6B", dim=50, source=str(source))


def test_report_is_the_same_for_the_same_assets(source: Path, assets: Path) -> None:
    reports = []
    for _ in range(2):
        asset = bring_corpus("corpus.json", assets, source=str(source))
        write_report({"corpus": asset}, assets / "report.json")
        reports.append((assets / "report.json").read_bytes())
    assert reports[0] == reports[1]
    assert json.loads(reports[0])["corpus"]["sha256"] == DIGEST
