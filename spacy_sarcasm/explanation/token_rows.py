"""The rows of a text's words, and the token that each of them comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from ..network.storage import Network
from ..network.vocabulary import DocRows, Rows


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
    docs = list({id(text.doc): text.doc for text in texts}.values())
    found = network.vocabulary.doc_rows(docs, network.config.settings)
    before = dict(zip(map(id, docs), found.first_tokens.tolist(), strict=True))
    return [_take(found, text, before[id(text.doc)]) for text in texts]


def _take(found: DocRows, text: Doc | Span, tokens_before: int) -> TokenRows:
    first = tokens_before + (text.start if isinstance(text, Span) else 0)
    starts = found.starts[first : first + len(text) + 1]
    rows = found.texts.rows[starts[0] : starts[-1]]
    return TokenRows(rows, np.repeat(np.arange(len(text)), np.diff(starts)), len(text))
