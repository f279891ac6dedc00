"""The texts of a recipe: files of many sources read as one corpus with fixed splits.

The News Headlines Dataset keeps its frozen split, and rows of other files that repeat most of a
test headline are dropped. Other texts are split by a digest of the cleaned text, or of what the
texts of a pair share, so the split of a text never depends on what else is read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..corpus.cleaning import clean_headline, clean_post, copy_key
from ..corpus.headlines import Split, read_headlines, split_of
from ..data.labelled import read_labelled_rows
from ..data.row_settings import Gold, LabelledRow, OnError, RowSettings
from .near_copies import NearCopies
from .recipe import FileSettings, Recipe

EVERYDAY = "everyday"
HEADLINE = "headline"
# The publishers of the News Headlines Dataset, by label.
HEADLINE_SOURCES = {1.0: "onion", 0.0: "huffpost"}
_ROWS = RowSettings("text", "label", on_error=OnError.STOP)
_FEWEST_WORDS = 2
# Shorter everyday texts share their few words with others by chance.
_FEWEST_WORDS_OF_COPIES = 5


@dataclass(frozen=True)
class SourcedText:
    """A text with its gold and its origin.

    Attributes:
        text: The text, cleaned.
        label: 1.0 if sarcastic, 0.0 if not, a number between them if soft; None: not known.
        kind: What it is: ``headline``, ``tweet``, ``reddit``, ``review``, ``sentence`` or
            ``everyday/`` with a register.
        pair: What the texts of a minimal pair share; None: it has no counterpart.
    """

    text: str
    label: float | None
    source: str
    kind: str
    split: Split
    pair: str | None = None


@dataclass
class Corpus:
    """The texts of all files, and what was dropped.

    Attributes:
        dropped: How many rows were dropped, by source and reason.
    """

    texts: list[SourcedText] = field(default_factory=list)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)


def everyday_split(key: str) -> Split:
    """Return the split of an everyday text: a third is test, a tenth dev, the rest train.

    Args:
        key: The identifier of the text's pair, or the text if it has none.

    Example:
        >>> everyday_split("w1-0084") in ("train", "dev", "test")
        True
    """
    digest = hashlib.md5(key.encode("utf-8"), usedforsecurity=False).hexdigest()
    number = int(digest, 16) % 30
    if number % 3 == 0:
        return Split.TEST
    return Split.DEV if number in (1, 2, 4) else Split.TRAIN


def read_corpus(recipe: Recipe, folders: Iterable[Path]) -> Corpus:
    """Read the files of a recipe as one corpus.

    Args:
        folders: Where its files are; the first folder that has a file counts.

    Raises:
        FileNotFoundError: A file is in none of the folders.
        ValueError: A row is not as expected; the message names file and line.
    """
    folders = list(folders)
    paths = [(one, find_file(one.path, folders)) for one in recipe.files]
    corpus = Corpus()
    seen: set[str] = set()
    # Copies are looked for in this order, whatever the order of the files.
    for settings, path in paths:
        if settings.format == "headlines":
            _add_headlines(corpus, path, seen)
    tests = NearCopies(text.text for text in corpus.texts if text.split == "test")
    for settings, path in paths:
        if settings.format == "everyday":
            _add_everyday(corpus, path, seen, Path(settings.path).stem)
    for settings, path in paths:
        if settings.format == "rows":
            _add_rows(corpus, settings, path, seen, tests, recipe.sources)
    return corpus


def find_file(path: str, folders: Collection[Path]) -> Path:
    """Return the path of a recipe's file in the first folder that has it.

    Args:
        path: Its path inside a folder.
        folders: The folders.

    Raises:
        FileNotFoundError: None of them has it.
    """
    for folder in folders:
        if (folder / path).is_file():
            return folder / path
    looked = ", ".join(f"'{folder}'" for folder in folders)
    raise FileNotFoundError(f"the recipe's file '{path}' is not in {looked or 'any folder'}")


def _add_headlines(corpus: Corpus, path: Path, seen: set[str]) -> None:
    for headline in read_headlines(path):
        seen.add(copy_key(headline.text))
        corpus.texts.append(
            SourcedText(
                clean_headline(headline.text),
                headline.label,
                HEADLINE_SOURCES[headline.label],
                HEADLINE,
                split_of(headline.text),
            )
        )


def _add_everyday(corpus: Corpus, path: Path, seen: set[str], source: str) -> None:
    texts = []
    for row in _read_rows(path, Gold.REQUIRED):
        register, pair = row.values.get("register"), row.values.get("pair")
        if not isinstance(register, str) or not isinstance(pair, str | None):
            raise ValueError(
                f"'{path}', line {row.line}: expected 'register', a string, and 'pair', a string "
                f"or null, not {register!r} and {pair!r}"
            )
        clean = clean_headline if register == HEADLINE else clean_post
        split = everyday_split(pair or row.text)
        kind = f"{EVERYDAY}/{register}"
        texts.append(SourcedText(clean(row.text), row.gold, source, kind, split, pair))
    tests = NearCopies(
        one.text
        for one in texts
        if one.split == "test" and len(one.text.split()) >= _FEWEST_WORDS_OF_COPIES
    )
    for one in texts:
        if one.split != "test" and one.text in tests:
            corpus.dropped[source, "repeats a test text"] += 1
        else:
            corpus.texts.append(one)
            seen.add(copy_key(one.text))


def _add_rows(
    corpus: Corpus,
    settings: FileSettings,
    path: Path,
    seen: set[str],
    tests: NearCopies,
    known: Collection[str],
) -> None:
    for row in _read_rows(path, Gold.OPTIONAL):
        source = row.values.get("source")
        if not isinstance(source, str) or not source:
            raise ValueError(f"'{path}', line {row.line}: 'source' is {source!r}, not a string")
        for start, merged in settings.merge.items():
            source = merged if source.startswith(start) else source
        kind = row.values.get("kind") or HEADLINE
        text = (clean_headline if kind == HEADLINE else clean_post)(row.text)
        key = copy_key(text)
        reason: str | None = None
        if source not in known:
            reason = "not in the recipe"
        elif len(text.split()) < _FEWEST_WORDS:
            reason = "too short"
        elif not key or key in seen:
            reason = "copy"
        else:
            seen.add(key)
            reason = "repeats a test text" if text in tests else None
        if reason:
            corpus.dropped[source, reason] += 1
            continue
        # A literal rewriting names the text that it rewrites; that text names nothing.
        pair = row.values.get("literal_of") or (row.text if source in settings.pairs else None)
        split = split_of(pair or text)
        corpus.texts.append(SourcedText(text, row.gold, source, kind, split, pair))


def _read_rows(path: Path, gold: Gold) -> Iterator[LabelledRow]:
    """Yield rows whose label is 0 or 1, or null if the gold is optional; stop at any other."""
    for row in read_labelled_rows(path, _ROWS, gold=gold):
        if "label" not in row.values or row.gold not in (0, 1, None):
            label = row.values.get("label", "missing")
            raise ValueError(
                f"'{path}', line {row.line}: 'label' is {label!r:.100}, expected 0 or 1"
            )
        yield row
