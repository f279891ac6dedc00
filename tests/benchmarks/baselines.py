"""Other models beside ours on the frozen split: accuracy, calibration, speed and size.

    python tests/benchmarks/baselines.py --split dev --models /tmp/baselines --reuse dev.json

with SPACY_SARCASM_DATA set. All models together train for an hour or more on two cores: --only NAME
takes some of them, --reuse FILE keeps the figures of those that are done and fills in the others,
and --models DIR keeps what was trained, so that another split is scored without training again.
Nobody chooses anything by the test split: give --split test for the final figures alone.

Every model is scored at 0.5. ECE: the calibration error over 15 bins of equal width of the
probability of sarcasm. Docs/s: from the text to the score, on one thread. The spaCy pipelines and
the networks of the shipped configs learn from the training split and take their best step by dev,
so their dev figures flatter them; the bundled weights have learnt from other data too (see the
model card).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from baseline_models import MODELS, NAMES, Data, Model, Rows, write_corpus
from measuring import (
    CLOCKS,
    HEADLINES,
    add_clock,
    data_file,
    describe_machine,
    limit_threads,
    make_parser,
    print_table,
)

BINS = 15
TRAINED_FILE = "trained.json"
NEVER_BY_DEFAULT = ("config",)


def main() -> None:
    """Measure and print."""
    args = parse_arguments()
    limit_threads(1)
    from spacy_sarcasm.corpus.headlines import read_headlines, split_headlines

    splits = split_headlines(read_headlines(data_file(HEADLINES)))
    splits = {name: rows[: args.limit] for name, rows in splits.items()}
    rows = splits[args.split]
    names = args.only or [name for name in MODELS if name not in NEVER_BY_DEFAULT]
    if args.train_default and "config" not in names:
        names.insert(names.index("default") + 1 if "default" in names else 0, "config")
    conditions = {"split": args.split, "limit": args.limit, "clock": args.clock}
    report = read_report(args.reuse, conditions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.models or Path(scratch, "models")
        folder.mkdir(parents=True, exist_ok=True)
        data = write_corpus(
            splits["train"], splits["dev"], Path(scratch), trial=args.limit is not None
        )
        for name in names:
            if name in report["models"]:
                continue
            print(f"{NAMES[name]} ...", file=sys.stderr)
            model = MODELS[name]
            seconds = prepare(name, model, data, folder, args.limit)
            figures = measure(model, folder / name, rows, args.rounds, args.clock)
            report["models"][name] = {
                "settings": model.settings,
                "train_seconds": seconds,
                **figures,
                "machine": describe_machine(["spacy", "scikit-learn", "numpy"]),
            }
            for path in {args.reuse, args.json} - {None}:
                path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    show(report, len(rows), len(splits["train"]))


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, rounds=3)
    parser.add_argument("--split", choices=["dev", "test"], default="dev")
    parser.add_argument("--only", nargs="+", choices=list(MODELS), metavar="NAME", help="models")
    parser.add_argument(
        "--train-default", action="store_true", help="train the shipped config here too"
    )
    parser.add_argument("--reuse", type=Path, metavar="FILE", help="figures to keep and add to")
    parser.add_argument("--models", type=Path, metavar="DIR", help="trained models to keep")
    parser.add_argument(
        "--limit", type=int, metavar="ROWS", help="a trial on the first rows of each split"
    )
    add_clock(parser)
    return parser.parse_args()


def read_report(path: Path | None, conditions: dict[str, Any]) -> dict[str, Any]:
    """Return the figures that are there already, if they were taken under the same conditions."""
    if path is None or not path.exists():
        return {**conditions, "models": {}}
    report: dict[str, Any] = json.loads(path.read_text("utf-8"))
    found = {key: report.get(key) for key in conditions}
    if found != conditions:
        sys.exit(f"'{path}' holds figures of {found}, and {conditions} are wanted: name another")
    return report


def prepare(name: str, model: Model, data: Data, folder: Path, limit: int | None) -> float | None:
    """Train a model unless it is there; return the seconds that took, or take none."""
    if model.train is None:
        return None
    path = folder / TRAINED_FILE
    trained = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if name not in trained:
        start = time.perf_counter()
        model.train(data, folder / name)
        trained[name] = {"seconds": round(time.perf_counter() - start, 1), "limit": limit}
        path.write_text(json.dumps(trained, indent=2) + "\n", encoding="utf-8")
    if trained[name]["limit"] != limit:
        sys.exit(f"'{folder / name}' was trained with --limit {trained[name]['limit']}")
    return float(trained[name]["seconds"])


def measure(model: Model, folder: Path, rows: Rows, rounds: int, clock: str) -> dict[str, Any]:
    """Score the rows and return the figures."""
    import numpy as np
    from sklearn.metrics import log_loss, roc_auc_score

    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    scorer = model.load(folder)
    texts = [row.text for row in rows]
    gold = np.array([row.label for row in rows])
    # One round more goes before, to start sessions and fill caches.
    scorer.score(texts)
    seconds = []
    for _ in range(rounds):
        start = CLOCKS[clock]()
        scores = scorer.score(texts)
        seconds.append(CLOCKS[clock]() - start)
    return {
        "accuracy": float(((scores >= 0.5) == gold).mean()),
        "ece": calibration_error(gold, scores),
        "auc": float(roc_auc_score(gold, scores)),
        "log_loss": float(log_loss(gold, np.clip(scores, 1e-7, 1 - 1e-7))),
        "docs_per_second": len(texts) / statistics.median(seconds),
        "bytes": scorer.bytes,
    }


def calibration_error(gold: Any, scores: Any) -> float:
    """Return the mean gap between score and share of sarcasm in bins of equal width."""
    import numpy as np

    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=gold - scores, minlength=BINS)
    return float(np.abs(gaps).sum() / len(gold))


def show(report: dict[str, Any], n_rows: int, n_train: int) -> None:
    """Print the table."""
    print(
        f"{n_rows:,} headlines of the {report['split']} split, {n_train:,} to train on; one "
        f"thread, {report['clock']} time."
    )
    rows = [
        (
            NAMES[name],
            f"{figures['accuracy']:.4f}",
            f"{figures['ece']:.4f}",
            f"{figures['auc']:.4f}",
            f"{figures['docs_per_second']:,.0f}",
            f"{figures['bytes'] / 1e6:.1f}",
            "" if figures["train_seconds"] is None else f"{figures['train_seconds']:,.0f}",
        )
        for name, figures in sorted(
            report["models"].items(), key=lambda item: list(MODELS).index(item[0])
        )
    ]
    header = ["model", "accuracy", "ECE", "ROC AUC", "docs/s", "MB", "training, s"]
    print_table(header, rows)
    for name, figures in report["models"].items():
        print(f"- {NAMES[name]}: {figures['settings']}")


if __name__ == "__main__":
    main()
