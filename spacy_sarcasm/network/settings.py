"""The settings and dimensions of a network, checked once and saved with its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from .calibration import UNCALIBRATED, Calibration

Pooling = Literal["last", "max", "mean", "max+mean", "attention"]
Precision = Literal["float32", "float16"]
WordAttr = Literal["LOWER", "ORTH", "NORM"]
Fallback = Literal["lower", "lemma", "stem"]

POOLINGS: tuple[str, ...] = get_args(Pooling)
PRECISIONS: tuple[str, ...] = get_args(Precision)
WORD_ATTRS: tuple[str, ...] = get_args(WordAttr)
FALLBACKS: tuple[str, ...] = get_args(Fallback)


@dataclass(frozen=True)
class NetworkSettings:
    """What a user chooses about a network: the arguments of `spacy_sarcasm.BiLSTM.v1`.

    The defaults here are those of a network that is trained from scratch.

    Attributes:
        units: Units of each LSTM direction, 1 or more; each token's state is twice as wide.
        layers: Stacked bidirectional LSTM layers, 1 or more.
        pooling: How the token states of the last layer become one vector per text: ``last`` (final
            state of each direction), ``max``, ``mean``, ``max+mean`` (side by side) or
            ``attention`` (additive, Yang et al. 2016, https://aclanthology.org/N16-1174).
        dense_width: Units of the ReLU layer before the output; 0 leaves the layer out.
        dropout: Rate of the dropout before the dense layers, 0 to below 1. None: the rate that
            training hands to `update`, which is ``[training] dropout`` in a config.
        spatial_dropout: Rate at which training drops whole embedding dimensions of a text
            (Tompson et al. 2015, https://arxiv.org/abs/1411.4280), 0 to below 1.
        word_dropout: Rate at which training replaces a word by the unknown word, 0 to below 1.
        trainable_width: Width of the trainable embedding beside the pretrained one; 0 for none.
        projection: Width of a trained linear layer between the embedding and the first LSTM
            layer; 0 leaves it out. Saving multiplies it into the embedding, which becomes one
            table of this width, held as ``precision`` says: scoring gets faster and files smaller.
        vocab_size: Maximum number of words taken from the training corpus, the most frequent
            first.
        min_count: Words seen less often than this in the training corpus are left out.
        vector_words: Number of words taken from the vectors, in their order, besides those of the
            training corpus; they have no trainable row of their own.
        precision: How pretrained vectors are held: ``float32`` exactly as they were loaded, or
            ``float16``, rounded, at half the size.
        attr: The token attribute that is looked up: ``LOWER``, ``ORTH`` or ``NORM``.
        token_words: Name of a function, registered under ``misc``, that gives the words of a
            token's text, such as ``spacy_sarcasm.GloveTwitterWords.v1``; it takes the place of
            ``attr``. None: each token is one word.
        fallbacks: What stands in for a word without a row or a vector of its own: some of
            ``lower`` (its lower-case form), ``lemma`` (WordNet's) and ``stem`` (Porter's), the
            first that has one. Lemmas and stems take NLTK, in scoring too.
        classes: Names of exclusive classes, two or more, which make the output a softmax over
            them; empty for a single probability. The component `sarcasm_kind` fills them in from
            its training corpus.
    """

    units: int = 64
    layers: int = 1
    pooling: Pooling = "max+mean"
    dense_width: int = 0
    dropout: float | None = None
    spatial_dropout: float = 0.3
    word_dropout: float = 0.1
    trainable_width: int = 16
    projection: int = 0
    vocab_size: int = 30_000
    min_count: int = 1
    vector_words: int = 40_000
    precision: Precision = "float16"
    attr: WordAttr = "LOWER"
    token_words: str | None = None
    fallbacks: Sequence[Fallback] = ()
    classes: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check every setting.

        Raises:
            ValueError: A setting is out of its range; the message names it.
        """
        for name, low in _LOWEST.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < low:
                raise ValueError(
                    f"BiLSTM setting '{name}' must be a whole number of at least {low}, "
                    f"not {value!r}"
                )
        for name in _RATES:
            value = getattr(self, name)
            if name == "dropout" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
                raise ValueError(
                    f"BiLSTM setting '{name}' must be a rate from 0 to below 1, not {value!r}"
                )
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(
                    f"BiLSTM setting '{name}' must be one of {', '.join(allowed)}, not {value!r}"
                )
        if isinstance(self.fallbacks, str) or not set(self.fallbacks) <= set(FALLBACKS):
            raise ValueError(
                f"BiLSTM setting 'fallbacks' must be a list of some of {', '.join(FALLBACKS)}, not "
                f"{self.fallbacks!r}"
            )
        # A tuple, so that settings read from JSON equal those that were written.
        object.__setattr__(self, "fallbacks", tuple(self.fallbacks))
        if self.fallbacks and self.token_words is not None:
            raise ValueError(
                "BiLSTM settings 'fallbacks' and 'token_words' cannot be used together: a fallback "
                "is found by the text of a token"
            )
        if self.token_words is not None and not isinstance(self.token_words, str):
            raise ValueError(
                "BiLSTM setting 'token_words' must be the name of a registered function, not "
                f"{self.token_words!r}"
            )
        if not _are_classes(self.classes):
            raise ValueError(
                "BiLSTM setting 'classes' must be a list of two or more different names, or empty, "
                f"not {self.classes!r}"
            )
        object.__setattr__(self, "classes", tuple(self.classes))


def _are_classes(names: Any) -> bool:
    if isinstance(names, str) or not isinstance(names, Sequence):
        return False
    are_names = all(isinstance(name, str) and name for name in names)
    return are_names and len(names) != 1 and len(set(names)) == len(names)


_LOWEST = {
    "units": 1,
    "layers": 1,
    "dense_width": 0,
    "trainable_width": 0,
    "projection": 0,
    "vocab_size": 1,
    "min_count": 1,
    "vector_words": 0,
}
_RATES = ("dropout", "spatial_dropout", "word_dropout")
_CHOICES = {"pooling": POOLINGS, "precision": PRECISIONS, "attr": WORD_ATTRS}

# Settings that decide what the weights are and how they compute. The others matter only while a
# vocabulary is built or a network is trained, so they may differ from those the weights came from.
ARCHITECTURE_SETTINGS = (
    "units",
    "layers",
    "pooling",
    "dense_width",
    "trainable_width",
    "projection",
    "precision",
    "attr",
    "token_words",
    "fallbacks",
    "classes",
)


@dataclass(frozen=True)
class NetworkConfig:
    """The settings of a network with the dimensions that its vocabulary and vectors gave it.

    Attributes:
        settings: What the user chose.
        n_words: Rows of the vocabulary, padding and the unknown word included, 2 or more.
        n_trainable: Rows of the trainable embedding: the first rows of the vocabulary.
            Later words have a pretrained row only.
        pretrained_width: Width of the pretrained vectors; 0 where there are none.
        folded: Whether the projection has been multiplied into the embedding. The pretrained table
            then holds the products, and neither the trainable table nor the projection is there.
        calibration: How the output becomes a probability, and the default threshold.
    """

    settings: NetworkSettings
    n_words: int
    n_trainable: int
    pretrained_width: int
    folded: bool = False
    calibration: Calibration = UNCALIBRATED

    def __post_init__(self) -> None:
        """Check the dimensions.

        Raises:
            ValueError: They do not fit together; the message says which.
        """
        for name in ("n_words", "n_trainable", "pretrained_width"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ValueError(f"'{name}' must be a whole number of at least 0, not {value!r}")
        if not 2 <= self.n_trainable <= self.n_words:
            raise ValueError(
                f"a network needs 2 <= n_trainable <= n_words, not n_trainable={self.n_trainable} "
                f"and n_words={self.n_words}"
            )
        if not isinstance(self.folded, bool):
            raise ValueError(f"'folded' must be true or false, not {self.folded!r}")
        if self.folded and not 0 < self.settings.projection == self.pretrained_width:
            raise ValueError(
                "a folded embedding is as wide as the projection, not "
                f"pretrained_width={self.pretrained_width} with projection="
                f"{self.settings.projection}"
            )
        if self.embedding_width == 0:
            raise ValueError(
                "the network has no word embedding: there are no pretrained vectors and "
                "trainable_width is 0. Load vectors into nlp.vocab before training (see "
                "[initialize] vectors or the callback spacy_sarcasm.load_vectors.v1) or set "
                "trainable_width above 0"
            )

    @property
    def embedding_width(self) -> int:
        """Width of a word's whole embedding, pretrained and trainable part together."""
        return self.pretrained_width + self.trainable_width

    @property
    def trainable_width(self) -> int:
        """Width of the trainable table, 0 where there is none."""
        return 0 if self.folded else self.settings.trainable_width

    @property
    def has_projection(self) -> bool:
        """Whether the network multiplies its embedding by a projection when it runs."""
        return self.settings.projection > 0 and not self.folded

    @property
    def input_width(self) -> int:
        """Width of what the first LSTM layer reads."""
        return self.settings.projection or self.embedding_width

    @property
    def pooled_width(self) -> int:
        """Width of the vector that pooling gives for a text."""
        return 2 * self.settings.units * (2 if self.settings.pooling == "max+mean" else 1)

    @property
    def n_outputs(self) -> int:
        """Number of values that the network gives for a text: one, or one for each class."""
        return max(1, len(self.settings.classes))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON; `from_dict` reads them."""
        settings = asdict(self.settings)
        settings["fallbacks"] = list(self.settings.fallbacks)
        settings["classes"] = list(self.settings.classes)
        return {
            "settings": settings,
            "n_words": self.n_words,
            "n_trainable": self.n_trainable,
            "pretrained_width": self.pretrained_width,
            "folded": self.folded,
            "calibration": self.calibration.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> NetworkConfig:
        """Read what `to_dict` wrote.

        Args:
            data: The plain values.

        Raises:
            ValueError: A key is missing, unknown, or its value out of range.
        """
        values = _exact_keys("network", data, [field.name for field in fields(cls)])
        settings = values["settings"]
        if not isinstance(settings, Mapping):
            raise ValueError(f"'settings' must be a table, not {settings!r}")
        names = [field.name for field in fields(NetworkSettings)]
        values["settings"] = NetworkSettings(**_exact_keys("settings", settings, names))
        values["calibration"] = Calibration.from_dict(values["calibration"])
        return cls(**values)


def _exact_keys(what: str, data: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    missing = [name for name in names if name not in data]
    unknown = [str(key) for key in data if key not in names]
    if missing or unknown:
        faults = [f"lacks {', '.join(missing)}"] if missing else []
        faults += [f"has unknown {', '.join(unknown)}"] if unknown else []
        raise ValueError(f"'{what}' {' and '.join(faults)}")
    return dict(data)
