"""The class of the `sarcasm` component."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, cast

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.types import Floats2d

from ..network.calibration import DEFAULT_THRESHOLD
from ..network.engines.onnx_scorer import Probabilities
from ..network.engines.optimizer_state import load_state
from ..network.row_scores import (
    RowScores,
    coverage_of,
    cut_and_warn,
    look_up,
    look_up_tokens,
    predict_rows,
    predict_slices,
)
from ..network.shim import SarcasmModel, get_shim
from .annotations import Attributes
from .component_settings import BUNDLED, ComponentSettings, weights_path
from .gold import PositiveWeight, require_gold, score_loss
from .network_pipe import NetworkPipe
from .scorer import Scorer
from .spans import find_spans, group_by_doc, remember, slices_of


class SarcasmClassifier(NetworkPipe):
    """Scores docs for sarcasm.

    Sets ``doc._.sarcasm``, a probability in 0..1, and mirrors it to ``doc.cats``;
    ``doc._.sarcasm_coverage``, the share of its words that the network knows; and
    ``doc._.is_sarcastic``, whether the score reaches the threshold. Learns from gold in
    ``doc.cats``, any number in 0..1.

    With the setting `spans`, sentences, entities or other spans are scored too: they go to
    ``doc.spans["sarcasm"]`` with their scores in ``attrs["scores"]``. ``doc._.sarcasm_max`` is the
    highest of these, ``doc._.sarcasm_share`` the share at or above the threshold.
    ``span._.sarcasm`` is the score of any span.

    Every method that needs the weights raises `NotTrainedError` where there are none.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> component = nlp.add_pipe("sarcasm", config={"threshold": 0.7})
        >>> nlp("Area man wins argument with himself")._.is_sarcastic
        True
    """

    def __init__(
        self,
        vocab: Vocab,
        model: SarcasmModel,
        name: str = "sarcasm",
        *,
        weights: str | None = BUNDLED,
        settings: ComponentSettings | None = None,
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
            settings: The other settings. None: their defaults.
            scorer: The scoring method.

        Raises:
            ValueError: The model is of another architecture.
        """
        # That of the docs scored last, which may come from another pipeline.
        self.scored_vocab: Vocab | None = None
        cfg = asdict(settings or ComponentSettings())
        super().__init__(vocab, model, name, weights=weights, cfg=cfg, scorer=scorer)
        self.live.tells_classes = False

    def check_settings(self, cfg: Mapping[str, Any]) -> None:
        """Raise a ValueError that names a setting which is out of its range."""
        ComponentSettings(**cfg)

    def use_settings(self, cfg: dict[str, Any]) -> None:
        """Replace the component's settings; raise a ValueError where one is out of its range."""
        super().use_settings(cfg)
        self.attributes = Attributes(cfg["extension"])
        self._positive_weight = PositiveWeight(cfg["positive_weight"])
        remember(self)

    def __repr__(self) -> str:
        """Describe the component in one line, without reading its weights."""
        own = self.cfg["threshold"]
        threshold = "of the weights" if own is None else own
        return (
            f"<{type(self).__name__} '{self.name}', label '{self.label}', threshold {threshold}, "
            f"{self.live!r}>"
        )

    @property
    def extension(self) -> str:
        """The name of the attribute with the score."""
        return self.attributes.score

    @property
    def spans_key(self) -> str:
        """The key in ``doc.spans`` of the scored spans."""
        return str(self.cfg["spans_key"] or self.extension)

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

    def get_score(self, doc: Doc) -> float | None:
        """Return the score that this component wrote to a doc, None where there is none."""
        return self.attributes.get_score(doc)

    def predict_spans(self, spans: Iterable[Span]) -> RowScores:
        """Score spans, each by itself, without the rest of its doc.

        Args:
            spans: The spans, of any number of docs.

        Returns:
            Scores and coverage, each of shape (spans,); NaN where the score is missing.

        Example:
            >>> component.predict_spans(doc.sents).scores  # doctest: +SKIP
        """
        self.get_ready()
        docs, slices = group_by_doc(list(spans))
        return predict_rows(self.model, look_up_tokens(self.model, docs).take(slices))

    def set_annotations(self, docs: Iterable[Doc], scores: Floats2d) -> None:
        """Write scores, as `predict` returned them, to docs, and those of their spans."""
        docs = list(docs)
        texts = cut_and_warn(self.model, look_up(self.model, docs))
        self._write(docs, RowScores(cast(Probabilities, scores[:, 0]), coverage_of(texts)))
        if self.cfg["spans"] is not None:
            spans = self._find_spans(docs)
            self._write_spans(docs, spans, self.predict_spans(chain.from_iterable(spans)))

    def annotate(self, docs: Sequence[Doc]) -> None:
        """Do what `predict` and `set_annotations` do, with the words looked up once."""
        self._remember_vocab(docs)
        if self.cfg["spans"] is None:
            self._write(docs, predict_rows(self.model, look_up(self.model, docs)))
            return
        spans = self._find_spans(docs)
        rows = look_up_tokens(self.model, docs)
        of_docs, of_spans = predict_slices(self.model, rows, slices_of(spans))
        self._write(docs, of_docs)
        self._write_spans(docs, spans, of_spans)

    def _remember_vocab(self, docs: Sequence[Doc]) -> None:
        """Let `span._.sarcasm` find this component for docs of the same vocab."""
        if docs:
            self.scored_vocab = docs[0].vocab
        remember(self)

    def _find_spans(self, docs: Sequence[Doc]) -> list[list[Span]]:
        return [find_spans(doc, self.cfg["spans"], self.name) for doc in docs]

    def _write(self, docs: Iterable[Doc], scored: RowScores) -> None:
        label = self.label if self.cfg["set_cats"] else None
        self.attributes.write(docs, scored, threshold=self.threshold, label=label)

    def _write_spans(
        self, docs: Sequence[Doc], spans: Sequence[Sequence[Span]], scored: RowScores
    ) -> None:
        self.attributes.write_spans(
            docs, spans, scored.scores, threshold=self.threshold, key=self.spans_key
        )

    def score(self, examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
        """Return what the scorer makes of scored examples, at the threshold in force."""
        scores: dict[str, Any] = super().score(examples, **{"threshold": self.threshold, **kwargs})
        return scores

    # Training

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Iterable[str] | None = None,
        weights: str | None = None,
        resume: str | None = None,
        save_optimizer: bool = False,
    ) -> None:
        """Start over from a corpus, from weights to fine-tune, or where a training stopped.

        The vocabulary is built from the corpus, the embedding from ``nlp.vocab.vectors``.

        Args:
            get_examples: Returns the training corpus.
            nlp: The pipeline.
            labels: What ``spacy init labels`` wrote; has to be the component's own label.
            weights: ``"bundled"``, ``"small"`` or a path, to fine-tune those weights.
            resume: The folder of a component saved in training with `save_optimizer`: the training
                continues there, whatever `weights` says.
            save_optimizer: Save the optimizer's state with the component.

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
        shim = get_shim(self.model)
        shim.start(keep_optimizer=save_optimizer)
        if resume is not None:
            shim.resume(*load_state(Path(resume)))
        elif weights is not None:
            self.live.load(weights_path(weights))
        else:
            self.model.initialize(X=[example.predicted for example in examples])

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
        return score_loss(examples, scores, self.model.ops, self.label, self._positive_weight)
