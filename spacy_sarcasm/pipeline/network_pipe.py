"""What the components around a network share: streams of docs, training, saving and loading."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, cast

from spacy import util
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from spacy.vocab import Vocab
from thinc.api import Optimizer, set_dropout_rate
from thinc.types import Floats2d

from ..network.architecture import update
from ..network.calibration import Calibration
from ..network.live import LiveNetwork
from ..network.row_scores import RowScores, Unknown, predict_rows
from ..network.shim import SarcasmModel, get_live_network
from ..network.storage import Network
from ..network.vocabulary import TextRows
from ..pretrained import BUNDLED_LANGUAGE, PRETRAINED
from .component_settings import MODEL_SETTINGS, weights_path
from .component_storage import (
    bytes_readers,
    bytes_writers,
    disk_readers,
    disk_writers,
    excluded_files,
)
from .scorer import Scorer


class NetworkPipe(TrainablePipe):  # type: ignore[misc]
    """A trainable component that scores docs with a network.

    A subclass checks its settings, writes scores to docs, and computes the loss. Every method that
    needs the weights raises `NotTrainedError` where there are none.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: SarcasmModel,
        name: str,
        *,
        weights: str | None,
        cfg: dict[str, Any],
        scorer: Scorer | None,
    ) -> None:
        """Create a component.

        Args:
            vocab: The pipeline's vocab.
            model: A model of the architecture `spacy_sarcasm.BiLSTM.v1`.
            name: The component's name in the pipeline.
            weights: The name of bundled weights, a path, or None for an untrained network. Read
                when first needed.
            cfg: The settings by name.
            scorer: The scoring method.

        Raises:
            ValueError: The model is of another architecture, or a setting is out of its range.
        """
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = scorer
        self.use_settings(cfg)
        self.configured = dict(self.cfg)
        self.was_trained = True
        self._uses_bundled = weights in PRETRAINED
        live = self.live
        if weights is not None:
            live.source = weights_path(weights)

    @abstractmethod
    def check_settings(self, cfg: Mapping[str, Any]) -> None:
        """Raise a ValueError that names a setting which is out of its range."""

    @abstractmethod
    def annotate(self, docs: Sequence[Doc]) -> None:
        """Do what `predict` and `set_annotations` do, with the words looked up once."""

    @abstractmethod
    def get_loss(self, examples: Iterable[Example], scores: Floats2d) -> tuple[float, Floats2d]:
        """Return the loss of a batch and its gradient with respect to the scores."""

    def use_settings(self, cfg: dict[str, Any]) -> None:
        """Replace all settings; raise a ValueError where one is out of its range."""
        self.check_settings(cfg)
        self.cfg = cfg

    def __setstate__(self, state: Any) -> None:
        """Restore a pickled component, its attributes included."""
        super().__setstate__(state)
        self.use_settings(self.cfg)

    @property
    def live(self) -> LiveNetwork:
        """The network in use: weights, calibration and engines."""
        return get_live_network(self.model)

    @property
    def network(self) -> Network:
        """The settings, words and weights."""
        self.get_ready()
        return self.live.network

    @property
    def calibration(self) -> Calibration:
        """How the network's output becomes a probability, and the weights' own threshold.

        `spacy_sarcasm.evaluation.calibrate` measures it; the first update of the weights resets it.
        """
        self.get_ready()
        return self.live.calibration

    @calibration.setter
    def calibration(self, calibration: Calibration) -> None:
        self.get_ready()
        self.live.calibration = calibration

    # Scoring

    def __call__(self, doc: Doc) -> Doc:
        """Score one doc, in place."""
        self.get_ready()
        try:
            self.annotate([doc])
        except Exception as error:
            self.get_error_handler()(self.name, self, [doc], error)
            # spaCy takes None for a doc that was dropped.
            return cast(Doc, None)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Score a stream of docs; one that cannot be scored goes to the error handler alone.

        Args:
            stream: The docs.
            batch_size: Number of docs that are taken at a time and grouped by length.

        Yields:
            The same docs, in order.
        """
        self.get_ready()
        batches = util.minibatch(stream, size=batch_size)  # type: ignore[no-untyped-call]
        for docs in batches:
            try:
                self.annotate(docs)
            except Exception:
                # Scoring one doc at a time tells which of them has the fault; the error handler
                # gets the exception then.
                yield from self._pipe_singly(docs)
            else:
                yield from docs

    def _pipe_singly(self, docs: Sequence[Doc]) -> Iterator[Doc]:
        handle_error = self.get_error_handler()
        for doc in docs:
            try:
                self.annotate([doc])
            except Exception as error:
                handle_error(self.name, self, [doc], error)
            else:
                yield doc

    def predict(self, docs: Iterable[Doc]) -> Floats2d:
        """Return the probabilities of docs, shape (docs, outputs), NaN where they are missing."""
        self.get_ready()
        return self.model.predict(list(docs))

    def predict_rows(self, texts: TextRows, *, unknown: Unknown | None = None) -> RowScores:
        """Return scores and coverage of texts whose words have been looked up.

        Args:
            texts: The words as rows of the network's vocabulary, uncut.
            unknown: Takes the place of the setting of that name; ``"score"`` gives every text with
                words a score.

        Returns:
            ``scores`` and ``coverage``, each of shape (texts,); NaN where the score is missing.

        Example:
            >>> rows = look_up(component.model, docs)  # doctest: +SKIP
            >>> scores, coverage = component.predict_rows(rows)  # doctest: +SKIP
        """
        self.get_ready()
        return predict_rows(self.model, texts, unknown=unknown)

    def get_ready(self) -> None:
        """Pass the settings on and read the weights; raise an error when there are none."""
        for setting in MODEL_SETTINGS:
            self.model.attrs[setting] = self.cfg[setting]
        live = self.live
        if live.source is not None and self._uses_bundled and self.vocab.lang != BUNDLED_LANGUAGE:
            warnings.warn(
                f"the bundled sarcasm weights were trained on English, and the language of this "
                f"pipeline is '{self.vocab.lang}': its scores mean nothing. Train the component on "
                "your own data, or leave it out",
                UserWarning,
                stacklevel=4,
            )
        # Reads them, or raises the error that says what to do.
        _ = live.network

    # Training

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch, as `TrainablePipe.update` does, with the network run once.

        Args:
            examples: The batch.
            drop: The dropout rate, unless the architecture sets one.
            sgd: The optimizer; None only adds up the gradients.
            losses: Losses by component, to which that of the batch is added.

        Raises:
            ValueError: Gold is not a number in 0..1.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, f"{type(self).__name__}.update")
        docs = [example.predicted for example in examples]
        if any(map(len, docs)):
            self.get_ready()
            set_dropout_rate(self.model, drop)

            def loss_gradient(scores: Floats2d) -> Floats2d:
                loss, d_scores = self.get_loss(examples, scores)
                losses[self.name] += loss
                return d_scores

            update(self.model, docs, loss_gradient)
            if sgd:
                self.finish_update(sgd)
        return losses

    # Serialisation; the parts are `cfg`, `vocab` and `model`

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the component as bytes, without the parts in `exclude`."""
        return util.to_bytes(bytes_writers(self, exclude), exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Read what `to_bytes` returned; raise a ValueError where it is damaged or does not fit."""
        util.from_bytes(bytes_data, bytes_readers(self, exclude), exclude)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Save the component to a folder, without the parts in `exclude`."""
        writers = disk_writers(self, exclude)
        util.to_disk(util.ensure_path(path), writers, excluded_files(exclude))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Read what `to_disk` saved, without the parts in `exclude`.

        Raises:
            FileNotFoundError: A file is missing.
            ValueError: A file is damaged, or does not fit the settings of the pipeline.
        """
        readers = disk_readers(self, exclude)
        util.from_disk(util.ensure_path(path), readers, excluded_files(exclude))
        return self
