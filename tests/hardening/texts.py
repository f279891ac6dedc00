"""Random texts: score_texts gives what nlp.pipe gives, in many languages and settings.

Every text is compared twice: by its score, and by its tokens, each of which counts as a word of its
own. Two controls show that the texts are hard enough: without the check of borders, and with the
rules of a tokenizer that has no special cases, tokens must differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import spacy
from spacy.language import Language

from spacy_sarcasm.network.settings import NetworkSettings
from spacy_sarcasm.network.vocabulary import TextRows
from spacy_sarcasm.scoring.docless import pieces
from spacy_sarcasm.scoring.docless.tokenizing import copy_tokenizer, special_patterns
from spacy_sarcasm.scoring.texts import TextScorer

from .running import AGREEMENT, WORDS, Budget, Result

LANGUAGES = [
    "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "ru", "tr", "hu",
    "cs", "ro", "el", "hr", "sl", "sk", "lt", "lv", "et", "bg", "uk", "sr", "mk", "is", "sq",
    "ca", "eu", "ga", "id", "ms", "tl", "af", "lb", "xx", "hy", "he", "ar", "fa", "hi", "ta",
]  # fmt: skip
ALPHABETS = (
    "ab :()'-.\n",
    " \t\n\u00a0\u2003\u0085\x1c ab",
    "()[]{}:;=-_*'\"/\\|<>.,!?^%&#@$~ oO8DPp",
    "\u2019\u2018\u2026\u2014\u00ab\u00bb\U0001f602\u2764\ufe0f\u200d\u0130\u0131"
    "\u00df\u0301\u4e2d ",
)
BATCH = 50


def run(
    n_texts: int, seed: int, n_pipelines: int = len(LANGUAGES), budget: Budget | None = None
) -> Result:
    """Score random texts with every pipeline in turn."""
    budget = budget or Budget()
    rng = np.random.default_rng(seed)
    languages = LANGUAGES[:n_pipelines]
    result = Result(
        "texts",
        {"seed": seed, "": 0, "pipelines": len(languages)},
        {"NaN": 0, "out of range": 0, "mismatches": 0, "exceptions": 0},
    )
    per_language = -(-n_texts // len(languages))
    for place, language in enumerate(languages):
        part = budget.share(len(languages) - place)
        nlp = make_pipeline(language)
        fragments, cases = fragments_of(nlp), cases_of(nlp)
        scorer = TextScorer(nlp)
        table = make_table(nlp.tokenizer)
        for batch in part.spend(-(-per_language // BATCH)):
            count = min(BATCH, per_language - batch * BATCH)
            result.done[""] += count
            texts = [make_text(rng, fragments, cases) for _ in range(count)]
            _compare(result, nlp, scorer, table, texts, language)
    result.controls = {
        "borders": control(seed, without_borders=True),
        "special cases": control(seed, without_borders=False),
    }
    return result


def _compare(
    result: Result,
    nlp: Language,
    scorer: TextScorer,
    table: pieces.PieceTable,
    texts: list[str],
    language: str,
) -> None:
    try:
        found, _ = scorer.score_values(texts)
        expected = [doc._.sarcasm for doc in nlp.pipe(texts)]
    except Exception as error:
        result.add("exceptions", f"{language}: {error!r} over {texts!r:.300}")
        return
    for text, score, known in zip(texts, found, expected, strict=True):
        # A text that cannot be read has no score, which is None in both.
        if score is not None and np.isnan(score):
            result.add("NaN", f"{language}: {text!r}")
        elif score is not None and not 0 <= score <= 1:
            result.add("out of range", f"{language}: {text!r}: {score}")
        elif (score is None) != (known is None) or (
            score is not None and abs(score - known) > AGREEMENT
        ):
            result.add("mismatches", f"{language}: {text!r}: {score} and {known}")
    for text in differing(nlp.tokenizer, table, texts):
        result.add("mismatches", f"{language}: tokens of {text!r}")


def make_pipeline(language: str) -> Language:
    """A pipeline with a small random network, whose scores depend on every word that it knows."""
    nlp = spacy.blank(language)
    model = {"units": 4, "trainable_width": 4, "vector_words": 0, "precision": "float32"}
    nlp.add_pipe("sarcasm", config={"weights": None, "model": model})
    words = [*WORDS, *sorted(fragments_of(nlp))[:2000]]
    doc = spacy.tokens.Doc(nlp.vocab, words=[word for word in words if word.strip()])
    doc.cats["SARCASM"] = 1.0
    nlp.initialize(lambda: [spacy.training.Example(doc.copy(), doc)])
    return nlp


def fragments_of(nlp: Language) -> list[str]:
    """Special cases, their tokens, and the parts that their texts fall into."""
    patterns = special_patterns(nlp.tokenizer) or {}
    found = {part for tokens in patterns.values() for part in tokens}
    found |= {text[:at] for text in patterns for at in range(1, len(text))}
    found |= {text[at:] for text in patterns for at in range(1, len(text))}
    return sorted(found | set(nlp.tokenizer.rules))


def cases_of(nlp: Language) -> list[str]:
    """The special cases that the matcher knows as several tokens."""
    return sorted(special_patterns(nlp.tokenizer) or {})


def make_text(rng: np.random.Generator, fragments: Sequence[str], cases: Sequence[str]) -> str:
    """A text of words, special cases cut in two, and random characters."""
    parts: list[str] = []
    for _ in range(rng.integers(0, 9)):
        kind = rng.random()
        if kind < 0.35 and cases:
            # A match across the space, where the tokens on both sides allow it.
            case = cases[rng.integers(len(cases))]
            at = int(rng.integers(1, len(case)))
            parts.append(f"{case[:at]} {case[at:]}")
        elif kind < 0.6 and fragments:
            parts.append(fragments[rng.integers(len(fragments))])
        elif kind < 0.75:
            parts.append(WORDS[rng.integers(len(WORDS))])
        else:
            alphabet = ALPHABETS[rng.integers(len(ALPHABETS))]
            parts.append("".join(rng.choice(list(alphabet), size=rng.integers(1, 12))))
        parts.append(" " if rng.random() < 0.8 else "")
    return "".join(parts)


def make_table(tokenizer: Any) -> pieces.PieceTable:
    """A table of pieces in which every token is a word of its own."""
    make = partial(copy_tokenizer, tokenizer, NetworkSettings())
    return pieces.PieceTable(make, special_patterns(tokenizer) or {}, token_rows)


def token_rows(docs: Sequence[Any]) -> TextRows:
    """A row for every token text, so that equal rows are equal tokens."""
    words = [[token.text for token in doc if not token.text.isspace()] for doc in docs]
    rows = [hash(word) % (2**31 - 1) for text in words for word in text]
    lengths = np.array([len(text) for text in words], np.int64)
    return TextRows(np.array(rows, np.int32), lengths, n_cut=0)


def differing(tokenizer: Any, table: pieces.PieceTable, texts: Sequence[str]) -> list[str]:
    """Return the texts whose tokens are not those of a whole Doc."""
    found, places = table.text_rows(texts)
    expected = token_rows([tokenizer(text) for text in texts])
    ours = np.split(found.rows, np.cumsum(found.lengths)[:-1])
    by_place = dict(zip(places.tolist(), ours, strict=True))
    theirs = np.split(expected.rows, np.cumsum(expected.lengths)[:-1])
    return [
        text
        for place, (text, rows) in enumerate(zip(texts, theirs, strict=True))
        if not np.array_equal(by_place[place], rows)
    ]


def control(seed: int, *, without_borders: bool, n_texts: int = 1000) -> bool:
    """Return whether a fault that was put in on purpose is found."""
    rng = np.random.default_rng(seed)
    nlp = spacy.blank("en")
    fragments, cases = fragments_of(nlp), cases_of(nlp)
    texts = [make_text(rng, fragments, cases) for _ in range(n_texts)]
    table = make_table(nlp.tokenizer)
    if without_borders:
        table._needs_doc = _only_unknown(table)
    else:
        nlp.tokenizer.rules = {}
    return bool(differing(nlp.tokenizer, table, texts))


def _only_unknown(table: pieces.PieceTable) -> Callable[..., Any]:
    original = table._needs_doc

    def needs_doc(ids: Any, counts: Any) -> Any:
        edges, table._edges = table._edges, np.zeros_like(table._edges)
        try:
            return original(ids, counts)
        finally:
            table._edges = edges

    return needs_doc
