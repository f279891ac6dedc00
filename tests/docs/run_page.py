"""Run the blocks of a page in one process, in order, in the current folder.

Reads a JSON list of blocks from the file named first, and writes one JSON object per block to the
file named second: the error, if any, and what console commands printed.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback
from pathlib import Path

COLUMNS = 100


def on_terminal(command: str) -> str:
    """Run a shell command with its standard output on a terminal; return what it printed there.

    Raises:
        RuntimeError: It fails; the message holds its standard error.
    """
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": str(COLUMNS)}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            ["bash", "-euc", command],
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=errors,
            env=environment,
        )
        os.close(follower)
        printed = b""
        while chunk := _read(leader):
            printed += chunk
        os.close(leader)
        status = process.wait()
        errors.seek(0)
        complaint = errors.read().decode()
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed.decode()).replace("\r\n", "\n")
    if status:
        raise RuntimeError(f"exit status {status}\n{text}\n{complaint}")
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:
        # Linux's way to say that the last writer has left.
        return b""


def run_block(block: dict[str, str], namespace: dict[str, object]) -> list[str]:
    """Run one block; return what each command of a console block printed."""
    language, code = block["language"], block["code"]
    if language == "python":
        # Lines before it, so that tracebacks have the page's line numbers.
        source = "\n" * (block["line"] - 1) + code
        exec(compile(source, block["page"], "exec"), namespace)
        return []
    if language == "bash":
        done = subprocess.run(
            ["bash", "-euc", code], stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
        return []
    return [on_terminal(command) for command in commands_of(code)]


def commands_of(code: str) -> list[str]:
    """Return the commands of a console block: the lines after a prompt, continuations included."""
    found = re.findall(r"^\$ ((?:.*\\\n)*.*)$", code, re.MULTILINE)
    if not found:
        raise RuntimeError("a console block needs a line that starts with '$ '")
    return found


def main() -> None:
    blocks = json.loads(Path(sys.argv[1]).read_text())
    # The pages' own names, in a module that pickles.
    namespace = sys.modules["__main__"].__dict__
    with Path(sys.argv[2]).open("w") as results:
        for block in blocks:
            result: dict[str, object] = {"error": None, "printed": []}
            began = time.perf_counter()
            try:
                result["printed"] = run_block(block, namespace)
            except BaseException:
                result["error"] = traceback.format_exc()
            result["seconds"] = time.perf_counter() - began
            results.write(json.dumps(result) + "\n")
            results.flush()


if __name__ == "__main__":
    main()
