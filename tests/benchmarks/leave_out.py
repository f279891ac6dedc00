"""How a model does on sources it has never seen.

Run it as ``python tests/benchmarks/leave_out.py --teacher MODEL --leave-out FOLD`` with
SPACY_SARCASM_DATA set. MODEL is what ``spacy-sarcasm label --teacher`` takes: a Hugging Face
sequence classifier, a spaCy pipeline or "bundled". FOLD is a fold of the bundled weights' recipe,
which the model must not have been trained on: ``spacy-sarcasm mix --leave-out FOLD`` writes a
corpus without it. Scored are the fold's texts but those of the headlines' test split: each
satirical source against all serious ones together, the worst pair of two sources, each satirical
source against odd but true news, and each source of posts by itself; besides, the dev texts of the
everyday set. False positives are the shares of texts that are not sarcastic at the threshold.
"""

from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from measuring import limit_threads, print_table, verdict, write_json
from recipe import read_bundled_corpus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spacy_sarcasm.recipes.sourced_texts import SourcedText

    Scores = dict[tuple[str, float], NDArray[np.float64]]

ODD, CLICKBAIT = "odd", "clickbait"
# For lists and lures, and for the news of four papers at once.
NOT_ORDINARY = (ODD, CLICKBAIT, "clickbait/none")
LEAST_SATIRE, LEAST_WORST, LEAST_ODD, LEAST_SOCIAL = 0.90, 0.85, 0.82, 0.66


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--teacher", required=True, metavar="MODEL")
    parser.add_argument("--leave-out", nargs="+", required=True, metavar="FOLD")
    parser.add_argument("--rows", type=int, default=700, help="per source and class; default: 700")
    parser.add_argument("--threshold", type=float, default=0.5, help="default: 0.5")
    parser.add_argument("--bfloat16", action="store_true", help="run a classifier in bfloat16")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    args = parser.parse_args()
    limit_threads(1)
    from spacy_sarcasm.teacher.teachers import load_teacher

    recipe, texts = read_bundled_corpus()
    left_out = recipe.members(args.leave_out)
    chosen = choose(texts, left_out, args.rows)
    is_folder = (Path(args.teacher) / "config.json").is_file()
    teacher = load_teacher(args.teacher, bfloat16=args.bfloat16 and is_folder)
    found = teacher.score([text.text for text in chosen])
    figures = measure(chosen, found, args.threshold)
    print_table(["", "figure"], [(name, f"{value:.3f}") for name, value in figures.items()])
    for start, least in (
        ("satire, ", LEAST_SATIRE),
        ("against odd news, ", LEAST_ODD),
        ("posts, ", LEAST_SOCIAL),
    ):
        values = [value for name, value in figures.items() if name.startswith(start)]
        if values:
            print(verdict(f"mean AUC, {start.rstrip(', ')}", statistics.mean(values), least))
    if "worst pair" in figures:
        print(verdict("worst pair", figures["worst pair"], LEAST_WORST))
    write_json(args.json, figures)


def choose(texts: list[SourcedText], left_out: frozenset[str], most: int) -> list[SourcedText]:
    """Return a sample of each source left out and class, and the everyday dev texts."""
    groups: dict[tuple[str, float], list[SourcedText]] = defaultdict(list)
    chosen = []
    for text in texts:
        if text.label is None:
            continue
        if text.kind.startswith("everyday/"):
            if text.split == "dev":
                chosen.append(text)
        elif text.source in left_out and text.split != "test":
            groups[text.source, text.label].append(text)
    random = Random(0)
    for _, group in sorted(groups.items()):
        chosen += random.sample(group, min(most, len(group)))
    return chosen


def measure(
    texts: list[SourcedText], scores: NDArray[np.float64], threshold: float
) -> dict[str, float]:
    """Return AUCs and false positives by name."""
    import numpy as np

    groups: dict[tuple[str, float], list[float]] = defaultdict(list)
    kinds: dict[str, str] = {}
    for text, score in zip(texts, scores, strict=True):
        name = text.kind if text.kind.startswith("everyday/") else text.source
        kinds[name] = text.kind
        groups[name, text.label or 0.0].append(float(score))
    found = {key: np.array(values) for key, values in groups.items()}
    satire = [name for name, label in found if label and kinds[name] == "headline"]
    serious = [
        name
        for name, label in found
        if not label and kinds[name] == "headline" and name not in NOT_ORDINARY
    ]
    figures: dict[str, float] = {}
    if satire and serious:
        news = np.concatenate([found[name, 0.0] for name in serious])
        figures |= {f"satire, {name}": auc(found[name, 1.0], news) for name in satire}
        pairs = [auc(found[one, 1.0], found[two, 0.0]) for one in satire for two in serious]
        figures["worst pair"] = min(pairs)
    if (ODD, 0.0) in found:
        figures |= {
            f"against odd news, {name}": auc(found[name, 1.0], found[ODD, 0.0]) for name in satire
        }
    for name, label in sorted(found):
        if label and (name, 0.0) in found:
            group = "everyday" if name.startswith("everyday/") else "posts"
            figures[f"{group}, {name}"] = auc(found[name, 1.0], found[name, 0.0])
    for name, label in sorted(found):
        if not label:
            figures[f"false positives, {name}"] = float((found[name, label] >= threshold).mean())
    return figures


def auc(sarcastic: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    gold = np.repeat([1, 0], [len(sarcastic), len(other)])
    return float(roc_auc_score(gold, np.concatenate([sarcastic, other])))


if __name__ == "__main__":
    main()
