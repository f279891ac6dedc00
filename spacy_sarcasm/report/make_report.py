"""The report of a corpus from its counts, and what it was made with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from spacy.language import Language

from ..about import __version__
from ..network.storage import network_to_bytes
from ..pipeline.loading import find_sarcasm
from ..scoring.bulk.shared_pipeline import Model, SharedPipeline
from .counting.tally import Tally, TallySettings
from .findings import REPORT_FORMAT, REPORT_VERSION, describe_corpus
from .page import check_place, write_report
from .scored_files import ScoredColumns, count_files


def make_report(
    tally: Tally, pipeline: SharedPipeline, made_with: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a report as values that JSON can hold.

    Args:
        tally: The counts of the corpus.
        pipeline: The pipeline that gave the scores.
        made_with: More of what the report was made with, shown at its end.

    Example:
        >>> report = make_report(tally, SharedPipeline(None))  # doctest: +SKIP
        >>> report["verdict"]["sentence"]  # doctest: +SKIP
    """
    settings = tally.settings
    return {
        "format": REPORT_FORMAT,
        "format_version": REPORT_VERSION,
        "verdict": {
            "sentence": "No estimate: the weights store no reference.",
            "estimate": None,
            "reasons": [],
        },
        **describe_corpus(tally),
        "made_with": {
            **(made_with or {}),
            "threshold": settings.threshold,
            "seed of the samples": settings.seed,
            "digest of the weights": weights_digest(pipeline.nlp),
            "spacy-sarcasm": __version__,
            **{name: version(name) for name in ("spacy", "onnxruntime")},
        },
    }


def weights_digest(nlp: Language) -> str:
    """Return the SHA-256 of the network of a pipeline, as it is written to a file.

    Args:
        nlp: The pipeline.

    Example:
        >>> len(weights_digest(nlp))  # doctest: +SKIP
        64
    """
    return hashlib.sha256(network_to_bytes(find_sarcasm(nlp).network)).hexdigest()


def report_files(
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    columns: ScoredColumns | None = None,
    model: Model = None,
    threshold: float | None = None,
    group_column: str | None = None,
    date_column: str | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Write the report of files that were scored before, as HTML with JSON beside it.

    Args:
        inputs: The scored files, as for `find_sources`.
        output: The HTML file to write.
        columns: Where the files hold what.
        model: The pipeline that gave the scores, as for `score_files`.
        threshold: Scores at or above it count as sarcastic; None: the pipeline's.
        group_column: The column whose values are groups of rows; None: no groups.
        date_column: The column with dates; None: nothing over time.
        seed: The seed of the samples.

    Returns:
        The content of the report.

    Raises:
        OSError: A file cannot be read or written.
        ValueError: A column is missing, a score is not a number in 0..1, or there are no rows.

    Example:
        >>> report = report_files(["scored.csv"], "report.html")  # doctest: +SKIP
        >>> report["rows"]["all"]  # doctest: +SKIP
        1000
    """
    path = Path(output)
    check_place(path)
    pipeline = SharedPipeline(model)
    if threshold is None:
        threshold = find_sarcasm(pipeline.nlp).threshold
    settings = TallySettings(threshold, group_column, date_column, seed)
    tally = count_files(inputs, columns or ScoredColumns(), settings)
    names = [str(one) for one in inputs]
    report = make_report(tally, pipeline, {"files": ", ".join(names)})
    write_report(report, path, Path(names[0]).name if len(names) == 1 else "several files")
    return report
