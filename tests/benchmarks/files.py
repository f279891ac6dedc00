"""The file path beside score_texts on one thread: what reading, keeping and writing rows costs.

Run it as ``python tests/benchmarks/files.py`` with SPACY_SARCASM_DATA set.

The rows are the real headlines, repeated with a number appended, so that no two are the same. All
columns of the data set stay. score_texts is given the texts as a list. The last rows of the table
are the whole command in a process of its own: start-up, which does not grow with the rows, counts
there.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from measuring import (
    HEADLINES,
    add_clock,
    data_file,
    describe_machine,
    limit_threads,
    make_bundled_pipeline,
    make_parser,
    median_ratio,
    print_table,
    run_rounds,
    verdict,
    write_json,
)

TARGET = 0.7
STREAM = "score_texts"
COMMAND = "the command, JSONL to JSONL"


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__, rounds=5)
    add_clock(parser)
    parser.add_argument("--rows", type=int, default=200_000, help="rows (default 200,000)")
    args = parser.parse_args()
    limit_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        contestants = make_contestants(Path(folder), args.rows)
        if args.clock == "cpu":
            # The processor time of another process is not this one's.
            del contestants[COMMAND]
        seconds = run_rounds(contestants, args.rounds, args.clock)
    machine = describe_machine(["spacy", "onnxruntime", "pyarrow"])
    print(f"{args.rows:,} rows, one thread, median of {args.rounds}, {args.clock}. {machine}")
    ratios = {name: median_ratio(seconds[STREAM], times) for name, times in seconds.items()}
    speeds = {name: args.rows / statistics.median(times) for name, times in seconds.items()}
    print_table(
        ["run", "rows/s", "times score_texts"],
        [(name, f"{speeds[name]:,.0f}", f"{ratios[name]:.2f}") for name in seconds],
    )
    name = COMMAND if COMMAND in ratios else "score_files, jsonl to jsonl"
    print(verdict(f"{name}, share of score_texts", ratios[name], TARGET))
    write_json(args.json, {"machine": machine, "seconds": seconds, "ratios": ratios})


def numbered_rows(count: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of the data set again and again, their headlines numbered."""
    with data_file(HEADLINES).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for number, row in enumerate(islice(cycle(rows), count)):
        yield {**row, "headline": f"{row['headline']} {number}"}


def write_rows(path: Path, count: int) -> list[str]:
    """Write rows to a JSONL file; return their texts."""
    texts = []
    with path.open("w", encoding="utf-8") as file:
        for row in numbered_rows(count):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            texts.append(row["headline"])
    return texts


def make_contestants(folder: Path, count: int) -> dict[str, Callable[[], object]]:
    """Return what is to be timed."""
    from spacy_sarcasm import score_texts
    from spacy_sarcasm.scoring.bulk.score_files import score_files

    nlp = make_bundled_pipeline()
    given = folder / "in.jsonl"
    texts = write_rows(given, count)
    options = {"text_column": "headline"}

    def score_to(kind: str, source: Path) -> Callable[[], object]:
        return lambda: score_files(
            [source], folder / f"out.{kind}", model=nlp, **options, overwrite=True
        )

    for kind in ("csv", "parquet"):
        # Inputs of the other kinds, without the scores.
        convert(given, folder / f"in.{kind}")
    command = [str(Path(sys.executable).with_name("spacy-sarcasm")), "score", str(given)]
    command += ["--output", str(folder / "command.jsonl"), "--text-column", "headline"]
    return {
        STREAM: lambda: deque(score_texts(nlp, texts), maxlen=0),
        "score_files, jsonl to jsonl": score_to("jsonl", given),
        "score_files, csv to csv": score_to("csv", folder / "in.csv"),
        "score_files, parquet to parquet": score_to("parquet", folder / "in.parquet"),
        COMMAND: lambda: subprocess.run([*command, "--overwrite"], check=True, capture_output=True),
    }


def convert(given: Path, path: Path) -> None:
    """Write a JSONL file's rows as CSV or Parquet."""
    from pyarrow import csv, json, parquet

    table = json.read_json(given)
    if path.suffix == ".csv":
        csv.write_csv(table, path)
    else:
        parquet.write_table(table, path)


if __name__ == "__main__":
    main()
