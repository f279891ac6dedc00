"""The training logger ``spacy_sarcasm.JsonlLogger.v1``.

spaCy's ``ConsoleLogger.v3`` writes JSON lines too, but none where the file exists from an earlier
run, and it writes the lines only when training ends.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO, Any, Literal

from spacy.language import Language
from spacy.training.loggers import console_logger_v3

from ..evaluation.thresholds import HOW_TO_CHOOSE, no_decision
from ..pipeline.loading import find_sarcasm

LogStep = Callable[[dict[str, Any] | None], None]
Finalize = Callable[[], None]
Logger = Callable[..., tuple[LogStep, Finalize]]


class LateInterrupt:
    """Holds back Ctrl-C until a step of training is over.

    ``spacy train`` removes the last best model before it copies the new one into its place. An
    interrupt in between would leave half a model, or none. A second Ctrl-C is let through at once.
    """

    def __init__(self) -> None:
        self._wanted = False
        self._former: Any = None
        self._active = False

    def start(self) -> None:
        """Begin to hold back. Only Python's main thread can."""
        if threading.current_thread() is threading.main_thread():
            self._former = signal.signal(signal.SIGINT, self._note)
            self._active = True

    def stop(self) -> None:
        """Let Ctrl-C through again."""
        if self._active:
            signal.signal(signal.SIGINT, self._former)
            self._active = False

    def check(self) -> None:
        """Interrupt now if Ctrl-C was pressed."""
        if self._wanted:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._wanted = True
        self.stop()


def make_jsonl_logger(
    path: str | Path | None = None, progress_bar: Literal["train", "eval"] | None = "eval"
) -> Logger:
    """Make a logger that prints spaCy's table and writes JSON lines.

    A line is written at each evaluation, and can be read at once: ``epoch``, ``step``, ``seconds``
    since the start, ``losses`` by component (summed since the last evaluation), ``scores`` (as the
    pipeline gives them, in 0..1 as a rule), and ``score``, the one that is improved. A file that
    exists is replaced.

    At the end it warns if at the component's threshold no dev text, or every one, is called
    sarcastic, as happens on imbalanced data.

    Args:
        path: The file; None to write none.
        progress_bar: The progress bar on a terminal: up to the next evaluation (``"eval"``), up to
            the last step (``"train"``), or none.

    Returns:
        The logger, as ``[training.logger]`` takes it.

    Example:
        >>> logger = make_jsonl_logger("log.jsonl")  # [training.logger] in a config
    """
    make_console = console_logger_v3(progress_bar=progress_bar)

    def set_up(
        nlp: Language, stdout: IO[str] = sys.stdout, stderr: IO[str] = sys.stderr
    ) -> tuple[LogStep, Finalize]:
        console_step, console_finalize = make_console(nlp, stdout, stderr)
        interrupt = LateInterrupt()
        file = None
        if path is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 (closed by finalize)
        interrupt.start()
        best: dict[str, Any] = {}

        def log_step(info: dict[str, Any] | None) -> None:
            console_step(info)
            if info is not None and (not best or info["score"] >= best["score"]):
                best.update(info)
            if info is not None and file is not None:
                file.write(f"{json.dumps(_line(info))}\n")
                file.flush()
            interrupt.check()

        def finalize() -> None:
            interrupt.stop()
            console_finalize()
            if file is not None:
                file.close()
            share = best.get("other_scores", {}).get("sarcasm_share")
            if share in (0.0, 1.0):
                threshold = find_sarcasm(nlp).threshold
                decision = no_decision(threshold, every=share == 1.0)
                stderr.write(f"\nWarning: dev data: {decision}. {HOW_TO_CHOOSE}\n")

        return log_step, finalize

    return set_up


def _line(info: dict[str, Any]) -> dict[str, Any]:
    scores = info["other_scores"].items()
    return {
        "epoch": info["epoch"],
        "step": info["step"],
        "seconds": info["seconds"],
        "losses": {name: float(loss) for name, loss in info["losses"].items()},
        "scores": {name: float(value) for name, value in scores if isinstance(value, int | float)},
        "score": float(info["score"]),
    }
