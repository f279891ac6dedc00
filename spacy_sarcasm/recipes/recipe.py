"""The recipe of a training corpus: which files, how much of each source, which teachers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

FileFormat = Literal["headlines", "everyday", "rows"]

# What a setting may be in TOML, by its annotation.
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bool": (bool,),
}

BUNDLED_RECIPE = Path(__file__).with_name("bundled.toml")


@dataclass(frozen=True)
class FileSettings:
    """A file of texts.

    Attributes:
        path: Its path inside a data folder.
        format: ``headlines`` for the News Headlines Dataset with its frozen split, ``everyday`` for
            rows with ``register`` and ``pair``, ``rows`` for rows with ``label``, ``source`` and
            perhaps ``kind`` and ``literal_of``.
        merge: Sources whose names start with a key are read as the source that the value names.
        pairs: Sources whose texts have literal rewritings, which belong to the same split.
    """

    path: str
    format: FileFormat = "rows"
    merge: Mapping[str, str] = field(default_factory=dict)
    pairs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the format."""
        if self.format not in get_args(FileFormat):
            raise ValueError(
                f"'format' must be one of {', '.join(get_args(FileFormat))}, not {self.format!r}"
            )


@dataclass(frozen=True)
class SourceSettings:
    """How much of a source is used.

    Attributes:
        rows: Maximum number of training rows of each class in one draw.
        fold: The group of sources that is left out together; empty: never left out.
        soft_share: Share of the teachers' label in the gold, 0..1. None: as the student's.
        keep_all: Never drop rows to balance lengths, as for hard negatives.
        repeat: Take every row, as often as each draw says, instead of a sample.
        times: How often each of its rows comes in a pass of the student.
    """

    rows: int = 2_000
    fold: str = ""
    soft_share: float | None = None
    keep_all: bool = False
    repeat: bool = False
    times: int = 1

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.rows < 0:
            raise ValueError(f"'rows' must be at least 0, not {self.rows}")
        if self.times < 1:
            raise ValueError(f"'times' must be at least 1, not {self.times}")
        if self.soft_share is not None and not 0 <= self.soft_share <= 1:
            raise ValueError(f"'soft_share' must be from 0 to 1, not {self.soft_share}")


@dataclass(frozen=True)
class DrawSettings:
    """How rows are drawn for a teacher, for labelling or for the student.

    Attributes:
        scale: Every source's `SourceSettings.rows` is multiplied by this.
        repeats: How often the rows of sources with ``repeat`` come.
        length_slack: How far one class may outnumber the other at a length, relative to their
            ratio in the whole kind, 1 or more.
        unlabelled: Whether texts without a label are drawn too.
        seed: Seed of what is drawn, and of the styles.
    """

    scale: float = 1.0
    repeats: int = 1
    length_slack: float = 1.1
    unlabelled: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name, low in (("scale", 0), ("repeats", 1), ("length_slack", 1)):
            if getattr(self, name) < low:
                raise ValueError(f"'{name}' must be at least {low}, not {getattr(self, name)}")


@dataclass(frozen=True)
class TeacherSettings(DrawSettings):
    """A teacher: the rows it learns from and how it is fine-tuned.

    Attributes:
        name: What its folder and its rows are called.
        leave_out: The folds and sources that it does not see.
        base: The teachers whose averaged weights it starts from; empty: the installed encoder.
        frozen_layers: As in `spacy_sarcasm.teacher.finetune.Settings`, and so are the others.
        learn_rate: The highest learning rate.
        epochs: Passes over its rows.
    """

    name: str = "teacher"
    leave_out: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    frozen_layers: int = 0
    learn_rate: float = 1.5e-4
    epochs: int = 1


@dataclass(frozen=True)
class StudentSettings(DrawSettings):
    """What the student learns from.

    Attributes:
        passes: How often the rows come, each time in other styles.
        soft_share: Share of the teachers' label in the gold of a labelled row, 0..1.
    """

    passes: int = 2
    soft_share: float = 0.5

    def __post_init__(self) -> None:
        """Check the ranges."""
        super().__post_init__()
        if self.passes < 1:
            raise ValueError(f"'passes' must be at least 1, not {self.passes}")
        if not 0 <= self.soft_share <= 1:
            raise ValueError(f"'soft_share' must be from 0 to 1, not {self.soft_share}")


@dataclass(frozen=True)
class SyntheticSettings:
    """Texts made from the student's texts, which the teachers label.

    Attributes:
        joined: How many consist of the start of one text and the end of another.
        replaced: How many have words replaced by their neighbours among the word vectors.
        cropped: How many are parts of texts.
        kinds: The kinds of text that they are made from, and how often, in any unit.
        vectors: The file of word vectors, inside a data folder.
        seed: Seed of all random choices.
    """

    joined: int = 0
    replaced: int = 0
    cropped: int = 0
    kinds: Mapping[str, float] = field(default_factory=lambda: {"headline": 1.0})
    vectors: str = "glove.6B.100d.top60k.txt.gz"
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("joined", "replaced", "cropped"):
            if getattr(self, name) < 0:
                raise ValueError(f"'{name}' must be at least 0, not {getattr(self, name)}")
        if not self.kinds or not all(weight > 0 for weight in self.kinds.values()):
            raise ValueError(f"'kinds' must give each kind a number above 0, not {self.kinds}")


@dataclass(frozen=True)
class Recipe:
    """How a training corpus is mixed.

    Attributes:
        styled: Share of the rows that get a random style; the others stay as cleaned.
        files: The files, in the order they are read: of two copies the first is kept.
        sources: The sources by name. Rows of other sources are dropped.
        teachers: The teachers, in the order they are trained.
        synthetic: Texts made from the student's; None: none are made.
        calibration_rows: Maximum number of dev rows of a kind and class that the student is
            calibrated on.
    """

    files: tuple[FileSettings, ...]
    sources: Mapping[str, SourceSettings]
    student: StudentSettings = field(default_factory=StudentSettings)
    teachers: tuple[TeacherSettings, ...] = ()
    synthetic: SyntheticSettings | None = None
    styled: float = 0.75
    calibration_rows: int = 800

    def members(self, names: Iterable[str]) -> frozenset[str]:
        """Return the sources of folds.

        Args:
            names: Folds, or names of single sources.

        Raises:
            ValueError: There is no such fold or source.
        """
        found: set[str] = set()
        for name in names:
            named = {
                source
                for source, settings in self.sources.items()
                if name and name in (source, settings.fold)
            }
            if not named:
                folds = sorted({one.fold for one in self.sources.values() if one.fold})
                raise ValueError(
                    f"cannot leave out '{name}': the recipe's folds are {', '.join(folds)}, and "
                    f"its sources {', '.join(self.sources)}"
                )
            found |= named
        return frozenset(found)

    def teacher(self, name: str) -> TeacherSettings:
        """Return a teacher by name."""
        for teacher in self.teachers:
            if teacher.name == name:
                return teacher
        names = ", ".join(teacher.name for teacher in self.teachers)
        raise ValueError(f"the recipe has no teacher '{name}'; it has: {names or 'none'}")


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Args:
        path: A TOML file; `BUNDLED_RECIPE` is the one that made the bundled weights.

    Raises:
        ValueError: It is not TOML, or a setting is unknown or out of its range; the message names
            the file and the setting.

    Example:
        >>> recipe = read_recipe(BUNDLED_RECIPE)
        >>> "onion" in recipe.sources
        True
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        sources = content.pop("sources", {})
        if "synthetic" in content:
            content["synthetic"] = _make(SyntheticSettings, content["synthetic"])
        recipe: Recipe = _make(
            Recipe,
            {
                **content,
                "files": tuple(_make(FileSettings, one) for one in content.get("files", ())),
                "sources": {name: _make(SourceSettings, one) for name, one in sources.items()},
                "student": _make(StudentSettings, content.get("student", {})),
                "teachers": tuple(
                    _make(TeacherSettings, one) for one in content.get("teachers", ())
                ),
            },
        )
        return recipe
    except (ValueError, TypeError) as error:
        raise ValueError(f"recipe '{path}': {error}") from error


def _make(kind: Any, values: Any) -> Any:
    """Return a settings object from a table of TOML."""
    if not isinstance(values, dict):
        raise ValueError(f"{kind.__name__} must be a table, not {values!r}")
    known = {one.name: one for one in fields(kind)}
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"unknown setting '{unknown[0]}'; known are: {', '.join(known)}")
    needed = (
        name
        for name, one in known.items()
        if one.default is MISSING and one.default_factory is MISSING
    )
    if missing := [name for name in needed if name not in values]:
        raise ValueError(f"setting '{missing[0]}' is missing")
    for name, value in values.items():
        expected = _TYPES.get(str(known[name].type))
        if expected and (
            not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected)
        ):
            raise ValueError(f"'{name}' must be of type {known[name].type}, not {value!r}")
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return kind(**(values | lists))
