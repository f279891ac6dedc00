"""What the bundled score hangs on: typesetting, and single words.

Run it as ``python tests/benchmarks/style.py`` with SPACY_SARCASM_DATA set. It prints how scores of
dev headlines change in other styles, and the words that carry the score, by what their absence does
to it: the strongest each time that they occur, among words of ten headlines or more; the same
without spaCy's stop words and without punctuation; and those that move most in all, which are
mostly the commonest words. Last it prints how well a classifier on marks of style alone (length,
case, quotation marks, final punctuation, hashtags, user names, links, tokenisation) tells the
classes of each kind of text apart in the corpus that the weights learnt from.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from measuring import HEADLINES, data_file, limit_threads, print_table, verdict, write_json
from recipe import read_bundled_corpus

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from spacy_sarcasm.recipes.sourced_texts import SourcedText

STRONGEST = 50
LEAST_HEADLINES = 10
RANKINGS = ("each", "content", "all")
MOST_CHANGE = 0.05
MOST_FLIPS = 0.03
MOST_AUC = 0.60
MOST_TEXTS = 20_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    args = parser.parse_args()
    limit_threads(1)
    import spacy

    from spacy_sarcasm.corpus.headlines import read_headlines, split_headlines
    from spacy_sarcasm.recipes.balance import draw_texts, style_texts

    dev = split_headlines(read_headlines(data_file(HEADLINES)))["dev"]
    texts = [row.text for row in dev]
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
    figures: dict[str, object] = {"styles": styles, "words": words}
    recipe, corpus = read_bundled_corpus()
    random = Random(recipe.student.seed)
    drawn = draw_texts(corpus, recipe.sources, recipe.student, random)
    apart = measure_sources(style_texts(drawn, recipe.styled, random))
    print("\nclasses told apart by style alone, in the corpus that the weights learnt from:")
    print_table(["kind", "texts", "AUC"], apart)
    print(verdict("greatest AUC", max(row[2] for row in apart), MOST_AUC, at_most=True))
    figures["classes by style"] = apart
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


def measure_sources(texts: list[SourcedText]) -> list[tuple[str, int, float]]:
    """Return how well marks of style alone tell the classes of each kind apart, as AUC."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    from spacy_sarcasm.corpus.cleaning import copy_key

    kinds: dict[str, list[SourcedText]] = defaultdict(list)
    for text in texts:
        if text.label is not None:
            kinds[text.kind.partition("/")[0]].append(text)
    rows = []
    for kind, members in sorted(kinds.items()):
        chosen = members[:MOST_TEXTS]
        features = np.array([style_features(text.text) for text in chosen], dtype=np.float64)
        gold = np.array([(text.label or 0.0) >= 0.5 for text in chosen])
        # Copies and pairs of a text stay on one side.
        groups = [text.pair or copy_key(text.text) for text in chosen]
        model = HistGradientBoostingClassifier(max_iter=60, random_state=0)
        found = cross_val_predict(
            model, features, gold, groups=groups, cv=GroupKFold(3), method="predict_proba"
        )
        rows.append((kind, len(chosen), round(float(roc_auc_score(gold, found[:, 1])), 3)))
    return rows


def style_features(text: str) -> list[float]:
    """Return length, case, quotation marks, final punctuation, marks of posts and tokenisation."""
    words = text.split()
    letters = [char for char in text if char.isalpha()]
    return [
        len(words),
        len(text),
        sum(char.isupper() for char in letters) / max(1, len(letters)),
        sum(word[:1].isupper() for word in words) / max(1, len(words)),
        text[:1].isupper(),
        "!?.…".find(text[-1:]),
        text[-1:].isalnum(),
        "http" in text,
        len(re.findall(r" [,.!?;:]", text)),
        sum(ord(char) > 0x2FFF for char in text),
        *(text.count(mark) for mark in ('"', "“", "'", "’", "‘", "!", "?", "#", "@")),
        *(text.count(mark) for mark in ("...", ",", ":", "-", "(")),
    ]


if __name__ == "__main__":
    main()
