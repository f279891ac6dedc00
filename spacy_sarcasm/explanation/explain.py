"""`explain`: which tokens of a text move its score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import overload

from spacy.language import Language
from spacy.tokens import Doc, Span

from ..pipeline.classifier import SarcasmClassifier
from ..pipeline.loading import find_sarcasm
from .attributions import Explanation
from .occlusion import METHODS, Method, attribute
from .token_rows import find_token_rows

Text = str | Doc | Span


@overload
def explain(  # type: ignore[overload-overlap]
    nlp: Language, text: Text, *, method: Method = "occlusion"
) -> Explanation: ...
@overload
def explain(
    nlp: Language, text: Iterable[Text], *, method: Method = "occlusion"
) -> list[Explanation]: ...
def explain(
    nlp: Language, text: Text | Iterable[Text], *, method: Method = "occlusion"
) -> Explanation | list[Explanation]:
    """Show how much each token of a text raises or lowers its sarcasm score.

    The attribution of a token is what the logit of the score loses without it. Attributions of
    single tokens do not add up to the score: two words may only work together.

    Args:
        nlp: A pipeline with a sarcasm component; the last one counts if it has several.
        text: A text, doc or span, or several of them, which are scored in one batch. A span is
            explained by itself, without the rest of its doc.
        method: ``"occlusion"`` removes each token in turn; ``"replacement"`` puts the unknown word
            in its place, so that the text keeps its length.

    Returns:
        An explanation, or a list of them for several texts.

    Raises:
        TypeError: What was given is neither text, doc nor span.
        ValueError: The pipeline has no sarcasm component, there is no such method, or a text
            cannot be tokenized.
        NotTrainedError: The component has no weights.

    Example:
        >>> import spacy
        >>> from spacy_sarcasm import explain
        >>> nlp = spacy.blank("en")
        >>> component = nlp.add_pipe("sarcasm")
        >>> explanation = explain(nlp, "area man wins argument with himself")
        >>> [token for token, attribution in explanation][:2]
        ['area', 'man']
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    component = find_sarcasm(nlp)
    if isinstance(text, str | Doc | Span):
        return _explain(nlp, component, [text], method)[0]
    if not isinstance(text, Iterable):
        raise _unexpected(text)
    return _explain(nlp, component, list(text), method)


def _explain(
    nlp: Language, component: SarcasmClassifier, texts: Sequence[Text], method: Method
) -> list[Explanation]:
    network, threshold = component.network, component.threshold
    tokenized = _tokenize_all(nlp, component, texts)
    found = find_token_rows(network, tokenized)
    with_words = [rows for rows in found if len(rows.rows)]
    attributed = iter(attribute(component, with_words, method))
    explanations = []
    for text, rows in zip(tokenized, found, strict=True):
        # Like the component, which scores a text without words 0.
        values, score, base = [0.0] * rows.n_tokens, 0.0, 0.0
        if len(rows.rows):
            numbers = next(attributed)
            values = numbers.logits.tolist()
            score, base = _sigmoid(numbers.logit), _sigmoid(numbers.base)
        offset = text.start_char if isinstance(text, Span) else 0
        explanations.append(
            Explanation(
                text=text.text,
                tokens=tuple(token.text for token in text),
                starts=tuple(token.idx - offset for token in text),
                attributions=tuple(values),
                score=score,
                base=base,
                threshold=threshold,
                method=method,
            )
        )
    return explanations


def tokenize(nlp: Language, component: SarcasmClassifier, text: str) -> Doc:
    """Make a doc by the tokenizer and the components that come before the sarcasm component.

    Raises:
        ValueError: The text holds lone surrogates, or is too long for the pipeline.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> component = nlp.add_pipe("sarcasm")
        >>> len(tokenize(nlp, component, "area man wins"))
        3
    """
    pipes = list(nlp.pipeline)
    place = max(at for at, (_, pipe) in enumerate(pipes) if pipe is component)
    try:
        return nlp(text, disable=[name for name, _ in pipes[place:]])
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the text {text!r:.80} holds a lone surrogate at position {error.start + 1}: decode "
            "it as UTF-8"
        ) from error


def _tokenize_all(
    nlp: Language, component: SarcasmClassifier, texts: Sequence[Text]
) -> list[Doc | Span]:
    tokenized: list[Doc | Span] = []
    for text in texts:
        if isinstance(text, Doc | Span):
            tokenized.append(text)
        elif isinstance(text, str):
            tokenized.append(tokenize(nlp, component, text))
        else:
            raise _unexpected(text)
    return tokenized


def _unexpected(given: object) -> TypeError:
    return TypeError(
        f"explain takes a text, a doc, a span or a list of them, not {type(given).__name__}: "
        f"{given!r:.80}"
    )


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
