"""A training corpus mixed from many sources, in bounded shares and many styles.

A network that learns from two publishers learns to tell the two apart, and a source with ten times
the rows of another drowns it out. So the rows of each source are capped, both classes of a kind
have similar lengths, and rows come in random styles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from spacy.language import Language

from ..atomic import write_json, write_json_lines
from ..corpus.headlines import Split
from ..data.filetypes.docbin import write_docs
from ..data.labelled import read_labelled_rows
from ..data.row_settings import OnError, RowSettings
from .balance import balance_kinds, draw_texts, has_gold, style_texts
from .recipe import Recipe, TeacherSettings
from .sourced_texts import Corpus, SourcedText
from .synthetic import SYNTHETIC, make_synthetic_texts, no_neighbours

POOL_FILE = "pool.jsonl"
CALIBRATION_FILE = "calibration.jsonl"
LEFT_OUT_FILE = "left_out.jsonl"
REPORT_FILE = "report.json"
# Dev is a small sample in no style, so that training is checked often.
_DEV_SHARE = 0.03

SoftLabels = Mapping[str, float]
Report = dict[str, Any]


@dataclass(frozen=True)
class Mixture:
    """The rows that teachers and student learn from.

    Attributes:
        pool: The student's rows, cleaned and in no style: what the teachers label.
        lessons: The rows of each teacher, styled, by its name.
        dev: Rows to check training on.
        calibration: Dev rows with as many of each kind and class as there are, within a maximum.
        left_out: The rows of the sources that are left out.
    """

    pool: list[SourcedText]
    lessons: dict[str, list[SourcedText]]
    dev: list[SourcedText]
    calibration: list[SourcedText]
    left_out: list[SourcedText]


def mix_corpus(
    corpus: Corpus,
    recipe: Recipe,
    leave_out: Sequence[str] = (),
    neighbours: Callable[[str], Sequence[str]] = no_neighbours,
) -> Mixture:
    """Draw the rows that teachers and student learn from.

    Args:
        leave_out: Folds or sources that teachers and student must not see. Of the teachers, only
            those that leave it out anyway remain.
        neighbours: What returns the words that may replace a word in synthetic texts, such as
            `spacy_sarcasm.recipes.synthetic.Neighbours`.

    Raises:
        ValueError: There is no such fold or source.
    """
    absent = recipe.members(leave_out)
    kept = [text for text in corpus.texts if text.source not in absent]
    student = recipe.student
    pool = draw_texts(kept, recipe.sources, student, _random(student.seed))
    _random(student.seed).shuffle(pool)
    if recipe.synthetic is not None:
        random = _random(recipe.synthetic.seed)
        pool += make_synthetic_texts(pool, recipe.synthetic, neighbours, random)
    lessons = {
        teacher.name: draw_lessons(corpus.texts, recipe, teacher)
        for teacher in recipe.teachers
        if absent <= recipe.members(teacher.leave_out)
    }
    dev_texts = [text for text in kept if text.split == Split.DEV]
    dev = [replace(text, split=Split.TRAIN) for text in dev_texts if has_gold(text)]
    sample = replace(
        student, scale=student.scale * _DEV_SHARE, repeats=1, unlabelled=False, length_slack=100.0
    )
    return Mixture(
        pool=pool,
        lessons=lessons,
        dev=draw_texts(dev, recipe.sources, sample, _random(student.seed)),
        calibration=balance_kinds(dev_texts, recipe.calibration_rows),
        left_out=[text for text in corpus.texts if text.source in absent and has_gold(text)],
    )


def draw_lessons(
    texts: Iterable[SourcedText], recipe: Recipe, teacher: TeacherSettings
) -> list[SourcedText]:
    """Return the rows that a teacher learns from, in random styles."""
    random = _random(teacher.seed)
    drawn = draw_texts(texts, recipe.sources, teacher, random, recipe.members(teacher.leave_out))
    return style_texts(drawn, recipe.styled, random)


def student_rows(
    pool: Iterable[SourcedText], recipe: Recipe, soft_labels: SoftLabels | None = None
) -> list[SourcedText]:
    """Return the rows that the student trains on: each pass in random order and other styles.

    Args:
        soft_labels: The teachers' probability by text. Texts with neither label are left out.
    """
    random = _random(recipe.student.seed)
    labelled = []
    for text in pool:
        label = blend(text, recipe, soft_labels or {})
        if label is not None:
            times = 1 if text.source == SYNTHETIC else recipe.sources[text.source].times
            labelled += [replace(text, label=label)] * times
    return [
        text
        for _ in range(recipe.student.passes)
        for text in style_texts(labelled, recipe.styled, random)
    ]


def blend(text: SourcedText, recipe: Recipe, soft_labels: SoftLabels) -> float | None:
    """Return the gold of a text: its label and the teachers', in the shares of the recipe."""
    soft = soft_labels.get(text.text)
    if text.label is None or soft is None:
        return soft if text.label is None else text.label
    share = recipe.sources[text.source].soft_share
    if share is None:
        share = recipe.student.soft_share
    return (1.0 - share) * text.label + share * soft


def write_mixture(
    corpus: Corpus,
    recipe: Recipe,
    folder: Path,
    nlp: Language,
    label: str,
    *,
    leave_out: Sequence[str] = (),
    soft_labels: SoftLabels | None = None,
    neighbours: Callable[[str], Sequence[str]] = no_neighbours,
) -> Report:
    """Write what teachers and student learn from, and a report.

    ``teacher-NAME.jsonl`` for each teacher, ``pool.jsonl`` to be labelled, ``train.spacy`` and
    ``dev.spacy`` for `spacy train`, ``dev.jsonl`` and ``test.jsonl`` with all rows of these splits,
    ``calibration.jsonl``, ``left_out.jsonl`` and ``report.json``.

    Args:
        leave_out: Folds or sources to leave out.

    Returns:
        The report: rows of each file by source and class, and rows dropped by source and reason.

    Raises:
        ValueError: There is no such fold or source.
    """
    mixture = mix_corpus(corpus, recipe, leave_out, neighbours)
    folder.mkdir(parents=True, exist_ok=True)
    rows = {f"teacher-{name}.jsonl": texts for name, texts in mixture.lessons.items()}
    rows |= {
        POOL_FILE: mixture.pool,
        CALIBRATION_FILE: mixture.calibration,
        LEFT_OUT_FILE: mixture.left_out,
    }
    absent = recipe.members(leave_out)
    for split in (Split.DEV, Split.TEST):
        rows[f"{split}.jsonl"] = [
            text
            for text in corpus.texts
            if text.split == split and has_gold(text) and text.source not in absent
        ]
    for name, texts in rows.items():
        _write_rows(folder / name, texts, label)
    training = student_rows(mixture.pool, recipe, soft_labels)
    for name, texts in (("train.spacy", training), ("dev.spacy", mixture.dev)):
        write_docs(folder / name, ((one.text, one.label or 0.0) for one in texts), nlp, label)
    report = {
        "rows": {
            name: count_texts(texts)
            for name, texts in {**rows, "train.spacy": training, "dev.spacy": mixture.dev}.items()
        },
        "dropped": _nested(corpus.dropped),
    }
    write_json(folder / REPORT_FILE, report)
    return report


def count_texts(texts: Iterable[SourcedText]) -> dict[str, dict[str, int]]:
    """Return how many texts of each source are sarcastic, not sarcastic and without a label."""
    names = {None: "unlabelled", True: "sarcastic", False: "not sarcastic"}
    counts = Counter(
        (text.source, names[None if text.label is None else text.label >= 0.5]) for text in texts
    )
    return _nested(counts)


def _nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for (source, name), count in sorted(counts.items()):
        found[source][name] = count
    return dict(found)


def read_soft_labels(path: Path, label: str) -> dict[str, float]:
    """Read the soft labels that ``spacy-sarcasm label`` wrote, by text.

    Args:
        path: JSON lines with ``text``, and ``cats`` with the label.

    Raises:
        ValueError: A line is something else; the message names file and line.
    """
    rows = read_labelled_rows(path, RowSettings("text", category=label, on_error=OnError.STOP))
    return {row.text: row.gold for row in rows if row.gold is not None}


def _random(seed: int) -> Random:
    return Random(seed)  # noqa: S311


def _write_rows(path: Path, texts: Iterable[SourcedText], label: str) -> None:
    rows: Iterator[dict[str, object]] = (
        {"text": one.text, "source": one.source, "kind": one.kind}
        | ({} if one.label is None else {"cats": {label: one.label}})
        for one in texts
    )
    write_json_lines(path, rows)
