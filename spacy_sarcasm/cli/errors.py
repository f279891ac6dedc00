"""How the commands report what went wrong: one line on standard error, and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

FAILURE = 1
WRONG_USE = 2
INTERRUPTED = 130


def fail(message: str, status: int = FAILURE) -> NoReturn:
    """Print a message on standard error and leave.

    Args:
        message: What is wrong and what to do.
        status: The exit status.
    """
    typer.echo(f"Error: {' '.join(message.split())}", err=True)
    raise typer.Exit(status)


@contextmanager
def reported_errors() -> Iterator[None]:
    """Report errors that a user can mend by their message; let all others show where they arose."""
    try:
        yield
    except BrokenPipeError:
        # The reader of a pipe has left; Click ends quietly then.
        raise
    except (ValueError, OSError, ImportError) as error:
        fail(str(error))
