"""`spacy-sarcasm score --output` as a user runs it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import resource
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spacy_sarcasm.cli import app

from .conftest import Run

SCRIPT = Path(sys.executable).with_name("spacy-sarcasm")


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    rows = [{"id": i, "headline": f"area man wins {i} times"} for i in range(50)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_all_options(run: Run, given: Path, tmp_path: Path) -> None:
    with given.open("a") as file:
        file.write('{"id": 50, "headline": null}\n{"id": 51, "headline": " "}\n')
    output = tmp_path / "out.csv"
    options = "--text-column headline --output-column score --threshold 0.5 --on-error keep"
    options += " --error-column fault --batch-size 8 --n-process 2 --input-format jsonl"
    result = run("score", given, "--output", output, *options.split())
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.startswith("52 rows (2 empty, 0 failed) in ")
    assert str(output) in result.stderr
    assert len(result.stderr.splitlines()) == 1
    lines = output.read_text().splitlines()
    assert lines[0] == "id,headline,score,score_label,fault,fault_line"
    assert lines[51] == "50,,,,,"
    assert lines[52] == "51, ,,,,"
    assert len(lines) == 53


def test_rows_of_files_are_printed_without_an_output(run: Run, given: Path) -> None:
    result = run("score", given, "--text-column", "headline", "--text", "wow\nwow")
    assert result.returncode == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows[0].keys() == {"headline", "sarcasm"}
    assert rows[0]["headline"] == "wow\nwow"
    assert [row["id"] for row in rows[1:]] == list(range(50))


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["odd.jsonl", "-o", "out.jsonl"], 1, "or 'headline'; its columns are: id, title"),
        (["in.jsonl", "-o", "out.doc"], 1, "'out.doc' has to end in .jsonl"),
        (["in.jsonl", "-o", "nowhere/out.csv"], 1, "folder 'nowhere' of the output does not exist"),
        (["empty.jsonl", "-o", "out.csv"], 1, "hold no rows"),
        (["-", "-o", "out.jsonl", "--resume"], 1, "--resume needs files"),
        (["in.jsonl", "--resume"], 2, "name one by --output"),
        (["in.jsonl", "-o", "in.jsonl", "--overwrite"], 1, "is input and output"),
        (["in.jsonl", "-o", "out.jsonl", "--threshold", "2"], 1, "threshold must be in 0..1"),
        (["bad.parquet", "-o", "out.jsonl"], 1, "'bad.parquet' is not a whole Parquet file"),
        (["bad.csv", "-o", "out.jsonl"], 1, "'bad.csv', line 3: expected 1 fields"),
    ],
)
def test_what_goes_wrong_gives_one_line(
    given: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    message: str,
) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "odd.jsonl").write_text('{"id": 1, "title": "area man wins"}\n')
    (tmp_path / "bad.parquet").write_text("not parquet")
    (tmp_path / "bad.csv").write_text("text\nfine\none,two\n")
    before = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["score", *arguments])
    assert result.exit_code == status
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_names_from_the_input_do_not_reach_the_terminal_as_they_are(
    tmp_path: Path, run: Run
) -> None:
    given = tmp_path / "in.jsonl"
    given.write_text(json.dumps({"\x1b]0;owned\x07\u202e": 1}) + "\n")
    result = run("score", given, "-o", tmp_path / "out.jsonl")
    assert result.returncode == 1
    assert "its columns are: \\x1b]0;owned\\x07\\u202e" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files by a POSIX call")
def test_no_more_room(run: Run, tmp_path: Path) -> None:
    given = tmp_path / "in.jsonl"
    given.write_text("".join(f'{{"text": "wow {i}", "pad": "{"x" * 2000}"}}\n' for i in range(60)))
    command = [SCRIPT, "score", given, "-o", tmp_path / "out.jsonl", "--batch-size", "10"]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    result = subprocess.run(command, capture_output=True, text=True, timeout=180, preexec_fn=limit)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "File too large" in result.stderr
    assert f"20 rows are kept in '{tmp_path}/out.jsonl.partial'" in result.stderr
    assert not (tmp_path / "out.jsonl").exists()
    assert run(*command[1:]).returncode == 1
    assert run(*command[1:], "--resume").returncode == 0
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == [f"wow {i}" for i in range(60)]


def test_interrupted_by_the_keyboard(tmp_path: Path, run: Run) -> None:
    given, output = tmp_path / "in.txt", tmp_path / "out.csv"
    given.write_text("".join(f"area man wins {i} times\n" for i in range(5000)))
    command = [SCRIPT, "score", given, "-o", output, "--n-process", "2", "--batch-size", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        journal = tmp_path / "out.csv.partial" / "journal"
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not (journal.exists() and journal.stat().st_size):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, shown = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"The work so far is in '{output}.partial': pass --resume to continue" in shown
    assert not output.exists()
    assert run(*command[1:], "--resume").returncode == 0
    lines = output.read_text().splitlines()
    assert [line.split(",")[0].split()[3] for line in lines[1:]] == [str(i) for i in range(5000)]


def test_progress_on_a_terminal_only(given: Path, tmp_path: Path) -> None:
    command = [SCRIPT, "score", given, "--text-column", "headline", "--batch-size", "1", "-o"]
    main, child = pty.openpty()
    # Rows, columns: a terminal without a width has no room for a bar.
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("4H", 24, 100, 0, 0))
    process = subprocess.Popen([*command, tmp_path / "out.jsonl"], stderr=child)
    os.close(child)
    shown = b""
    # A terminal's end raises instead of giving no bytes.
    try:
        while data := os.read(main, 1000):
            shown += data
    except OSError:
        pass
    assert process.wait(timeout=120) == 0
    assert b"rows/s" in shown
    assert b"left]" in shown
    assert re.search(rb"[^,] \d+ rows, [\d,]+ rows/s \[", shown)
    assert not re.search(rb", \d+ rows,", shown)
    assert b"50 rows (0 empty, 0 failed)" in shown
