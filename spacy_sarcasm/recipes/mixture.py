"""A training corpus mixed from several publishers, in bounded shares and many styles.

What a network learns hangs on who wrote its corpus. Two publishers alone teach it to tell the two
apart; a publisher with ten times the rows of another drowns it. So each gives a bounded number of
rows, drawn anew for every pass over the corpus, each in a style of its own.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from spacy.language import Language
from spacy.tokens import DocBin

from ..atomic import atomic_write
from ..corpus.headlines import SPLITS
from .publishers import SourcedHeadline
from .style import vary_style

SoftLabels = Mapping[str, float]

# The share of rows in a style drawn at random; the others are as normalised.
_STYLED = 0.5


@dataclass(frozen=True)
class MixtureSettings:
    """How a training corpus is mixed.

    Attributes:
        passes: How often is drawn from each publisher.
        most_rows: At most so many rows of a publisher a pass, of those outside the headlines data
            set; more where one kind would outnumber the other or the corpus would be small.
        least_rows: A pass has so many rows, if there are as many: `most_rows` is doubled until
            then.
        repeats: So many times the rows of the headlines data set come in a pass.
        soft_share: Share of the soft label in the gold of a row that has one, 0..1; the
            publisher's label has the rest.
        seed: Seed of the draws and the styles.
    """

    passes: int = 2
    most_rows: int = 2_000
    least_rows: int = 15_000
    repeats: int = 2
    soft_share: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: A setting is out of its range.
        """
        for name in ("passes", "most_rows", "least_rows", "repeats"):
            if getattr(self, name) < 1:
                raise ValueError(f"'{name}' must be at least 1, not {getattr(self, name)}")
        if not 0 <= self.soft_share <= 1:
            raise ValueError(f"'soft_share' must be from 0 to 1, not {self.soft_share}")


def mix_headlines(
    rows: Iterable[SourcedHeadline],
    settings: MixtureSettings | None = None,
    soft_labels: SoftLabels | None = None,
) -> list[SourcedHeadline]:
    """Return the rows that a network trains on, in random order.

    Args:
        rows: The training split of a corpus.
        settings: How it is mixed.
        soft_labels: A teacher's probability by text.

    Returns:
        The rows, their text in some style and their label maybe soft.
    """
    settings, soft_labels = settings or MixtureSettings(), soft_labels or {}
    random = Random(settings.seed)  # noqa: S311
    mixed = [
        _vary(row, settings, soft_labels, random) for row in draw_headlines(rows, settings, random)
    ]
    random.shuffle(mixed)
    return mixed


def draw_headlines(
    rows: Iterable[SourcedHeadline], settings: MixtureSettings, random: Random
) -> list[SourcedHeadline]:
    """Return the rows that `mix_headlines` takes for the same seed, before styles and soft labels.

    Args:
        rows: The training split of a corpus.
        settings: How it is mixed.
        random: The draws' source, of ``settings.seed``.

    Returns:
        The rows, one as often as it was drawn.
    """
    whole: list[SourcedHeadline] = []
    groups: dict[str, list[SourcedHeadline]] = defaultdict(list)
    for row in rows:
        (whole if row.in_headlines else groups[row.source]).append(row)
    whole *= settings.repeats
    most = settings.most_rows
    n_rows = _share_out(whole, groups, most)
    # Without the headlines data set, publishers give more, or there would be little to learn from.
    while len(whole) + sum(n_rows.values()) < settings.least_rows and most < max(
        map(len, groups.values())
    ):
        most *= 2
        n_rows = _share_out(whole, groups, most)
    drawn = []
    for _ in range(settings.passes):
        drawn += whole
        for name, group in groups.items():
            drawn += random.sample(group, n_rows[name])
    return drawn


def _share_out(
    whole: list[SourcedHeadline], groups: Mapping[str, list[SourcedHeadline]], most: int
) -> dict[str, int]:
    """Return how many rows each publisher gives.

    There is as much serious news as satire, and at least a third as much satire as serious news, as
    far as the rows go: a corpus that lost a publisher must not tell that the world is satire.
    """
    satirical = {name for name, group in groups.items() if group[0].label >= 0.5}
    serious = groups.keys() - satirical
    satire_rows = sum(row.label >= 0.5 for row in whole)
    serious_rows = len(whole) - satire_rows
    n_serious = serious_rows + most * len(serious)
    most_satire = max(most, (n_serious // 3 - satire_rows) // max(1, len(satirical)))
    n_rows = {name: min(len(groups[name]), most_satire) for name in satirical}
    lead = satire_rows + sum(n_rows.values()) - serious_rows
    most_serious = max(most, lead // max(1, len(serious)))
    return n_rows | {name: min(len(groups[name]), most_serious) for name in serious}


def _vary(
    row: SourcedHeadline, settings: MixtureSettings, soft_labels: SoftLabels, random: Random
) -> SourcedHeadline:
    share = settings.soft_share if row.text in soft_labels else 0.0
    label = (1.0 - share) * row.label + share * soft_labels.get(row.text, 0.0)
    text = vary_style(row.text, random) if random.random() < _STYLED else row.text
    return replace(row, text=text, label=label)


def write_mixture(
    rows: Iterable[SourcedHeadline],
    folder: Path,
    nlp: Language,
    label: str,
    settings: MixtureSettings | None = None,
    soft_labels: SoftLabels | None = None,
) -> dict[str, dict[str, int]]:
    """Write what `spacy train` reads, ``train.spacy`` and ``dev.spacy``, and the rows themselves.

    The rows, one of ``train.jsonl``, ``dev.jsonl`` and ``test.jsonl`` for each split, are neither
    drawn nor in other styles: a JSON object a line with ``text``, ``cats`` and ``source``. Dev is
    drawn as one pass over a quarter of the rows, in no style but its own.

    Args:
        rows: The corpus.
        folder: The folder to write to, made if it does not exist.
        nlp: The pipeline whose tokenizer is used.
        label: The category of ``doc.cats`` that gets the gold.
        settings: How the training split is mixed.
        soft_labels: A teacher's probability by text, for the training split.

    Returns:
        How many rows of each publisher each split has.

    Raises:
        OSError: A file cannot be written.
    """
    settings = settings or MixtureSettings()
    splits: dict[str, list[SourcedHeadline]] = {split: [] for split in SPLITS}
    for row in rows:
        splits[row.split].append(row)
    folder.mkdir(parents=True, exist_ok=True)
    for split, members in splits.items():
        _write_rows(folder / f"{split}.jsonl", members, label)
    _write_docs(
        folder / "train.spacy", mix_headlines(splits["train"], settings, soft_labels), nlp, label
    )
    dev = replace(
        settings, passes=1, repeats=1, most_rows=max(1, settings.most_rows // 4), least_rows=1
    )
    drawn = draw_headlines(splits["dev"], dev, Random(dev.seed))  # noqa: S311
    _write_docs(folder / "dev.spacy", drawn, nlp, label)
    return {split: dict(Counter(row.source for row in found)) for split, found in splits.items()}


def read_soft_labels(path: Path, label: str) -> dict[str, float]:
    """Read the soft labels that ``spacy-sarcasm label`` wrote, by text.

    Args:
        path: A file with a JSON object a line: ``text``, and ``cats`` with the label.
        label: The category.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line is something else; the message names file and line.
    """
    found = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                text, value = row["text"], row["cats"][label]
                if not isinstance(text, str) or not 0.0 <= value <= 1.0:
                    raise ValueError(f"'text' is {text!r} and '{label}' {value!r}")
            except (ValueError, TypeError, KeyError, IndexError) as error:
                raise ValueError(
                    f"'{path}', line {number}: {type(error).__name__}: {error}. Expected a JSON "
                    f"object with 'text', and 'cats' with '{label}' from 0 to 1"
                ) from error
            found[text] = float(value)
    return found


def _write_rows(path: Path, rows: Iterable[SourcedHeadline], label: str) -> None:
    with atomic_write(path) as file:
        for row in rows:
            line = {"text": row.text, "cats": {label: row.label}, "source": row.source}
            file.write(json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n")


def _write_docs(path: Path, rows: Iterable[SourcedHeadline], nlp: Language, label: str) -> None:
    docs = DocBin()
    for row in rows:
        doc = nlp.make_doc(row.text)
        doc.cats = {label: row.label}
        docs.add(doc)
    with atomic_write(path) as file:
        file.write(docs.to_bytes())
