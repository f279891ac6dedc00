"""Peak memory of scoring many rows, each with words never met before.

Run it as ``python tests/benchmarks/memory.py`` with SPACY_SARCASM_DATA set.

The rows are the headlines, over and over, with a number of its own behind each. Each way of scoring
runs in a process of its own for each number of rows; the peak is the largest resident set that the
operating system saw. "--synthetic" makes the rows up, which needs no data.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from measuring import make_parser, print_table, read_texts, verdict, write_json

TARGET_MB = 60
CHUNK = 1000
# Chunks after which the recipe packs the table of strings.
PACK_EVERY = 200
WAYS = ("score_texts", "nlp.pipe", "command line")


def main() -> None:
    """Measure and print; or, in a child, score and print the peak."""
    parser = make_parser(__doc__, rounds=1)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 2_000_000])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--synthetic", action="store_true", help="rows that need no data")
    parser.add_argument("--child", choices=WAYS, help="for the benchmark's own use")
    args = parser.parse_args()
    if args.child:
        score(args.child, args.rows[0], args.synthetic)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    peaks = {
        way: [measure(way, n_rows, args.synthetic) for n_rows in args.rows] for way in args.ways
    }
    rows = [
        (way, *(f"{peak:,.0f} MB" for peak in found), f"{found[-1] - found[0]:,.0f} MB")
        for way, found in peaks.items()
    ]
    print_table(["way", *(f"{n_rows:,} rows" for n_rows in args.rows), "difference"], rows)
    for way, found in peaks.items():
        print(verdict(f"{way}, difference in MB", found[-1] - found[0], TARGET_MB, at_most=True))
    write_json(args.json, {"rows": args.rows, "peaks": peaks})


def measure(way: str, n_rows: int, synthetic: bool) -> float:
    """Return the peak of a process of its own, in MB."""
    command = [sys.executable, __file__, "--child", way, "--rows", str(n_rows)]
    # NumPy and ONNX Runtime hold memory for each thread.
    done = subprocess.run(
        [*command, *(["--synthetic"] if synthetic else [])],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{way} failed: {done.stderr}")
    print(f"{way}, {n_rows:,} rows: done", file=sys.stderr)
    return float(done.stdout.split()[-1])


def make_rows(n_rows: int, synthetic: bool) -> Iterator[str]:
    """Yield the rows, made as they are asked for."""
    texts = (
        [f"council meets to vote on item {n}" for n in range(500)] if synthetic else read_texts()
    )
    for number, text in enumerate(islice(cycle(texts), n_rows)):
        yield f"{text} {number}"


def score(way: str, n_rows: int, synthetic: bool) -> None:
    """Score the rows in one of the ways, and let go of the scores."""
    import spacy

    rows = make_rows(n_rows, synthetic)
    if way == "command line":
        score_by_command(rows)
        return
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    if way == "score_texts":
        from spacy_sarcasm import score_texts

        deque(score_texts(nlp, rows), maxlen=0)
    else:
        deque(pipe_in_zones(nlp, rows), maxlen=0)


def pipe_in_zones(nlp: Any, rows: Iterator[str]) -> Iterator[float]:
    """The README's recipe for nlp.pipe."""
    number = 0
    while chunk := list(islice(rows, CHUNK)):
        with nlp.memory_zone():
            scores = [doc._.sarcasm for doc in nlp.pipe(chunk)]
        yield from scores
        number += 1
        if number % PACK_EVERY == 0:
            nlp.vocab.strings.from_bytes(nlp.vocab.strings.to_bytes())


def score_by_command(rows: Iterator[str]) -> None:
    """Run the command in this very process, so that the peak is its own."""
    from spacy_sarcasm.cli import main as command

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "rows.jsonl", Path(folder) / "scores.jsonl"
        with source.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": row}) + "\n" for row in rows)
        sys.argv = ["spacy-sarcasm", "score", str(source), "--output", str(target)]
        try:
            command()
        except SystemExit as end:
            if end.code:
                raise


if __name__ == "__main__":
    main()
