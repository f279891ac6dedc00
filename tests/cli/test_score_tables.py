"""`spacy-sarcasm score` on messy tables, and what it prints."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from spacy_sarcasm.cli import app
from spacy_sarcasm.cli.scoring import printing
from spacy_sarcasm.cli.scoring.score_options import SortOrder


def score(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["score", *map(str, arguments)], input=stdin)


def rows_of(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_table_on_standard_input_is_recognized() -> None:
    rows = rows_of(score("-", stdin=b"id,text\n1,wow\n2,oh\n"))
    assert [(row["id"], row["text"]) for row in rows] == [("1", "wow"), ("2", "oh")]
    rows = rows_of(score("-", "--text-column", "Body", stdin=b"Body;n\nwow;1\n"))
    assert [row["Body"] for row in rows] == ["wow"]
    rows = rows_of(score("-", stdin=b'{"text": "wow", "n": 1}\n'))
    assert rows[0]["n"] == 1
    rows = rows_of(score("-", stdin=b'[{"text": "wow"},\n {"text": "oh"}]'))
    assert [row["text"] for row in rows] == ["wow", "oh"]
    assert rows_of(score("-", stdin=b"one\rtext\n"))[0]["text"] == "one\rtext"
    rows = rows_of(score("-", stdin=b"wow, text\noh\n"))
    assert [row["text"] for row in rows] == ["wow, text", "oh"]


def test_a_text_column_of_plain_text_is_an_error() -> None:
    result = score("-", "--text-column", "body", stdin=b"wow\noh\n")
    assert result.exit_code == 1
    assert "one text per line, without columns, and has no column 'body'" in result.stderr
    result = score("-", "--text-column", "body", stdin=b"id,Body\n1,wow\n")
    assert "standard input has no column 'body'" in result.stderr
    assert "Did you mean 'Body'?" in result.stderr


def test_messy_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Comment Text;n\ncaf\xe9, wow;1\n".encode("cp1252"))
    result = score(path, "--text-column", "comment_text")
    assert "Did you mean 'Comment Text'?" in result.stderr
    result = score(path, "--text-column", "Comment Text")
    assert "--encoding cp1252" in result.stderr
    rows = rows_of(
        score(path, "--text-column", "Comment Text", "--encoding", "cp1252", "--source-file")
    )
    assert rows[0]["Comment Text"] == "caf\xe9, wow"
    assert rows[0]["source_file"] == str(path)
    path.write_bytes("text:n\nwow:1\n".encode("utf-16"))
    assert rows_of(score(path, "--delimiter", ":"))[0]["text"] == "wow"


def test_spreadsheets(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["id", "text", None], [1, "wow", None], [2, 1984, None], [None, None], [3, "", 4]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    rows = rows_of(score(tmp_path / "a.xlsx"))
    assert [(row["id"], row["text"]) for row in rows] == [(1, "wow"), (2, 1984), (3, None)]
    assert [row["sarcasm"] is None for row in rows] == [False, False, True]
    (tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    result = score(tmp_path / "a.csv")
    assert "looks like a zip archive or a spreadsheet. Name a spreadsheet .xlsx" in result.stderr


def test_an_open_quote_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    quote = {5: '"'}
    lines = [f"{i},{quote.get(i, '')}news {i}" for i in range(3000)]
    (tmp_path / "q.csv").write_text("id,text\n" + "\n".join(lines) + "\n")
    for arguments in ([], ["-o", tmp_path / "o.jsonl"]):
        result = score(tmp_path / "q.csv", *arguments)
        assert result.exit_code == 1
        assert "q.csv', line 7: a quote that is opened here is not closed" in result.stderr
    result = score(tmp_path / "q.csv", "-o", tmp_path / "o.jsonl", "--on-error", "keep")
    assert result.stderr.startswith("3,000 rows (0 empty, 1 failed)")


def test_csv_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,text\n1,"wow, ""so"""\n2,\n')
    result = score(tmp_path / "a.csv", "--output-format", "csv")
    table = list(csv.reader(io.StringIO(result.stdout)))
    assert table[0] == ["id", "text", "sarcasm"]
    assert table[1][:2] == ["1", 'wow, "so"']
    assert table[2] == ["2", "", ""]


def test_the_highest_scores(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"area man wins {i} times\n\n" for i in range(30)))
    every = rows_of(score(tmp_path / "a.txt"))
    highest = rows_of(score(tmp_path / "a.txt", "--top", "3"))
    scores = sorted((row["sarcasm"] for row in every if row["text"]), reverse=True)
    assert [row["sarcasm"] for row in highest] == scores[:3]
    assert score(tmp_path / "a.txt", "--top", 3, "-o", "x.csv").exit_code == 2


def test_rows_in_the_order_asked_for(tmp_path: Path) -> None:
    lines = [f"area man wins {i} times" for i in range(5)]
    (tmp_path / "a.txt").write_text("\n".join(["", *lines]) + "\n")
    every = rows_of(score(tmp_path / "a.txt"))[1:]
    scores = sorted(row["sarcasm"] for row in every)
    lowest = rows_of(score(tmp_path / "a.txt", "--top", 2, "--sort", "score-ascending"))
    assert [row["sarcasm"] for row in lowest] == scores[:2]
    first = rows_of(score(tmp_path / "a.txt", "--top", 2, "--sort", "row"))
    assert [row["text"] for row in first] == ["", lines[0]]
    # What has no score comes last in either direction.
    for order in ("score", "score-ascending"):
        last = rows_of(score(tmp_path / "a.txt", "--top", 6, "--sort", order))[-1]
        assert (last["text"], last["sarcasm"]) == ("", None)
    result = score(tmp_path / "a.txt", "--sort", "score")
    assert result.exit_code == 1
    assert "--top N" in result.stderr


def test_the_table_of_a_terminal_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.dumps({"text": f"t{i}", "sarcasm": i / 200}).encode() for i in range(200)]
    printing.print_table(lines, "text", ["sarcasm"])
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == printing.MAX_TABLE_ROWS + 1
    assert "--top N" in shown.err
    printing.print_table(lines, "text", ["sarcasm"], SortOrder.SCORE, 2)
    shown = capsys.readouterr()
    assert [line.split() for line in shown.out.splitlines()[1:]] == [
        ["0.995", "t199"],
        ["0.990", "t198"],
    ]
    assert shown.err == ""
    printing.print_table(lines, "text", ["sarcasm"], SortOrder.SCORE_ASCENDING)
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1].split() == ["0.000", "t0"]
    assert len(shown.out.splitlines()) == printing.MAX_TABLE_ROWS + 1
    assert "--top N" in shown.err


def test_the_text_column_is_found_as_by_the_commands_that_train(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,headline\n1,area man wins\n")
    (row,) = rows_of(score(tmp_path / "a.csv"))
    assert (row["headline"], row["sarcasm"] is None) == ("area man wins", False)
    (row,) = rows_of(score("-", stdin=b"id,headline\n1,area man wins\n"))
    assert row["headline"] == "area man wins"
    (row,) = rows_of(score("-", stdin=b'{"headline": "area man wins", "id": 1}\n'))
    assert row["sarcasm"] is not None
    # `text` comes first where there are both.
    (tmp_path / "b.csv").write_text("headline,text\nno,area man wins\n")
    assert rows_of(score(tmp_path / "b.csv"))[0]["sarcasm"] == pytest.approx(row["sarcasm"])
    result = score(tmp_path / "a.csv", "-o", tmp_path / "o.csv")
    assert result.exit_code == 0
    assert (tmp_path / "o.csv").read_text().startswith("id,headline,sarcasm\n")
    (tmp_path / "d.csv").write_text("id,Comment Text\n1,wow\n")
    assert "Did you mean 'Comment Text'?" in score(tmp_path / "d.csv").stderr
    (tmp_path / "c.csv").write_text("id,Headline\n1,area man wins\n")
    result = score(tmp_path / "c.csv")
    assert "no column 'text' or 'headline'" in result.stderr
    assert "Did you mean 'Headline'?" in result.stderr


def test_a_column_of_a_file_without_a_telling_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("id;body\n1;wow\n")
    assert rows_of(score(tmp_path / "a.txt", "--text-column", "body"))[0]["body"] == "wow"
    assert "Did you mean 'body'?" in score(tmp_path / "a.txt", "--text-column", "boby").stderr
    result = score(tmp_path / "a.txt", "--text-column", "headline")
    assert "looks like one text per line" in result.stderr
    (tmp_path / "tabs.txt").write_text("id\ttext\n1\twow\n")
    assert rows_of(score(tmp_path / "tabs.txt"))[0]["id"] == "1"
    (tmp_path / "braces.txt").write_text('{"text" is not JSON}\n')
    assert rows_of(score(tmp_path / "braces.txt"))[0]["text"] == '{"text" is not JSON}'
    (tmp_path / "data").write_bytes("text,n\nwow,1\n".encode("utf-16"))
    assert rows_of(score(tmp_path / "data"))[0]["text"] == "wow"
    (row,) = rows_of(score("-", stdin="text,n\nwow,1\n".encode("utf-16")))
    assert row["text"] == "wow"


def test_printed_runs_say_how_much_the_network_does_not_know() -> None:
    result = score("-", stdin=b"qzxvk wqzkj\narea man wins\n\n")
    assert "In 1 texts (50.0%), the network knows fewer than half of the words" in result.stderr
    assert len(rows_of(result)) == 3
    assert score("-", stdin=b"area man wins\n").stderr == ""
