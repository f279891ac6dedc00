"""How well a pipeline does on the headlines data set."""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.training import Example

from ..corpus.headlines import Split, read_headlines, split_headlines
from ..pipeline.loading import find_sarcasm
from ..pipeline.scorer import SCORE_KEYS, Scores


def evaluate_headlines(nlp: Language, source: Path, split: Split) -> tuple[int, Scores]:
    """Score a pipeline's sarcasm component on a split of the headlines.

    Args:
        nlp: A pipeline with a sarcasm component.
        source: The data set's file.
        split: The split of the frozen ones.

    Returns:
        The number of headlines, and the component's scores, each in 0..1.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is damaged.
    """
    label = find_sarcasm(nlp).label
    headlines = split_headlines(read_headlines(source))[split]
    examples = [
        Example.from_dict(nlp.make_doc(headline.text), {"cats": {label: headline.label}})
        for headline in headlines
    ]
    scores = nlp.evaluate(examples)
    return len(examples), {key: scores[key] for key in SCORE_KEYS}
