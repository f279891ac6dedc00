"""A progress bar on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from ...data.rows import Chunk
from ...data.streams import Source


class Progress:
    """Shows rows, rows a second and the time left, on a terminal only.

    How many rows there are is not known before they are read, so the time left goes by bytes.
    """

    def __init__(self, sources: Sequence[Source], rows_done: int = 0, *, show: bool = True) -> None:
        """Make a bar.

        Args:
            sources: What is to be read.
            rows_done: Rows that an earlier run has done.
            show: Whether to show it, if standard error is a terminal.
        """
        sizes = [source.size for source in sources]
        self._before = [sum(sizes[:number]) for number in range(len(sizes))]
        self._rows = rows_done
        self._fresh_rows = 0
        self._began = time.monotonic()
        self._bar: Any = None
        if show and sys.stderr.isatty():
            self._bar = _make_bar(0 if any(s.is_stream for s in sources) else sum(sizes))

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, chunk: Chunk, rows: int) -> None:
        """Take note of a chunk.

        Args:
            chunk: The chunk.
            rows: Its rows.
        """
        if self._bar is None:
            return
        if not self._fresh_rows:
            # The time left counts from here when a run is resumed.
            self._bar.initial = self._bar.n = self._before[chunk.source]
        self._rows += rows
        self._fresh_rows += rows
        speed = self._fresh_rows / max(time.monotonic() - self._began, 1e-9)
        # Not as a postfix: tqdm puts a comma before that.
        shown = f"{self._rows:,} rows, {speed:,.0f} rows/s "
        self._bar.set_description_str(shown, refresh=False)
        self._bar.update(max(0, self._before[chunk.source] + chunk.bytes_read - self._bar.n))


def _make_bar(total: int) -> Any:
    from tqdm import tqdm

    # No thread of tqdm's own: workers may be forked at any time.
    tqdm.monitor_interval = 0
    layout = "{percentage:3.0f}% {bar:20} {desc}[{elapsed}, {remaining} left]"
    return tqdm(
        total=total or None,
        file=sys.stderr,
        bar_format=layout if total else "{desc}[{elapsed}]",
        leave=False,
    )
