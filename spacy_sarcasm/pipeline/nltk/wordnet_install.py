"""Install WordNet's data for NLTK: from NLTK's archive, a local copy, or Debian's files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .wordnet_files import check_wordnet, read_wordnet


def default_nltk_data() -> Path:
    """Return the first folder in the variable ``NLTK_DATA``, or else ``~/nltk_data``."""
    named = [folder for folder in os.environ.get("NLTK_DATA", "").split(os.pathsep) if folder]
    return Path(named[0] if named else "~/nltk_data").expanduser()


def install_wordnet(source: Path | None = None, nltk_data: Path | None = None) -> Path:
    """Install WordNet 3.0 as ``corpora/wordnet`` in an ``nltk_data`` folder.

    The files are checked in a temporary folder and then moved into place in one step. A copy that
    is already there is checked and kept.

    Args:
        source: A folder or zip archive to copy from; see `read_wordnet`. None: NLTK's archive is
            downloaded with NLTK's downloader, which checks it.
        nltk_data: The folder to install into. None: see `default_nltk_data`.

    Returns:
        The folder with WordNet's files.

    Raises:
        ConnectionError: The download failed.
        FileNotFoundError: ``source`` does not exist or is incomplete.
        ValueError: The files, or those installed before, are damaged or of another version.
    """
    folder = (nltk_data or default_nltk_data()).expanduser().resolve() / "corpora" / "wordnet"
    if folder.exists():
        _check_installed(folder)
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".wordnet-", dir=folder.parent) as staging:
        if source is None:
            source = _download(Path(staging), folder.parents[1])
        files = read_wordnet(source)
        check_wordnet(files, source)
        staged = Path(staging) / "wordnet"
        staged.mkdir()
        for name, content in files.items():
            (staged / name).write_bytes(content)
        staged.rename(folder)
    return folder


def _check_installed(folder: Path) -> None:
    try:
        # read_wordnet supplies a missing lexnames; NLTK does not.
        if not (folder / "lexnames").is_file():
            raise FileNotFoundError(f"{folder} lacks lexnames")
        check_wordnet(read_wordnet(folder), folder)
    except (FileNotFoundError, ValueError) as error:
        raise ValueError(
            f"the installed WordNet is not usable: {error}. Delete {folder} and run the command "
            "again"
        ) from error


def _download(staging: Path, nltk_data: Path) -> Path:
    import nltk.data
    from nltk.downloader import Downloader

    download = staging / "download"
    download.mkdir()
    search_path = list(nltk.data.path)
    try:
        # NLTK writes only into folders of its search path.
        nltk.data.path.insert(0, str(nltk_data))
        Downloader().download(
            "wordnet", download_dir=str(download), quiet=True, raise_on_error=True
        )
    except (ValueError, OSError) as error:
        raise ConnectionError(
            f"NLTK's downloader could not fetch its WordNet archive: {error}. Without a network, "
            "install a local copy: spacy-sarcasm wordnet install --from FOLDER (or ZIP)"
        ) from error
    finally:
        nltk.data.path[:] = search_path
    return download
