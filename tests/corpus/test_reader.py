"""`spacy_sarcasm.JsonlCorpus.v1`: training straight from JSON lines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
from spacy import registry
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_nlp
from spacy.util import load_config

import spacy_sarcasm
from spacy_sarcasm.corpus.reader import make_jsonl_corpus

from ..conftest import TINY_TEXTS

NLP = spacy.blank("en")
CONFIG = Path(spacy_sarcasm.__file__).parent / "configs" / "sarcasm.cfg"


def write(path: Path, rows: list) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_is_registered() -> None:
    assert registry.readers.get("spacy_sarcasm.JsonlCorpus.v1") is make_jsonl_corpus


def test_labels_and_cats(tmp_path: Path) -> None:
    rows = [
        {"text": "one", "label": 0.7, "source": "x"},
        {"text": "two", "cats": {"SARCASM": 0.1, "OTHER": 1}},
        {"text": "", "label": True},
    ]
    examples = list(make_jsonl_corpus(write(tmp_path / "c.jsonl", rows))(NLP))
    assert [example.reference.cats for example in examples] == [
        {"SARCASM": 0.7},
        {"SARCASM": 0.1, "OTHER": 1.0},
        {"SARCASM": 1.0},
    ]
    assert [example.predicted.text for example in examples] == ["one", "two", ""]
    other = make_jsonl_corpus(tmp_path / "c.jsonl", label="IRONY", limit=1)
    assert [example.reference.cats for example in other(NLP)] == [{"IRONY": 0.7}]


def test_each_pass_reads_anew_and_line_by_line(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", [{"text": "one", "label": 1}, {"text": "two"}])
    corpus = make_jsonl_corpus(path)
    passes = corpus(NLP), corpus(NLP)
    assert all(isinstance(examples, Iterator) for examples in passes)
    # The second line is bad, and not read yet.
    assert [next(examples).text for examples in passes] == ["one", "one"]
    with pytest.raises(ValueError, match=r"c\.jsonl': 1 of 2 rows .* line 2: no gold: expected"):
        next(passes[0])


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "one", "label": 0.5}\n'))
    assert [example.reference.cats for example in make_jsonl_corpus(path)(NLP)] == [
        {"SARCASM": 0.5}
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "property name"),
        ("1", "expected a JSON object on the line, got a number"),
        ('{"label": 1}', "no text: expected 'text' or 'headline', found label"),
        ('{"text": "a", "label": 1.5}', "'label' is 1.5"),
        ('{"text": "a", "label": NaN}', "'label' is nan"),
        ('{"text": "a", "label": "1"}', "'label' is '1'"),
        ('{"text": "a", "cats": [1]}', r"'cats' is \[1\]"),
        ('{"text": "a\\ud800", "label": 1}', "lone surrogate"),
    ],
)
def test_bad_line_is_named(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(ValueError, match=rf"'{path}': 1 of 1 rows .*line 1: .*{fault}"):
        list(make_jsonl_corpus(path)(NLP))
    with pytest.raises(ValueError, match=rf"'{path}', line 1: .*{fault}"):
        list(make_jsonl_corpus(path, on_error="stop")(NLP))


def test_a_few_bad_lines_are_skipped_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"text": "a", "label": 1}\n' * 150 + "{\n")
    with pytest.warns(UserWarning, match="1 of 151 rows are bad and were skipped: line 151: "):
        assert len(list(make_jsonl_corpus(path)(NLP))) == 150


def test_no_path() -> None:
    with pytest.raises(ValueError, match=r"--paths\.train"):
        make_jsonl_corpus(None)


def test_trains_on_a_streamed_corpus_of_soft_labels(tmp_path: Path) -> None:
    rows = [{"text": text, "label": 0.1 + 0.8 * gold} for text, gold in TINY_TEXTS] * 4
    path = write(tmp_path / "c.jsonl", rows)
    reader = {"@readers": "spacy_sarcasm.JsonlCorpus.v1", "path": str(path)}
    config = load_config(CONFIG, interpolate=False)
    config["corpora"] = {"train": reader, "dev": reader}
    config["components"]["sarcasm"]["model"] |= {"units": 8, "spatial_dropout": 0.0}
    config["initialize"]["before_init"] = None
    config["training"]["optimizer"]["learn_rate"] = 0.02
    # -1: the corpus is streamed, and the first hundred examples give the vocabulary.
    config["training"] |= {"max_epochs": -1, "max_steps": 60, "eval_frequency": 30, "dropout": 0.0}
    nlp = init_nlp(config)
    train_nlp(nlp)
    scores = [doc._.sarcasm for doc in nlp.pipe(text for text, _ in TINY_TEXTS)]
    golds = [0.1 + 0.8 * gold for _, gold in TINY_TEXTS]
    # Learnt to the soft gold, not to 0 and 1.
    assert scores == pytest.approx(golds, abs=0.06)
