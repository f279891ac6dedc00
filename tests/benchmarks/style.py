"""What the bundled score hangs on: typesetting, and single words.

Run it as ``python tests/benchmarks/style.py`` with SPACY_SARCASM_DATA set. It prints how scores of
dev headlines change in other styles, and the words that carry the score, by what their absence does
to it: the strongest each time that they occur, among words of ten headlines or more; the same
without spaCy's stop words and without punctuation; and those that move most in all, which are
mostly the commonest words. With ``--retrain`` it also trains anew, by the config of the bundled
weights on hard labels, with all words and with the 50 strongest of a ranking taken out of every
headline, and prints what that costs on dev.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import HEADLINES, data_file, limit_threads, print_table, verdict, write_json
from recipe import read_corpus, train_bundled

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

STRONGEST = 50
LEAST_HEADLINES = 10
RANKINGS = ("each", "content", "all")
MOST_CHANGE = 0.05
MOST_FLIPS = 0.03
MOST_LOST = 0.02


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--retrain",
        nargs="+",
        choices=RANKINGS,
        default=[],
        help="train without the strongest words of these rankings",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    args = parser.parse_args()
    limit_threads(1)
    import spacy

    from spacy_sarcasm.corpus.headlines import read_headlines, split_headlines

    dev = split_headlines(read_headlines(data_file(HEADLINES)))["dev"]
    texts, gold = [row.text for row in dev], [row.label for row in dev]
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    styles = measure_styles(nlp, texts[:500])
    print_table(["style", "mean change", "decisions that flip"], styles)
    print(verdict("greatest mean change", max(row[1] for row in styles), MOST_CHANGE, at_most=True))
    print(verdict("most flips", max(row[2] for row in styles), MOST_FLIPS, at_most=True))
    changes = measure_words(nlp, texts)
    words = {ranking: strongest_words(changes, ranking) for ranking in RANKINGS}
    for ranking, found in words.items():
        print(f"\nstrongest words, ranking '{ranking}':")
        print_table(["word", "headlines", "mean change of score"], found)
    figures = {"styles": styles, "words": words}
    if args.retrain:
        whole = accuracy(train_without(()), texts, gold)
        print(f"\naccuracy on dev, trained on hard labels: {whole:.4f}", flush=True)
        figures["accuracy"] = whole
    for ranking in args.retrain:
        taken = {word for word, *_ in words[ranking]}
        less = accuracy(train_without(taken), [without(nlp, text, taken) for text in texts], gold)
        print(f"\nwithout the {STRONGEST} strongest ({ranking}): {less:.4f}")
        print(verdict("accuracy lost", whole - less, MOST_LOST, at_most=True), flush=True)
        figures[f"accuracy without, {ranking}"] = less
    write_json(args.json, figures)


def measure_styles(nlp: Language, texts: list[str]) -> list[tuple[str, float, float]]:
    """Return mean change of score and share of flipped decisions of each style."""
    import numpy as np

    from spacy_sarcasm.pipeline.loading import find_sarcasm
    from spacy_sarcasm.recipes.style import capitalize_words, curl_quotes, double_quotes

    styles: dict[str, Callable[[str], str]] = {
        "CAPITALS": str.upper,
        "Title Case": capitalize_words,
        "Python'S Title": str.title,
        "curly quotes": curl_quotes,
        "double quotes": double_quotes,
        "curly double quotes": lambda text: curl_quotes(double_quotes(text, "“", "”")),
        "full stop": lambda text: f"{text}." if text[-1:].isalnum() else text,
    }

    def score(style: Callable[[str], str]) -> np.ndarray:
        return np.array([doc._.sarcasm for doc in nlp.pipe(map(style, texts))])

    plain, threshold = score(str), find_sarcasm(nlp).threshold
    rows = []
    for name, style in styles.items():
        other = score(style)
        flips = (plain >= threshold) != (other >= threshold)
        rows.append(
            (name, *(round(float(x), 4) for x in (abs(plain - other).mean(), flips.mean())))
        )
    return rows


def measure_words(nlp: Language, texts: list[str]) -> dict[str, list[float]]:
    """Return what each word adds to the score of every headline that it occurs in."""
    docs = [doc for doc in nlp.pipe(texts) if len(doc) > 1]
    cut = [remove(doc, i) for doc in docs for i in range(len(doc))]
    changes: dict[str, list[float]] = defaultdict(list)
    words = [(token.lower_, doc._.sarcasm) for doc in docs for token in doc]
    for (word, score), other in zip(words, nlp.pipe(cut), strict=True):
        changes[word].append(score - other._.sarcasm)
    return changes


def strongest_words(changes: dict[str, list[float]], ranking: str) -> list[tuple[str, int, float]]:
    """Return the words that come first, how often they occur and what they add on average."""
    from spacy.lang.en.stop_words import STOP_WORDS

    if ranking == "all":
        ranked = sorted(changes, key=lambda word: -abs(sum(changes[word])))
    else:
        known = [word for word, found in changes.items() if len(found) >= LEAST_HEADLINES]
        if ranking == "content":
            known = [word for word in known if word.isalpha() and word not in STOP_WORDS]
        ranked = sorted(known, key=lambda word: -abs(statistics.mean(changes[word])))
    return [
        (word, len(changes[word]), round(statistics.mean(changes[word]), 3))
        for word in ranked[:STRONGEST]
    ]


def remove(doc: Doc, place: int) -> str:
    """Return the text of a doc without a token."""
    return "".join(token.text_with_ws for token in doc if token.i != place).strip()


def without(nlp: Language, text: str, words: Collection[str]) -> str:
    """Return a text without some words."""
    kept = (token.text_with_ws for token in nlp.make_doc(text) if token.lower_ not in words)
    return "".join(kept).strip()


def accuracy(nlp: Language, texts: list[str], gold: list[float]) -> float:
    """Return the accuracy at 0.5."""
    scores = [doc._.sarcasm for doc in nlp.pipe(texts)]
    right = [(score >= 0.5) == (label >= 0.5) for score, label in zip(scores, gold, strict=True)]
    return sum(right) / len(right)


def train_without(words: Collection[str]) -> Language:
    """Train by the recipe of the bundled weights on headlines that lack some words."""
    from dataclasses import replace

    import spacy

    nlp = spacy.blank("en")
    less = [replace(row, text=without(nlp, row.text, words)) for row in read_corpus()]
    with tempfile.TemporaryDirectory() as name:
        return train_bundled([row for row in less if row.text], Path(name))


if __name__ == "__main__":
    main()
