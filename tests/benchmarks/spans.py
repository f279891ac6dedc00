"""What scoring sentences costs beside scoring documents alone, in tokens per second.

    python tests/benchmarks/spans.py [--documents 200] [--sentences 100] [--rounds 5] [--clock cpu]

Texts: documents made of headlines, each a sentence, from the folder named by SPACY_SARCASM_DATA.
Two pipelines, both with the sentencizer, of which one has ``spans = "sents"``. They are timed from
text to score, and the components alone on docs that are ready. All tokens of the documents count,
also those beyond `max_length`, which the score of a document does not read.
"""

from __future__ import annotations

import warnings
from collections import deque
from functools import partial
from typing import Any

from measuring import (
    add_clock,
    describe_machine,
    limit_threads,
    make_parser,
    median_ratio,
    print_table,
    read_texts,
    run_rounds,
    verdict,
    write_json,
)

TARGET = 0.5


def main() -> None:
    """Measure, and print the ratios."""
    parser = make_parser(__doc__, rounds=5)
    parser.add_argument("--documents", type=int, default=200, help="documents (default 200)")
    parser.add_argument("--sentences", type=int, default=100, help="sentences each (default 100)")
    add_clock(parser)
    options = parser.parse_args()
    limit_threads(1)
    headlines = read_texts()
    size = options.sentences
    texts = [
        " ".join(f"{headlines[(i * size + j) % len(headlines)]}." for j in range(size))
        for i in range(options.documents)
    ]
    # Documents are longer than what their own score reads, which is said once.
    warnings.simplefilter("ignore", UserWarning)
    names = {"documents alone": None, "with sentences": "sents"}
    contestants: dict[str, Any] = {}
    for name, spans in names.items():
        nlp = make_pipeline(spans)
        docs = list(nlp.pipe(texts))
        contestants[f"{name}, from text"] = partial(drain, nlp.pipe, texts)
        contestants[f"{name}, component"] = partial(drain, nlp.get_pipe("sarcasm").pipe, docs)
        n_tokens = sum(map(len, docs))
        n_sentences = sum(len(list(doc.sents)) for doc in docs)
    machine = describe_machine(["spacy", "onnxruntime", "numpy"])
    print(
        f"{len(texts):,} documents, {n_sentences / len(texts):.1f} sentences and "
        f"{n_tokens / len(texts):,.0f} tokens each, one thread, {options.clock} clock. {machine}"
    )
    seconds = run_rounds(contestants, options.rounds, options.clock)
    rows = [(name, f"{n_tokens / sorted(t)[len(t) // 2]:,.0f}") for name, t in seconds.items()]
    print_table(["pipeline", "tokens/s"], rows)
    ratios = {}
    for what in ("from text", "component"):
        alone, both = (seconds[f"{name}, {what}"] for name in names)
        ratios[what] = median_ratio(alone, both)
        print(verdict(f"speed with sentences over documents alone, {what}", ratios[what], TARGET))
    write_json(options.json, {"machine": machine, "seconds": seconds, "ratios": ratios})


def make_pipeline(spans: str | None) -> Any:
    """Return a pipeline with the bundled weights that finds sentences."""
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("sarcasm", config={"spans": spans})
    return nlp


def drain(pipe: Any, given: list[Any]) -> None:
    """Run a stream to its end."""
    deque(pipe(given), maxlen=0)


if __name__ == "__main__":
    main()
