"""What the first score costs in a fresh process, in seconds, memory and imports.

Run it as ``python tests/benchmarks/startup.py``. Every round starts one process that imports spaCy,
makes a blank pipeline, adds the component and scores one text. One process more goes before, so
that the files are in the system's cache. "Beyond import spacy" is all that comes after it, the
making of the blank pipeline included. Memory is read the way Linux tells it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from measuring import describe_machine, make_parser, print_table, verdict, write_json

SECONDS_TARGET = 1.0
MEGABYTES_TARGET = 120.0
HEAVY = ("tensorflow", "keras", "nltk", "pandas", "pyarrow", "matplotlib")
PROBE = """
import json, os, resource, sys, time

def resident():
    # In MB: the peak, which never falls, and the present.
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "now": now}

def loaded():
    return sorted({name.partition(".")[0] for name in sys.modules})

start = time.perf_counter()
import spacy
imported = time.perf_counter()
memory_spacy = resident()
nlp = spacy.blank("en")
blank = time.perf_counter()
before = loaded()
memory_blank = resident()
nlp.add_pipe("sarcasm")
added = time.perf_counter()
score = nlp("area man wins argument with smoke detector")._.sarcasm
scored = time.perf_counter()
assert isinstance(score, float) and 0 <= score <= 1
memory_scored = resident()
print(json.dumps({
    "import": imported - start, "blank": blank - imported, "add_pipe": added - blank,
    "first_score": scored - added, "beyond": scored - imported,
    "memory": {"spacy": memory_spacy, "blank": memory_blank, "scored": memory_scored},
    "new_modules": sorted(set(loaded()) - set(before)),
}))
"""


def main() -> None:
    """Measure and print."""
    args = make_parser(__doc__, rounds=5).parse_args()
    probes = [probe() for _ in range(args.rounds + 1)][1:]
    report(probes, describe_machine(["spacy", "onnxruntime", "numpy"]), args.json)


def probe() -> dict[str, Any]:
    """Return what one fresh process measured."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE], check=True, stdout=subprocess.PIPE, text=True, timeout=300
    )
    return json.loads(done.stdout)


def report(probes: list[dict[str, Any]], machine: dict[str, Any], json_file: Path | None) -> None:
    """Print the table and whether the targets are met; write the figures if asked for."""

    def median(*keys: str) -> float:
        return statistics.median(reduce(getitem, keys, found) for found in probes)

    print(f"Median of {len(probes)} fresh processes. {machine}")
    steps = {
        "import spacy": "import",
        'spacy.blank("en")': "blank",
        'add_pipe("sarcasm")': "add_pipe",
        "first score": "first_score",
        "beyond import spacy": "beyond",
    }
    print_table(["step", "seconds"], [(step, f"{median(key):.3f}") for step, key in steps.items()])
    moments = {"import spacy": "spacy", "the blank pipeline": "blank", "the first score": "scored"}
    memory = [
        (f"after {moment}", *(f"{median('memory', key, kind):.0f}" for kind in ("peak", "now")))
        for moment, key in moments.items()
    ]
    print_table(["resident memory, MB", "peak", "present"], memory)
    new = sorted({name for found in probes for name in found["new_modules"]})
    heavy = [name for name in HEAVY if name in new]
    print(f"Top-level modules that the blank pipeline had not loaded: {', '.join(new)}\n")
    grown = {
        kind: statistics.median(
            found["memory"]["scored"][kind] - found["memory"]["spacy"][kind] for found in probes
        )
        for kind in ("peak", "now")
    }
    print(verdict("seconds beyond import spacy", median("beyond"), SECONDS_TARGET, at_most=True))
    for kind, name in (("peak", "peak"), ("now", "present")):
        what = f"MB added to the {name} memory after import spacy"
        print(verdict(what, grown[kind], MEGABYTES_TARGET, at_most=True))
    met = f"MISSED, {', '.join(heavy)}" if heavy else "met"
    print(f"- none of {', '.join(HEAVY)} loaded: {met}")
    figures = {"machine": machine, "added_megabytes": grown, "new_modules": new, "probes": probes}
    write_json(json_file, figures)


if __name__ == "__main__":
    main()
