"""Corpora as spaCy's own training files: a DocBin a split."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import DocBin

from ..files import whole_file
from .headlines import Headline, Split, count_labels, read_headlines, split_headlines


def convert_headlines(
    source: Path, folder: Path, nlp: Language, label: str
) -> dict[Split, dict[str, int]]:
    """Write the headlines data set as ``train.spacy``, ``dev.spacy`` and ``test.spacy``.

    Args:
        source: The data set's file.
        folder: The folder to write to, made if it does not exist.
        nlp: The pipeline whose tokenizer is used.
        label: The category of ``doc.cats`` that gets the gold.

    Returns:
        How many sarcastic and serious headlines each split holds.

    Raises:
        OSError: A file cannot be read or written.
        ValueError: The data set is damaged.
    """
    splits = split_headlines(read_headlines(source))
    folder.mkdir(parents=True, exist_ok=True)
    for split, headlines in splits.items():
        _write(folder / f"{split}.spacy", headlines, nlp, label)
    return {split: count_labels(headlines) for split, headlines in splits.items()}


def _write(path: Path, headlines: Iterable[Headline], nlp: Language, label: str) -> None:
    docs = DocBin()
    for headline in headlines:
        doc = nlp.make_doc(headline.text)
        doc.cats = {label: headline.label}
        docs.add(doc)
    with whole_file(path) as file:
        file.write(docs.to_bytes())
