"""TensorFlow's import without its notes on missing GPUs, which cut the training table in two."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# Notes, by their level, and the two lines that TensorFlow puts around them.
_NOTE = re.compile(
    rb"I\d{4} |WARNING: All log messages before absl|To enable the following instructions"
)


@contextmanager
def without_notes() -> Iterator[None]:
    """Leave out the notes that C++ code writes to standard error within; keep everything else.

    TensorFlow 2.21 writes them on import whatever `TF_CPP_MIN_LOG_LEVEL` says. Its later ones heed
    that variable, which is set here unless the user has set it.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        sys.stderr.flush()
        saved = os.dup(2)
    except (OSError, AttributeError):
        # There is no standard error.
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            held.seek(0)
            for line in held:
                if not _NOTE.match(line):
                    os.write(2, line)
