"""`spacy-sarcasm generate`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spacy_sarcasm.generation.language_model import LanguageModel, ModelSettings
from spacy_sarcasm.generation.model_storage import save_model
from spacy_sarcasm.network.vocabulary import Vocabulary

from .conftest import Run


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model with random weights."""
    path = tmp_path_factory.mktemp("model") / "headlines.npz"
    random = np.random.default_rng(0)
    words = ["scientists", "find", "new", "cat", "very", "old", "man"]
    settings = ModelSettings(len(words) + 2, width=4, units=4, label_width=2, max_length=12)
    weights = {
        name: random.normal(0, 0.5, shape).astype(np.float32)
        for name, shape in settings.shapes.items()
    }
    # Headlines that end soon enough.
    weights["output/bias"][0] = 2.0
    joins, known = np.zeros((len(words) + 2, 2), bool), np.zeros(0, np.uint64)
    save_model(LanguageModel(settings, Vocabulary(words), weights, joins, known), path)
    return path


def test_headlines_are_written_one_per_line(run: Run, model: Path) -> None:
    short = run("generate", model, "scientists", "--count", 4, "--temperature", 0.9, "--satire")
    assert (short.returncode, short.stderr) == (0, "")
    lines = short.stdout.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("scientists ") for line in lines)
    whole = run(
        "generate", "write", "--count", 4, "--satire", "--temperature", 0.9, model, "scientists"
    )
    assert whole.stdout == short.stdout


def test_options_may_come_first(run: Run, model: Path) -> None:
    result = run("generate", "--count", 2, "--seed", 5, model)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 2


def test_unknown_words_and_missing_headlines_are_told_on_standard_error(
    run: Run, model: Path
) -> None:
    result = run("generate", model, "zorgle", "--count", 5, "--temperature", 0.01)
    assert result.returncode == 0
    assert "the model does not know 'zorgle'" in result.stderr
    assert "of 5 headlines" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.npz"], "there is no file 'none.npz'"),
        (["MODEL", "--top-p", 2], "top_p is 2.0"),
        (["train", "none.jsonl", "out.npz", "--epochs", 0], "epochs is 0"),
    ],
)
def test_mistakes_are_one_line(
    run: Run, model: Path, arguments: list[object], message: str
) -> None:
    result = run("generate", *[model if one == "MODEL" else one for one in arguments])
    assert result.returncode == 1
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_help_shows_both_commands(run: Run) -> None:
    shown = run("generate", "--help").stdout
    assert "train" in shown
    assert "write" in shown


def test_train_then_write(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed: extra `train`")
    corpus, out = tmp_path / "headlines.csv", tmp_path / "out.npz"
    rows = [
        f"{who} {what},{i % 2}" for i, who in enumerate(map(str, range(60))) for what in "abcdef"
    ]
    corpus.write_text("headline,is_sarcastic\n" + "\n".join(rows) + "\n")
    arguments = ("train", corpus, out, "--epochs", 2, "--units", 8, "--sampled", 0)
    result = run("generate", *arguments)
    assert result.returncode == 0, result.stderr
    assert "interpolated trigram model: held-out perplexity" in result.stdout
    assert "epoch  seconds  train loss  perplexity" in result.stdout
    assert f"{out}: epoch " in result.stdout
    again = run("generate", *arguments)
    assert again.returncode == 1
    assert "--overwrite" in again.stderr
