"""Speed of scoring a corpus on one thread: score_texts beside nlp.pipe, spaCy's textcats and Keras.

Run it as ``python tests/benchmarks/corpus.py`` with SPACY_SARCASM_DATA set.

The rows are the headlines with a word appended, no two of them the same. Within a round every
contestant runs once; rows/s are medians over the rounds, ratios medians of the ratios within each
round. The blank pipeline runs twice: keeping all docs, which the targets are for as in speed.py,
and letting go of each at once, the cheapest way to run it. All other pipelines let go of theirs.
The slow contestants run over the first so many rows only; their rows/s say how many. Keras predicts
from rows that are looked up and padded before the clock starts. The transformer has the size of
MiniLM (6 layers, 384 wide) and random weights, which are as fast as others; its token ids are ready
too.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from measuring import (
    add_clock,
    describe_machine,
    limit_tensorflow,
    limit_threads,
    make_bundled_pipeline,
    make_parser,
    make_seed_pipeline,
    median_ratio,
    print_table,
    read_texts,
    run_rounds,
    verdict,
    write_json,
)

TARGETS = {"score_texts, seed": 1.1, "score_texts, bundled": 0.65}
COMMAND_TARGET = 0.7
GROWTH_TARGET = 2.2
BLANK = "nlp.pipe, blank, docs kept"
BLANK_STREAM = "nlp.pipe, blank, docs let go"
COMMAND = "command, JSONL to JSONL, bundled"
HALF = "score_texts, bundled, half the rows"
# The most rows that slow contestants are given.
SLOW_ROWS = {"textcat": 20_000, "ensemble": 5_000, "keras": 20_000, "transformer": 500}
KERAS_BATCH = 512

Contestants = dict[str, tuple[int, Callable[[], object]]]


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__, rounds=5)
    add_clock(parser)
    parser.add_argument("--rows", type=int, default=200_000, help="rows (default 200,000)")
    parser.add_argument("--only-ours", action="store_true", help="leave out the slow contestants")
    args = parser.parse_args()
    limit_threads(1)
    import spacy

    from spacy_sarcasm import score_texts

    headlines = read_texts()
    rows = make_rows(headlines, args.rows)
    ours = {"seed": make_seed_pipeline(headlines), "bundled": make_bundled_pipeline()}
    blank = spacy.blank("en")
    contestants: Contestants = {
        BLANK: (len(rows), lambda: list(blank.pipe(rows))),
        BLANK_STREAM: (len(rows), partial(run_pipe, blank, rows)),
    }
    for network, nlp in ours.items():
        contestants[f"score_texts, {network}"] = (len(rows), partial(run_texts, nlp, rows))
        contestants[f"nlp.pipe, {network}"] = (len(rows), partial(run_pipe, nlp, rows))
    half = rows[: len(rows) // 2]
    contestants[HALF] = (len(half), partial(run_texts, ours["bundled"], half))
    list(score_texts(ours["bundled"], rows[:10]))
    if not args.only_ours:
        contestants |= make_textcats(headlines, rows)
        contestants |= make_transformer(rows)
    with tempfile.TemporaryDirectory() as folder:
        command = make_command(rows, Path(folder))
        if command is not None:
            contestants[COMMAND] = (len(rows), command)
        runs = {name: run for name, (_, run) in contestants.items()}
        seconds = run_rounds(runs, args.rounds, args.clock)
        if not args.only_ours:
            keras = make_keras(ours, rows)
            contestants |= keras
            runs = {name: run for name, (_, run) in keras.items()}
            seconds |= run_rounds(runs, args.rounds, args.clock)
    report(contestants, seconds, args.clock, args.json)


def make_rows(headlines: Sequence[str], n_rows: int) -> list[str]:
    """Return rows of which no two are the same: each headline with one of the frequent words."""
    texts = list(dict.fromkeys(headlines))
    words = Counter(word for text in texts for word in text.split(" ") if word.isalpha())
    endings = [word for word, _ in words.most_common(n_rows // len(texts) + 1)]
    rows = [f"{text} {word}" for word in endings for text in texts][:n_rows]
    if len(set(rows)) != n_rows:
        raise RuntimeError("two rows are the same")
    return rows


def run_pipe(nlp: Any, rows: Sequence[str]) -> None:
    """Run a pipeline and let go of the docs."""
    deque(nlp.pipe(rows), maxlen=0)


def run_texts(nlp: Any, rows: Sequence[str]) -> None:
    """Score the rows without docs."""
    from spacy_sarcasm import score_texts

    deque(score_texts(nlp, rows), maxlen=0)


def make_textcats(headlines: Sequence[str], rows: Sequence[str]) -> Contestants:
    """Return spaCy's own text classifiers, with random weights."""
    import spacy
    from spacy.pipeline.textcat import (
        DEFAULT_SINGLE_TEXTCAT_MODEL,
        single_label_bow_config,
    )
    from spacy.training import Example
    from thinc.api import Config

    contestants: Contestants = {}
    for name, model, n_rows in (
        (
            "TextCatBOW",
            Config().from_str(single_label_bow_config)["model"],
            SLOW_ROWS["textcat"],
        ),
        ("TextCatEnsemble", DEFAULT_SINGLE_TEXTCAT_MODEL, SLOW_ROWS["ensemble"]),
    ):
        nlp = spacy.blank("en")
        nlp.add_pipe("textcat", config={"model": model})
        examples = [
            Example.from_dict(nlp.make_doc(text), {"cats": {"A": float(i % 2), "B": 1.0 - i % 2}})
            for i, text in enumerate(headlines[:2000])
        ]
        nlp.initialize(lambda examples=examples: examples)
        sample = rows[:n_rows]
        contestants[f"nlp.pipe, {name}"] = (len(sample), partial(run_pipe, nlp, sample))
    return contestants


def make_keras(ours: dict[str, Any], rows: Sequence[str]) -> Contestants:
    """Return Keras's predict on the same networks, from rows that are ready."""
    limit_tensorflow(1)
    import numpy as np

    from spacy_sarcasm.network.batching import pad
    from spacy_sarcasm.network.engines.keras_model import build_keras

    sample = rows[: SLOW_ROWS["keras"]]
    contestants: Contestants = {}
    for network, nlp in ours.items():
        found = nlp.get_pipe("sarcasm").network
        docs = list(nlp.tokenizer.pipe(sample))
        texts = found.vocabulary.text_rows(docs, found.config.settings, None)
        padded = np.ascontiguousarray(pad(texts, np.flatnonzero(texts.lengths))[0].T)
        model = build_keras(found.config, found.weights)
        run = partial(model.predict, padded, batch_size=KERAS_BATCH, verbose=0)
        contestants[f"Keras predict, {network}"] = (len(padded), run)
    return contestants


def make_transformer(rows: Sequence[str]) -> Contestants:
    """Return a transformer of MiniLM's size, if PyTorch and transformers are installed."""
    if not (find_spec("torch") and find_spec("transformers")):
        print("transformer of MiniLM's size: not installed (torch, transformers)")
        return {}
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.set_num_threads(1)
    config = BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536
    )
    model = BertForSequenceClassification(config).eval()
    # A word is 1.3 word pieces or so, and two more mark the ends.
    lengths = sorted(
        int(1.3 * (row.count(" ") + 1)) + 2 for row in rows[: SLOW_ROWS["transformer"]]
    )
    batches = [lengths[at : at + 32] for at in range(0, len(lengths), 32)]

    def run() -> None:
        with torch.inference_mode():
            for batch in batches:
                model(torch.randint(1000, (len(batch), batch[-1])))

    return {"transformer of MiniLM's size": (len(lengths), run)}


def make_command(rows: Sequence[str], folder: Path) -> Callable[[], object] | None:
    """Return a run of ``spacy-sarcasm score IN --output OUT``, None where it has no --output.

    It is run within this process, so that either clock counts it; starting Python is left out.
    """
    from spacy_sarcasm import cli

    script = "from spacy_sarcasm.cli import main; main()"
    said = subprocess.run(
        [sys.executable, "-c", script, "score", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "200", "TERM": "dumb"},
    ).stdout
    if "--output" not in said:
        print("command: it has no --output yet")
        return None
    source = folder / "rows.jsonl"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": row}) + "\n" for row in rows)

    def run() -> None:
        target = folder / f"scores-{time.perf_counter_ns()}.jsonl"
        given, sys.argv = sys.argv, ["spacy-sarcasm", "score", str(source), "--output", str(target)]
        try:
            cli.main()
        except SystemExit as end:
            if end.code:
                raise
        finally:
            sys.argv = given
        target.unlink()

    return run


def report(
    contestants: Contestants, seconds: dict[str, list[float]], clock: str, json_file: Path | None
) -> None:
    """Print the table and whether the targets are met; write the figures if asked for."""
    n_rows = contestants[BLANK][0]
    per_row = {
        name: [time / contestants[name][0] for time in times] for name, times in seconds.items()
    }
    per_second = {name: 1 / statistics.median(times) for name, times in per_row.items()}
    to_blank, to_stream = (
        {name: median_ratio(per_row[blank], times) for name, times in per_row.items()}
        for blank in (BLANK, BLANK_STREAM)
    )
    machine = describe_machine(["spacy", "onnxruntime", "numpy"])
    rounds = len(seconds[BLANK])
    print(f"{n_rows:,} rows, one thread, median of {rounds} rounds, {clock} time. {machine}")
    table = [
        (
            name,
            f"{contestants[name][0]:,}",
            f"{per_second[name]:,.0f}",
            f"{to_blank[name]:.2f}",
            f"{to_stream[name]:.2f}",
        )
        for name in seconds
    ]
    print_table(["run", "rows", "rows/s", "times blank, kept", "times blank, let go"], table)
    for name, target in TARGETS.items():
        print(
            verdict(f"{name}, times the blank pipeline that keeps its docs", to_blank[name], target)
        )
    ours = "score_texts, bundled"
    growth = median_ratio(seconds[ours], seconds[HALF])
    what = f"{ours}, {n_rows:,} rows, times the time of half of them"
    print(verdict(what, growth, GROWTH_TARGET, at_most=True))
    if COMMAND in seconds:
        share = median_ratio(seconds[ours], seconds[COMMAND])
        print(verdict("command, share of score_texts", share, COMMAND_TARGET))
    figures = {
        "machine": machine,
        "clock": clock,
        "rows_per_second": per_second,
        "times_blank": to_blank,
        "times_blank_let_go": to_stream,
        "growth": growth,
        "seconds": seconds,
    }
    write_json(json_file, figures)


if __name__ == "__main__":
    main()
