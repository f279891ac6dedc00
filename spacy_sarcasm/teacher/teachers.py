"""What can be a teacher: a Hugging Face sequence classifier, or a spaCy pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.language import Language

from ..pipeline.loading import find_sarcasm, load_scoring_pipeline
from ..scoring.texts import TextScorer
from .encoder import Classifier, is_classifier_folder

BUNDLED = "bundled"
# Names of classes, in lower case, that mean sarcastic.
SARCASTIC_NAMES = ("sarcasm", "sarcastic")

Probabilities = NDArray[np.float64]


class Teacher(Protocol):
    """Scores the texts that a student learns from."""

    def score(self, texts: Sequence[str]) -> Probabilities:
        """Return the probability that each text is sarcastic, shape (texts,), in 0..1."""


class ClassifierTeacher:
    """A Hugging Face sequence classifier."""

    def __init__(
        self, classifier: Classifier, *, label: str | None = None, label_index: int | None = None
    ) -> None:
        """Take a classifier.

        Args:
            classifier: The classifier. With one logit its sigmoid is the score; with several, the
                softmax (or the sigmoid, if its config says ``multi_label_classification``) of the
                class that means sarcastic.
            label: The name of that class, in any case. None: sarcasm or sarcastic.
            label_index: The number of that class.

        Raises:
            ValueError: It is unclear which class means sarcastic, or the classifier does not
                return probabilities.
        """
        config = classifier.model.config
        if config.problem_type == "regression":
            raise ValueError(
                f"'{classifier.folder}' is a regression model: its output is not a probability"
            )
        self.classifier = classifier
        self._sigmoid = (
            config.num_labels == 1 or config.problem_type == "multi_label_classification"
        )
        names = [str(config.id2label[i]) for i in range(config.num_labels)]
        self._index = _find_class(names, classifier.folder, label, label_index)

    def score(self, texts: Sequence[str]) -> Probabilities:
        """Return the probability that each text is sarcastic, shape (texts,), in 0..1."""
        logits = self.classifier.logits(texts)
        own = logits[:, self._index]
        if self._sigmoid:
            # Not as 1 / (1 + exp(-x)), which overflows.
            return np.asarray(np.exp(-np.logaddexp(0, -own)), np.float64)
        return np.asarray(np.exp(own - np.logaddexp.reduce(logits, axis=1)), np.float64)


class CategoryTeacher:
    """A spaCy pipeline that sets a category in ``doc.cats``."""

    def __init__(self, nlp: Language, label: str) -> None:
        """Take a pipeline.

        Args:
            nlp: The pipeline, with a text classifier.
            label: The category that means sarcastic.

        Raises:
            ValueError: No component of the pipeline has that label.
        """
        found = pipeline_labels(nlp)
        if label not in found:
            raise ValueError(
                f"no text classifier of the pipeline '{nlp.lang}_{nlp.meta['name']}' has a "
                f"category '{label}': its categories are {', '.join(found) or 'none'}"
            )
        self.nlp = nlp
        self.label = label

    def score(self, texts: Sequence[str]) -> Probabilities:
        """Return the probability that each text is sarcastic, shape (texts,), in 0..1."""
        # Strings that the texts add are released afterwards.
        with self.nlp.memory_zone():
            return np.array([doc.cats[self.label] for doc in self.nlp.pipe(texts)], np.float64)


class TeacherEnsemble:
    """Several teachers as one: the mean of their scores."""

    def __init__(self, teachers: Sequence[Teacher]) -> None:
        """Take the teachers."""
        self.teachers = list(teachers)

    def score(self, texts: Sequence[str]) -> Probabilities:
        """Return the mean probability that each text is sarcastic, shape (texts,), in 0..1."""
        mean: Probabilities = np.mean([teacher.score(texts) for teacher in self.teachers], axis=0)
        return mean


def load_teacher(
    name: str,
    *,
    label: str | None = None,
    label_index: int | None = None,
    device: str | None = None,
    bfloat16: bool = False,
) -> Teacher:
    """Return a teacher by name.

    Args:
        name: The folder of a Hugging Face sequence classifier, the folder or package of a spaCy
            pipeline, or ``"bundled"`` for the weights of this package.
        label: The class or category that means sarcastic. None: a pipeline's sarcasm component, or
            a class called sarcasm or sarcastic.
        label_index: The number of the class of a Hugging Face folder, from 0.
        device: Where a Hugging Face folder runs; see `encoder.pick_device`.
        bfloat16: Whether a Hugging Face folder runs in bfloat16; see `Classifier`.

    Raises:
        ValueError: It cannot be read, or it is unclear which class means sarcastic.

    Example:
        >>> teacher = load_teacher("bundled")
        >>> teacher.score(["area man wins"]).shape
        (1,)
    """
    if is_classifier_folder(Path(name)):
        return ClassifierTeacher(
            Classifier(Path(name), device, bfloat16=bfloat16), label=label, label_index=label_index
        )
    if label_index is not None or device is not None:
        given = "device" if label_index is None else "class by number"
        raise ValueError(f"a {given} is for Hugging Face folders, and '{name}' is not one")
    nlp = load_scoring_pipeline(None) if name == BUNDLED else _load_pipeline(name)
    if label is not None:
        return CategoryTeacher(nlp, label)
    try:
        find_sarcasm(nlp)
    except ValueError as error:
        raise ValueError(
            f"the pipeline '{name}' has no sarcasm component: name the category that means "
            f"sarcastic with --teacher-class, one of: {', '.join(pipeline_labels(nlp)) or 'none'}"
        ) from error
    return TextScorer(nlp)


def pipeline_labels(nlp: Language) -> list[str]:
    """Return the categories that the components of a pipeline set in ``doc.cats``."""
    return [
        label
        for name, component in nlp.pipeline
        if "doc.cats" in nlp.get_pipe_meta(name).assigns
        for label in getattr(component, "labels", ())
    ]


def _load_pipeline(name: str) -> Language:
    path = Path(name)
    if path.is_dir() and not (path / "config.cfg").is_file():
        raise OSError(
            f"'{name}' is not a teacher: expected the folder of a Hugging Face sequence classifier "
            "(with config.json) or of a spaCy pipeline (with config.cfg)"
        )
    return spacy.load(name)


def _find_class(names: list[str], folder: Any, label: str | None, index: int | None) -> int:
    classes = ", ".join(f"{i} {name}" for i, name in enumerate(names))
    if label is not None and index is not None:
        raise ValueError("give the class that means sarcastic by name or by number, not both")
    if index is not None:
        if not 0 <= index < len(names):
            raise ValueError(f"'{folder}' has no class number {index}: its classes are {classes}")
        return index
    wanted = SARCASTIC_NAMES if label is None else (label.casefold(),)
    found = [i for i, name in enumerate(names) if name.casefold() in wanted]
    if len(found) == 1:
        return found[0]
    if label is None and len(names) == 1:
        return 0
    if label is not None:
        raise ValueError(
            f"'{folder}' has {'no' if not found else 'more than one'} class '{label}': its "
            f"classes are {classes}"
        )
    raise ValueError(
        f"it is unclear which class of '{folder}' means sarcastic. Its classes are {classes}. "
        "Name one with --teacher-class or --teacher-class-index"
    )
