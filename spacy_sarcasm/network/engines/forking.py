"""Objects that belong to one process, replaced in a forked child before anything can use them.

A fork copies memory but only the calling thread. A lock that another thread holds stays locked in
the child for ever, and an inference session waits there for worker threads that do not exist.
"""

from __future__ import annotations

import os
import threading
from typing import Any, Protocol
from weakref import WeakSet


class ProcessBound(Protocol):
    """An object with locks or engines of its own."""

    def renew(self) -> None:
        """Replace what a forked child must not use."""
        ...


# Held while an engine is created. Forks wait for it: ONNX Runtime and Python's import system take
# locks of their own meanwhile, which a child could never release.
CREATION = threading.RLock()

_LIVE: WeakSet[ProcessBound] = WeakSet()

# Engines that came over a fork. Destroying one would wait for its threads for ever.
_INHERITED: list[Any] = []


def renew_in_children(bound: ProcessBound) -> None:
    """Call `renew` in every process forked from this one, for as long as the object lives.

    Args:
        bound: The object.

    Example:
        >>> renew_in_children(scorer)  # doctest: +SKIP
    """
    _LIVE.add(bound)


def park(engine: Any) -> None:
    """Keep an engine that came over a fork from ever being destroyed.

    Args:
        engine: The engine; None is ignored.

    Example:
        >>> park(session)  # doctest: +SKIP
    """
    if engine is not None:
        _INHERITED.append(engine)


def _after_in_child() -> None:
    CREATION.release()
    for bound in list(_LIVE):
        bound.renew()


# Windows has no fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=CREATION.acquire,
        after_in_parent=CREATION.release,
        after_in_child=_after_in_child,
    )
