"""How well a sequence-to-sequence network rewrites sarcastic texts as what they mean.

Run it as ``python tests/benchmarks/rewriting.py`` with SPACY_SARCASM_DATA set; it needs sacrebleu.

Trained on pairs of the bundled weights' recipe, measured on the pairs of its dev and test splits:
BLEU and chrF against all rewritings of a text, beside those of the text itself, unchanged; the
share of texts that the bundled weights call sincere (below 0.5) before and after, and for the
rewritings that people wrote. Then it prints rewritings of everyday texts, drawn at random.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from measuring import BUNDLED_VECTORS, data_file, limit_tensorflow, limit_threads, print_table
from recipe import read_bundled_corpus

if TYPE_CHECKING:
    from spacy_sarcasm.recipes.rewriting.pairs import RewritingPair

THRESHOLD = 0.5


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=8, help="default: 8")
    parser.add_argument("--rows", type=int, default=10_000, help="pairs at most; default: 10,000")
    parser.add_argument("--scored", type=int, default=400, help="texts scored; default: 400")
    parser.add_argument("--samples", type=int, default=30, help="rewritings shown; default: 30")
    args = parser.parse_args()
    limit_threads(1)
    limit_tensorflow(1)
    from spacy_sarcasm.recipes.rewriting.pairs import find_pairs
    from spacy_sarcasm.recipes.rewriting.rewriter import Rewriter

    pairs = find_pairs(read_bundled_corpus()[1])
    random = Random(0)
    random.shuffle(pairs)
    train = [pair for pair in pairs if pair.split == "train"][: args.rows]
    held_out = [pair for pair in pairs if pair.split != "train"]
    print(f"{len(train)} texts to train on, {len(held_out)} held out")
    rewriter = Rewriter(train, data_file(BUNDLED_VECTORS))
    rewriter.train(train, held_out[: args.scored], epochs=args.epochs, on_epoch=print_epoch)
    # Those that chose the epoch are not scored.
    scored = held_out[args.scored :][: args.scored]
    rewritten = rewriter.rewrite([pair.text for pair in scored])
    report(scored, rewritten)
    everyday = [pair for pair in held_out if pair.source.startswith("everyday")]
    for pair in random.sample(everyday, min(len(everyday), args.samples)):
        print(f"- {pair.text}\n  **{rewriter.rewrite([pair.text])[0]}**")


def print_epoch(epoch: int, loss: float, dev_loss: float) -> None:
    """Print the losses of an epoch."""
    print(f"epoch {epoch}: loss {loss:.3f}, held out {dev_loss:.3f}", flush=True)


def report(pairs: Sequence[RewritingPair], rewritten: Sequence[str]) -> None:
    """Print BLEU, chrF and the share of sincere texts, by source."""
    import sacrebleu

    rows = []
    for source in [*sorted({pair.source for pair in pairs}), "all"]:
        chosen = [
            (pair, text)
            for pair, text in zip(pairs, rewritten, strict=True)
            if source in (pair.source, "all")
        ]
        given = [pair.text for pair, _ in chosen]
        made = [text for _, text in chosen]
        most = max(len(pair.literal) for pair, _ in chosen)
        # sacrebleu takes None for a reference that a text lacks.
        references = [
            [pair.literal[at] if at < len(pair.literal) else None for pair, _ in chosen]
            for at in range(most)
        ]
        cells = []
        for texts in (given, made):
            bleu = sacrebleu.corpus_bleu(texts, references).score  # type: ignore[arg-type]
            chrf = sacrebleu.corpus_chrf(texts, references).score  # type: ignore[arg-type]
            cells += [f"{bleu:.1f}", f"{chrf:.1f}"]
        people = [pair.literal[0] for pair, _ in chosen]
        cells += [f"{sincere(texts):.2f}" for texts in (given, made, people)]
        same = sum(one == other for one, other in zip(given, made, strict=True)) / len(chosen)
        rows.append((source, len(chosen), *cells, f"{same:.2f}"))
    print_table(
        [
            *("source", "texts", "BLEU, unchanged", "chrF", "BLEU, rewritten", "chrF"),
            *("sincere, unchanged", "rewritten", "by people", "left unchanged"),
        ],
        rows,
    )


def sincere(texts: Sequence[str]) -> float:
    """Return the share of texts that the bundled weights score below the threshold."""
    import spacy

    from spacy_sarcasm import score_texts

    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    scores = list(score_texts(nlp, texts))
    return sum(score is not None and score < THRESHOLD for score in scores) / len(scores)


if __name__ == "__main__":
    main()
