"""What a report costs while files are scored: time, memory and the size of its files.

Run it as ``python tests/benchmarks/report.py`` with SPACY_SARCASM_DATA set.

The rows are the real headlines, repeated with a number appended, with a group of 40 and a date.
Contestants run in turn in one process; writing the report at the end counts. Each part of memory is
measured in a process of its own, as the difference of the peaks with and without a report.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from files import numbered_rows
from measuring import (
    add_clock,
    describe_machine,
    limit_threads,
    make_parser,
    median_ratio,
    print_table,
    run_rounds,
    verdict,
    write_json,
)

TIME_TARGET = 1.03
MEMORY_TARGET = 20.0
SIZE_TARGET = 500.0
PLAIN = "score_files"
REPORT = "with a report"
GROUPS = "with a report, groups and dates"
OPTIONS = {"group_column": "group", "date_column": "date"}

PEAK = """
import resource, sys
sys.path.insert(0, {folder!r})
from report import contestants
from pathlib import Path
contestants(Path({work!r}), Path({given!r}))[{name!r}]()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__, rounds=5)
    add_clock(parser)
    parser.add_argument("--rows", type=int, default=200_000, help="rows (default 200,000)")
    args = parser.parse_args()
    limit_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        given = write_rows(work / "in.jsonl", args.rows)
        seconds = run_rounds(contestants(work, given), args.rounds, args.clock)
        peaks = {name: measure_peak(work, given, name) for name in seconds}
        sizes = {
            suffix: (work / f"report.{suffix}").stat().st_size / 1000 for suffix in ("html", "json")
        }
    machine = describe_machine(["spacy", "onnxruntime"])
    print(f"{args.rows:,} rows, one thread, median of {args.rounds}, {args.clock}. {machine}")
    times = {name: median_ratio(seconds[name], seconds[PLAIN]) for name in seconds}
    print_table(
        ["run", "time, times score_files", "peak memory, MiB"],
        [(name, f"{times[name]:.3f}", f"{peaks[name]:.0f}") for name in seconds],
    )
    extra = peaks[GROUPS] - peaks[PLAIN]
    print(verdict("time with a report", times[REPORT], TIME_TARGET, at_most=True))
    print(verdict("time with a report, groups and dates", times[GROUPS], TIME_TARGET, at_most=True))
    print(verdict("memory, MiB more", extra, MEMORY_TARGET, at_most=True))
    print(verdict("page and JSON, kB", sum(sizes.values()), SIZE_TARGET, at_most=True))
    figures = {"machine": machine, "seconds": seconds, "times": times, "peaks": peaks}
    write_json(args.json, {**figures, "kilobytes": sizes})


def write_rows(path: Path, count: int) -> Path:
    """Write rows with a group and a date."""
    with path.open("w", encoding="utf-8") as file:
        for number, row in enumerate(numbered_rows(count)):
            date = f"20{10 + number % 14}-{number % 12 + 1:02}-{number % 28 + 1:02}T12:00:00Z"
            found = {"text": row["headline"], "group": f"group {number % 40}", "date": date}
            file.write(json.dumps(found) + "\n")
    return path


def contestants(work: Path, given: Path) -> dict[str, Callable[[], object]]:
    """Return what is to be timed."""
    from spacy_sarcasm.report.report_writer import ReportWriter
    from spacy_sarcasm.scoring.bulk.layout import ScoreSettings
    from spacy_sarcasm.scoring.bulk.score_files import score_files
    from spacy_sarcasm.scoring.bulk.shared_pipeline import SharedPipeline

    pipeline = SharedPipeline(None)

    def plain() -> None:
        score_files([given], work / "out.jsonl", model=pipeline, overwrite=True)

    def report(**options: str) -> None:
        writer = ReportWriter(work / "report.html", pipeline.nlp, **options)
        summary = score_files(
            [given],
            work / "out.jsonl",
            model=writer.pipeline,
            observer=writer.observer,
            overwrite=True,
        )
        writer.write(summary, [given], ScoreSettings())

    return {PLAIN: plain, REPORT: report, GROUPS: lambda: report(**OPTIONS)}


def measure_peak(work: Path, given: Path, name: str) -> float:
    """Return the peak memory of a run in a process of its own, in MiB."""
    folder = str(Path(__file__).parent)
    script = PEAK.format(folder=folder, work=str(work), given=str(given), name=name)
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main()
