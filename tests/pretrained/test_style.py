"""The bundled weights score what a headline says, not how it is typeset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language

from spacy_sarcasm.corpus.headlines import read_headlines, split_headlines
from spacy_sarcasm.pipeline.loading import find_sarcasm
from spacy_sarcasm.recipes.style import capitalize_words, curl_quotes, double_quotes
from spacy_sarcasm.scoring.texts import TextScorer

STYLES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "Title Case": capitalize_words,
    "Python'S Title": str.title,
    "Sentence case": lambda text: text[:1].upper() + text[1:],
    "curly quotes": curl_quotes,
    "double quotes": double_quotes,
    "curly double quotes": lambda text: curl_quotes(double_quotes(text, "“", "”")),
    "Title Case, curly quotes": lambda text: curl_quotes(capitalize_words(text)),
    "full stop": lambda text: text + "." if text[-1:].isalnum() else text,
    "no full stop": lambda text: text.rstrip("."),
}


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    return nlp


@pytest.mark.data
@pytest.mark.parametrize("style", STYLES)
def test_scores_hold_in_another_style(nlp: Language, headlines_file: Path, style: str) -> None:
    texts = [row.text for row in split_headlines(read_headlines(headlines_file))["dev"][:500]]
    scorer, threshold = TextScorer(nlp), find_sarcasm(nlp).threshold

    plain = scorer.score(texts)
    other = scorer.score([STYLES[style](text) for text in texts])

    assert np.abs(plain - other).mean() <= 0.05
    assert ((plain >= threshold) != (other >= threshold)).mean() <= 0.03
