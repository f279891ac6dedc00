"""How faithful explanations are, and what they cost: our methods against random order.

    python tests/benchmarks/explain.py [--texts 500] [--no-gradients] [--no-minilm]

Texts: the dev split of the headlines, and tweets of iSarcasmEval, from the folder named by
SPACY_SARCASM_DATA. Comprehensiveness is what the probability of the predicted class loses without
the tokens that an explanation ranks first (high is good), sufficiency what it loses with those
alone (low is good); DeYoung et al. 2020, https://aclanthology.org/2020.acl-main.408. Means over the
first 10, 20, 30 and 50% of the tokens, each removed from the text; for the row "replaced" they are
replaced by the unknown word. Random order is the mean of five orders.

With PyTorch, gradients of the same weights are measured too (gradient times input, and integrated
gradients of 32 steps); with captum and the extra `teacher`, the time of captum's feature ablation
on a MiniLM classifier.
"""

from __future__ import annotations

import csv
import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from measuring import (
    HEADLINES,
    data_file,
    describe_machine,
    limit_threads,
    make_bundled_pipeline,
    make_parser,
    print_table,
    verdict,
    write_json,
)

TWEETS = "isarcasmeval2022.train.En.csv"
SHARES = (0.1, 0.2, 0.3, 0.5)
RANDOM_ORDERS = 5
COMPREHENSIVENESS_TARGET = 3.0
MILLISECONDS_TARGET = 2.0
TIMED_TOKENS = 11
STEPS = 32

Values = list[Any]


def main() -> None:
    """Measure, and print the tables."""
    parser = make_parser(__doc__, rounds=5)
    parser.add_argument("--texts", type=int, default=500, help="texts of each kind (default 500)")
    parser.add_argument("--no-gradients", action="store_true", help="leave gradients out")
    parser.add_argument("--no-minilm", action="store_true", help="leave MiniLM out")
    options = parser.parse_args()
    limit_threads(1)
    nlp = make_bundled_pipeline()
    kinds = {"headlines": read_dev(options.texts), "posts": read_tweets(options.texts)}
    figures: dict[str, Any] = {"machine": describe_machine(["spacy", "onnxruntime", "numpy"])}
    print(f"{options.texts} texts of each kind, one thread. {figures['machine']}")
    for kind, texts in kinds.items():
        figures[kind] = measure(nlp, kind, texts, gradients=not options.no_gradients)
    figures["milliseconds"] = time_headlines(nlp, kinds["headlines"], options.rounds)
    if not options.no_minilm:
        figures["minilm_milliseconds"] = time_minilm(kinds["headlines"])
    write_json(options.json, figures)


def read_dev(count: int) -> list[str]:
    """Return headlines of the dev split."""
    from spacy_sarcasm.corpus.headlines import read_headlines, split_headlines

    headlines = split_headlines(read_headlines(data_file(HEADLINES)))["dev"]
    return [headline.text for headline in headlines[:count]]


def read_tweets(count: int) -> list[str]:
    """Return tweets, sarcastic and not: every third one of the file, which is sorted."""
    with data_file(TWEETS).open(encoding="utf-8", newline="") as file:
        tweets = [row["tweet"] for row in csv.DictReader(file) if row["tweet"].strip()]
    return tweets[:: max(1, len(tweets) // count)][:count]


def measure(nlp: Any, kind: str, texts: list[str], *, gradients: bool) -> dict[str, Any]:
    """Print the faithfulness of every method on texts of one kind."""
    import numpy as np

    from spacy_sarcasm import explain
    from spacy_sarcasm.explanation.token_rows import find_token_rows
    from spacy_sarcasm.pipeline.loading import find_sarcasm

    component = find_sarcasm(nlp)
    docs = [nlp.make_doc(text) for text in texts]
    found = find_token_rows(component.network, docs)
    rng = np.random.default_rng(0)
    orders = [
        [rng.permutation(rows.n_tokens).astype(float) for rows in found]
        for _ in range(RANDOM_ORDERS)
    ]
    methods: dict[str, list[Values]] = {"random order": orders}
    seconds: dict[str, float] = {}
    for method in ("occlusion", "replacement"):
        start = time.process_time()
        explanations = explain(nlp, docs, method=method)
        seconds[method] = time.process_time() - start
        methods[method] = [[np.array(one.attributions) for one in explanations]]
    if gradients:
        for name, steps in (("gradient x input", 1), ("integrated gradients", STEPS)):
            start = time.process_time()
            values = torch_gradients(component, found, steps)
            seconds[name] = time.process_time() - start
            methods[name] = [values]
    table, figures = [], {}
    random: dict[str, float] = {}
    for name, rankings in methods.items():
        scores = [
            statistics.fmean(numbers)
            for numbers in zip(
                *(faithfulness(component, found, one) for one in rankings), strict=True
            )
        ]
        removed, sufficient, replaced, _ = scores
        random = random or {"removed": removed, "replaced": replaced}
        figures[name] = {
            "comprehensiveness": removed,
            "times_random": removed / random["removed"],
            "sufficiency": sufficient,
            "comprehensiveness_replaced": replaced,
            "times_random_replaced": replaced / random["replaced"],
        }
        taken = f"{1000 * seconds[name] / len(texts):.2f}" if name in seconds else "-"
        table.append((name, *(f"{number:.3f}" for number in figures[name].values()), taken))
    print(f"\n{kind}: comprehensiveness and sufficiency in probability, CPU time in a batch")
    columns = ["method", "comp.", "times random", "suff.", "comp., replaced", "times random"]
    print_table([*columns, "ms a text"], table)
    times = figures["occlusion"]["times_random"]
    print(verdict(f"{kind}, comprehensiveness, times random", times, COMPREHENSIVENESS_TARGET))
    return figures


def faithfulness(component: Any, found: Sequence[Any], values: Values) -> tuple[float, ...]:
    """Return comprehensiveness and sufficiency, by removal and then by replacement."""
    import numpy as np

    from spacy_sarcasm.network.vocabulary import UNKNOWN_ROW

    score = scorer(component)
    whole = score([rows.rows for rows in found])
    versions: dict[str, list[Any]] = {"without": [], "with": [], "blanked": [], "only": []}
    texts = []
    for number, (rows, value) in enumerate(zip(found, values, strict=True)):
        tokens = np.unique(rows.owner)
        sign = 1 if whole[number] >= 0.5 else -1
        order = tokens[np.argsort(-sign * value[tokens], kind="stable")]
        for share in SHARES:
            first = np.isin(rows.owner, order[: max(1, round(share * len(order)))])
            versions["without"].append(rows.rows[~first])
            versions["with"].append(rows.rows[first])
            versions["blanked"].append(np.where(first, UNKNOWN_ROW, rows.rows))
            versions["only"].append(np.where(first, rows.rows, UNKNOWN_ROW))
            texts.append(number)
    place = np.array(texts)
    signs = np.where(whole >= 0.5, 1, -1)[place]
    return tuple(float((signs * (whole[place] - score(some))).mean()) for some in versions.values())


def scorer(component: Any) -> Callable[[list[Any]], Any]:
    """Return a function that scores texts given as rows; without words a text scores 0.5."""
    import numpy as np

    from spacy_sarcasm.network.vocabulary import TextRows

    def score(texts: list[Any]) -> Any:
        lengths = np.array([len(rows) for rows in texts])
        scored = component.predict_rows(
            TextRows(np.concatenate(texts), lengths, n_cut=0), unknown="score"
        )
        return np.where(lengths > 0, scored.scores, 0.5).astype(float)

    return score


def torch_gradients(component: Any, found: Sequence[Any], steps: int) -> Values:
    """Return gradients times input, or integrated gradients from the unknown word, by PyTorch.

    For the bundled network only: one layer, max and mean pooling, no dense layer.
    """
    import numpy as np
    import torch

    from spacy_sarcasm.network.vocabulary import UNKNOWN_ROW
    from spacy_sarcasm.network.weights import PRETRAINED, TRAINABLE, fold

    torch.set_num_threads(1)
    config, weights = fold(component.network.config, component.network.weights)
    settings = config.settings
    if (settings.layers, settings.pooling, settings.dense_width) != (1, "max+mean", 0):
        raise SystemExit("gradients are written for the bundled network: use --no-gradients")
    width = weights["lstm_0/forward/kernel"].shape[0]
    lstm = torch.nn.LSTM(width, settings.units, bidirectional=True, batch_first=True)
    with torch.no_grad():
        for direction, suffix in (("forward", ""), ("backward", "_reverse")):
            prefix = f"lstm_0/{direction}"
            for ours, theirs in (("kernel", "ih"), ("recurrent_kernel", "hh")):
                array = torch.tensor(weights[f"{prefix}/{ours}"].T)
                getattr(lstm, f"weight_{theirs}_l0{suffix}").copy_(array)
            getattr(lstm, f"bias_ih_l0{suffix}").copy_(torch.tensor(weights[f"{prefix}/bias"]))
            getattr(lstm, f"bias_hh_l0{suffix}").zero_()
    kernel = torch.tensor(weights["output/kernel"])

    def embed(rows: Any) -> Any:
        parts = [weights[PRETRAINED][rows].astype("float32")] if PRETRAINED in weights else []
        if TRAINABLE in weights:
            known = np.where(rows < config.n_trainable, rows, UNKNOWN_ROW)
            parts.append(weights[TRAINABLE][known])
        return np.concatenate(parts, axis=1)

    shares = (np.arange(steps, dtype="float32") + 0.5) / steps if steps > 1 else np.ones(1, "f4")
    values = []
    for rows in found:
        inputs, base = embed(rows.rows), embed(np.full_like(rows.rows, UNKNOWN_ROW))
        path = base + shares[:, None, None] * (inputs - base)
        leaves = torch.tensor(path, requires_grad=True)
        states = lstm(leaves)[0]
        logits = torch.cat([states.amax(1), states.mean(1)], 1) @ kernel
        logits.sum().backward()
        by_word = ((inputs - base) * leaves.grad.numpy().mean(0)).sum(1)
        values.append(np.bincount(rows.owner, by_word, minlength=rows.n_tokens))
    return values


def time_headlines(nlp: Any, texts: list[str], rounds: int) -> float:
    """Print the time of single headlines of eleven words; return the median in milliseconds."""
    from spacy_sarcasm import explain

    chosen = [text for text in texts if len(nlp.make_doc(text)) == TIMED_TOKENS]
    times = []
    for _ in range(rounds + 1):
        start = time.process_time()
        for text in chosen:
            explain(nlp, text)
        times.append(1000 * (time.process_time() - start) / len(chosen))
    median = statistics.median(times[1:])
    what = f"CPU ms of a headline of {TIMED_TOKENS} tokens, one at a time, {len(chosen)} headlines"
    print(verdict(what, median, MILLISECONDS_TARGET, at_most=True))
    return median


def time_minilm(texts: list[str]) -> float:
    """Print the time of captum's feature ablation, token by token, on MiniLM."""
    import torch
    from captum.attr import FeatureAblation

    from spacy_sarcasm.teacher.encoder import default_encoder, import_transformers

    torch.set_num_threads(1)
    _, transformers = import_transformers()
    folder = default_encoder()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    # An untrained head: it is only the time that counts.
    network = transformers.AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1)
    network.eval()
    ablation = FeatureAblation(lambda ids: network(input_ids=ids).logits[:, 0])
    times = []
    for text in texts[:20]:
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        start = time.process_time()
        with torch.no_grad():
            ablation.attribute(
                ids,
                baselines=tokenizer.mask_token_id,
                perturbations_per_eval=math.prod(ids.shape),
            )
        times.append(1000 * (time.process_time() - start))
    median = statistics.median(times)
    print(f"- captum's feature ablation on MiniLM, CPU ms of a headline: {median:.1f}")
    return median


if __name__ == "__main__":
    main()
