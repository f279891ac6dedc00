"""The notebook's experiment, on a handful of texts."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import pytest
import spacy
from typer.testing import CliRunner

from spacy_sarcasm.cli import app
from spacy_sarcasm.corpus.convert import convert_corpus
from spacy_sarcasm.pipeline.loading import find_sarcasm
from spacy_sarcasm.recipes.seed import PUBLISHED_SCORES
from spacy_sarcasm.vectors.convert_vectors import convert_vectors

from ..conftest import skip_without_tensorflow

SAMPLE = Path(__file__).parents[2] / "assets" / "sample"


def test_curves_figures_and_sentences(tmp_path: Path) -> None:
    skip_without_tensorflow()
    convert_corpus(SAMPLE / "headlines.json", tmp_path, spacy.blank("en"), "SARCASM")
    convert_vectors(SAMPLE / "sample.25d.txt", tmp_path / "vectors")
    files = [tmp_path / name for name in ("train.spacy", "dev.spacy", "vectors")]
    options = {"--epochs": 2, "--output": tmp_path / "out", "--metrics": tmp_path / "png"}
    arguments = ["seed", *files, *chain.from_iterable(options.items())]
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    log = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in log] == [0, 1, 2]
    # So small a step learns little in two epochs, and every step of it.
    losses = [line["train_loss"] for line in log]
    assert losses == sorted(losses, reverse=True)
    assert 0.5 < losses[-1] < losses[0] < 0.8
    assert all(0 <= line[f"{split}_accuracy"] <= 1 for line in log for split in ("train", "dev"))
    assert (tmp_path / "png" / "curves.png").read_bytes().startswith(b"\x89PNG")
    figures = json.loads((tmp_path / "png" / "comparison.json").read_text())
    nlp = spacy.load(tmp_path / "out" / "model")
    for row in figures["sentences"]:
        assert row["ours"] == pytest.approx(nlp(row["text"])._.sarcasm, abs=1e-4)
        assert row["published"] == PUBLISHED_SCORES[row["text"]]
        assert row["text"] in result.output
    assert len(figures["sentences"]) == 4
    assert figures["last_epoch"] == log[-1]
    settings = find_sarcasm(nlp).network.config.settings
    assert (settings.units, settings.layers, settings.dense_width) == (25, 2, 24)
