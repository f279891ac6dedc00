"""Coverage figures against ones counted plainly, and the pictures."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import spacy

from spacy_sarcasm.vectors.convert_vectors import convert_vectors
from spacy_sarcasm.vectors.coverage import known_words, measure_coverage, takeover_rank
from spacy_sarcasm.vectors.twitter import glove_twitter_words, lower_words
from spacy_sarcasm.vectors.word_counts import count_words, read_texts


def test_figures_against_a_plain_count():
    counts = Counter({"the": 50, "cat": 20, "zzz": 20, "dog": 9, "qqq": 1})
    coverage = measure_coverage(counts, {"the", "cat", "dog", "unused"})
    assert (coverage.types, coverage.tokens) == (5, 100)
    assert coverage.covered_types == pytest.approx(3 / 5)
    assert coverage.covered_tokens == pytest.approx(79 / 100)
    assert coverage.missing == [("zzz", 20), ("qqq", 1)]
    assert coverage.present.tolist() == [True, True, False, True, False]
    assert coverage.counts.tolist() == [50, 20, 20, 9, 1]
    assert coverage.ranks_for == {"90%": 3, "95%": 4, "99%": 4}
    figures = json.loads(coverage.to_json())
    assert figures["missing"] == [["zzz", 20], ["qqq", 1]]
    assert "present" not in figures


def test_takeover_is_where_the_densities_cross():
    rng = np.random.default_rng(0)
    # Covered with a share falling from 1 to 0: the densities cross in the middle.
    present = rng.random(20_000) > np.arange(20_000) / 20_000
    assert takeover_rank(present) == pytest.approx(10_000, rel=0.05)
    step = np.arange(1000) < 300
    assert takeover_rank(step) == 300


@pytest.mark.parametrize("present", [[True, True], [False, False], [False, True]])
def test_no_takeover(present):
    assert takeover_rank(np.array(present)) is None


def test_suggested_size_is_rounded_and_within_the_words():
    counts = Counter({f"w{i:04}": 1000 - i for i in range(900)})
    known = {f"w{i:04}" for i in range(333)}
    assert measure_coverage(counts, known).suggested_size == 300
    assert measure_coverage(counts, counts).suggested_size == 900
    with pytest.raises(ValueError, match=r"no words"):
        measure_coverage(Counter(), known)


def test_known_words_of_files_and_folders(tmp_path, file):
    words = ["w3", "w300", "absent"]
    assert known_words(file, words) == {"w3", "w300"}
    convert_vectors(file, tmp_path / "out")
    assert known_words(tmp_path / "out", words) == {"w3", "w300"}
    spacy.blank("en").to_disk(tmp_path / "none")
    with pytest.raises(ValueError, match=r"has no vectors"):
        known_words(tmp_path / "none", words)


def write_corpus(path, texts):
    if path.suffix == ".txt":
        path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    elif path.suffix == ".csv":
        path.write_text("id,text\n" + "".join(f'1,"{text}"\n' for text in texts), "utf-8")
    else:
        lines = [json.dumps({"id": 1, "headline": text}) for text in texts]
        path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("name", ["c.txt", "c.csv", "c.json", "c.jsonl"])
def test_corpora(tmp_path, name):
    path = write_corpus(tmp_path / name, ["W1 w2, w2", "", "w1"])
    assert list(read_texts(path)) == ["W1 w2, w2", "w1"]
    assert count_words(path, spacy.blank("en"), lower_words) == {"w1": 2, "w2": 2, ",": 1}


def test_docs_as_corpus(tmp_path):
    nlp = spacy.blank("en")
    spacy.tokens.DocBin(docs=[nlp("W1  w2")]).to_disk(tmp_path / "c.spacy")
    assert count_words(tmp_path / "c.spacy", nlp, lower_words) == {"w1": 1, "w2": 1}


def test_words_of_the_twitter_script(tmp_path):
    path = write_corpus(tmp_path / "c.txt", ["@bob WOW", "@eve 7"])
    counts = count_words(path, spacy.blank("en"), glove_twitter_words)
    assert counts == {"<user>": 2, "wow": 1, "<allcaps>": 1, "<number>": 1}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.pdf", "x", "expected a file of texts named .txt"),
        ("c.jsonl", "{", "line 1: not JSON"),
        ("c.jsonl", "[1]", "line 1: expected a JSON object"),
        ("c.jsonl", '{"a": "b"}', "line 1: no text: expected 'text' or 'headline', found a"),
        ("c.jsonl", '{"text": 1}', "line 1: 'text' is 1: expected a text"),
        ("c.csv", "a,b\n1,2\n", "no column 'text' or 'headline'; its columns are: a, b"),
        ("c.txt", "\n \n", "holds no words"),
    ],
)
def test_corpora_that_are_none(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        count_words(path, spacy.blank("en"), lower_words)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.txt", b"caf\xe9\n", r"c\.txt': .*line 1: byte 0xe9 at position 4 is not UTF-8"),
        ("c.txt.gz", gzip.compress(b"cat\n" * 99)[:-6], r"c\.txt\.gz' is damaged or cut short"),
        ("c.txt.gz", b"cat\n", r"c\.txt\.gz' cannot be read: Not a gzipped file"),
        ("c.csv", b'text\n"' + b"cat\n" * 50_000, r"c\.csv', line 2: a quote that is opened"),
        (
            "c.jsonl",
            b'{"text":"a"}\n{"text":"a\\ud83d"}\n',
            r"line 2: .*lone surrogate at position 2",
        ),
    ],
    ids=["latin-1", "cut gzip", "no gzip", "open quote", "half a character"],
)
def test_damaged_corpora_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises((ValueError, OSError), match=message):
        count_words(tmp_path / name, spacy.blank("en"), lower_words)


def test_plots(tmp_path):
    pytest.importorskip("matplotlib")
    from matplotlib.image import imread

    from spacy_sarcasm.vectors.coverage_plots import plot_coverage

    counts = Counter({f"w{i}": 1000 - i for i in range(900)})
    for known in ({f"w{i}" for i in range(300)}, set(counts), set()):
        files = plot_coverage(
            measure_coverage(counts, known), tmp_path / "p", corpus="c.txt", vectors="v.txt"
        )
        assert [file.name for file in files] == ["presence-by-rank.png", "cumulative-coverage.png"]
        for file in files:
            picture = imread(file)
            assert picture.shape[0] > 400
            assert picture.std() > 0.05  # something is drawn
    assert len(list((tmp_path / "p").iterdir())) == 2


def run(*arguments):
    command = [sys.executable, "-c", "from spacy_sarcasm.cli import main; main()", "vectors"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


def test_command(tmp_path, file):
    corpus = write_corpus(tmp_path / "c.txt", ["w1 w2 qux", "w1 @bob"])
    done = run("coverage", corpus, file)
    assert done.returncode == 0, done.stderr
    assert "most frequent missing words: qux (1), @bob (1)" in done.stdout
    figures = json.loads(run("coverage", corpus, file, "--json", "--words", "twitter").stdout)
    assert figures["missing"] == [["qux", 1], ["<user>", 1]]
    assert figures["covered_tokens"] == pytest.approx(3 / 5)
    wrong = run("coverage", corpus, tmp_path / "absent.txt")
    assert wrong.returncode == 1
    assert "absent.txt" in wrong.stderr
    assert "Traceback" not in wrong.stderr


@pytest.mark.data
def test_headlines_with_glove_twitter(data_dir):
    counts = count_words(
        data_dir / "Sarcasm_Headlines_Dataset.json", spacy.blank("en"), lower_words
    )
    path = data_dir / "glove.twitter.27B.25d.subset.txt"
    coverage = measure_coverage(counts, known_words(path, counts))
    plain = {line.split(b" ")[0].decode() for line in path.read_bytes().split(b"\n")}
    assert coverage.covered_types == pytest.approx(sum(w in plain for w in counts) / len(counts))
    # Covered words are the frequent ones: dense before the takeover rank, rare after it.
    rank = coverage.takeover_rank
    assert coverage.present[:rank].mean() > 2 * coverage.present[rank:].mean()
