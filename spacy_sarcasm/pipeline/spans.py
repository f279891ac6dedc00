"""Scores of spans: which spans a component scores, and where their scores are found again."""

from __future__ import annotations

import math
import weakref
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from ..network.row_scores import RowScores
from ..network.vocabulary import Slices

SENTENCES, ENTITIES = "sents", "ents"

# What tells our groups from others, in their `attrs`: the attribute that reads the scores.
_ATTRIBUTE = "attribute"
_SCORES = "scores"


class SpanScorer(Protocol):
    """What the getter of `span._.sarcasm` needs of a component."""

    vocab: Vocab
    scored_vocab: Vocab | None

    @property
    def extension(self) -> str:
        """The name of the attribute."""
        ...

    def predict_spans(self, spans: Iterable[Span]) -> RowScores:
        """Score spans."""
        ...


# Components by their ids, the one that scored last at the end. Docs do not know their pipeline.
_components: dict[int, weakref.ref[SpanScorer]] = {}


def remember(component: SpanScorer) -> None:
    """Let the getter of `span._.sarcasm` find a component, before others of its kind.

    Args:
        component: The component.
    """
    key = id(component)
    known = _components.pop(key, None)
    if known is None or known() is not component:
        known = weakref.ref(component, lambda _: _components.pop(key, None))
    _components[key] = known


def find_spans(doc: Doc, which: str, component: str) -> list[Span]:
    """Return the spans of a doc that the setting `spans` means.

    Args:
        doc: The doc.
        which: ``"sents"``, ``"ents"`` or the key of a span group.
        component: The component's name, for messages.

    Raises:
        ValueError: The doc has no sentence boundaries, or no such group.

    Example:
        >>> find_spans(doc, "sents", "sarcasm")  # doctest: +SKIP
        [Oh great., Another meeting.]
    """
    if which == ENTITIES:
        return list(doc.ents)
    if which == SENTENCES:
        if not doc.has_annotation("SENT_START"):
            raise ValueError(
                f"the component '{component}' scores sentences (`spans` is \"sents\"), and the "
                f"text {doc.text!r:.60} has no sentence boundaries. Add a component that sets them "
                f'before it: nlp.add_pipe("sentencizer", before="{component}")'
            )
        return list(doc.sents)
    if which not in doc.spans:
        raise ValueError(
            f"the component '{component}' scores the spans in doc.spans['{which}'] (setting "
            f"`spans`), and the text {doc.text!r:.60} has no such group (groups found: "
            f"{', '.join(doc.spans) or 'none'}). Add a component that sets it before "
            f"'{component}', with an empty group for docs without spans"
        )
    return list(doc.spans[which])


def slices_of(spans: Sequence[Sequence[Span]]) -> Slices:
    """Return where spans are.

    Args:
        spans: The spans of each doc of a batch.

    Example:
        >>> slices_of([list(doc.sents) for doc in docs])  # doctest: +SKIP
    """
    every = list(chain.from_iterable(spans))
    counts = np.fromiter(map(len, spans), np.int64, len(spans))
    return Slices(
        np.repeat(np.arange(len(spans)), counts),
        np.fromiter((span.start for span in every), np.int64, len(every)),
        np.fromiter((span.end for span in every), np.int64, len(every)),
    )


def group_by_doc(spans: Sequence[Span]) -> tuple[list[Doc], Slices]:
    """Return the docs of spans, each once, and where the spans are in them.

    Args:
        spans: The spans, in any order.

    Example:
        >>> docs, slices = group_by_doc(list(doc.ents))  # doctest: +SKIP
    """
    docs = [span.doc for span in spans]
    different = list({id(doc): doc for doc in docs}.values())
    numbers = {id(doc): number for number, doc in enumerate(different)}
    in_docs = np.array([numbers[id(doc)] for doc in docs], np.int64)
    _, starts, ends = slices_of([spans])
    return different, Slices(in_docs, starts, ends)


def store_scores(
    doc: Doc, key: str, spans: Sequence[Span], scores: NDArray[np.float32], extension: str
) -> None:
    """Put spans and their scores into a span group of their doc, in place of one of that name.

    Args:
        doc: The doc.
        key: The name of the group.
        spans: The spans.
        scores: Their scores, shape (spans,), NaN where they are missing.
        extension: The attribute that reads them.

    Example:
        >>> store_scores(doc, "sarcasm", spans, scores, "sarcasm")  # doctest: +SKIP
        >>> doc.spans["sarcasm"].attrs["scores"]  # doctest: +SKIP
    """
    # A copy: a slice would keep the scores of the whole batch in memory.
    attrs = {_SCORES: scores.copy(), _ATTRIBUTE: extension}
    doc.spans[key] = SpanGroup(doc, name=key, attrs=attrs, spans=spans)


class SpanGetter:
    """The getter of `span._.sarcasm`: the stored score, else that of the span's words.

    A class, because spaCy pickles the getters for spawned processes.
    """

    def __init__(self, extension: str) -> None:
        """Take the name of the attribute.

        Args:
            extension: Components of this `extension` are asked.
        """
        self.extension = extension

    def __call__(self, span: Span) -> float | None:
        """Return the score of a span, None where it is missing.

        Args:
            span: The span.

        Raises:
            ValueError: There is no stored score, and no component that could score the span.
            NotTrainedError: The component has no weights.
        """
        score = self._find_stored(span)
        if score is None:
            score = self._find_component(span).predict_spans([span]).scores[0]
        return None if math.isnan(score) else float(score)

    def _find_stored(self, span: Span) -> float | None:
        for group in span.doc.spans.values():
            scores = group.attrs.get(_SCORES)
            # A group that was changed after it was scored may have another number of spans.
            if group.attrs.get(_ATTRIBUTE) != self.extension or len(group) != len(scores):
                continue
            place = next(_places(group, span), None)
            if place is not None:
                return float(scores[place])
        return None

    def _find_component(self, span: Span) -> SpanScorer:
        vocab = span.doc.vocab
        for found in reversed(list(_components.values())):
            component = found()
            if (
                component is not None
                and component.extension == self.extension
                and (component.vocab is vocab or component.scored_vocab is vocab)
            ):
                return component
        raise ValueError(
            f"the span {span.text!r:.60} has no stored score in `span._.{self.extension}`, and no "
            "sarcasm component shares the vocab of its doc. Score the doc with a pipeline that has "
            "one, or read it with that pipeline's vocab: DocBin.get_docs(nlp.vocab)"
        )


def _places(group: SpanGroup, span: Span) -> Iterator[int]:
    """Yield where a span is in a group, found fast if the group is in order."""
    wanted = _bounds(span)
    guess = bisect_left(group, wanted, key=_bounds)
    if guess < len(group) and _bounds(group[guess]) == wanted:
        yield guess
    yield from (place for place, other in enumerate(group) if _bounds(other) == wanted)


def _bounds(span: Span) -> tuple[int, int]:
    return span.start, span.end
