"""Fixtures that several folders of tests share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# lemma -> parts of speech; just enough of WordNet for the well-known examples.
TINY_LEMMAS = {
    "noun": ["cat", "mouse", "run"],
    "verb": ["be", "do", "eat", "fly", "run"],
    "adj": ["good"],
    "adv": ["well"],
}
TINY_EXCEPTIONS = {
    "noun": ["mice mouse"],
    "verb": ["ate eat", "does do", "running run", "was be"],
    "adj": ["better good"],
    "adv": ["better well"],
}
WORDNET_LETTERS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


@pytest.fixture
def tiny_wordnet(tmp_path: Path) -> Path:
    """A folder of WordNet files as Debian's packages have them: all but lexnames, few words."""
    folder = tmp_path / "debian" / "usr" / "share" / "wordnet"
    folder.mkdir(parents=True)
    for kind, lemmas in TINY_LEMMAS.items():
        letter = WORDNET_LETTERS[kind]
        data = "  1 WordNet 3.0 Copyright 2006 by Princeton University.  \n"
        index = data
        for lemma in lemmas:
            index += f"{lemma} {letter} 1 0 1 0 {len(data):08d}  \n"
            data += f"{len(data):08d} 00 {letter} 01 {lemma} 0 000 | a gloss  \n"
        (folder / f"data.{kind}").write_text(data)
        (folder / f"index.{kind}").write_text(index)
        (folder / f"{kind}.exc").write_text("\n".join(TINY_EXCEPTIONS[kind]) + "\n")
    (folder / "index.sense").write_text("cat%1:05:00:: 00000057 1 18\n")
    (folder / "cntlist.rev").write_text("cat%1:05:00:: 1 18\n")
    return folder


@pytest.fixture(scope="session")
def wordnet() -> Path:
    """The installed WordNet; tests that ask for it skip where there is none."""
    from spacy_sarcasm.pipeline.wordnet import find_wordnet

    location = find_wordnet()
    if location is None:
        pytest.skip("WordNet is not installed: run spacy-sarcasm wordnet install")
    return location


@pytest.fixture(scope="session")
def headlines() -> list[str]:
    """The texts of the headlines corpus; tests that ask for them skip where it is absent."""
    folder = os.environ.get("SPACY_SARCASM_DATA")
    if folder is None:
        pytest.skip("SPACY_SARCASM_DATA does not name the folder of the real data sets")
    path = Path(folder) / "Sarcasm_Headlines_Dataset.json"
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["headline"] for line in lines]


@pytest.fixture
def run_script(tmp_path: Path) -> Callable[..., str]:
    """Run Python source as a script of its own; give back what it printed."""

    def run(source: str, *arguments: str, nltk_data: Path | None = None) -> str:
        # A file, and not -c: workers started by spawn import the main module again.
        script = tmp_path / "script.py"
        script.write_text(source)
        environment = {**os.environ, **({"NLTK_DATA": str(nltk_data)} if nltk_data else {})}
        done = subprocess.run(
            [sys.executable, str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
