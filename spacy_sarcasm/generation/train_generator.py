"""Training a language model of headlines, from a corpus to a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..data.row_settings import RowSettings
from ..extras import require
from ..network.engines.quiet_import import without_notes
from .headline_generator import HeadlineGenerator
from .language_model import BOUNDARY_ROW, LanguageModel, ModelSettings, Weights
from .model_storage import save_model
from .training_texts import Batch, CorpusReport, TrainingTexts, perplexity, read_training_texts

if TYPE_CHECKING:
    from .keras_language_model import KerasLanguageModel

_SPREAD = 0.1
# The learning rate falls to this share of the first.
_LAST_SHARE = 0.05

Progress = Callable[[list[Batch]], Iterable[Batch]]


@dataclass(frozen=True)
class TrainingSettings:
    """How a language model is made.

    Attributes:
        vocab_size: Maximum number of words, the most frequent first.
        min_count: Words seen less often become the unknown word, unless they have a vector.
        width: Width of the word vectors, where no vectors are given.
        units: Units of the LSTM.
        label_width: Width of the vector of the label.
        max_length: Headlines with more words are left out.
        dropout: Rate of the dropout before and after the LSTM.
        epochs: Maximum number of passes over the corpus.
        patience: Epochs without a lower held-out perplexity after which training stops.
        learn_rate: The first learning rate; it falls steadily to a twentieth.
        batch_words: Maximum number of words in a batch, padding included.
        sampled: Wrong words the softmax is trained against; 0 takes the whole vocabulary.
        seed: Seed of all random numbers.
    """

    vocab_size: int = 12_000
    min_count: int = 2
    width: int = 100
    units: int = 256
    label_width: int = 8
    max_length: int = 24
    dropout: float = 0.2
    epochs: int = 8
    patience: int = 2
    learn_rate: float = 3e-3
    batch_words: int = 3000
    sampled: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the settings.

        Raises:
            ValueError: One is out of range.
        """
        for name, value in asdict(self).items():
            low = 0 if name in ("sampled", "seed") else 1
            if name not in ("dropout", "learn_rate") and value < low:
                raise ValueError(f"{name} is {value}: expected {low} or more")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout}: expected a rate from 0 to below 1")
        if not 0 < self.learn_rate < 1:
            raise ValueError(f"learn_rate is {self.learn_rate}: expected a number in 0..1")


@dataclass(frozen=True)
class EpochReport:
    """An epoch.

    Attributes:
        epoch: Its number, from 1.
        seconds: Since training started.
        loss: Mean training loss of a word; against the sampled words alone, if there are any.
        perplexity: Held-out perplexity, over the whole vocabulary.
        is_best: Whether it is the lowest so far, so that the model was saved.
    """

    epoch: int
    seconds: float
    loss: float
    perplexity: float
    is_best: bool


def train_generator(
    corpus: Path,
    out: Path,
    *,
    dev: Path | None = None,
    vectors: Path | None = None,
    dim: int | None = None,
    settings: TrainingSettings | None = None,
    rows: RowSettings | None = None,
    overwrite: bool = False,
    on_corpus: Callable[[CorpusReport], None] = lambda report: None,
    on_epoch: Callable[[EpochReport], None] = lambda report: None,
    progress: Progress = iter,
) -> list[EpochReport]:
    """Train a language model of headlines and save the best epoch.

    The file is written whenever an epoch lowers the held-out perplexity, so an interrupt keeps
    the best model so far.

    Args:
        corpus: Labelled rows; those with gold of at least 0.5 are satire.
        out: The file to write.
        dev: Labelled rows to measure on; None holds out one headline in twenty.
        vectors: A file of word vectors to start from; None starts from random ones.
        dim: Their dimension, for an archive of several.
        settings: How it is made.
        rows: How the files hold the rows.
        overwrite: Whether the file may be replaced.
        on_corpus: Called once, before training.
        on_epoch: Called after each epoch.
        progress: Takes the batches of an epoch and yields them.

    Returns:
        The epochs.

    Raises:
        FileExistsError: The file exists and may not be replaced.
        ImportError: TensorFlow is not installed.
        KeyboardInterrupt: There was an interrupt before the first epoch was over. A later one ends
            the training.
        OSError: A file cannot be read or written.
        ValueError: A row is bad, or there are too few headlines.

    Example:
        >>> train_generator(Path("headlines.jsonl"), Path("headlines.npz"))  # doctest: +SKIP
    """
    settings = settings or TrainingSettings()
    if out.is_dir() or not out.parent.is_dir():
        raise FileNotFoundError(f"cannot write '{out}': expected the name of a file in a folder")
    if out.exists() and not overwrite:
        raise FileExistsError(f"'{out}' exists already: give another name, or pass --overwrite")
    with without_notes():
        require("tensorflow", "train", "training a language model")
    texts = read_training_texts(
        corpus,
        dev,
        vectors,
        dim=dim,
        vocab_size=settings.vocab_size,
        min_count=settings.min_count,
        max_length=settings.max_length,
        rows=rows,
    )
    on_corpus(texts.report)
    return _Training(texts, settings, out).run(on_epoch, progress)


class _Training:
    """A training run."""

    def __init__(self, texts: TrainingTexts, settings: TrainingSettings, out: Path) -> None:
        from .keras_language_model import KerasLanguageModel

        self.texts, self.settings, self.out = texts, settings, out
        self.random = np.random.default_rng(settings.seed)
        table = texts.vectors
        self.dimensions = ModelSettings(
            n_words=len(texts.vocabulary),
            width=settings.width if table is None else table.shape[1],
            units=settings.units,
            label_width=settings.label_width,
            max_length=settings.max_length,
        )
        self.network: KerasLanguageModel = KerasLanguageModel(
            self.dimensions,
            first_weights(self.dimensions, texts, self.random),
            dropout=settings.dropout,
            sampled=settings.sampled,
            seed=settings.seed,
        )
        self.done: list[EpochReport] = []

    def run(self, on_epoch: Callable[[EpochReport], None], progress: Progress) -> list[EpochReport]:
        """Train until there is no progress, an interrupt, or no epoch left."""
        begun = time.monotonic()
        best = np.inf
        worse = 0
        try:
            for epoch in range(1, self.settings.epochs + 1):
                loss = self._train_epoch(epoch, progress)
                weights = self.network.get_weights()
                found = self._measure(weights)
                is_best = found < best
                report = EpochReport(epoch, time.monotonic() - begun, loss, found, is_best)
                self.done.append(report)
                if is_best:
                    save_model(self._model(weights), self.out)
                    best = found
                on_epoch(report)
                worse = 0 if is_best else worse + 1
                if worse == self.settings.patience:
                    break
        except KeyboardInterrupt:
            if not np.isfinite(best):
                raise
        return self.done

    def _train_epoch(self, epoch: int, progress: Progress) -> float:
        batches = self.texts.train.batches(self.settings.batch_words, self.random)
        losses = []
        for step, batch in enumerate(progress(batches)):
            share = (epoch - 1 + step / len(batches)) / self.settings.epochs
            rate = self.settings.learn_rate * (1 - (1 - _LAST_SHARE) * share)
            losses.append(self.network.update(*batch, rate))
        loss = float(np.mean(losses))
        if not np.isfinite(loss):
            raise ValueError(f"the loss is {loss} in epoch {epoch}: try a smaller --learn-rate")
        return loss

    def _measure(self, weights: Weights) -> float:
        """Return the held-out perplexity, measured with the engine that writes headlines."""
        held_out = self.texts.held_out
        generator = HeadlineGenerator(self._model(weights))
        return perplexity(generator.log_likelihood(held_out.rows, held_out.labels), held_out.rows)

    def _model(self, weights: Weights) -> LanguageModel:
        corpus = {
            name: value for name, value in asdict(self.texts.report).items() if name != "read"
        }
        report = {
            "settings": asdict(self.settings),
            "corpus": corpus,
            "epochs": [asdict(one) for one in self.done],
        }
        texts = self.texts
        return LanguageModel(
            self.dimensions, texts.vocabulary, weights, texts.joins, texts.known, report
        )


def first_weights(
    dimensions: ModelSettings, texts: TrainingTexts, random: np.random.Generator
) -> Weights:
    """Return weights to start from: the words' vectors, and random ones for the others.

    Args:
        dimensions: The model's dimensions.
        texts: The training texts, with the vectors.
        random: Draws the others.
    """
    weights: Weights = {}
    for name, shape in dimensions.shapes.items():
        # Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
        limit = np.sqrt(6 / sum(shape))
        weights[name] = random.uniform(-limit, limit, shape).astype(np.float32)
        if name.endswith("bias"):
            weights[name][:] = 0.0
    units = dimensions.units
    # The forget gate starts open: Jozefowicz et al. 2015, https://proceedings.mlr.press/v37/jozefowicz15.html
    weights["lstm/bias"][units : 2 * units] = 1.0
    table = random.normal(0.0, _SPREAD, dimensions.shapes["embedding"]).astype(np.float32)
    if texts.vectors is not None:
        has_vector = texts.vectors.any(axis=1)
        found = texts.vectors[has_vector]
        if len(found):
            table[has_vector] = found * (_SPREAD / found.std())
    weights["embedding"] = table
    counts = np.bincount(texts.train.rows.rows, minlength=dimensions.n_words).astype(np.float64)
    counts[BOUNDARY_ROW] = len(texts.train.labels)
    # Each word starts with its share of the corpus.
    weights["output/bias"] = np.log((counts + 1) / (counts + 1).sum()).astype(np.float32)
    return weights
