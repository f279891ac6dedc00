"""The class of the `sarcasm` component."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from spacy import util
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Optimizer, set_dropout_rate
from thinc.types import Floats2d

from ..network.architecture import (
    DEFAULT_BATCH_BUDGET,
    DEFAULT_MAX_LENGTH,
    DEFAULT_THREADS,
    update,
)
from ..network.calibration import DEFAULT_THRESHOLD, Calibration
from ..network.engines.onnx_scorer import Probabilities
from ..network.live import LiveNetwork
from ..network.row_scores import (
    DEFAULT_UNKNOWN,
    RowScores,
    Unknown,
    coverage_of,
    cut_and_warn,
    look_up,
    predict_rows,
)
from ..network.shim import SarcasmModel, get_live_network
from ..network.storage import Network
from ..network.vocabulary import TextRows
from ..pretrained import BUNDLED_LANGUAGE, PRETRAINED
from .annotations import Attributes
from .component_settings import (
    BUNDLED,
    DEFAULT_EXTENSION,
    DEFAULT_LABEL,
    MODEL_SETTINGS,
    check_settings,
    weights_path,
)
from .component_storage import (
    bytes_readers,
    bytes_writers,
    disk_readers,
    disk_writers,
    excluded_files,
)
from .gold import PositiveWeight, cross_entropy, read_gold, require_gold
from .scorer import Scorer


class SarcasmClassifier(TrainablePipe):  # type: ignore[misc]
    """Scores docs for sarcasm.

    Sets ``doc._.sarcasm``, a probability in 0..1, and mirrors it to ``doc.cats``;
    ``doc._.sarcasm_coverage``, the share of its words that the network knows; and
    ``doc._.is_sarcastic``, whether the score reaches the threshold. Learns from gold in
    ``doc.cats``, any number in 0..1.

    Every method that needs the weights raises `NotTrainedError` where there are none.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: SarcasmModel,
        name: str = "sarcasm",
        *,
        weights: str | None = BUNDLED,
        label: str = DEFAULT_LABEL,
        set_cats: bool = True,
        threshold: float | None = None,
        max_length: int = DEFAULT_MAX_LENGTH,
        batch_budget: int = DEFAULT_BATCH_BUDGET,
        threads: int = DEFAULT_THREADS,
        unknown: Unknown = DEFAULT_UNKNOWN,
        extension: str = DEFAULT_EXTENSION,
        positive_weight: float | str | None = None,
        scorer: Scorer | None = None,
    ) -> None:
        """Create a component.

        Args:
            vocab: The pipeline's vocab.
            model: A model of the architecture `spacy_sarcasm.BiLSTM.v1`.
            name: The component's name in the pipeline.
            weights: What it starts from: ``"bundled"`` or ``"small"``, the path of a weights file
                (or of a folder with one, such as a saved component), or None for an untrained
                network. Read when first needed, so a pipeline that brings weights of its own never
                reads them. Settings of the model that are null are taken from the weights.
            label: The category in ``doc.cats`` that mirrors the score and holds the gold.
            set_cats: Whether to mirror the score.
            threshold: The least score that counts as sarcastic, 0 to 1, in ``doc._.is_sarcastic``
                and in evaluation. None: the threshold stored with the weights.
            max_length: Maximum number of tokens of a text that are read.
            batch_budget: Maximum number of tokens, padding included, that the network takes at a
                time.
            threads: Threads that ONNX Runtime may use.
            unknown: What becomes of texts in which the network knows no word, empty texts among
                them. ``missing``: they have no score, which is None on the Doc and NaN in arrays.
                ``score``: they have the score that the network gives for unknown words, and empty
                texts 0.0.
            extension: Name of the attribute with the score; change it to run two components in one
                pipeline. The others follow it: with ``irony``, they are ``doc._.irony``,
                ``doc._.irony_coverage`` and ``doc._.irony_is_sarcastic``.
            positive_weight: How much a sarcastic example counts in training: a number,
                ``"balanced"`` (both classes count the same) or None (1.0).
            scorer: The scoring method.

        Raises:
            ValueError: A setting is out of its range, or the model is of another architecture.
        """
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = scorer
        self.use_settings(
            {
                "label": label,
                "set_cats": set_cats,
                "threshold": threshold,
                "max_length": max_length,
                "batch_budget": batch_budget,
                "threads": threads,
                "unknown": unknown,
                "extension": extension,
                "positive_weight": positive_weight,
            }
        )
        self.configured = dict(self.cfg)
        self.was_trained = True
        self._uses_bundled = weights in PRETRAINED
        live = self.live
        if weights is not None:
            live.source = weights_path(weights)

    def use_settings(self, cfg: dict[str, Any]) -> None:
        """Replace the component's settings.

        Args:
            cfg: All settings by name.

        Raises:
            ValueError: One is out of its range.
        """
        check_settings(cfg)
        self.cfg = cfg
        self.attributes = Attributes(cfg["extension"])
        self._positive_weight = PositiveWeight(cfg["positive_weight"])

    def __repr__(self) -> str:
        """Describe the component in one line, without reading its weights."""
        own = self.cfg["threshold"]
        threshold = "of the weights" if own is None else own
        return (
            f"<{type(self).__name__} '{self.name}', label '{self.label}', threshold {threshold}, "
            f"{self.live!r}>"
        )

    @property
    def live(self) -> LiveNetwork:
        """The network in use: weights, calibration and engines."""
        return get_live_network(self.model)

    @property
    def label(self) -> str:
        """The category in ``doc.cats``."""
        return str(self.cfg["label"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The component's one label."""
        return (self.label,)

    @property
    def label_data(self) -> tuple[str, ...]:
        """What ``spacy init labels`` writes for the component."""
        return self.labels

    def add_label(self, label: str) -> int:
        """Accept the component's own label; raise a ValueError for any other."""
        if label != self.label:
            raise ValueError(
                f"the component '{self.name}' has the one label '{self.label}' and cannot add "
                f"'{label}'. The setting `label` names it"
            )
        return 0

    @property
    def network(self) -> Network:
        """The settings, words and weights."""
        self._get_ready()
        return self.live.network

    @property
    def calibration(self) -> Calibration:
        """How the network's output becomes a probability, and the weights' own threshold.

        `spacy_sarcasm.evaluation.calibrate` measures it; the first update of the weights resets it.
        """
        self._get_ready()
        return self.live.calibration

    @calibration.setter
    def calibration(self, calibration: Calibration) -> None:
        self._get_ready()
        self.live.calibration = calibration

    @property
    def threshold(self) -> float:
        """The least score that counts as sarcastic: the setting, else that of the weights.

        ``doc._.is_sarcastic`` compares with it when a doc is scored. Assign to
        ``component.cfg["threshold"]`` to change it.
        """
        own: float | None = self.cfg["threshold"]
        if own is not None:
            return own
        return self.calibration.threshold if self.live.has_network else DEFAULT_THRESHOLD

    # Scoring

    def __call__(self, doc: Doc) -> Doc:
        """Score one doc, in place."""
        self._get_ready()
        try:
            self._annotate([doc])
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
        self._get_ready()
        batches = util.minibatch(stream, size=batch_size)  # type: ignore[no-untyped-call]
        for docs in batches:
            try:
                self._annotate(docs)
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
                self._annotate([doc])
            except Exception as error:
                handle_error(self.name, self, [doc], error)
            else:
                yield doc

    def predict(self, docs: Iterable[Doc]) -> Floats2d:
        """Return the probabilities of docs, shape (docs, 1), NaN where the score is missing."""
        self._get_ready()
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
        self._get_ready()
        return predict_rows(self.model, texts, unknown=unknown)

    def get_score(self, doc: Doc) -> float | None:
        """Return the score that this component wrote to a doc, None where there is none."""
        return self.attributes.get_score(doc)

    def set_annotations(self, docs: Iterable[Doc], scores: Floats2d) -> None:
        """Write scores, as `predict` returned them, to docs."""
        docs = list(docs)
        texts = cut_and_warn(self.model, look_up(self.model, docs))
        self._write(docs, RowScores(cast(Probabilities, scores[:, 0]), coverage_of(texts)))

    def _annotate(self, docs: Sequence[Doc]) -> None:
        """Do what `predict` and `set_annotations` do, with the words looked up once."""
        self._write(docs, predict_rows(self.model, look_up(self.model, docs)))

    def _write(self, docs: Iterable[Doc], scored: RowScores) -> None:
        label = self.label if self.cfg["set_cats"] else None
        self.attributes.write(docs, scored, threshold=self.threshold, label=label)

    def score(self, examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
        """Return what the scorer makes of scored examples, at the threshold in force."""
        scores: dict[str, Any] = super().score(examples, **{"threshold": self.threshold, **kwargs})
        return scores

    def _get_ready(self) -> None:
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

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Iterable[str] | None = None,
        weights: str | None = None,
    ) -> None:
        """Start over from a training corpus, or from weights to fine-tune.

        The vocabulary is built from the corpus, the embedding from ``nlp.vocab.vectors``.

        Args:
            get_examples: Returns the training corpus.
            nlp: The pipeline.
            labels: What ``spacy init labels`` wrote; has to be the component's own label.
            weights: ``"bundled"``, ``"small"`` or a path, to continue from those weights and their
                vocabulary.

        Raises:
            ValueError: The labels are others, no example has gold, or gold is out of 0..1.
            FileNotFoundError: There are no weights at the path.
            WeightsError: The weights cannot be read, or do not fit the settings.
        """
        validate_get_examples(get_examples, "SarcasmClassifier.initialize")
        for label in labels or ():
            self.add_label(label)
        examples = list(get_examples())
        require_gold(examples, self.label)
        self._positive_weight.count(examples, self.label)
        if weights is not None:
            self.live.load(weights_path(weights))
            return
        self.model.initialize(X=[example.predicted for example in examples])

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
        validate_examples(examples, "SarcasmClassifier.update")
        docs = [example.predicted for example in examples]
        if any(map(len, docs)):
            self._get_ready()
            set_dropout_rate(self.model, drop)

            def loss_gradient(scores: Floats2d) -> Floats2d:
                loss, d_scores = self.get_loss(examples, scores)
                losses[self.name] += loss
                return d_scores

            update(self.model, docs, loss_gradient)
            if sgd:
                self.finish_update(sgd)
        return losses

    def get_loss(self, examples: Iterable[Example], scores: Floats2d) -> tuple[float, Floats2d]:
        """Return the mean binary cross-entropy and its gradient.

        Examples without the label, or without a score, count for nothing.

        Args:
            examples: The batch.
            scores: The probabilities of its docs, shape (docs, 1).

        Raises:
            ValueError: Gold is not a number in 0..1.
        """
        examples = list(examples)
        validate_examples(examples, "SarcasmClassifier.get_loss")
        gold, known = read_gold(examples, self.label)
        known[np.isnan(self.model.ops.to_numpy(scores[:, 0]))] = 0  # type: ignore[no-untyped-call]
        xp = self.model.ops.xp
        weight = self._positive_weight.for_batch(gold, known)
        loss, d_scores = cross_entropy(xp.nan_to_num(scores[:, 0]), gold, known, xp, weight)
        return loss, d_scores[:, None]

    # Serialisation; the parts are `cfg`, `vocab` and `model`

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the component as bytes, without the parts in `exclude`."""
        return util.to_bytes(bytes_writers(self, exclude), exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> SarcasmClassifier:
        """Read what `to_bytes` returned; raise a ValueError where it is damaged or does not fit."""
        util.from_bytes(bytes_data, bytes_readers(self, exclude), exclude)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Save the component to a folder, without the parts in `exclude`."""
        writers = disk_writers(self, exclude)
        util.to_disk(util.ensure_path(path), writers, excluded_files(exclude))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> SarcasmClassifier:
        """Read what `to_disk` saved.

        Args:
            path: The folder.
            exclude: Parts to leave out.

        Raises:
            FileNotFoundError: A file is missing.
            ValueError: A file is damaged, or does not fit the settings of the pipeline.
        """
        readers = disk_readers(self, exclude)
        util.from_disk(util.ensure_path(path), readers, excluded_files(exclude))
        return self
