"""A training corpus mixed from several publishers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_sarcasm.corpus.headlines import Split
from spacy_sarcasm.recipes.mixture import (
    MixtureSettings,
    mix_headlines,
    read_soft_labels,
    write_mixture,
)
from spacy_sarcasm.recipes.publishers import SourcedHeadline, headline_key


def make_rows(
    n: int, label: float, source: str, *, split: Split = "train", in_headlines: bool = False
) -> list[SourcedHeadline]:
    return [
        SourcedHeadline(f"{source} {split} headline {i}", label, source, split, in_headlines)
        for i in range(n)
    ]


def counts(rows: list[SourcedHeadline]) -> Counter[str]:
    return Counter(row.source for row in rows)


def test_no_publisher_gives_more_rows_than_allowed() -> None:
    rows = make_rows(30, 0.0, "npr") + make_rows(5, 1.0, "hardtimes")

    mixed = mix_headlines(rows, MixtureSettings(passes=2, most_rows=10, least_rows=1))

    assert counts(mixed) == {"npr": 20, "hardtimes": 10}


def test_the_headlines_data_set_comes_whole_and_repeated() -> None:
    rows = make_rows(7, 1.0, "onion", in_headlines=True)
    rows += make_rows(9, 0.0, "huffpost", in_headlines=True) + make_rows(3, 1.0, "onion")

    mixed = mix_headlines(rows, MixtureSettings(passes=1, most_rows=2, least_rows=1, repeats=3))

    assert counts(mixed) == {"onion": 7 * 3 + 2, "huffpost": 9 * 3}


def test_serious_rows_fill_up_where_satire_would_outnumber_them() -> None:
    rows = make_rows(20, 1.0, "onion", in_headlines=True)
    rows += make_rows(50, 0.0, "npr") + make_rows(50, 0.0, "guardian")

    mixed = mix_headlines(rows, MixtureSettings(passes=1, most_rows=4, least_rows=1, repeats=2))

    assert counts(mixed) == {"onion": 40, "npr": 20, "guardian": 20}


def test_satire_fills_up_to_a_third_of_the_serious_rows() -> None:
    rows = make_rows(60, 0.0, "huffpost", in_headlines=True) + make_rows(40, 1.0, "hardtimes")

    mixed = mix_headlines(rows, MixtureSettings(passes=1, most_rows=4, least_rows=1, repeats=1))

    assert counts(mixed) == {"huffpost": 60, "hardtimes": 20}


def test_a_small_corpus_takes_more_of_each_publisher() -> None:
    rows = make_rows(100, 0.0, "npr") + make_rows(100, 1.0, "onion")

    mixed = mix_headlines(rows, MixtureSettings(passes=1, most_rows=4, least_rows=50))

    assert counts(mixed) == {"npr": 32, "onion": 32}


def test_soft_labels_share_the_gold() -> None:
    rows = make_rows(2, 1.0, "onion")

    mixed = mix_headlines(
        rows,
        MixtureSettings(passes=1, soft_share=0.25),
        soft_labels={"onion train headline 0": 0.2},
    )

    assert {headline_key(row.text)[-1]: row.label for row in mixed} == {
        "0": pytest.approx(0.8),
        "1": 1.0,
    }


def test_rows_come_in_many_styles_and_the_same_ones_for_a_seed() -> None:
    rows = make_rows(50, 1.0, "onion")

    mixed = mix_headlines(rows, MixtureSettings(seed=3))

    assert any(row.text.isupper() for row in mixed)
    assert len({row.text for row in mixed}) > 60
    assert mixed == mix_headlines(rows, MixtureSettings(seed=3))
    assert mixed != mix_headlines(rows, MixtureSettings(seed=4))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("passes", 0), ("most_rows", 0), ("least_rows", 0), ("repeats", 0), ("soft_share", 1.5)],
)
def test_settings_out_of_range_are_errors(setting: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"'{setting}' must be .*{value}"):
        MixtureSettings(**{setting: value})


def test_files_of_docs_and_rows_are_written(tmp_path: Path) -> None:
    rows = make_rows(8, 1.0, "onion") + make_rows(40, 0.0, "npr")
    rows += make_rows(3, 0.0, "npr", split="dev") + make_rows(2, 1.0, "onion", split="test")
    nlp = spacy.blank("en")

    found = write_mixture(
        rows, tmp_path, nlp, "SATIRE", MixtureSettings(passes=1, most_rows=8, least_rows=1)
    )

    assert found == {"train": {"onion": 8, "npr": 40}, "dev": {"npr": 3}, "test": {"onion": 2}}
    docs = list(DocBin().from_disk(tmp_path / "train.spacy").get_docs(nlp.vocab))
    assert Counter(doc.cats["SATIRE"] for doc in docs) == {1.0: 8, 0.0: 8}
    lines = (tmp_path / "dev.jsonl").read_text("utf-8").splitlines()
    assert next(json.loads(line) for line in lines) == {
        "text": "npr dev headline 0",
        "cats": {"SATIRE": 0.0},
        "source": "npr",
    }
    dev = list(DocBin().from_disk(tmp_path / "dev.spacy").get_docs(nlp.vocab))
    assert {doc.text for doc in dev} <= {f"npr dev headline {i}" for i in range(3)}


def test_soft_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "soft.jsonl"
    path.write_text('{"text": "a", "cats": {"SARCASM": 0.25, "OTHER": 1}}\n', encoding="utf-8")

    assert read_soft_labels(path, "SARCASM") == {"a": 0.25}


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"text": "a"}', '{"text": "a", "cats": {"SARCASM": 2}}']
)
def test_a_bad_soft_label_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "soft.jsonl"
    path.write_text(f'{{"text": "a", "cats": {{"SARCASM": 0}}}}\n{line}\n', encoding="utf-8")

    with pytest.raises(ValueError, match="soft.jsonl', line 2"):
        read_soft_labels(path, "SARCASM")
