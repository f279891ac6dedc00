"""Lines of text, from files and standard input."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from spacy.language import Language

from spacy_sarcasm.scoring.lines import check_files, read_lines, score_lines


def test_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_bytes("\ufeffone\r\ntwo\u2028still two\x85\n\n\x0cthree".encode())
    assert list(read_lines([str(path)])) == ["one", "two\u2028still two\x85", "", "\x0cthree"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b"a\nb\n")

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert list(read_lines(["-"])) == ["a", "b"]


def test_bad_bytes_name_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_bytes(b"fine\nna\xefve\n")
    lines = read_lines([str(path)])
    assert next(lines) == "fine"
    with pytest.raises(ValueError, match=rf"'{path}', line 2: byte 0xef at position 3"):
        next(lines)


def test_missing_files_and_folders_are_found_first(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file 'oh great'.*--text"):
        check_files(["-", "oh great"])
    with pytest.raises(IsADirectoryError, match="is a folder"):
        check_files([str(tmp_path)])


def test_scores_come_in_order(bundled: Language) -> None:
    lines = ["area man wins", "", "rain in the north"]
    scored = list(score_lines(bundled, lines))
    assert [line for line, _ in scored] == lines
    assert [score for _, score in scored] == pytest.approx(
        [bundled(line)._.sarcasm for line in lines], abs=1e-5
    )
