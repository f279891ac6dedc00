"""The class of the `sarcasm` component."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

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
    SarcasmModel,
    get_shim,
    score_rows,
    update,
)
from ..network.calibration import DEFAULT_THRESHOLD, Calibration
from ..network.shim import Probabilities
from ..network.storage import WEIGHTS_FILE, Network, save_network
from ..network.vocabulary import TextRows
from ..pretrained import BUNDLED_LANGUAGE, BUNDLED_WEIGHTS
from .gold import PositiveWeight, cross_entropy, read_gold, require_gold
from .scorer import Scorer

BUNDLED = "bundled"
DEFAULT_LABEL = "SARCASM"
EXTENSION = "sarcasm"

# Where `doc._.sarcasm` is kept. Writing it here costs a fifth of going through `doc._`.
_EXTENSION_KEY: Any = ("._.", EXTENSION, None, None)

if not Doc.has_extension(EXTENSION):
    Doc.set_extension(EXTENSION, default=None)


class SarcasmClassifier(TrainablePipe):  # type: ignore[misc]
    """Scores docs for sarcasm.

    Sets ``doc._.sarcasm``, a float in 0..1, and mirrors it to ``doc.cats``. Docs without words
    score 0.0. Learns from gold in ``doc.cats``, any number in 0..1.
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
        positive_weight: float | str | None = None,
        scorer: Scorer | None = None,
    ) -> None:
        """Make a component.

        Args:
            vocab: The pipeline's vocab.
            model: A model of the architecture `spacy_sarcasm.BiLSTM.v1`.
            name: The component's name in the pipeline.
            weights: ``"bundled"``, the path of a weights file or of a folder with one, or None for
                an untrained network. Read on first use, so a pipeline with its own never does.
            label: The category in ``doc.cats`` that mirrors the score and holds the gold.
            set_cats: Whether the score is mirrored.
            threshold: Scores at or above it are sarcastic, 0..1. None: that of the weights.
            max_length: The number of tokens of a text that are read.
            batch_budget: Maximum tokens in a batch of the network, padding included.
            threads: Threads that ONNX Runtime may use.
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
        self._shim = get_shim(model)
        self.cfg: dict[str, Any] = {
            "label": label,
            "set_cats": set_cats,
            "threshold": threshold,
            "max_length": max_length,
            "batch_budget": batch_budget,
            "threads": threads,
            "positive_weight": positive_weight,
        }
        self._positive_weight = PositiveWeight(positive_weight)
        _check_settings(self.cfg)
        self._configured = dict(self.cfg)
        self._was_trained = True
        self._uses_bundled = weights == BUNDLED
        if weights is not None:
            self._shim.source = _weights_path(weights)

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
        """Take note of a label; there is room for the component's own only.

        Args:
            label: The label.

        Returns:
            0: the label was there.

        Raises:
            ValueError: It is another label.
        """
        if label != self.label:
            raise ValueError(
                f"the component '{self.name}' has the one label '{self.label}' and cannot add "
                f"'{label}'. The setting `label` names it"
            )
        return 0

    @property
    def network(self) -> Network:
        """The network: settings, words and weights.

        Raises:
            NotTrainedError: The component has no weights.
        """
        self._get_ready()
        return self._shim.network

    @property
    def calibration(self) -> Calibration:
        """How the network's output becomes a probability, and the weights' own threshold.

        Set it for weights that are in place; `spacy_sarcasm.evaluation.calibrate` measures it.
        The first update of the weights resets it.

        Raises:
            NotTrainedError: The component has no weights.
        """
        self._get_ready()
        return self._shim.calibration

    @calibration.setter
    def calibration(self, calibration: Calibration) -> None:
        self._get_ready()
        self._shim.calibration = calibration

    @property
    def threshold(self) -> float:
        """The least score that counts as sarcastic: the setting, else that of the weights."""
        own: float | None = self.cfg["threshold"]
        if own is not None:
            return own
        return self.calibration.threshold if self._shim.has_network else DEFAULT_THRESHOLD

    # Scoring

    def __call__(self, doc: Doc) -> Doc:
        """Score one doc.

        Args:
            doc: The doc, which is changed in place.

        Returns:
            The same doc.

        Raises:
            NotTrainedError: The component has no weights.
        """
        self._get_ready()
        scored: Doc = super().__call__(doc)
        return scored

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Score a stream of docs.

        A doc that cannot be scored goes to the error handler alone.

        Args:
            stream: The docs.
            batch_size: So many docs are taken at a time, and grouped by length.

        Yields:
            The same docs, in order.

        Raises:
            NotTrainedError: The component has no weights.
        """
        self._get_ready()
        batches = util.minibatch(stream, size=batch_size)  # type: ignore[no-untyped-call]
        for docs in batches:
            try:
                self.set_annotations(docs, self.predict(docs))
            except Exception:
                # Whatever it was, one doc at a time tells which of them has the fault; the
                # error handler is given the exception then.
                yield from self._pipe_singly(docs)
            else:
                yield from docs

    def _pipe_singly(self, docs: Sequence[Doc]) -> Iterator[Doc]:
        handle_error = self.get_error_handler()
        for doc in docs:
            try:
                self.set_annotations([doc], self.predict([doc]))
            except Exception as error:
                handle_error(self.name, self, [doc], error)
            else:
                yield doc

    def predict(self, docs: Iterable[Doc]) -> Floats2d:
        """Return the probabilities of docs without changing them.

        Args:
            docs: The docs.

        Returns:
            The probabilities, shape (docs, 1).

        Raises:
            NotTrainedError: The component has no weights.
        """
        self._get_ready()
        return self.model.predict(list(docs))

    def predict_rows(self, texts: TextRows) -> Probabilities:
        """Return the probabilities of texts whose words have been looked up.

        Args:
            texts: The words as rows of the network's vocabulary, uncut.

        Returns:
            The probabilities, shape (texts,).

        Raises:
            NotTrainedError: The component has no weights.
        """
        self._get_ready()
        return score_rows(self.model, texts)

    def set_annotations(self, docs: Iterable[Doc], scores: Floats2d) -> None:
        """Write scores to docs, as Python floats.

        Args:
            docs: The docs.
            scores: What `predict` returned for them.
        """
        label = self.label if self.cfg["set_cats"] else None
        for doc, score in zip(docs, scores[:, 0].tolist(), strict=True):
            doc.user_data[_EXTENSION_KEY] = score
            if label is not None:
                doc.cats[label] = score

    def score(self, examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
        """Return what the scorer makes of scored examples, at the threshold in force.

        Args:
            examples: The examples.
            kwargs: Settings for the scorer that take the place of the component's own.
        """
        scores: dict[str, Any] = super().score(examples, **{"threshold": self.threshold, **kwargs})
        return scores

    def _get_ready(self) -> None:
        """Pass the settings on, read weights left for later; complain when there are none."""
        for setting in ("max_length", "batch_budget", "threads"):
            self.model.attrs[setting] = self.cfg[setting]
        if self._shim.source is not None:
            if self._uses_bundled and self.vocab.lang != BUNDLED_LANGUAGE:
                warnings.warn(
                    f"the bundled sarcasm weights were trained on English, and this pipeline's "
                    f"language is '{self.vocab.lang}': its scores mean nothing. Train the "
                    "component on your own data, or leave it out",
                    UserWarning,
                    stacklevel=4,
                )
            self._shim.load(self._shim.source)
        elif not self._shim.has_network:
            # Raises the error that says what to do.
            _ = self._shim.network

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
            weights: ``"bundled"`` or a path, to go on from those weights and their vocabulary.

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
            self._shim.load(_weights_path(weights))
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
            drop: The rate of dropout, unless the architecture sets one.
            sgd: The optimizer; None only adds the gradients up.
            losses: Losses by component, to which that of the batch is added; also returned.

        Raises:
            ValueError: Gold is not a number in 0..1.
            NotTrainedError: The component has no weights.
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

        Examples without the label count for nothing.

        Args:
            examples: The batch.
            scores: The probabilities of its docs, shape (docs, 1).

        Returns:
            The loss, and its gradient with respect to the scores, of their shape.

        Raises:
            ValueError: Gold is not a number in 0..1.
        """
        examples = list(examples)
        validate_examples(examples, "SarcasmClassifier.get_loss")
        gold, known = read_gold(examples, self.label)
        weight = self._positive_weight.for_batch(gold, known)
        loss, d_scores = cross_entropy(scores[:, 0], gold, known, self.model.ops.xp, weight)
        return loss, d_scores[:, None]

    # Serialisation

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the component as bytes.

        Args:
            exclude: Parts to leave out: ``cfg``, ``vocab``, ``model``.
        """
        parts: dict[str, Callable[[], bytes]] = {
            "cfg": lambda: json.dumps(self._saved_cfg()).encode(),
            "vocab": lambda: self.vocab.to_bytes(exclude=exclude),
            "model": self._shim.to_bytes,
        }
        return util.to_bytes(parts, exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> SarcasmClassifier:
        """Read what `to_bytes` returned.

        Args:
            bytes_data: The bytes.
            exclude: Parts to leave out, as for `to_bytes`.

        Raises:
            WeightsError: The weights are damaged, or do not fit the settings.
        """
        parts = {
            "cfg": lambda data: self._load_cfg(json.loads(data)),
            "vocab": lambda data: self.vocab.from_bytes(data, exclude=exclude),
            "model": self._shim.from_bytes,
        }
        util.from_bytes(bytes_data, parts, exclude)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Save the component to a folder.

        Args:
            path: The folder, made if it does not exist.
            exclude: Parts to leave out: ``cfg``, ``vocab``, ``weights``.
        """
        parts: dict[str, Callable[[Path], Any]] = {
            "cfg": lambda file: file.write_text(json.dumps(self._saved_cfg(), indent=2)),
            "vocab": lambda file: self.vocab.to_disk(file, exclude=exclude),
            WEIGHTS_FILE: self._save_weights,
        }
        util.to_disk(util.ensure_path(path), parts, exclude)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> SarcasmClassifier:
        """Load the component from a folder.

        Args:
            path: The folder.
            exclude: Parts to leave out, as for `to_disk`.

        Raises:
            FileNotFoundError: A file is missing.
            ValueError: A file is damaged, or the weights do not fit the settings.
        """
        parts: dict[str, Callable[[Path], Any]] = {
            "cfg": lambda file: self._load_cfg(_read_json(file)),
            "vocab": lambda file: self.vocab.from_disk(file, exclude=exclude),
            WEIGHTS_FILE: self._load_weights,
        }
        util.from_disk(util.ensure_path(path), parts, exclude)
        return self

    def _saved_cfg(self) -> dict[str, Any]:
        return {
            "cfg": self.cfg,
            "configured": self._configured,
            "trained": self._shim.has_network,
        }

    def _load_cfg(self, saved: dict[str, Any]) -> None:
        """Take over saved settings, but for those that this pipeline's config has overridden."""
        for key, value in saved["cfg"].items():
            if self._configured.get(key) == saved["configured"].get(key):
                self.cfg[key] = value
        self._was_trained = saved["trained"]

    def _save_weights(self, file: Path) -> None:
        if self._shim.has_network:
            save_network(self._shim.network, file)

    def _load_weights(self, file: Path) -> None:
        if self._was_trained:
            self._shim.load(file)
        else:
            # It was saved untrained, without weights.
            self._shim.from_bytes(b"")


def _weights_path(weights: str) -> Path:
    if not weights:
        raise ValueError(
            f"sarcasm setting 'weights' must be '{BUNDLED}', a path or null, not an empty string"
        )
    return BUNDLED_WEIGHTS if weights == BUNDLED else Path(weights)


def _check_settings(cfg: dict[str, Any]) -> None:
    for key in ("max_length", "batch_budget", "threads"):
        if isinstance(cfg[key], bool) or not isinstance(cfg[key], int) or cfg[key] < 1:
            raise ValueError(
                f"sarcasm setting '{key}' must be a whole number of at least 1, not {cfg[key]!r}"
            )
    threshold = cfg["threshold"]
    if threshold is not None and (
        not isinstance(threshold, int | float) or math.isnan(threshold) or not 0 <= threshold <= 1
    ):
        raise ValueError(
            f"sarcasm setting 'threshold' must be in 0..1, or null for that of the weights, not "
            f"{threshold!r}"
        )
    if not isinstance(cfg["label"], str) or not cfg["label"]:
        raise ValueError(f"sarcasm setting 'label' must be a name, not {cfg['label']!r}")


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"'{file}' is damaged: {error}. Save the pipeline again") from error
