"""What a console block shows, beside what its commands print."""

from __future__ import annotations

import math
import re

from .run_page import commands_of

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
#: The last digit of a score may differ between machines.
TOLERANCE = 0.0021


def rewritten(code: str, printed: list[str]) -> str:
    """Return a console block with what its commands print now."""
    shown = [
        f"$ {command}\n{output}" for command, output in zip(commands_of(code), printed, strict=True)
    ]
    return "".join(shown)


def differences(code: str, printed: list[str]) -> list[tuple[str, str]]:
    """Return the lines that differ, shown and printed, but for the last digit of numbers.

    A shown line of three dots stands for any lines.
    """
    shown, now = code.splitlines(), rewritten(code, printed).splitlines()
    if "..." in shown:
        return [] if _matches(shown, now) else [("\n".join(shown), "\n".join(now))]
    pairs = zip(shown + [""] * len(now), now + [""] * len(shown), strict=True)
    return [(old, new) for old, new in pairs if not _same(old, new)]


def _matches(shown: list[str], now: list[str]) -> bool:
    if not shown:
        return not now
    if shown[0] == "...":
        return any(_matches(shown[1:], now[i:]) for i in range(len(now) + 1))
    return bool(now) and _same(shown[0], now[0]) and _matches(shown[1:], now[1:])


def _same(old: str, new: str) -> bool:
    if _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        return False
    numbers = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=0, abs_tol=TOLERANCE) for a, b in numbers)
