"""The ``spacy-sarcasm`` script, and ``python -m spacy_sarcasm``."""

from __future__ import annotations

import os
import signal
from types import FrameType


def main() -> None:
    """Run the command line. Ctrl-C while it is still being imported leaves without a traceback."""
    signal.signal(signal.SIGINT, _leave)
    from .cli import main as run_command_line

    run_command_line()


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, b"Interrupted\n")
    os._exit(128 + number)


if __name__ == "__main__":
    main()
