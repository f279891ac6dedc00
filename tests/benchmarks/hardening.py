"""The standing attack: one line per campaign, exit status 1 if any fault was found.

    python tests/benchmarks/hardening.py [--quick] [--only texts kills ...] [--minutes N] [--seed N]

The full run takes hours; --quick takes less than eight minutes on two idle cores. With --minutes, a
campaign ends after that time at the latest, and prints how far it came. A seed makes a run
repeatable, apart from kills by the clock.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.hardening import damage, forks, kills, memory, texts
from tests.hardening.running import Budget, Result

Campaign = Callable[[int, Budget], Result]

# Each campaign in full, and as --quick runs it.
CAMPAIGNS: dict[str, tuple[Campaign, Campaign]] = {
    "texts": (
        lambda seed, budget: texts.run(1_000_000, seed, budget=budget),
        lambda seed, budget: texts.run(9_000, seed, budget=budget),
    ),
    "kills": (
        lambda seed, budget: kills.run(1000, 500, seed, budget),
        lambda seed, budget: kills.run(36, 45, seed, budget),
    ),
    "forks": (
        lambda seed, budget: forks.run(1000, 60, 300, 100, seed, budget),
        lambda seed, budget: forks.run(60, 2, 24, 10, seed, budget),
    ),
    "damage": (
        lambda seed, budget: damage.run(700, seed, budget),
        lambda seed, budget: damage.run(90, seed, budget),
    ),
    "memory": (
        lambda _, budget: memory.run(10_000_000, budget),
        lambda _, budget: memory.run(300_000, budget),
    ),
}


def main() -> None:
    """Run the campaigns."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a part of each, in minutes")
    parser.add_argument("--only", nargs="+", choices=CAMPAIGNS, default=list(CAMPAIGNS))
    parser.add_argument("--minutes", type=float, default=math.inf, help="per campaign")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the time")
    arguments = parser.parse_args()
    # Children that are left over are found by their session.
    if os.getsid(0) != os.getpid() and os.getpgid(0) != os.getpid():
        os.setsid()
    clean = True
    for name in arguments.only:
        began = time.monotonic()
        result = CAMPAIGNS[name][arguments.quick](arguments.seed, Budget(60 * arguments.minutes))
        print(f"{result}  ({time.monotonic() - began:.0f} s)", flush=True)
        for example in result.examples:
            print(f"        {example}", flush=True)
        clean = clean and result.is_clean
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
