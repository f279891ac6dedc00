"""The class of the `sarcasm` component."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, cast

from spacy import util
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example, validate_examples, validate_get_examples
from thinc.api import Optimizer, set_dropout_rate
from thinc.types import Floats2d

from ..network.architecture import update
from ..network.engines.onnx_scorer import Probabilities
from ..network.engines.optimizer_state import load_state
from ..network.row_scores import (
    RowScores,
    Unknown,
    coverage_of,
    cut_and_warn,
    look_up,
    look_up_tokens,
    predict_rows,
    predict_slices,
)
from ..network.shim import get_shim
from ..network.vocabulary import TextRows
from .component_settings import weights_path
from .gold import require_gold, score_loss
from .network_pipe import NetworkPipe
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

    def use_settings(self, cfg: dict[str, Any]) -> None:
        """Replace the component's settings; raise a ValueError where one is out of its range."""
        super().use_settings(cfg)
        remember(self)

    # Scoring

    def __call__(self, doc: Doc) -> Doc:
        """Score one doc, in place."""
        self.get_ready()
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
        self.get_ready()
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

    def _annotate(self, docs: Sequence[Doc]) -> None:
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
