"""Rows with their scores as text, for printing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...data.formats import Format
from ...data.streams import Source
from ..counts import Counts
from .chunk_scorer import Workers, header_of
from .layout import ScoreSettings, prepare_run
from .shared_pipeline import Model, SharedPipeline


class ScoredStream:
    """The rows of sources with their scores, as text that is yielded many rows at a time.

    Attributes:
        settings: The settings of the run, with the text column that was found.
        counts: Counts of the rows yielded so far.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        model: Model = None,
        settings: ScoreSettings | None = None,
        output_format: Format = Format.JSONL,
        n_process: int = 1,
    ) -> None:
        """Look into the sources.

        Args:
            sources: The sources.
            model: As for `score_files`.
            settings: As for `score_files`.
            output_format: JSON lines, CSV or TSV.
            n_process: Worker processes; 1: none.

        Raises:
            OSError: An input cannot be read.
            ValueError: A column is missing or there already.
        """
        self._run = prepare_run(sources, settings or ScoreSettings(), output_format)
        self._workers = Workers(SharedPipeline(model), self._run, n_process, None)
        self.settings = self._run.settings
        self.counts = Counts()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the text.

        Raises:
            OSError: An input cannot be read.
            ValueError: A row cannot be scored.
        """
        if header := header_of(self._run):
            yield header
        for _, scored in self._workers.score(self._run.read()):
            self.counts += scored.counts
            yield scored.data
