"""How the network does on publishers it has never seen: six pairs of them left out in turn.

Run it as ``python tests/benchmarks/leave_out.py`` with SPACY_SARCASM_DATA set. Each run follows the
recipe of the bundled weights without a satirical and a serious publisher: it fine-tunes a teacher,
mixes the corpus with that teacher's labels, trains by the bundled weights' config, and calibrates
and chooses its threshold on its own dev rows. A publisher that is left out is absent from the
teacher, its labels, training, vocabulary, calibration and threshold. The teacher cannot be the
bundled weights', which has learnt the headlines data set for two epochs and with it The Onion and
HuffPost: here it learns what the network learns, for one epoch. The network is scored on all rows
of the pair but those of the headlines' test split. A pair takes some fifteen minutes on a free
core, and five with --no-teacher.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import limit_threads, print_table, verdict, write_json
from recipe import read_corpus, train_bundled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spacy_sarcasm.recipes.publishers import SourcedHeadline

SATIRICAL = ("onion", "hardtimes")
SERIOUS = ("huffpost", "guardian", "npr")
LEAST_AUC = 0.82
MOST_FALSE_POSITIVES = 0.10
# As for the bundled weights.
MAX_FPR_ON_DEV = 0.08
TEACHER_EPOCHS = 1


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", nargs="+", metavar="SATIRICAL-SERIOUS", help="default: all six")
    parser.add_argument(
        "--rows", type=int, default=0, help="score at most so many rows a publisher"
    )
    parser.add_argument("--no-teacher", action="store_true", help="train on hard labels alone")
    parser.add_argument("--threads", type=int, default=1, help="default: 1")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep teachers' labels and scores")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    args = parser.parse_args()
    limit_threads(args.threads)
    pairs = args.pairs or [f"{satire}-{serious}" for satire in SATIRICAL for serious in SERIOUS]
    figures = []
    for pair in pairs:
        satire, serious = pair.split("-")
        with tempfile.TemporaryDirectory() as scratch:
            folder = (args.keep or Path(scratch)) / pair
            figures.append(measure(satire, serious, folder, args))
        shown = ", ".join(f"{name} {value}" for name, value in figures[-1].items())
        print(shown, flush=True)
    columns = list(figures[0])
    print_table(columns, [tuple(str(row[column]) for column in columns) for row in figures])
    auc = statistics.mean(float(row["AUC"]) for row in figures)
    print(verdict("mean AUC on the pair left out", auc, LEAST_AUC))
    worst = max(float(row["false positives"]) for row in figures)
    print(verdict("most false positives", worst, MOST_FALSE_POSITIVES, at_most=True))
    write_json(args.json, {"pairs": figures, "mean AUC": auc})


def measure(
    satire: str, serious: str, folder: Path, args: argparse.Namespace
) -> dict[str, str | float]:
    """Train without two publishers; return the figures on them."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    from spacy_sarcasm.evaluation.calibrate import calibrate
    from spacy_sarcasm.evaluation.datasets import Labelled

    rows = read_corpus()
    pair = {satire, serious}
    kept = [row for row in rows if row.source not in pair]
    left_out = [
        row for row in rows if row.source in pair and not (row.in_headlines and row.split == "test")
    ]
    folder.mkdir(parents=True, exist_ok=True)
    soft_labels = None if args.no_teacher else teach(kept, folder)
    nlp = train_bundled(kept, folder, soft_labels)
    dev = [row for row in kept if row.split == "dev"]
    labelled = Labelled("dev", [row.text for row in dev], gold_of(dev), [row.source for row in dev])
    calibration = calibrate(nlp, [labelled], max_fpr=MAX_FPR_ON_DEV)
    scores, gold, sources = [], [], []
    for publisher in pair:
        members = [row for row in left_out if row.source == publisher]
        members = members[:: max(1, len(members) // args.rows)] if args.rows else members
        scores += [doc._.sarcasm for doc in nlp.pipe(row.text for row in members)]
        gold += [row.label for row in members]
        sources += [publisher] * len(members)
    found, is_serious = np.array(scores), np.array(sources) == serious
    np.savez(folder / "scores.npz", scores=found, gold=gold, sources=sources)
    above = found >= calibration.threshold
    return {
        "left out": f"{satire}, {serious}",
        "AUC": round(float(roc_auc_score(gold, found)), 4),
        "threshold": calibration.threshold,
        "false positives": round(float(above[is_serious].mean()), 4),
        "true positives": round(float(above[~is_serious].mean()), 4),
    }


def teach(kept: list[SourcedHeadline], folder: Path) -> dict[str, float]:
    """Fine-tune a teacher on what is kept; return its labels of the rows that are to be mixed."""
    from random import Random

    from spacy_sarcasm.recipes.mixture import MixtureSettings, draw_headlines, mix_headlines
    from spacy_sarcasm.teacher.finetune import Settings, fine_tune
    from spacy_sarcasm.teacher.teachers import load_teacher

    labels = folder / "soft_labels.json"
    if labels.exists():
        found: dict[str, float] = json.loads(labels.read_text("utf-8"))
        return found
    settings = MixtureSettings()
    training = [row for row in kept if row.split == "train"]
    lessons = mix_headlines(training, replace(settings, passes=1, repeats=1))
    fine_tune(
        [row.text for row in lessons],
        gold_of(lessons).tolist(),
        folder / "teacher",
        settings=Settings(epochs=TEACHER_EPOCHS),
    )
    teacher = load_teacher(str(folder / "teacher"))
    drawn = draw_headlines(training, settings, Random(settings.seed))
    texts = sorted({row.text for row in drawn})
    found = dict(zip(texts, map(float, teacher.score(texts)), strict=True))
    labels.write_text(json.dumps(found, indent=0), "utf-8")
    return found


def gold_of(rows: list[SourcedHeadline]) -> NDArray[np.float64]:
    """Return the gold of rows."""
    import numpy as np

    return np.array([row.label for row in rows], dtype=np.float64)


if __name__ == "__main__":
    main()
