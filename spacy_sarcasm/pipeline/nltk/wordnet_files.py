"""Read WordNet's database files from a folder or archive, and check them.

The formats are those of wndb(5WN) and lexnames(5WN), WordNet 3.0's manual pages.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from .wordnet import WORDNET_FILES

#: The lexicographer files, by number: the table in lexnames(5WN).
LEXICOGRAPHER_FILES = (
    "adj.all", "adj.pert", "adv.all", "noun.Tops", "noun.act", "noun.animal", "noun.artifact",
    "noun.attribute", "noun.body", "noun.cognition", "noun.communication", "noun.event",
    "noun.feeling", "noun.food", "noun.group", "noun.location", "noun.motive", "noun.object",
    "noun.person", "noun.phenomenon", "noun.plant", "noun.possession", "noun.process",
    "noun.quantity", "noun.relation", "noun.shape", "noun.state", "noun.substance", "noun.time",
    "verb.body", "verb.change", "verb.cognition", "verb.communication", "verb.competition",
    "verb.consumption", "verb.contact", "verb.creation", "verb.emotion", "verb.motion",
    "verb.perception", "verb.possession", "verb.social", "verb.stative", "verb.weather", "adj.ppl",
)  # fmt: skip

_SYNTACTIC_CATEGORIES = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}

# Installed with the data if the source has them, as the licence requires.
_NOTICES = ("LICENSE", "README", "citation.bib")

# Where a folder or archive may hold the files: at the top, as nltk_data, as in Princeton's archive,
# and as `dpkg -x` unpacks Debian's packages.
_LAYOUTS = (".", "wordnet", "corpora/wordnet", "dict", "usr/share/wordnet")

# The largest file, data.noun, is 15 MB.
_MAX_FILE_BYTES = 64 * 1024 * 1024


def lexnames() -> bytes:
    """Return the content of ``lexnames``, which Debian's packages lack.

    Its 45 lines hold number, name and syntactic category (1 noun, 2 verb, 3 adjective, 4 adverb),
    separated by tabs; see lexnames(5WN).
    """
    lines = (
        f"{number:02d}\t{name}\t{_SYNTACTIC_CATEGORIES[name.partition('.')[0]]}\n"
        for number, name in enumerate(LEXICOGRAPHER_FILES)
    )
    return "".join(lines).encode("ascii")


def read_wordnet(source: Path) -> dict[str, bytes]:
    """Read WordNet's files from a local copy by name, and add ``lexnames`` if it is missing.

    Args:
        source: A folder or zip archive with WordNet's files: ``/usr/share/wordnet`` as Debian's
            packages install it, ``nltk_data``, NLTK's ``wordnet.zip`` or Princeton's ``dict``.

    Raises:
        FileNotFoundError: ``source`` does not exist or lacks files.
        ValueError: ``source`` is not a zip archive, or holds a file that is far too large.
        zipfile.BadZipFile: The archive is damaged.
    """
    if not source.exists():
        raise FileNotFoundError(
            f"{source} does not exist: expected a folder or a zip archive with WordNet"
        )
    if source.is_dir():
        for archive in (source / "wordnet.zip", source / "corpora" / "wordnet.zip"):
            if archive.is_file() and not (archive.parent / "wordnet").exists():
                return read_wordnet(archive)
        return _select(_read_folder(source), source)
    if not zipfile.is_zipfile(source):
        raise ValueError(
            f"{source} is not a zip archive: expected a folder or a zip archive with WordNet"
        )
    with zipfile.ZipFile(source) as opened:
        return _select(_read_archive(opened), source)


def check_wordnet(files: dict[str, bytes], source: Path) -> None:
    """Check that the files are those of WordNet 3.0 and belong together.

    Every sense in an index must point to a line of the data file that starts with its own offset.
    Files with converted line ends, truncated files and files of different versions fail this check.

    Args:
        files: The contents by file name; see `read_wordnet`.
        source: Where they come from, for messages.

    Raises:
        ValueError: The check fails; the message names the file.
    """
    version = re.search(rb"Word[Nn]et (\d+\.\d+) Copyright", files["data.adj"])
    if version is None or version[1] != b"3.0":
        found = "no version" if version is None else f"version {version[1].decode()}"
        raise ValueError(f"{source}: data.adj names {found}: NLTK's lemmatizer needs WordNet 3.0")
    names = [line.split()[1:2] for line in files["lexnames"].decode("utf-8").splitlines()]
    if names != [[name] for name in LEXICOGRAPHER_FILES]:
        raise ValueError(f"{source}: lexnames is not the list of WordNet 3.0's 45 files")
    for kind in _SYNTACTIC_CATEGORIES:
        _check_offsets(kind, files[f"index.{kind}"], files[f"data.{kind}"], source)


def _check_offsets(kind: str, index: bytes, data: bytes, source: Path) -> None:
    entries = 0
    for number, line in enumerate(index.split(b"\n"), start=1):
        # The licence at the top is indented.
        if not line or line.startswith(b" "):
            continue
        fields = line.split()
        try:
            offsets = fields[-int(fields[2]) :]
            fits = all(_line_starts_with(data, offset) for offset in offsets)
        except (IndexError, ValueError) as error:
            raise ValueError(f"{source}: index.{kind}, line {number} is damaged") from error
        if not fits:
            raise ValueError(
                f"{source}: index.{kind}, line {number} points where data.{kind} has no synset: "
                "the files are damaged or of different versions"
            )
        entries += 1
    if not entries:
        raise ValueError(f"{source}: index.{kind} has no words")


def _line_starts_with(data: bytes, offset: bytes) -> bool:
    start = int(offset)
    return data[start - 1 : start] == b"\n" and data[start : start + 9] == offset + b" "


def _select(read: Callable[[str], bytes | None], source: Path) -> dict[str, bytes]:
    layout = next((place for place in _LAYOUTS if read(f"{place}/index.noun") is not None), None)
    if layout is None:
        raise FileNotFoundError(
            f"{source} holds no WordNet: no index.noun in it, nor in {', '.join(_LAYOUTS[1:])}"
        )
    found = {name: read(f"{layout}/{name}") for name in (*WORDNET_FILES, *_NOTICES)}
    files = {name: content for name, content in found.items() if content is not None}
    files.setdefault("lexnames", lexnames())
    _require(set(files), source)
    return files


def _require(names: Iterable[str], source: Path) -> None:
    missing = sorted(set(WORDNET_FILES).difference(names))
    if missing:
        hint = ". Debian's package wordnet-sense-index has it" if missing == ["index.sense"] else ""
        raise FileNotFoundError(f"{source} lacks {', '.join(missing)} of WordNet{hint}")


def _read_folder(folder: Path) -> Callable[[str], bytes | None]:
    def read(name: str) -> bytes | None:
        path = folder / name
        if not path.is_file():
            return None
        _limit(path.stat().st_size, path)
        return path.read_bytes()

    return read


def _read_archive(archive: zipfile.ZipFile) -> Callable[[str], bytes | None]:
    members = {str(PurePosixPath(info.filename)): info for info in archive.infolist()}

    def read(name: str) -> bytes | None:
        info = members.get(str(PurePosixPath(name)))
        if info is None:
            return None
        _limit(info.file_size, name)
        return archive.read(info)

    return read


def _limit(size: int, name: object) -> None:
    if size > _MAX_FILE_BYTES:
        raise ValueError(f"{name} has {size:,} bytes: no file of WordNet 3.0 is that large")
