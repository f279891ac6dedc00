"""A faster start for commands that take seconds."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting_imports() -> Iterator[None]:
    """Keep the garbage collector from the modules that are imported within.

    Importing spaCy makes some hundred thousand objects that live as long as the process. The
    collector would go through them time and again, and once more at the end: a fifth of a second.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
