"""Training speed: epochs by spaCy against the same epochs by plain Keras fit.

Run it as ``python tests/benchmarks/training.py`` with SPACY_SARCASM_DATA set.

Both sides train the same network from the same weights on the same batches of training headlines in
the same order, with Adam of the same settings, the same dropout and as many threads, in one
process, in turn. spaCy's side does what `spacy train` does at every step: nlp.update, finish_update
with Thinc's Adam (averages on), step_schedules; its Examples are ready before the clock starts.
Keras's side gets batches of vocabulary rows that are ready and padded, and keeps no averages. A
round before those counted covers tracing on both sides.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import (
    BUNDLED_VECTORS,
    HEADLINES,
    LABEL,
    SEED_MODEL,
    SEED_VECTORS,
    add_clock,
    data_file,
    describe_machine,
    limit_tensorflow,
    limit_threads,
    make_parser,
    median_ratio,
    print_table,
    run_rounds,
    verdict,
    write_json,
)

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example

TARGET = 1.5
# As in the config that trains the bundled weights.
BATCH = 64
DROPOUT = 0.4
ADAM = {"learn_rate": 0.001, "L2": 0.0, "grad_clip": 1.0}
NETWORKS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "seed": (SEED_VECTORS, SEED_MODEL),
    # None: the component's own default, which is the bundled network.
    "bundled": (BUNDLED_VECTORS, None),
}


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__, rounds=5)
    parser.add_argument("--threads", type=int, default=1, help="threads (default 1)")
    parser.add_argument("--rows", type=int, help="headlines an epoch (default: the training split)")
    parser.add_argument("--network", choices=[*NETWORKS, "both"], default="both")
    add_clock(parser)
    args = parser.parse_args()
    limit_threads(args.threads)
    limit_tensorflow(args.threads)
    machine = describe_machine(["spacy", "thinc", "tensorflow", "keras", "numpy"])
    contestants: dict[str, Callable[[], object]] = {}
    names = list(NETWORKS) if args.network == "both" else [args.network]
    for name in names:
        nlp, examples = make_pipeline(*NETWORKS[name])
        examples = examples[: args.rows]
        # Keras copies the weights before spaCy's side changes them.
        contestants[f"Keras fit, {name}"] = make_keras_epoch(nlp, examples)
        contestants[f"spaCy, {name}"] = make_spacy_epoch(nlp, examples)
    seconds = run_rounds(contestants, args.rounds, args.clock)
    report(
        seconds,
        names=names,
        n_rows=len(examples),
        threads=args.threads,
        clock=args.clock,
        machine=machine,
        json_file=args.json,
    )


def make_pipeline(vectors: str, model: dict[str, Any] | None) -> tuple[Language, list[Example]]:
    """Return a pipeline with fresh weights, and an Example of every training headline."""
    import spacy
    from spacy.training import Example

    from spacy_sarcasm.corpus.headlines import read_headlines, split_headlines
    from spacy_sarcasm.vectors.load import load_vectors

    nlp = spacy.blank("en")
    load_vectors(nlp.vocab, data_file(vectors))
    nlp.add_pipe("sarcasm", config={"weights": None} | ({"model": model} if model else {}))
    examples = [
        Example.from_dict(nlp.make_doc(headline.text), {"cats": {LABEL: headline.label}})
        for headline in split_headlines(read_headlines(data_file(HEADLINES)))["train"]
    ]
    nlp.initialize(lambda: examples)
    return nlp, examples


def make_spacy_epoch(nlp: Language, examples: Sequence[Example]) -> Callable[[], object]:
    """Return an epoch as `spacy.training.loop.train_while_improving` runs it."""
    from thinc.api import Adam

    component: Any = nlp.get_pipe("sarcasm")
    optimizer = Adam(**ADAM, use_averages=True)
    batches = [examples[at : at + BATCH] for at in range(0, len(examples), BATCH)]

    def epoch() -> None:
        losses: dict[str, float] = {}
        for batch in batches:
            nlp.update(batch, drop=DROPOUT, losses=losses, sgd=False)  # type: ignore[arg-type]
            component.finish_update(optimizer)
            optimizer.step_schedules()

    return epoch


def make_keras_epoch(nlp: Language, examples: Sequence[Example]) -> Callable[[], object]:
    """Return an epoch of fit over the same batches."""
    import keras
    import numpy as np
    import tensorflow as tf

    from spacy_sarcasm.network.batching import pad
    from spacy_sarcasm.network.engines.keras_model import build_keras

    component: Any = nlp.get_pipe("sarcasm")
    network = component.network
    docs = [example.predicted for example in examples]
    rows = network.vocabulary.text_rows(docs, network.config.settings, None)
    gold = np.array([example.reference.cats[LABEL] for example in examples], np.float32)
    chosen = [np.arange(len(docs))[at : at + BATCH] for at in range(0, len(docs), BATCH)]
    batches = [(np.ascontiguousarray(pad(rows, part)[0].T), gold[part][:, None]) for part in chosen]
    signature = (tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, 1], tf.float32))
    dataset = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(batches))).prefetch(2)
    model = build_keras(network.config, network.weights)
    model.get_layer("dropout").rate.assign(DROPOUT)
    # Thinc's clipping too takes the norm of each weight by itself.
    optimizer = keras.optimizers.Adam(
        learning_rate=ADAM["learn_rate"], epsilon=1e-8, clipnorm=ADAM["grad_clip"]
    )
    model.compile(optimizer, keras.losses.BinaryCrossentropy())
    return lambda: model.fit(dataset, epochs=1, shuffle=False, verbose=0)


def report(
    seconds: dict[str, list[float]],
    *,
    names: Sequence[str],
    n_rows: int,
    threads: int,
    clock: str,
    machine: dict[str, Any],
    json_file: Path | None,
) -> None:
    """Print the table and whether the target is met; write the figures if asked for."""
    rounds = len(next(iter(seconds.values())))
    print(
        f"Epochs over {n_rows:,} training headlines in batches of {BATCH}, {threads} thread(s), "
        f"median of {rounds} rounds, {clock} time. {machine}"
    )
    ratios = {
        name: median_ratio(seconds[f"spaCy, {name}"], seconds[f"Keras fit, {name}"])
        for name in names
    }
    rows = [
        (name, f"{statistics.median(times):.2f}", f"{n_rows / statistics.median(times):,.0f}")
        for name, times in seconds.items()
    ]
    print_table(["run", "seconds an epoch", "headlines/s"], rows)
    for name, ratio in ratios.items():
        print(verdict(f"{name} network, times as long as Keras fit", ratio, TARGET, at_most=True))
    figures = {
        "rows": n_rows,
        "batch": BATCH,
        "threads": threads,
        "clock": clock,
        "machine": machine,
        "times_as_long": ratios,
        "seconds": seconds,
    }
    write_json(json_file, figures)


if __name__ == "__main__":
    main()
