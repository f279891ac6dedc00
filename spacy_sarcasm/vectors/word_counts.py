"""The texts of a corpus, and the words in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from spacy.language import Language

from ..data.filetypes.docbin import read_docs
from ..data.labelled import read_labelled_rows
from ..data.row_settings import Gold, ReadReport, RowSettings
from .twitter import TokenWords


def read_texts(
    path: str | Path, settings: RowSettings | None = None, report: ReadReport | None = None
) -> Iterator[str]:
    """Yield the texts of a corpus file.

    Args:
        path: The file; see `data.labelled.read_labelled_rows`. Rows need no gold.

    Yields:
        The texts, blank ones left out.

    Raises:
        ValueError: It is not of a known format, or too many rows are bad.

    Example:
        >>> from spacy_sarcasm.vectors.word_counts import read_texts
        >>> texts = read_texts("tweets.csv")
    """
    for row in read_labelled_rows(path, settings, gold=Gold.IGNORED, report=report):
        if row.fault is None and not row.is_blank:
            yield row.text


def count_words(
    path: str | Path,
    nlp: Language,
    words: TokenWords,
    settings: RowSettings | None = None,
    report: ReadReport | None = None,
) -> Counter[str]:
    """How often each word occurs in a corpus.

    Args:
        path: A corpus; see `read_texts`. Docs of a ``.spacy`` file keep their own tokens.

    Returns:
        The number of occurrences of every word, white space left out.

    Raises:
        ValueError: As in `read_texts`; or the corpus holds no words.
    """
    tokens: Counter[str] = Counter()
    is_docs = Path(path).suffix == ".spacy"
    for doc in (
        read_docs(Path(path), nlp.vocab)
        if is_docs
        else map(nlp.make_doc, read_texts(path, settings, report))
    ):
        tokens.update(token.text for token in doc if not token.is_space)
    counts: Counter[str] = Counter()
    for token, count in tokens.items():
        for word in words(token):
            counts[word] += count
    if not counts:
        raise ValueError(f"'{path}' holds no words")
    return counts
