import os
import zipfile
from pathlib import Path

import pytest

from spacy_sarcasm.pipeline.nltk.wordnet import WORDNET_FILES, find_wordnet
from spacy_sarcasm.pipeline.nltk.wordnet_files import lexnames, read_wordnet
from spacy_sarcasm.pipeline.nltk.wordnet_install import default_nltk_data, install_wordnet

LOAD_FROM_THREADS = """
import threading, time
from nltk.corpus.reader.wordnet import WordNetCorpusReader
from spacy_sarcasm.pipeline.nltk.wordnet import lemmatize, load_wordnet

loads, lemmas, make = [], [], WordNetCorpusReader.__init__

def counted(self, *args):
    loads.append(1)
    time.sleep(0.2)
    make(self, *args)

def work():
    load_wordnet()
    lemmas.append(lemmatize("mice"))

WordNetCorpusReader.__init__ = counted
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(loads), set(lemmas), len(lemmas))
"""

LOAD_TWO = """
import sys
from spacy_sarcasm.pipeline.nltk.wordnet import load_wordnet
load_wordnet(sys.argv[1])
load_wordnet(sys.argv[1])
try:
    load_wordnet(sys.argv[2])
except ValueError as error:
    print(error)
"""


def zipped(folder: Path, archive: Path, prefix: str) -> Path:
    with zipfile.ZipFile(archive, "w") as opened:
        for path in folder.iterdir():
            opened.write(path, f"{prefix}{path.name}")
    return archive


def leftovers(nltk_data: Path) -> list[str]:
    return [path.name for path in nltk_data.rglob("*")]


def test_lexnames_follows_its_manual_page():
    lines = lexnames().decode().splitlines()
    assert len(lines) == 45
    assert lines[0] == "00\tadj.all\t3"
    assert lines[3] == "03\tnoun.Tops\t1"
    assert lines[29] == "29\tverb.body\t2"
    assert lines[44] == "44\tadj.ppl\t3"
    assert lexnames().endswith(b"\n")


def test_install_from_debians_files_makes_lexnames(tiny_wordnet, tmp_path):
    assert not (tiny_wordnet / "lexnames").exists()
    folder = install_wordnet(tiny_wordnet, tmp_path / "nltk_data")
    assert folder == tmp_path / "nltk_data" / "corpora" / "wordnet"
    assert {path.name for path in folder.iterdir()} == set(WORDNET_FILES)
    assert (folder / "lexnames").read_bytes() == lexnames()
    assert (folder / "data.noun").read_bytes() == (tiny_wordnet / "data.noun").read_bytes()
    assert leftovers(tmp_path / "nltk_data")[:2] == ["corpora", "wordnet"]


@pytest.mark.parametrize("above", [0, 1, 3])
def test_install_from_folders_that_hold_it(above, tiny_wordnet, tmp_path):
    source = [tiny_wordnet, *tiny_wordnet.parents][above]
    if above == 1:  # .../share/wordnet
        assert source.name == "share"
    folder = install_wordnet(source, tmp_path / "nltk_data")
    assert (folder / "index.verb").is_file()


@pytest.mark.parametrize("prefix", ["wordnet/", "", "corpora/wordnet/", "dict/"])
def test_install_from_zip(prefix, tiny_wordnet, tmp_path):
    archive = zipped(tiny_wordnet, tmp_path / "some.zip", prefix)
    folder = install_wordnet(archive, tmp_path / "nltk_data")
    assert (folder / "index.verb").read_bytes() == (tiny_wordnet / "index.verb").read_bytes()


def test_install_from_an_nltk_data_folder_with_the_archive(tiny_wordnet, tmp_path):
    corpora = tmp_path / "theirs" / "corpora"
    corpora.mkdir(parents=True)
    zipped(tiny_wordnet, corpora / "wordnet.zip", "wordnet/")
    folder = install_wordnet(tmp_path / "theirs", tmp_path / "nltk_data")
    assert (folder / "index.verb").is_file()


def test_licence_comes_along(tiny_wordnet, tmp_path):
    (tiny_wordnet / "LICENSE").write_text("WordNet 3.0 license")
    (tiny_wordnet / "unrelated.bin").write_text("not WordNet's")
    folder = install_wordnet(tiny_wordnet, tmp_path / "nltk_data")
    assert (folder / "LICENSE").is_file()
    assert not (folder / "unrelated.bin").exists()


def test_install_twice_keeps_the_first(tiny_wordnet, tmp_path):
    first = install_wordnet(tiny_wordnet, tmp_path / "nltk_data")
    before = first.stat().st_mtime_ns
    assert install_wordnet(tmp_path / "not needed", tmp_path / "nltk_data") == first
    assert first.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", ["lexnames", "data.noun"])
def test_a_damaged_installed_copy_is_an_error(damage, tiny_wordnet, tmp_path):
    folder = install_wordnet(tiny_wordnet, tmp_path / "nltk_data")
    (folder / damage).unlink()
    with pytest.raises(ValueError, match=f"not usable.*{damage}.*Delete {folder}"):
        install_wordnet(tiny_wordnet, tmp_path / "nltk_data")


def lose_line(folder: Path) -> None:
    path = folder / "data.noun"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def dos_line_ends(folder: Path) -> None:
    path = folder / "data.verb"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def cut_index(folder: Path) -> None:
    path = folder / "index.adj"
    path.write_bytes(path.read_bytes()[:-14])


def empty_index(folder: Path) -> None:
    (folder / "index.adv").write_bytes(b"")


def other_version(folder: Path) -> None:
    path = folder / "data.adj"
    path.write_bytes(path.read_bytes().replace(b"WordNet 3.0", b"WordNet 3.1"))


def short_lexnames(folder: Path) -> None:
    (folder / "lexnames").write_bytes(lexnames()[:100])


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lose_line, "index.noun, line 4 points where data.noun has no synset"),
        (dos_line_ends, "index.verb, line 2 points where data.verb"),
        (cut_index, "index.adj, line 2"),
        (empty_index, "index.adv has no words"),
        (other_version, "version 3.1"),
        (short_lexnames, "lexnames is not the list"),
    ],
)
def test_damaged_files_are_refused_and_nothing_is_left(damage, named, tiny_wordnet, tmp_path):
    damage(tiny_wordnet)
    with pytest.raises(ValueError, match=named):
        install_wordnet(tiny_wordnet, tmp_path / "nltk_data")
    assert leftovers(tmp_path / "nltk_data") == ["corpora"]


def test_missing_sense_index_names_the_package(tiny_wordnet, tmp_path):
    (tiny_wordnet / "index.sense").unlink()
    with pytest.raises(FileNotFoundError, match=r"lacks index.sense.*wordnet-sense-index"):
        install_wordnet(tiny_wordnet, tmp_path / "nltk_data")


def test_sources_without_wordnet(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        read_wordnet(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"holds no WordNet: no index\.noun"):
        read_wordnet(tmp_path)
    text = tmp_path / "text.zip"
    text.write_text("not a zip")
    with pytest.raises(ValueError, match="is not a zip archive"):
        read_wordnet(text)


def test_absurd_sizes_are_refused(tmp_path, tiny_wordnet):
    with (tiny_wordnet / "data.noun").open("r+b") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(ValueError, match=r"data.noun has 68,157,440 bytes"):
        read_wordnet(tiny_wordnet)


def test_download_uses_nltks_archive(tiny_wordnet, tmp_path, monkeypatch):
    import nltk.data
    import nltk.downloader

    search_path = list(nltk.data.path)

    def download(self, package, download_dir, quiet, raise_on_error):
        assert package == "wordnet"
        assert nltk.data.path[0] == str(tmp_path / "nltk_data")
        corpora = Path(download_dir) / "corpora"
        corpora.mkdir()
        zipped(tiny_wordnet, corpora / "wordnet.zip", "wordnet/")

    monkeypatch.setattr(nltk.downloader.Downloader, "download", download)
    folder = install_wordnet(nltk_data=tmp_path / "nltk_data")
    assert (folder / "index.verb").is_file()
    assert [path.name for path in folder.parent.iterdir()] == ["wordnet"]
    assert nltk.data.path == search_path


def test_failed_download_says_how_to_do_without(tmp_path, monkeypatch):
    import nltk.downloader

    def fail(self, *args, **kwargs):
        raise ValueError("Error loading wordnet: no network")

    monkeypatch.setattr(nltk.downloader.Downloader, "download", fail)
    with pytest.raises(ConnectionError, match=r"no network.*wordnet install --from"):
        install_wordnet(nltk_data=tmp_path / "nltk_data")
    assert leftovers(tmp_path / "nltk_data") == ["corpora"]


def test_default_folder_is_the_first_of_nltk_data(monkeypatch, tmp_path):
    monkeypatch.setenv(
        "NLTK_DATA", os.pathsep.join(str(tmp_path / name) for name in ("one", "two"))
    )
    assert default_nltk_data() == tmp_path / "one"
    monkeypatch.setenv("NLTK_DATA", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_nltk_data() == tmp_path / "nltk_data"


def test_find_prefers_folders_as_nltk_does(tmp_path):
    one, two = tmp_path / "one" / "corpora", tmp_path / "two" / "corpora"
    assert find_wordnet([tmp_path / "one", tmp_path / "two"]) is None
    one.mkdir(parents=True)
    (one / "wordnet.zip").touch()
    assert find_wordnet([tmp_path / "one", tmp_path / "two"]) == one / "wordnet.zip"
    (two / "wordnet").mkdir(parents=True)
    assert find_wordnet([tmp_path / "one", tmp_path / "two"]) == two / "wordnet"


def test_loaded_once_though_many_threads_ask(run_script, tiny_wordnet, tmp_path):
    nltk_data = install_wordnet(tiny_wordnet, tmp_path / "nltk_data").parents[1]
    printed = run_script(LOAD_FROM_THREADS, nltk_data=nltk_data)
    assert printed.strip() == "1 {'mouse'} 8"


def test_two_folders_in_one_process_are_an_error(run_script, tiny_wordnet, tmp_path):
    one = install_wordnet(tiny_wordnet, tmp_path / "one").parents[1]
    two = install_wordnet(tiny_wordnet, tmp_path / "two").parents[1]
    printed = run_script(LOAD_TWO, str(one), str(two))
    assert f"cannot load WordNet from {two}" in printed
    assert f"has loaded it from {one}" in printed


def test_installed_wordnet_passes_the_check(wordnet):
    from spacy_sarcasm.pipeline.nltk.wordnet_files import check_wordnet

    files = read_wordnet(wordnet)
    check_wordnet(files, wordnet)
    assert len(files["index.noun"]) > 1_000_000
