"""The class of the `sarcasm_kind` component."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.types import Floats2d

from ...network.engines.onnx_scorer import Probabilities
from ...network.row_scores import look_up, predict_rows
from ...network.shim import SarcasmModel
from ...network.storage import Network, load_network
from ...network.weights import with_classes
from ..classifier import SarcasmClassifier
from ..component_settings import weights_path
from ..network_pipe import NetworkPipe
from ..scorer import Scorer
from .kind_annotations import KindAttributes
from .kind_gold import ClassWeights, find_kinds, kind_cross_entropy, read_kinds, require_kinds
from .kind_settings import KindSettings


class KindClassifier(NetworkPipe):
    """Tells which of several kinds of sarcasm a doc is.

    Sets ``doc._.sarcasm_kinds``, a probability for each kind, which add up to 1, and
    ``doc._.sarcasm_kind``, the most probable kind. Both are None for a text in which the network
    knows no word, and the kind is None where a `sarcasm` component has called the doc sincere.
    Learns from gold in ``doc.cats``, where the doc's kind has 1.

    Every method that needs the weights raises `NotTrainedError` where there are none.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: SarcasmModel,
        name: str = "sarcasm_kind",
        *,
        weights: str | None = None,
        settings: KindSettings | None = None,
        scorer: Scorer | None = None,
    ) -> None:
        """Create a component.

        Args:
            vocab: The pipeline's vocab.
            model: A model of the architecture `spacy_sarcasm.BiLSTM.v1`. Its setting `classes`
                names the kinds; null takes them from the weights or the training corpus.
            name: The component's name in the pipeline.
            weights: The path of a weights file with classes (or of a folder with one, such as a
                saved component), or None for an untrained network. Read when first needed.
            settings: The other settings. None: their defaults.
            scorer: The scoring method.

        Raises:
            ValueError: The model is of another architecture.
        """
        cfg = asdict(settings or KindSettings())
        super().__init__(vocab, model, name, weights=weights, cfg=cfg, scorer=scorer)
        self.live.tells_classes = True

    def check_settings(self, cfg: Mapping[str, Any]) -> None:
        """Raise a ValueError that names a setting which is out of its range."""
        KindSettings(**cfg)

    def use_settings(self, cfg: dict[str, Any]) -> None:
        """Replace all settings; raise a ValueError where one is out of its range."""
        super().use_settings(cfg)
        self.attributes = KindAttributes(cfg["extension"], cfg["sarcasm_extension"])
        self._class_weights = ClassWeights(cfg["class_weight"])

    def __repr__(self) -> str:
        """Describe the component in one line, without reading its weights."""
        return f"<{type(self).__name__} '{self.name}', {self.live!r}>"

    @property
    def labels(self) -> tuple[str, ...]:
        """The kinds: those of the weights, else those of the settings or added by `add_label`."""
        return self.live.classes

    @property
    def label_data(self) -> tuple[str, ...]:
        """What ``spacy init labels`` writes for the component."""
        return self.labels

    def add_label(self, label: str) -> int:
        """Add a kind to a component that is not trained yet; return 0 if it has it already."""
        if label in self.live.new_classes or label in self.labels:
            return 0
        if self.live.has_network or self.labels != self.live.new_classes:
            raise ValueError(
                f"the component '{self.name}' tells {', '.join(self.labels)} apart and cannot add "
                f"'{label}': its weights, or the setting `classes` of its model, fix the kinds. "
                "Train it from scratch"
            )
        self.live.new_classes = (*self.live.new_classes, label)
        return 1

    # Scoring

    def get_kind(self, doc: Doc) -> str | None:
        """Return the kind that this component wrote to a doc, None where there is none."""
        return self.attributes.get_kind(doc)

    def set_annotations(self, docs: Iterable[Doc], scores: Floats2d) -> None:
        """Write kinds, by the probabilities that `predict` returned, to docs."""
        self._write(docs, cast(Probabilities, scores))

    def annotate(self, docs: Sequence[Doc]) -> None:
        """Do what `predict` and `set_annotations` do."""
        self._write(docs, predict_rows(self.model, look_up(self.model, docs)).scores)

    def _write(self, docs: Iterable[Doc], scores: Probabilities) -> None:
        self.attributes.write(docs, scores, self.labels, set_cats=self.cfg["set_cats"])

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
            labels: The kinds, such as ``spacy init labels`` wrote them. None: the setting `classes`
                of the model, else every category of the corpus but ``SARCASM`` and the labels of
                the `sarcasm` components.
            weights: ``"bundled"``, ``"small"`` or a path, to continue from those weights and their
                vocabulary. Those of a `sarcasm` component get a new output layer.

        Raises:
            ValueError: There are fewer than two kinds, no example has one, or one has several.
            FileNotFoundError: There are no weights at the path.
            WeightsError: The weights cannot be read, or do not fit the settings.
        """
        validate_get_examples(get_examples, "KindClassifier.initialize")
        examples = list(get_examples())
        pipes = [] if nlp is None else [pipe for _, pipe in nlp.components]
        others = [pipe.label for pipe in pipes if isinstance(pipe, SarcasmClassifier)]
        self.live.clear()
        classes = tuple(labels or self.labels or find_kinds(examples, others))
        self._class_weights.count(require_kinds(examples, classes), len(classes))
        self.live.new_classes = classes
        if weights is None:
            self.model.initialize(X=[example.predicted for example in examples])
            return
        # Seeded from NumPy's global generator, which [training] seed sets.
        rng = np.random.default_rng(np.random.randint(2**31))
        start = load_network(weights_path(weights))
        config, arrays = with_classes(start.config, start.weights, classes, rng)
        self.live.network = Network(config, start.vocabulary, arrays)

    def get_loss(self, examples: Iterable[Example], scores: Floats2d) -> tuple[float, Floats2d]:
        """Return the mean cross-entropy and its gradient; examples without a kind do not count.

        Args:
            examples: The batch.
            scores: The probabilities of its docs, shape (docs, classes).

        Raises:
            ValueError: An example has several kinds, or one that is neither 0 nor 1.
        """
        examples = list(examples)
        validate_examples(examples, "KindClassifier.get_loss")
        gold = read_kinds(examples, self.labels)
        xp = self.model.ops.xp
        # Docs without words have zeros, and docs without a score NaN.
        gold[~(self.model.ops.to_numpy(scores) > 0).any(axis=1)] = -1  # type: ignore[no-untyped-call]
        weights = self._class_weights.of(gold)
        return kind_cross_entropy(xp.nan_to_num(scores), gold, weights, xp)
