"""A report made while files are scored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..data.columns import TEXT_COLUMNS
from ..pipeline.loading import find_sarcasm
from ..scoring.bulk.layout import ScoreSettings
from ..scoring.bulk.score_files import Summary
from ..scoring.bulk.shared_pipeline import Model, SharedPipeline
from .corpus_observer import CorpusObserver
from .counting.tally import TallySettings
from .make_report import make_report
from .page import check_place, write_report
from .scored_files import ScoredColumns, count_files


class ReportWriter:
    """Writes the report of a run of `score_files`.

    Example:
        >>> writer = ReportWriter("report.html", group_column="board")  # doctest: +SKIP
        >>> summary = score_files(
        ...     ["posts.csv"], "out.csv", model=writer.pipeline, observer=writer.observer
        ... )  # doctest: +SKIP
        >>> report = writer.write(summary, ["posts.csv"], ScoreSettings())  # doctest: +SKIP
        >>> report["rows"]["all"]  # doctest: +SKIP
        1000
    """

    def __init__(
        self,
        path: str | Path,
        model: Model = None,
        *,
        threshold: float | None = None,
        group_column: str | None = None,
        date_column: str | None = None,
        seed: int = 0,
    ) -> None:
        """Check that the report can be written, and load the pipeline.

        Args:
            path: The HTML file to write.
            model: As for `score_files`, which is to be given `pipeline` instead.
            threshold: Scores at or above it count as sarcastic; None: the pipeline's.
            group_column: The column whose values are groups of rows; None: no groups.
            date_column: The column with dates; None: nothing over time.
            seed: The seed of the samples.

        Raises:
            OSError: There is no such folder, or no such pipeline.
            ValueError: The path does not end in .html, or another file is in the way.
        """
        self.path = Path(path)
        check_place(self.path)
        self.pipeline = SharedPipeline(model)
        if threshold is None:
            threshold = find_sarcasm(self.pipeline.nlp).threshold
        self.observer = CorpusObserver(TallySettings(threshold, group_column, date_column, seed))

    def write(
        self, summary: Summary, inputs: Sequence[str | Path], settings: ScoreSettings
    ) -> dict[str, Any]:
        """Write the report, and return its content.

        Args:
            summary: What `score_files` returned.
            inputs: The files that were scored.
            settings: What they were scored with.

        Raises:
            OSError: It cannot be written.
        """
        tally = self.observer.tally
        # None: a file without rows.
        text_column = summary.text_column or TEXT_COLUMNS[0]
        if summary.was_complete:
            columns = ScoredColumns(text_column, settings.output_column, settings.error_column)
            tally = count_files([summary.output], columns, tally.settings)
        names = [str(one) for one in inputs] or [str(summary.output)]
        made_with = {
            "files": ", ".join(names),
            "scored file": str(summary.output),
            "text column": text_column,
            "missing scores": settings.missing,
            "rows scored at a time": settings.batch_size,
        }
        report = make_report(tally, self.pipeline, made_with)
        write_report(report, self.path, Path(names[0]).name if len(names) == 1 else "several files")
        return report
