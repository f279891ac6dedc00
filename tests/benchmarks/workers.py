"""Throughput of score_files with worker processes, beside one process.

Run it as ``python tests/benchmarks/workers.py`` with SPACY_SARCASM_DATA set, on a machine with
nothing else to do: only wall time can show it. Workers' start-up counts.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from files import write_rows
from measuring import (
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

TARGET = 1.6
ALONE = "one process"


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__, rounds=5)
    parser.add_argument("--rows", type=int, default=200_000, help="rows (default 200,000)")
    parser.add_argument("--n-process", type=int, default=2, help="workers (default 2)")
    args = parser.parse_args()
    limit_threads(1)
    from spacy_sarcasm.scoring.bulk.score_files import score_files

    nlp = make_bundled_pipeline()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "in.jsonl", args.rows)

        def score(output: str, n_process: int, method: str | None) -> None:
            score_files(
                [folder / "in.jsonl"],
                folder / output,
                model=nlp,
                text_column="headline",
                n_process=n_process,
                start_method=method,
                overwrite=True,
            )

        contestants: dict[str, Callable[[], object]] = {ALONE: partial(score, "1.jsonl", 1, None)}
        for method in ("fork", "spawn"):
            contestants[f"{args.n_process} workers, {method}"] = partial(
                score, f"{method}.jsonl", args.n_process, method
            )
        seconds = run_rounds(contestants, args.rounds, "wall")
        outputs = {path.read_bytes() for path in folder.glob("*.jsonl") if path.stem != "in"}
    machine = describe_machine(["spacy", "onnxruntime"])
    print(f"{args.rows:,} rows, median of {args.rounds}. {machine}")
    ratios = {name: median_ratio(seconds[ALONE], times) for name, times in seconds.items()}
    speeds = {name: args.rows / statistics.median(times) for name, times in seconds.items()}
    print_table(
        ["run", "rows/s", "times one process"],
        [(name, f"{speeds[name]:,.0f}", f"{ratios[name]:.2f}") for name in seconds],
    )
    print(f"- outputs that differ: {len(outputs) - 1}; load of the machine: {os.getloadavg()[0]}")
    for name in list(contestants)[1:]:
        print(verdict(f"{name}, times one process", ratios[name], TARGET))
    write_json(args.json, {"machine": machine, "seconds": seconds, "ratios": ratios})


if __name__ == "__main__":
    main()
