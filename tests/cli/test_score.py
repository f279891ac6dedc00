"""`spacy-sarcasm score` as a user runs it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from .conftest import Run

TEXTS = ["area man wins at everything", "heavy rain in the north"]


def parse(output: str) -> list[tuple[str, float]]:
    return [(row["text"], row["sarcasm"]) for row in map(json.loads, output.splitlines())]


def expected(nlp: Language, texts: list[str]) -> list[tuple[str, float]]:
    return [(text, pytest.approx(nlp(text)._.sarcasm, abs=1e-5)) for text in texts]


@pytest.mark.parametrize("through_spacy", [False, True])
def test_texts_give_json_lines_when_piped(run: Run, bundled: Language, through_spacy: bool) -> None:
    result = run("score", "--text", TEXTS[0], "-t", TEXTS[1], spacy=through_spacy)
    assert (result.returncode, result.stderr) == (0, "")
    assert parse(result.stdout) == expected(bundled, TEXTS)


def test_standard_input_and_files(run: Run, bundled: Language, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("from a file\n\n")
    result = run("score", file, "-", stdin="from é\nstandard input")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    # The blank line has no score.
    assert rows.pop(1) == {"text": "", "sarcasm": None}
    texts = ["from a file", "from é", "standard input"]
    assert [row["text"] for row in rows] == texts
    scores = [row["sarcasm"] for row in rows]
    assert scores == pytest.approx([bundled(text)._.sarcasm for text in texts], abs=1e-5)


def test_a_pipeline_of_ones_own(run: Run, trained_folder: Path) -> None:
    result = run("score", "--model", trained_folder, "--text", TEXTS[0])
    assert parse(result.stdout) == expected(spacy.load(trained_folder), TEXTS[:1])


def test_table_on_a_terminal(bundled: Language) -> None:
    script = Path(sys.executable).with_name("spacy-sarcasm")
    main, child = pty.openpty()
    process = subprocess.Popen(
        [str(script), "score", "--text", "bell \x07 rings", "--text", TEXTS[1]],
        stdout=child,
        stderr=subprocess.PIPE,
    )
    os.close(child)
    shown = b""
    # A terminal's end raises instead of giving no bytes.
    try:
        while data := os.read(main, 1000):
            shown += data
    except OSError:
        pass
    assert process.wait(timeout=120) == 0
    lines = shown.decode().splitlines()
    assert "sarcasm  text" in lines[0]
    assert lines[1].split(maxsplit=1)[1] == "bell   rings"
    assert float(lines[2].split()[0]) == pytest.approx(bundled(TEXTS[1])._.sarcasm, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["score"], 2, "nothing to score"),
        (["score", "no such file"], 1, "no file 'no such file'"),
        (["score", "--nonsense"], 2, "No such option: --nonsense"),
        (["score", "--text"], 2, "requires an argument"),
        (["frobnicate"], 2, "No such command 'frobnicate'"),
        (["score", "--model", "no_such_pipeline", "--text", "x"], 1, "no_such_pipeline"),
    ],
)
def test_wrong_use_gives_one_line(
    run: Run, arguments: list[str], status: int, message: str
) -> None:
    result = run(*arguments)
    assert result.returncode == status
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr


def test_a_pipeline_without_the_component(run: Run, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path)
    result = run("score", "--model", tmp_path, "--text", "x")
    assert result.returncode == 1
    assert "has no sarcasm component; its components are: sentencizer" in result.stderr


def test_bad_bytes(run: Run) -> None:
    result = run("score", "-", stdin=b"fine\n\xff\n")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: standard input, line 2: byte 0xff")
    result = run("score", "--text", b"\xff".decode("utf-8", "surrogateescape"))
    assert result.returncode == 1
    assert "not valid Unicode" in result.stderr


def test_reader_that_leaves_early() -> None:
    script = Path(sys.executable).with_name("spacy-sarcasm")
    command = f"yes 'area man' | head -20000 | {script} score - | head -1"
    result = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False
    )
    assert parse(result.stdout)[0][0] == "area man"
    assert result.stderr == ""


def test_help_reads_well(run: Run) -> None:
    for arguments in (["--help"], ["-h"], ["score", "--help"]):
        result = run(*arguments)
        assert result.returncode == 0
        assert result.stdout.startswith("Usage: spacy-sarcasm")
    assert "--text" in result.stdout
    assert "standard input" in result.stdout
    bare = run()
    assert bare.returncode == 2
    assert "score" in bare.stdout


def test_version(run: Run) -> None:
    import spacy_sarcasm

    assert run("--version").stdout.strip() == spacy_sarcasm.__version__


def test_what_cannot_be_read_is_not_sarcastic(run: Run) -> None:
    given = "Сегодня хорошая погода\nqzxvk wqzkj\nhttp://t.co/qzxvk\n9182736450123\n"
    result = run("score", "-", "--threshold", "0.56", "--coverage", stdin=given)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    found = [(row["sarcasm"], row["sarcasm_label"], row["sarcasm_coverage"]) for row in rows]
    assert found == [(None, None, 0.0)] * 4
