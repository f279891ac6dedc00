"""Training curves, drawn from the log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..plotting import CURVE_COLOURS, new_figure, save_figure

_SIZE = (11.0, 4.5)
# What the scores of the component are called in plots, by the end of their key.
_SCORE_NAMES = {
    "acc": "accuracy",
    "p": "precision",
    "r": "recall",
    "f": "F1",
    "auc": "ROC AUC",
    "share": "called sarcastic",
}


@dataclass(frozen=True)
class Epoch:
    """How a network does after an epoch, dropout off.

    Attributes:
        epoch: Its number, from 1; 0 before training.
        train_accuracy: Share of right answers on the training split, 0..1.
        train_loss: Mean binary cross-entropy on the training split.
        dev_accuracy: Share of right answers on the dev split, 0..1.
        dev_loss: Mean binary cross-entropy on the dev split.
    """

    epoch: int
    seconds: float
    train_accuracy: float
    train_loss: float
    dev_accuracy: float
    dev_loss: float


def read_log(path: Path) -> list[dict[str, Any]]:
    """Read what ``spacy_sarcasm.JsonlLogger.v1`` wrote.

    Returns:
        Its lines, at least one.

    Raises:
        ValueError: It is empty, or a line is not one of a training log.

    Example:
        >>> [line["scores"]["sarcasm_acc"] for line in read_log(Path("log.jsonl"))]
        ... # doctest: +SKIP
    """
    lines = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            line = json.loads(text)
            if not {"step", "losses", "scores"} <= line.keys():
                raise ValueError("one of the keys step, losses and scores is missing")
        except (ValueError, AttributeError) as error:
            raise ValueError(
                f"'{path}', line {number}: {error}. Expected a line of a training log: set "
                '[training.logger] to "spacy_sarcasm.JsonlLogger.v1" and train again'
            ) from error
        lines.append(line)
    if not lines:
        raise ValueError(f"'{path}' is empty: training stopped before its first evaluation")
    return lines


def plot_log(log: Path, output: Path, *, component: str = "sarcasm") -> None:
    """Draw the scores on dev and the loss on train over the steps.

    Example:
        >>> plot_log(Path("training/log.jsonl"), Path("curves.png"))  # doctest: +SKIP
    """
    lines = read_log(log)
    steps = [line["step"] for line in lines]
    figure, (left, right) = new_figure("evaluate", _SIZE, columns=2)
    # A score can be undefined in some lines, and is missing there.
    names = list(dict.fromkeys(name for line in lines for name in line["scores"]))
    values = {
        name.removeprefix("sarcasm_"): [line["scores"].get(name) for line in lines]
        for name in names
        if name.startswith("sarcasm_")
    }
    _draw(
        left,
        steps,
        {_SCORE_NAMES.get(name, name): scores for name, scores in values.items()},
    )
    left.set_title("Scores on dev")
    left.set_ylim(0, 1)
    # The loss is summed since the last evaluation, over a differing number of steps at the start.
    spans = [step - before for step, before in zip(steps, [-1, *steps[:-1]], strict=True)]
    losses = [line["losses"].get(component, 0.0) for line in lines]
    right.plot(steps, [loss / span for loss, span in zip(losses, spans, strict=True)], marker=".")
    right.set_title("Loss on train, mean per batch")
    right.set_ylim(bottom=0)
    for axes in (left, right):
        axes.set_xlabel("step")
    save_figure(figure, output)


def plot_epochs(epochs: Sequence[Epoch], output: Path) -> None:
    """Draw accuracy and loss on train and dev over the epochs.

    Args:
        epochs: The epochs, the one before training first.

    Example:
        >>> epochs = [Epoch(0, 0.0, 0.5, 0.69, 0.5, 0.69), Epoch(1, 9.0, 0.7, 0.6, 0.65, 0.63)]
        >>> plot_epochs(epochs, Path("curves.png"))  # doctest: +SKIP
    """
    figure, panels = new_figure("evaluate", _SIZE, columns=2)
    numbers = [epoch.epoch for epoch in epochs]
    for axes, measure in zip(panels, ("accuracy", "loss"), strict=True):
        splits = ("train", "dev")
        _draw(
            axes,
            numbers,
            {s: [getattr(epoch, f"{s}_{measure}") for epoch in epochs] for s in splits},
        )
        axes.set_title(measure.capitalize())
        axes.set_xlabel("epoch")
    save_figure(figure, output)


def _draw(axes: Any, x: Sequence[int], curves: Mapping[str, Sequence[float | None]]) -> None:
    """Draw curves, with a legend below the panel that gives their last values."""
    for (name, values), colour in zip(curves.items(), CURVE_COLOURS, strict=False):
        points = [(at, value) for at, value in zip(x, values, strict=True) if value is not None]
        if not points:
            continue
        label = f"{name} ({points[-1][1]:.3f} at the end)"
        axes.plot(*zip(*points, strict=True), color=colour, marker=".", linewidth=1.5, label=label)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, frameon=False, fontsize=9)
