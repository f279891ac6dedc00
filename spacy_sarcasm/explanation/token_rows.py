"""The rows of a text's words, and the token that each of them comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span, Token

from ..network.settings import NetworkSettings
from ..network.storage import Network
from ..network.token_keys import load_token_words
from ..network.vocabulary import Rows


@dataclass(frozen=True)
class TokenRows:
    """The words of one text, as the network reads them.

    Attributes:
        rows: Vocabulary rows, shape (words,).
        owner: The number of the token that each word comes from, shape (words,), rising.
        n_tokens: Tokens of the text, white space included.
    """

    rows: Rows
    owner: NDArray[np.int64]
    n_tokens: int


def find_token_rows(network: Network, texts: Sequence[Doc | Span]) -> list[TokenRows]:
    """Look up the words of docs and spans.

    Args:
        texts: The docs and spans. A span's tokens are numbered from its own first one.
    """
    settings = network.config.settings
    docs = {id(text.doc): text.doc for text in texts}
    found = network.vocabulary.text_rows(list(docs.values()), settings, None)
    ends = np.cumsum(found.lengths)
    by_doc = {}
    for key, length, end in zip(docs, found.lengths, ends, strict=True):
        rows = found.rows[end - length : end]
        counts = np.fromiter((_n_words(token, settings) for token in docs[key]), np.int64)
        if counts.sum() != len(rows):
            raise RuntimeError(
                f"the tokens of the text {docs[key].text!r:.80} have {counts.sum()} words, and the "
                f"vocabulary found {len(rows)}"
            )
        by_doc[key] = rows, np.repeat(np.arange(len(counts)), counts)
    return [_take(text, *by_doc[id(text.doc)]) for text in texts]


def _take(text: Doc | Span, rows: Rows, owner: NDArray[np.int64]) -> TokenRows:
    first = text.start if isinstance(text, Span) else 0
    start, end = np.searchsorted(owner, (first, first + len(text)))
    return TokenRows(rows[start:end], owner[start:end] - first, len(text))


def _n_words(token: Token, settings: NetworkSettings) -> int:
    """Return how many words the network reads for a token: none for white space."""
    if settings.token_words is not None:
        return (
            0 if token.text.isspace() else len(load_token_words(settings.token_words)(token.text))
        )
    looked_up: str = getattr(token, f"{settings.attr.lower()}_")
    return 0 if looked_up.isspace() else 1
