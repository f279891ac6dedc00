"""Training a language model, by function and by command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spacy_sarcasm.generation.encoding import encode, make_tokenizer
from spacy_sarcasm.generation.headline_generator import HeadlineGenerator
from spacy_sarcasm.generation.model_storage import load_model
from spacy_sarcasm.generation.train_generator import (
    EpochReport,
    TrainingSettings,
    train_generator,
)
from spacy_sarcasm.generation.training_texts import CorpusReport, EncodedTexts

pytest.importorskip("tensorflow", reason="TensorFlow is not installed: extra `train`")

SETTINGS = TrainingSettings(
    units=24, width=16, epochs=20, dropout=0.0, learn_rate=0.02, batch_words=300, sampled=0
)
Trained = tuple[Path, CorpusReport, list[EpochReport]]


@pytest.fixture(scope="module")
def trained(headlines_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    out = tmp_path_factory.mktemp("trained") / "model.npz"
    reports: list[CorpusReport] = []
    epochs = train_generator(headlines_corpus, out, settings=SETTINGS, on_corpus=reports.append)
    return out, reports[0], epochs


def test_perplexity_falls_and_stands_beside_that_of_the_trigrams(trained: Trained) -> None:
    out, corpus, epochs = trained
    best = min(epoch.perplexity for epoch in epochs)
    assert best < epochs[0].perplexity / 2
    assert 1 < corpus.ngram_perplexity < corpus.words
    assert corpus.satire + corpus.serious + corpus.held_out == 200
    assert load_model(out).report["epochs"][-1]["perplexity"] == best


def test_it_writes_news_and_satire(trained: Trained, headlines_corpus: Path) -> None:
    generator = HeadlineGenerator.load(trained[0])
    known = {json.loads(line)["text"] for line in headlines_corpus.open()}
    firsts = {}
    for satire in (False, True):
        headlines = generator.write(count=10, satire=satire, temperature=1.2).headlines
        assert len(headlines) == 10
        assert known.isdisjoint(headlines)
        firsts[satire] = {headline.split()[0] for headline in headlines}
    assert len(firsts[True] & {"area", "local", "nation", "god", "teen"}) > len(
        firsts[True] & {"senate", "court", "mayor", "council", "company"}
    )
    assert len(firsts[False] & {"senate", "court", "mayor", "council", "company"}) > len(
        firsts[False] & {"area", "local", "nation", "god", "teen"}
    )


def test_both_engines_agree(trained: Trained) -> None:
    from spacy_sarcasm.generation.keras_language_model import KerasLanguageModel

    model = load_model(trained[0])
    generator = HeadlineGenerator(model)
    texts = ["senate passes new tax", "area man zorgles", "god", "court delays the void, again"]
    rows = encode(make_tokenizer(), model.vocabulary, texts)
    labels = np.array([0, 1, 1, 0], np.int32)
    found = generator.log_likelihood(rows, labels)
    network = KerasLanguageModel(model.settings, model.weights, dropout=0.5, sampled=5, seed=0)
    for given, wanted, label in EncodedTexts(rows, labels).batches(1, np.random.default_rng(0)):
        logits = network.logits(given, label).numpy().astype(np.float64)
        logs = logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)
        total = np.take_along_axis(logs, wanted[:, :, None], axis=2).sum()
        assert np.abs(found - total).min() < 1e-4


def test_sampled_words_teach_it_as_well(headlines_corpus: Path, tmp_path: Path) -> None:
    settings = TrainingSettings(
        units=24, width=16, epochs=12, dropout=0.0, learn_rate=0.02, batch_words=300, sampled=12
    )
    epochs = train_generator(headlines_corpus, tmp_path / "m.npz", settings=settings)
    assert min(epoch.perplexity for epoch in epochs) < epochs[0].perplexity / 2


def test_an_interrupt_keeps_the_best_epoch(headlines_corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.npz"

    def interrupt(epoch: EpochReport) -> None:
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    epochs = train_generator(headlines_corpus, out, settings=SETTINGS, on_epoch=interrupt)
    assert len(epochs) == 2
    assert load_model(out).report["epochs"][-1]["epoch"] == 2


def test_it_stops_when_the_perplexity_no_longer_falls(
    headlines_corpus: Path, tmp_path: Path
) -> None:
    settings = TrainingSettings(
        units=24, epochs=60, learn_rate=0.05, batch_words=100, dropout=0.0, sampled=0
    )
    epochs = train_generator(headlines_corpus, tmp_path / "model.npz", settings=settings)
    assert len(epochs) < 60
    assert [epoch.is_best for epoch in epochs[-2:]] == [False, False]


def test_a_corpus_that_is_too_small_or_bad_is_named(tmp_path: Path) -> None:
    corpus, out = tmp_path / "few.jsonl", tmp_path / "out.npz"
    corpus.write_text('{"text": "one headline", "label": 1}\n')
    with pytest.raises(ValueError, match=r"few\.jsonl' has \d headlines to train on"):
        train_generator(corpus, out)
    corpus.write_text('{"text": "one headline"}\n')
    with pytest.raises(ValueError, match="no gold"):
        train_generator(corpus, out)
    assert not out.exists()


def test_files_are_not_replaced_unasked(headlines_corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.npz"
    out.write_text("precious")
    with pytest.raises(FileExistsError, match="--overwrite"):
        train_generator(headlines_corpus, out)
    assert out.read_text() == "precious"
