"""The report of a corpus from its counts, and what it was made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ..about import __version__
from ..pipeline.loading import find_sarcasm
from ..scoring.bulk.shared_pipeline import Model, SharedPipeline
from ..scoring.texts import TextScorer
from .counting.tally import Tally, TallySettings
from .findings import REPORT_FORMAT, REPORT_VERSION, describe_corpus
from .page import check_place, write_report
from .scored_files import ScoredColumns, count_files
from .trust.judgement import judge_scores, weigh_sample
from .trust.reference import find_reference, network_digest


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
        "verdict": judge_scores(tally, find_reference(pipeline), _unknown_share(tally, pipeline)),
        **describe_corpus(tally),
        "made_with": {
            **(made_with or {}),
            "threshold": settings.threshold,
            "seed of the samples": settings.seed,
            "digest of the weights": network_digest(find_sarcasm(pipeline.nlp).network),
            "spacy-sarcasm": __version__,
            **{name: version(name) for name in ("spacy", "onnxruntime")},
        },
    }


def _unknown_share(tally: Tally, pipeline: SharedPipeline) -> float:
    """Return the share of unknown words: of all texts, or by the sample if it was not measured."""
    total = tally.coverage.sum()
    if total:
        return float(1 - tally.coverage @ np.linspace(0, 1, len(tally.coverage)) / total)
    texts, weights = weigh_sample(tally)
    if not texts:
        return 0.0
    found = TextScorer(pipeline.nlp).measure_values([one.text for one in texts]).coverage
    return float(1 - np.average([share or 0.0 for share in found], weights=weights))


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
