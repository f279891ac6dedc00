"""How the commands report errors and interrupts: one line on standard error, an exit status."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

FAILURE = 1
WRONG_USE = 2

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Seconds in which a command may clean up, undisturbed by a second Ctrl-C.
_GRACE = 3.0

# The signal that was received, and when.
_received: tuple[int, float] | None = None


def fail(message: str, status: int = FAILURE) -> NoReturn:
    """Print a message on standard error and exit."""
    typer.echo(f"Error: {printable(' '.join(message.split()))}", err=True)
    raise typer.Exit(status)


@contextmanager
def reported_errors() -> Iterator[None]:
    """Report errors that a user can fix in one line; others keep their traceback."""
    try:
        yield
    except BrokenPipeError:
        # The reader of a pipe has left; Click exits quietly then.
        raise
    except (ValueError, OSError, ImportError) as error:
        if received_signal() is not None:
            # An interrupted import fails with an error of its own.
            raise KeyboardInterrupt from error
        fail(str(error))


def printable(text: str) -> str:
    r"""Return a text with control characters written as ``\x1b`` and the like.

    Names of columns and files come from the input, and a terminal obeys what they contain.

    Args:
        text: The text; line feeds are kept.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def catch_signals() -> None:
    """Make the signals that ask a process to end raise KeyboardInterrupt, from here on."""
    for number in _SIGNALS:
        # `nohup` and shells that start background jobs have some of them ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def received_signal() -> int | None:
    """Return the number of the signal that was received, None if there was none."""
    return None if _received is None else _received[0]


def ignore_signals() -> None:
    """Leave what is left to do undisturbed."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    global _received  # noqa: PLW0603
    if _received is not None and time.monotonic() - _received[1] < _GRACE:
        return
    # Later ones count again: code that swallows every exception may have swallowed the first.
    _received = (number, time.monotonic())
    raise KeyboardInterrupt
