"""Evaluating a pipeline on labelled data sets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from ..about import __version__
from ..atomic import atomic_write
from ..network.storage import WEIGHTS_FILE
from ..pipeline.loading import find_sarcasm
from ..pipeline.scorer import GOLD_THRESHOLD
from ..pretrained import BUNDLED_WEIGHTS
from ..scoring.texts import TextScorer
from .labelled import Labelled
from .metrics import INTERVAL, Bootstrap, confusion, measure

FORMAT = "spacy-sarcasm evaluation"
FORMAT_VERSION = 2
MISTAKES = 20

Report = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """A data set with the scores of a pipeline.

    Attributes:
        data: The data set.
        scores: Probabilities, shape (texts,); NaN for texts that cannot be scored.
        out_of_domain: Whether the texts are unlike those that the network was trained on.
    """

    data: Labelled
    scores: NDArray[np.float64]
    out_of_domain: bool = False

    @property
    def has_score(self) -> NDArray[np.bool_]:
        """Which texts have a score, shape (texts,)."""
        return np.isfinite(self.scores)

    def select(self, rows: NDArray[np.bool_]) -> Scored:
        """Return the chosen texts with their scores.

        Args:
            rows: Whether each text is kept, shape (texts,).
        """
        if rows.all():
            return self
        kept = np.flatnonzero(rows).tolist()
        data = replace(
            self.data,
            texts=[self.data.texts[i] for i in kept],
            gold=self.data.gold[rows],
            sources=[self.data.sources[i] for i in kept],
        )
        return replace(self, data=data, scores=self.scores[rows])


def score_datasets(
    nlp: Language, data: Sequence[Labelled], out_of_domain: Sequence[Labelled] = ()
) -> list[Scored]:
    """Score data sets.

    Args:
        nlp: A pipeline with a sarcasm component.
        data: Data like the training data.
        out_of_domain: Data of other kinds.

    Raises:
        ValueError: There is no sarcasm component, two data sets have the same name, or no text of
            a data set can be scored.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> pipe = nlp.add_pipe("sarcasm")
        >>> data = Labelled("two", ["Oh great.", "It rains."], np.array([1.0, 0.0]), [None, None])
        >>> [one.scores.shape for one in score_datasets(nlp, [data])]
        [(2,)]
    """
    names = [one.name for one in (*data, *out_of_domain)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"more than one data set is called {', '.join(twice)}: rename one of the files"
        )
    scorer = TextScorer(nlp)
    return [
        _scored(one, scorer.score(one.texts), is_other)
        for group, is_other in ((data, False), (out_of_domain, True))
        for one in group
    ]


def make_report(
    nlp: Language,
    model: str,
    scored: Sequence[Scored],
    bootstrap: Bootstrap | None = None,
) -> Report:
    """Return the figures of scored data sets: counts and metrics, no texts.

    Args:
        nlp: The pipeline that scored them.
        model: What the user called it: ``"bundled"``, a package, folder or weights file.
        scored: The data sets.
        bootstrap: How the intervals are computed.

    Returns:
        Plain values that JSON can hold; undefined figures are None.

    Raises:
        ImportError: scikit-learn is not installed.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> pipe = nlp.add_pipe("sarcasm")
        >>> data = Labelled("two", ["Oh great.", "It rains."], np.array([1.0, 0.0]), [None, None])
        >>> report = make_report(nlp, "bundled", score_datasets(nlp, [data]))
        >>> report["data"][0]["confusion"]["true_positives"] <= 1
        True
    """
    pipe = find_sarcasm(nlp)
    bootstrap = bootstrap or Bootstrap()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "measured_by": f"spacy-sarcasm {__version__}",
        # The name only: a path says something about the machine.
        "pipeline": Path(model).name,
        "weights_sha256": weights_digest(nlp, model),
        "threshold": pipe.threshold,
        "calibration": pipe.calibration.to_dict(),
        "bootstrap": {
            "resamples": bootstrap.resamples,
            "seed": bootstrap.seed,
            "interval": INTERVAL,
        },
        "data": [_figures(one, pipe.threshold, bootstrap) for one in scored],
    }


def weights_digest(nlp: Language, model: str) -> str | None:
    """Return the SHA-256 of the weights file that a pipeline was loaded from, in hexadecimal.

    Args:
        nlp: The pipeline.
        model: What the user called it, as for `make_report`.

    Returns:
        The digest; None if there is no such file.

    Example:
        >>> import spacy
        >>> len(weights_digest(spacy.blank("en"), "bundled"))
        64
    """
    if model == "bundled":
        file = BUNDLED_WEIGHTS
    elif model.endswith(".npz"):
        file = Path(model)
    elif nlp.path is not None:
        file = Path(nlp.path) / find_sarcasm(nlp).name / WEIGHTS_FILE
    else:
        return None
    return file_digest(file) if file.exists() else None


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Args:
        file: The file.

    Example:
        >>> len(file_digest(BUNDLED_WEIGHTS))
        64
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def worst_mistakes(
    scored: Scored, threshold: float, max_rows: int = MISTAKES
) -> list[dict[str, Any]]:
    """Return the texts on the wrong side of the threshold, the worst first.

    Args:
        scored: The data set.
        threshold: Scores at or above it count as sarcastic.
        max_rows: The maximum number of texts.

    Returns:
        ``text``, ``gold``, ``score`` and ``source`` of each, by distance from the gold.

    Example:
        >>> data = Labelled("two", ["a", "b"], np.array([1.0, 0.0]), [None, None])
        >>> worst_mistakes(Scored(data, np.array([0.9, 0.8])), 0.5)
        [{'text': 'b', 'gold': 0.0, 'score': 0.8, 'source': None}]
    """
    known = scored.select(scored.has_score)
    data, scores = known.data, known.scores
    wrong = np.flatnonzero((scores >= threshold) != (data.gold >= GOLD_THRESHOLD))
    far = wrong[np.argsort(-np.abs(scores[wrong] - data.gold[wrong]), kind="stable")]
    return [
        {
            "text": data.texts[i],
            "gold": float(data.gold[i]),
            "score": round(float(scores[i]), 4),
            "source": data.sources[i],
        }
        for i in far[:max_rows].tolist()
    ]


def threshold_warnings(report: Report) -> list[str]:
    """Return a warning for each data set whose threshold calls no text, or every text, sarcastic.

    Args:
        report: What `make_report` returned.

    Example:
        >>> cells = {"true_positives": 0, "false_positives": 0}
        >>> figures = {"name": "dev", "texts": 9, "sarcastic": 3, "confusion": cells}
        >>> threshold_warnings({"pipeline": "model", "threshold": 0.5, "data": [figures]})[0][:47]
        'dev: at threshold 0.50 no text is called sarcas'
    """
    found = []
    for figures in report["data"]:
        cells = figures["confusion"]
        called = cells["true_positives"] + cells["false_positives"]
        # With one class only, all or none may well be right.
        if called not in (0, figures["texts"]) or figures["sarcastic"] in (0, figures["texts"]):
            continue
        found.append(
            f"{figures['name']}: {no_decision(report['threshold'], every=called > 0)}, though "
            f"{figures['sarcastic']:,} of {figures['texts']:,} are. {HOW_TO_CHOOSE}"
        )
    return found


HOW_TO_CHOOSE = (
    "Choose a threshold on held-out data: "
    "spacy-sarcasm calibrate MODEL DEV_DATA --output OUTPUT --maximize f1"
)


def no_decision(threshold: float, *, every: bool = False) -> str:
    """Return what is wrong with a threshold that all scores are below, or at or above.

    Args:
        threshold: The threshold.
        every: Whether all scores are at or above it.

    Example:
        >>> no_decision(0.5)
        'at threshold 0.50 no text is called sarcastic'
    """
    return f"at threshold {threshold:.2f} {'every' if every else 'no'} text is called sarcastic"


def write_json(path: Path, value: Any) -> None:
    """Write plain values as indented JSON; the file appears only when it is complete.

    Args:
        path: The file.
        value: The values.

    Raises:
        OSError: The file cannot be written.

    Example:
        >>> write_json(Path("report.json"), {"accuracy": 0.9})  # doctest: +SKIP
    """
    with atomic_write(path) as file:
        file.write((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as JSON lines; the file appears only when it is complete.

    Args:
        path: The file.
        rows: The rows.

    Raises:
        OSError: The file cannot be written.

    Example:
        >>> write_json_lines(Path("rows.jsonl"), [{"text": "a"}])  # doctest: +SKIP
    """
    with atomic_write(path) as file:
        for row in rows:
            file.write((json.dumps(row, ensure_ascii=False) + "\n").encode())


def _scored(data: Labelled, scores: NDArray[np.float64], out_of_domain: bool) -> Scored:
    scored = Scored(data, scores, out_of_domain)
    if not scored.has_score.any():
        raise ValueError(f"none of the {len(scores):,} texts of '{data.name}' can be scored")
    return scored


def _figures(one: Scored, threshold: float, bootstrap: Bootstrap) -> Report:
    known = one.select(one.has_score)
    data, scores = known.data, known.scores
    names = np.array([source or "" for source in data.sources])
    sources = {
        name: _group(scores[names == name], data.gold[names == name], threshold, bootstrap)
        for name in np.unique(names).tolist()
        if name
    }
    return {
        "name": data.name,
        "split": data.split,
        "out_of_domain": one.out_of_domain,
        "unscored": len(one.scores) - len(scores),
        **_group(scores, data.gold, threshold, bootstrap),
        "sources": sources,
    }


def _group(
    scores: NDArray[np.float64], gold: NDArray[np.float64], threshold: float, bootstrap: Bootstrap
) -> Report:
    metrics = measure(scores, gold, threshold, bootstrap)
    rounded = {
        name: {end: None if value is None else round(value, 4) for end, value in metric.items()}
        for name, metric in metrics.items()
    }
    return {
        "texts": len(scores),
        "sarcastic": int((gold >= GOLD_THRESHOLD).sum()),
        "metrics": rounded,
        "confusion": confusion(scores, gold, threshold),
    }
