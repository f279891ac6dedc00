"""Reports as a user reads them: made while scoring, after it, and resumed."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from spacy_sarcasm.report.make_report import report_files
from spacy_sarcasm.report.page import check_place
from spacy_sarcasm.report.report_writer import ReportWriter
from spacy_sarcasm.report.scored_files import ScoredColumns
from spacy_sarcasm.scoring.bulk.layout import ScoreSettings
from spacy_sarcasm.scoring.bulk.score_files import score_files

from .conftest import HOSTILE, write_rows


def make(posts: Path, name: str, **options: object) -> dict:
    folder = posts.parent
    writer = ReportWriter(folder / f"{name}.html", group_column="board", date_column="posted")
    summary = score_files(
        [posts],
        folder / f"{name}.jsonl",
        model=writer.pipeline,
        batch_size=50,
        observer=writer.observer,
        **options,
    )
    return writer.write(summary, [posts], ScoreSettings(batch_size=50))


def without_names(report: dict) -> dict:
    return {key: value for key, value in report.items() if key != "made_with"}


def test_counts_are_those_of_the_rows(posts: Path) -> None:
    report = make(posts, "one")
    rows = [json.loads(line) for line in (posts.parent / "one.jsonl").open()]
    scores = [row["sarcasm"] for row in rows if row["sarcasm"] is not None]
    threshold = report["threshold"]
    assert report["rows"] == {
        "all": 402,
        "scored": len(scores),
        "empty": 1,
        "failed": 0,
        "without_score": 1,
    }
    assert sum(report["score_histogram"]) == len(scores)
    high = sum(score >= threshold for score in scores)
    assert report["at_or_above_threshold"]["count"] == high
    assert report["mean_score"]["mean"] == pytest.approx(sum(scores) / len(scores))
    for group in report["groups"]["groups"]:
        name = None if group["name"] == "(none)" else group["name"]
        own = [row["sarcasm"] for row in rows if row["board"] == name]
        own = [score for score in own if score is not None]
        assert group["scored"] == len(own)
        assert group["at_or_above_threshold"]["count"] == sum(s >= threshold for s in own)
    assert report["over_time"]["unit"] == "week"
    assert sum(one["rows"] for one in report["over_time"]["periods"]) == 400
    assert report["over_time"]["undated"] == 2
    by_threshold = {one["threshold"]: one["count"] for one in report["shares_by_threshold"]}
    assert by_threshold[0.3] == sum(score >= 0.3 for score in scores)
    texts = {row["text"].strip(): row["sarcasm"] for row in rows}
    for part in report["examples"]:
        assert len(part["texts"]) <= 10
        for one in part["texts"]:
            assert texts[one["text"]] == one["score"]
            assert part["from"] <= one["score"] <= part["to"]
    assert report["known_words"]["none_known"]["count"] == 1


def test_workers_and_a_report_made_afterwards_agree(posts: Path) -> None:
    alone = make(posts, "alone")
    assert without_names(make(posts, "workers", n_process=2)) == without_names(alone)
    later = report_files(
        [posts.parent / "alone.jsonl"],
        posts.parent / "later.html",
        group_column="board",
        date_column="posted",
    )
    for key in ("rows", "score_histogram", "lengths", "shares_by_threshold"):
        assert later[key] == alone[key]
    assert [one["rows"] for one in later["groups"]["groups"]] == [
        one["rows"] for one in alone["groups"]["groups"]
    ]


@pytest.mark.parametrize("saved_every", [0.0, 1e9], ids=["state saved", "no state"])
def test_a_resumed_run_gives_the_same_report(
    posts: Path, monkeypatch: pytest.MonkeyPatch, saved_every: float
) -> None:
    expected = make(posts, "whole")
    monkeypatch.setattr("spacy_sarcasm.scoring.observers.STATE_SECONDS", saved_every)
    writer = ReportWriter(posts.parent / "cut.html", group_column="board", date_column="posted")
    add, added = writer.observer.add, []

    def add_or_stop(found: object) -> None:
        if len(added) == 3:
            raise KeyboardInterrupt
        added.append(found)
        add(found)

    monkeypatch.setattr(writer.observer, "add", add_or_stop)
    output = posts.parent / "cut.jsonl"
    with pytest.raises(KeyboardInterrupt):
        score_files([posts], output, model=writer.pipeline, batch_size=50, observer=writer.observer)
    assert without_names(make(posts, "cut", resume=True)) == without_names(expected)
    assert output.read_bytes() == (posts.parent / "whole.jsonl").read_bytes()


class Tags(HTMLParser):
    """Takes note of what a page consists of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "href"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_texts_in_every_field_stay_text(tmp_path: Path) -> None:
    rows = []
    for i, text in enumerate(HOSTILE * 6):
        column = HOSTILE[i % len(HOSTILE)]
        rows.append({HOSTILE[0]: text, HOSTILE[1]: 0.05 + i / 50, "g<b>": column, "d&": text})
    path = write_rows(tmp_path / "a<b>'&.jsonl", rows)
    report_files(
        [path],
        tmp_path / "report.html",
        columns=ScoredColumns(text_column=HOSTILE[0], score_column=HOSTILE[1]),
        threshold=0.5,
        group_column="g<b>",
        date_column="d&",
    )
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert not tags.tags & {"script", "img", "iframe", "object", "link", "b"}
    assert tags.addresses == []
    assert tags.handlers == []
    assert HOSTILE[0] in tags.text
    assert HOSTILE[3] in tags.text
    assert "g<b>" in tags.text
    assert path.name in tags.text
    assert not set("\x00\x07\x1b\u202e\u2066") & set(page)
    groups = json.loads((tmp_path / "report.json").read_text())["groups"]["groups"]
    assert {one["name"] for one in groups} == {text.strip() for text in HOSTILE}


def test_size_does_not_depend_on_the_rows(tmp_path: Path) -> None:
    sizes = []
    for count in (2_000, 40_000):
        rows = [
            {"text": f"a text of many words {i} " * 5, "sarcasm": (i % 1000) / 1000, "g": i}
            for i in range(count)
        ]
        path = write_rows(tmp_path / f"{count}.jsonl", rows)
        report_files([path], tmp_path / "report.html", threshold=0.5, group_column="g")
        sizes.append((tmp_path / "report.html").stat().st_size)
    assert sizes[1] < 1.1 * sizes[0] < 500_000


def test_other_files_are_not_replaced(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "report.json", [{"text": "a", "sarcasm": 0.5}])
    with pytest.raises(ValueError, match=r"would replace '.*report\.json'"):
        check_place(tmp_path / "report.html")
    with pytest.raises(ValueError, match=r"has to end in \.html"):
        check_place(rows)
    # A report may be made again.
    report_files([rows], tmp_path / "again.html")
    report_files([rows], tmp_path / "again.html")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"text": "a"}], "has no column 'sarcasm'"),
        ([{"text": "a", "sarcasm": "high"}], r"line 1: expected a score in 0\.\.1, got 'high'"),
        ([{"text": "a", "sarcasm": 1.5}], r"expected a score in 0\.\.1, got 1\.5"),
        ([], "hold no rows"),
    ],
)
def test_what_is_not_a_scored_file(tmp_path: Path, rows: list[dict], message: str) -> None:
    path = write_rows(tmp_path / "rows.jsonl", rows)
    with pytest.raises(ValueError, match=message):
        report_files([path], tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()
