"""`spacy-sarcasm mix`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import spacy
from spacy.tokens import DocBin

from .conftest import Run


def _write_corpus(folder: Path) -> tuple[Path, Path]:
    headlines, publishers = folder / "headlines.json", folder / "publishers.jsonl"
    headlines.write_text(
        "".join(
            json.dumps({"headline": f"headline {i}", "is_sarcastic": i % 2}) + "\n"
            for i in range(40)
        )
    )
    publishers.write_text(
        "".join(
            json.dumps({"text": f"Song {i}", "label": 1, "source": "hardtimes"}) + "\n"
            for i in range(40)
        )
    )
    return headlines, publishers


def test_mix_leaves_a_publisher_out_and_counts_the_others(run: Run, tmp_path: Path) -> None:
    headlines, publishers = _write_corpus(tmp_path)

    result = run(
        "mix", headlines, tmp_path / "out", "--publishers", publishers, "--leave-out", "onion"
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert "hardtimes" in result.stdout
    assert "huffpost" in result.stdout
    assert "onion" not in result.stdout
    assert (tmp_path / "out" / "train.spacy").exists()


def test_mix_draws_as_often_as_told(run: Run, tmp_path: Path) -> None:
    headlines, publishers = _write_corpus(tmp_path)

    def count(*options: object) -> Counter[bool]:
        folder = tmp_path / "out"
        result = run("mix", headlines, folder, "--publishers", publishers, *options)
        assert result.returncode == 0, result.stderr
        docs = DocBin().from_disk(folder / "train.spacy").get_docs(spacy.blank("en").vocab)
        return Counter("song" in doc.text.lower() for doc in docs)

    # A corpus smaller than `least_rows` takes all there is, whatever --most-rows says.
    once = count("--passes", 1, "--repeats", 1)
    assert once[True] > 0 < once[False]
    assert count("--passes", 3, "--repeats", 1) == Counter(
        {key: 3 * value for key, value in once.items()}
    )
    assert count("--passes", 1, "--repeats", 4)[False] == 4 * once[False]


def test_mix_of_a_missing_file_is_one_line(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    result = run("mix", missing, tmp_path / "out", "--publishers", missing)
    assert result.returncode != 0
    assert str(missing) in result.stderr
    assert len(result.stderr.splitlines()) == 1
