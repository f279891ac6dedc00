"""Train a teacher on a corpus, and check it on held-out texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..data.labelled import read_labelled_rows
from ..data.row_settings import Gold, ReadReport, RowSettings
from .encoder import Classifier
from .finetune import FineTuning, Settings, fine_tune
from .teachers import ClassifierTeacher, Teacher


@dataclass
class LabelledTexts:
    """Texts with gold.

    Attributes:
        gold: The probability that each text is sarcastic, 0..1.
        without: Rows left out because they had no gold or no text.
    """

    texts: list[str] = field(default_factory=list)
    gold: list[float] = field(default_factory=list)
    read: ReadReport = field(default_factory=ReadReport)
    without: int = 0


@dataclass
class Check:
    """How well a teacher does on held-out texts.

    Attributes:
        texts: The number of texts.
        accuracy: The share on which teacher and gold are on the same side of 0.5.
        log_loss: The mean cross-entropy of its probabilities and the gold.
    """

    texts: int
    accuracy: float
    log_loss: float


def train_teacher(
    corpus: Path,
    out: Path,
    *,
    dev: Path | None = None,
    base: Path | None = None,
    settings: Settings | None = None,
    max_rows: int | None = None,
    rows: RowSettings | None = None,
    device: str | None = None,
    overwrite: bool = False,
) -> tuple[LabelledTexts, FineTuning, Check | None]:
    """Fine-tune an encoder on a corpus with gold, which is held in memory.

    Args:
        corpus: A file; see `data.labelled.read_labelled_rows`.
        base: The folder of the encoder. None: the one that the extra `teacher` installs.
        max_rows: The maximum number of rows, drawn at random.
        rows: Where rows hold text and gold; its category names the teacher's class.

    Returns:
        The texts read, the report of the fine-tuning, and the check on ``dev``, if given.

    Raises:
        ValueError: A corpus has no gold or too many bad rows, or a setting is out of its range.

    Example:
        >>> train_teacher(Path("tweets.csv"), Path("teacher"))  # doctest: +SKIP
    """
    settings = settings or Settings()
    if max_rows is not None and max_rows < 1:
        raise ValueError(f"max_rows must be at least 1, not {max_rows}")
    rows = rows or RowSettings()
    train = read_gold(corpus, rows)
    # Read before the training, to report a wrong file at once.
    held_out = None if dev is None else read_gold(dev, rows)
    chosen = np.arange(len(train.texts))
    if max_rows is not None and max_rows < len(chosen):
        chosen = np.random.default_rng(settings.seed).permutation(len(chosen))[:max_rows]
    report = fine_tune(
        [train.texts[i] for i in chosen],
        [train.gold[i] for i in chosen],
        out,
        base=base,
        settings=settings,
        label=rows.category,
        device=device,
        overwrite=overwrite,
    )
    if held_out is None:
        return train, report, None
    return train, report, check_teacher(ClassifierTeacher(Classifier(out, device)), held_out)


def read_gold(path: Path, settings: RowSettings | None = None) -> LabelledTexts:
    """Read the rows of a corpus that have gold.

    Raises:
        ValueError: No row has gold, or too many are bad.
    """
    settings = settings or RowSettings()
    found = LabelledTexts()
    for row in read_labelled_rows(path, settings, gold=Gold.OPTIONAL, report=found.read):
        if row.gold is None or row.is_blank:
            found.without += row.fault is None
        else:
            found.texts.append(row.text)
            found.gold.append(row.gold)
    if not found.texts:
        raise ValueError(
            f"none of the {found.read.rows} rows of '{path}' has gold: expected a number in 0..1 "
            f"in cats['{settings.category}'], or as 'label' or 'is_sarcastic'"
        )
    return found


def check_teacher(teacher: Teacher, held_out: LabelledTexts) -> Check:
    """Compare a teacher's scores with the gold of texts that it has not learnt from."""
    scores, gold = teacher.score(held_out.texts), np.array(held_out.gold)
    p = np.clip(scores, 1e-7, 1 - 1e-7)
    return Check(
        texts=len(gold),
        accuracy=float(((scores >= 0.5) == (gold >= 0.5)).mean()),
        log_loss=float(-(gold * np.log(p) + (1 - gold) * np.log(1 - p)).mean()),
    )
