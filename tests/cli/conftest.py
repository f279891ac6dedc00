"""Running the command line as a user does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def run() -> Run:
    """A function that runs `spacy-sarcasm` with arguments in a process of its own."""
    script = Path(sys.executable).with_name("spacy-sarcasm")

    def call(*arguments: object, stdin: bytes | str = b"", spacy: bool = False):
        command = [sys.executable, "-m", "spacy", "sarcasm"] if spacy else [str(script)]
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        result = subprocess.run(
            [*command, *map(str, arguments)], input=data, capture_output=True, timeout=180
        )
        result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
        return result

    return call
