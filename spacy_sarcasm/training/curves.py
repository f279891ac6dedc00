"""Training curves, drawn from the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..atomic import atomic_write
from ..extras import require

if TYPE_CHECKING:
    from ..recipes.seed import Epoch


def read_log(path: Path) -> list[dict[str, Any]]:
    """Read what ``spacy_sarcasm.JsonlLogger.v1`` wrote.

    Args:
        path: The log.

    Returns:
        Its lines, at least one.

    Raises:
        OSError: It cannot be read.
        ValueError: It is empty, or a line is no line of a log.
    """
    lines = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            line = json.loads(text)
            if not {"step", "losses", "scores"} <= line.keys():
                raise ValueError("a key of step, losses and scores is missing")
        except (ValueError, AttributeError) as error:
            raise ValueError(
                f"'{path}', line {number}: {error}. Expected a line of a training log: set "
                '[training.logger] to "spacy_sarcasm.JsonlLogger.v1" and train again'
            ) from error
        lines.append(line)
    if not lines:
        raise ValueError(f"'{path}' is empty: training was not evaluated once")
    return lines


def plot_log(log: Path, output: Path, *, component: str = "sarcasm") -> None:
    """Draw the scores on dev and the loss on train over the steps.

    Args:
        log: The log.
        output: The PNG file to write.
        component: The component whose loss is drawn.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: A file cannot be read or written.
        ValueError: The log is damaged.
    """
    lines = read_log(log)
    steps = [line["step"] for line in lines]
    figure, (left, right) = _panels()
    for name in lines[-1]["scores"]:
        if name.startswith(f"{component}_"):
            values = [line["scores"].get(name) for line in lines]
            left.plot(steps, values, label=name, linewidth=1.5)
    left.set_title("Scores on dev")
    left.legend(frameon=False, loc="lower right")
    # The loss is summed since the last evaluation, over a differing number of steps at the start.
    spans = [step - before for step, before in zip(steps, [-1, *steps[:-1]], strict=True)]
    losses = [line["losses"].get(component, 0.0) for line in lines]
    right.plot(steps, [loss / span for loss, span in zip(losses, spans, strict=True)])
    right.set_title("Loss on train, mean of a batch")
    for axes in (left, right):
        axes.set_xlabel("step")
        axes.set_ylim(bottom=0)
    _save(figure, output)


def plot_epochs(epochs: Sequence[Epoch], output: Path) -> None:
    """Draw accuracy and loss on train and dev over the epochs.

    Args:
        epochs: The epochs, the one before training first.
        output: The PNG file to write.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: The file cannot be written.
    """
    figure, panels = _panels()
    numbers = [epoch.epoch for epoch in epochs]
    for axes, measure in zip(panels, ("accuracy", "loss"), strict=True):
        for split in ("train", "dev"):
            values = [getattr(epoch, f"{split}_{measure}") for epoch in epochs]
            axes.plot(numbers, values, label=f"{split} ({values[-1]:.4f} in the end)")
        axes.set_title(measure.capitalize())
        axes.set_xlabel("epoch")
        axes.legend(frameon=False)
    _save(figure, output)


def _panels() -> tuple[Any, Any]:
    require("matplotlib", "vectors", "drawing plots")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def _save(figure: Any, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(output) as file:
        figure.savefig(file, format="png", dpi=120)
