"""Find and load the WordNet data that NLTK's lemmatizer reads. Nothing is downloaded here."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

WordNetPos = Literal["n", "v", "a", "r"]

#: What NLTK's WordNetCorpusReader opens (``WordNetCorpusReader._FILES``).
WORDNET_FILES = (
    "cntlist.rev",
    "lexnames",
    "index.sense",
    *(f"{kind}.{pos}" for kind in ("index", "data") for pos in ("adj", "adv", "noun", "verb")),
    *(f"{pos}.exc" for pos in ("adj", "adv", "noun", "verb")),
)

INSTALL_COMMAND = "spacy-sarcasm wordnet install"

_loading = threading.Lock()


class WordNetNotFoundError(LookupError):
    """WordNet's data is not installed or incomplete; the message names the command to run."""


def find_wordnet(roots: Iterable[Any] | None = None) -> Path | None:
    """Find WordNet the way NLTK does.

    Args:
        roots: Folders laid out like ``nltk_data``. None: ``nltk.data.path``, which starts with the
            folders in the environment variable ``NLTK_DATA``.

    Returns:
        The folder ``.../corpora/wordnet`` or the archive ``.../corpora/wordnet.zip``; None if
        neither exists.
    """
    if roots is None:
        import nltk.data

        roots = nltk.data.path
    folders = [Path(str(root)) / "corpora" for root in roots]
    # NLTK looks for the folder under every root before it looks for an archive.
    for candidate in [folder / name for name in ("wordnet", "wordnet.zip") for folder in folders]:
        if candidate.exists():
            return candidate
    return None


def load_wordnet(nltk_data: str | None = None) -> None:
    """Load WordNet into this process once; safe to call from several threads.

    NLTK's lazy loader has a race between threads (nltk issues 803 and 1576), so call this before
    threads or workers start.

    Args:
        nltk_data: A folder laid out like ``nltk_data``, with ``corpora/wordnet``, searched before
            NLTK's own.

    Raises:
        WordNetNotFoundError: The data is missing or incomplete.
        ValueError: This process has loaded WordNet from another folder.
    """
    import nltk.data
    from nltk.corpus import wordnet
    from nltk.corpus.util import LazyCorpusLoader

    wanted = None if nltk_data is None else str(Path(nltk_data).expanduser().resolve())
    with _loading:
        if wanted is not None and wanted not in nltk.data.path:
            nltk.data.path.insert(0, wanted)
        # Once loaded, the loader becomes the reader, including its class.
        if isinstance(wordnet, LazyCorpusLoader):
            _require_whole(nltk.data.path if wanted is None else [wanted])
            wordnet.ensure_loaded()
        if wanted is not None and not _is_inside(wordnet._root, wanted):
            raise ValueError(
                f"cannot load WordNet from {wanted}: this process has loaded it from "
                f"{wordnet._root}. Use one folder for all pipelines of a process"
            )


def lemmatize(word: str, pos: WordNetPos = "n") -> str:
    """Return WordNet's shortest lemma of a lower-case word; call `load_wordnet` first.

    Words that WordNet lacks, and words with capitals, are returned unchanged.
    """
    from nltk.stem.wordnet import WordNetLemmatizer

    lemma: str = WordNetLemmatizer().lemmatize(word, pos)
    return lemma


def missing_files(location: Path) -> list[str]:
    """Return the names of the files that an installed copy lacks.

    Args:
        location: A folder with WordNet's files, or ``wordnet.zip``.

    Raises:
        zipfile.BadZipFile: The archive is damaged.
    """
    if location.is_dir():
        present = {path.name for path in location.iterdir()}
    else:
        with zipfile.ZipFile(location) as archive:
            present = {Path(name).name for name in archive.namelist()}
    return [name for name in WORDNET_FILES if name not in present]


def _require_whole(roots: Sequence[Any]) -> None:
    location = find_wordnet(roots)
    if location is None:
        raise WordNetNotFoundError(
            f"WordNet's data is in none of {', '.join(map(str, roots))}. Run: {INSTALL_COMMAND}"
        )
    missing = missing_files(location)
    if missing:
        raise WordNetNotFoundError(
            f"the WordNet data in {location} lacks {', '.join(missing)}. "
            f"Remove it and run: {INSTALL_COMMAND}"
        )


def _is_inside(location: Any, folder: str) -> bool:
    return Path(str(getattr(location, "path", location))).resolve().is_relative_to(folder)
