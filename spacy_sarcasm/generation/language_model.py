"""The language model's settings, weights and words, checked as one.

A next-word LSTM over headlines (Zaremba et al. 2014, https://arxiv.org/abs/1409.2329) that is told
whether the headline is satirical, with one table for the input and the output words (Press and
Wolf 2017, https://aclanthology.org/E17-2025).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..network.vocabulary import PADDING_ROW, Vocabulary

Weights = dict[str, NDArray[np.float32]]
Hashes = NDArray[np.uint64]

BOUNDARY_ROW = PADDING_ROW
"""Where a headline starts and where it ends. Padding lies past the end, so it can share the row."""

SERIOUS, SATIRE = 0, 1


@dataclass(frozen=True)
class ModelSettings:
    """Dimensions of a language model.

    Attributes:
        n_words: Rows of the word table, the boundary and the unknown word included.
        width: Width of a word's vector.
        units: Units of the LSTM.
        label_width: Width of the vector that says whether a headline is satirical.
        max_length: Maximum number of words of a headline.
    """

    n_words: int
    width: int
    units: int
    label_width: int
    max_length: int

    def __post_init__(self) -> None:
        """Check every dimension.

        Raises:
            ValueError: One is not a whole number of at least 1.
        """
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(
                    f"'{one.name}' of a language model must be a whole number of at least 1, "
                    f"not {value!r}"
                )

    @classmethod
    def from_dict(cls, values: Any) -> ModelSettings:
        """Read settings that `to_dict` wrote.

        Args:
            values: The settings by name.

        Raises:
            ValueError: One is missing, unknown or out of range.
        """
        names = {one.name for one in fields(cls)}
        if not isinstance(values, dict) or set(values) != names:
            raise ValueError(f"expected the settings {', '.join(sorted(names))}")
        return cls(**values)

    def to_dict(self) -> dict[str, int]:
        """Return the settings as plain values."""
        return asdict(self)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each weight by name; gates are in Keras's order."""
        return {
            "embedding": (self.n_words, self.width),
            "labels": (2, self.label_width),
            "lstm/kernel": (self.width + self.label_width, 4 * self.units),
            "lstm/recurrent_kernel": (self.units, 4 * self.units),
            "lstm/bias": (4 * self.units,),
            "projection/kernel": (self.units, self.width),
            "projection/bias": (self.width,),
            "output/bias": (self.n_words,),
        }


@dataclass(frozen=True, repr=False)
class LanguageModel:
    """Everything that is saved of a language model.

    Attributes:
        settings: Its dimensions.
        vocabulary: The words and their rows.
        weights: Arrays named and shaped as `ModelSettings.shapes` says.
        joins: Whether a word is written without a space before it, and after it; bool,
            shape (n_words, 2).
        known: Sorted hashes of the training headlines, which are never written again.
        report: How it was trained; plain values.
    """

    settings: ModelSettings
    vocabulary: Vocabulary
    weights: Weights
    joins: NDArray[np.bool_]
    known: Hashes
    report: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the parts fit together.

        Raises:
            ValueError: They do not; the message says which part.
        """
        n_words = self.settings.n_words
        if len(self.vocabulary) != n_words:
            raise ValueError(
                f"the vocabulary has {len(self.vocabulary)} rows, the settings say {n_words}"
            )
        for name, shape in self.settings.shapes.items():
            array = self.weights.get(name)
            if array is None:
                raise ValueError(f"the weight '{name}' is missing")
            check_array(name, array, shape, np.float32)
            if not np.isfinite(array).all():
                raise ValueError(f"the weight '{name}' holds values that are not finite")
        check_array("joins", self.joins, (n_words, 2), np.bool_)
        check_array("known", self.known, (len(self.known),), np.uint64)

    def __repr__(self) -> str:
        """Describe the model in one line."""
        return (
            f"<LanguageModel of {self.settings.n_words:,} words, {self.settings.units} units, "
            f"{len(self.known):,} training headlines>"
        )


def check_array(name: str, array: NDArray[Any], shape: tuple[int, ...], dtype: type) -> None:
    """Make sure that an array is what the settings call for.

    Args:
        name: What messages call it.
        array: The array.
        shape: The shape expected.
        dtype: The dtype expected.

    Raises:
        ValueError: It is not.
    """
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(
            f"'{name}' has shape {array.shape} and dtype {array.dtype}, expected {shape} and "
            f"{np.dtype(dtype)}"
        )
