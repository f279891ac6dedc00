"""Scoring speed on one thread: pipelines in docs/s, and the component against Keras's predict.

Run it as ``python tests/benchmarks/speed.py`` with SPACY_SARCASM_DATA set.

The texts are all headlines of the data set. Within a round every contestant runs once; docs/s are
medians over the rounds, ratios medians of the ratios within each round.

Pipelines run twice: keeping all docs, which the targets are for, and letting go of each at once
("docs let go"). The second costs the blank pipeline far less, since it holds one doc at a time and
leaves Python's garbage collector nothing to do; every component that works on batches holds a
thousand.

Keras is given vocabulary rows that are ready and padded before the clock starts, in two ways: "one
array", all texts padded to the longest, as `model.predict(array, batch_size=...)` takes them; and
"by length", its best case, texts sorted by length over the whole data set and each batch padded to
its own longest text. The target is against the first, Keras's predict as it is; the second is Keras
with our batching. The component's time holds all it does from ready docs to scores: looking
words up, sorting the thousand docs it gets at a time, padding, the network.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from spacy.language import Language

# The least shares of the blank pipeline's docs/s, and how much faster than Keras to be.
TARGETS = {"seed": 0.50, "bundled": 0.35}
KERAS_TARGET = 5.0
KERAS_BATCHES = (256, 512)
# What nlp.pipe hands a component at a time by default.
PIPE_BATCH = 1000
BLANK = "nlp.pipe, blank"
STREAM = "docs let go"
BLANK_STREAM = f"{STREAM}, blank"
PLAIN_PREDICT = "one array"
LAYOUTS = (PLAIN_PREDICT, "by length")


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__, rounds=5)
    add_clock(parser)
    args = parser.parse_args()
    limit_threads(1)
    import spacy

    texts = read_texts()
    pipelines = {"seed": make_seed_pipeline(texts), "bundled": make_bundled_pipeline()}
    contestants: dict[str, Callable[[], object]] = {}
    for name, nlp in make_references(texts).items():
        contestants[name] = make_pipe_run(nlp, texts)
    for network, nlp in pipelines.items():
        contestants[f"nlp.pipe, {network}"] = make_pipe_run(nlp, texts)
    contestants[BLANK_STREAM] = make_streaming_run(spacy.blank("en"), texts)
    for network, nlp in pipelines.items():
        contestants[f"{STREAM}, {network}"] = make_streaming_run(nlp, texts)
    seconds = run_rounds(contestants, args.rounds, args.clock)
    # Only now: TensorFlow and the ready docs would make garbage collection slower above.
    limit_tensorflow(1)
    engines: dict[str, Callable[[], object]] = {}
    for network, nlp in pipelines.items():
        engines |= make_engine_runs(network, nlp, texts)
    seconds |= run_rounds(engines, args.rounds, args.clock)
    machine = describe_machine(["spacy", "onnxruntime", "tensorflow", "keras", "numpy"])
    report(seconds, len(texts), args.clock, machine, args.json)


def make_references(texts: Sequence[str]) -> dict[str, Language]:
    """Return the pipelines that ours are compared with."""
    import spacy
    from spacy.training import Example

    textcat = spacy.blank("en")
    model = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 1,
        "no_output_layer": False,
    }
    textcat.add_pipe("textcat", config={"model": model})
    examples = [
        Example.from_dict(textcat.make_doc(text), {"cats": {"A": float(i % 2), "B": 1.0 - i % 2}})
        for i, text in enumerate(texts)
    ]
    textcat.initialize(lambda: examples)
    return {BLANK: spacy.blank("en"), "nlp.pipe, textcat (TextCatBOW)": textcat}


def make_pipe_run(nlp: Language, texts: Sequence[str]) -> Callable[[], object]:
    """Return a run of a pipeline over the texts that keeps the docs."""
    return lambda: list(nlp.pipe(texts))


def make_streaming_run(nlp: Language, texts: Sequence[str]) -> Callable[[], object]:
    """Return a run of a pipeline over the texts that lets go of the docs at once."""
    return lambda: deque(nlp.pipe(texts), maxlen=0)


def make_engine_runs(
    network: str, nlp: Language, texts: Sequence[str]
) -> dict[str, Callable[[], object]]:
    """Return the component on ready docs, and Keras's predict on the same network and texts."""
    import numpy as np

    from spacy_sarcasm.network.batching import pad
    from spacy_sarcasm.network.engines.keras_model import build_keras

    component: Any = nlp.get_pipe("sarcasm")
    docs = list(nlp.tokenizer.pipe(texts))
    chunks = [docs[at : at + PIPE_BATCH] for at in range(0, len(docs), PIPE_BATCH)]

    def predict() -> Any:
        return np.concatenate([component.predict(chunk) for chunk in chunks])[:, 0]

    expected = predict()
    found = component.network
    rows = found.vocabulary.text_rows(docs, found.config.settings, component.cfg["max_length"])
    if not rows.lengths.all():
        raise RuntimeError("a headline has no words, which Keras's masked layers do not take")
    model = build_keras(found.config, found.weights)
    order = np.argsort(rows.lengths, kind="stable")
    padded = np.ascontiguousarray(pad(rows, np.arange(len(docs)))[0].T)
    runs: dict[str, Callable[[], object]] = {f"component, {network}": predict}
    for size in KERAS_BATCHES:
        chosen = [order[at : at + size] for at in range(0, len(order), size)]
        by_length = as_dataset([np.ascontiguousarray(pad(rows, part)[0].T) for part in chosen])
        runs[f"Keras, {network}, one array, batches of {size}"] = partial(
            model.predict, padded, batch_size=size, verbose=0
        )
        runs[f"Keras, {network}, by length, batches of {size}"] = partial(
            model.predict, by_length, verbose=0
        )
        worst = np.abs(model.predict(by_length, verbose=0)[:, 0] - expected[order]).max()
        if worst > 1e-5:
            raise RuntimeError(f"the engines differ by {worst} on the {network} network")
    return runs


def as_dataset(batches: Sequence[Any]) -> Any:
    """Return a tf.data pipeline of ready batches, which predict runs through faster than others."""
    import tensorflow as tf

    signature = tf.TensorSpec([None, None], tf.int32)
    dataset = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))


def report(
    seconds: dict[str, list[float]],
    n_texts: int,
    clock: str,
    machine: dict[str, Any],
    json_file: Path | None,
) -> None:
    """Print the table and whether the targets are met; write the figures if asked for."""
    per_second = {name: n_texts / statistics.median(times) for name, times in seconds.items()}
    to_blank = {
        name: median_ratio(seconds[BLANK_STREAM if name.startswith(STREAM) else BLANK], times)
        for name, times in seconds.items()
    }
    rounds = len(seconds[BLANK])
    print(f"{n_texts:,} headlines, one thread, median of {rounds} rounds, {clock} time. {machine}")
    print("The seed network has random weights over real vectors.")
    rows = [(name, f"{per_second[name]:,.0f}", f"{to_blank[name]:.2f}") for name in seconds]
    print_table(["run", "docs/s", "times blank"], rows)
    verdicts = []
    for network, target in TARGETS.items():
        share = to_blank[f"nlp.pipe, {network}"]
        verdicts.append(verdict(f"{network} network, share of the blank pipeline", share, target))
    faster = {}
    for network in TARGETS:
        ours = seconds[f"component, {network}"]
        for layout in LAYOUTS:
            # Keras gets the batch size that suits it.
            best = min(
                (name for name in seconds if name.startswith(f"Keras, {network}, {layout}")),
                key=lambda name: statistics.median(seconds[name]),
            )
            faster[best] = median_ratio(seconds[best], ours)
            what = f"component, times as fast as {best}"
            if layout == PLAIN_PREDICT:
                verdicts.append(verdict(what, faster[best], KERAS_TARGET))
            else:
                # Keras with our batching: no target, but worth knowing.
                verdicts.append(f"- {what}: {faster[best]:.2f}")
    print("\n".join(verdicts))
    figures = {
        "texts": n_texts,
        "clock": clock,
        "machine": machine,
        "docs_per_second": per_second,
        "times_blank": to_blank,
        "times_as_fast_as_keras": faster,
        "seconds": seconds,
    }
    write_json(json_file, figures)


if __name__ == "__main__":
    main()
