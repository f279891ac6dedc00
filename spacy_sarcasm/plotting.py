"""The one place where matplotlib is set up: figures that need no display, written atomically."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .atomic import atomic_write
from .extras import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Two hues that colour-blind readers can tell apart, and one for lines that mark something.
SARCASTIC_COLOUR, OTHER_COLOUR, LINE_COLOUR = "#b2182b", "#2166ac", "#333333"
# For curves in one panel: Okabe and Ito's palette (https://jfly.uni-koeln.de/color/).
CURVE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DPI = 120


def new_figure(
    extra: str, size: tuple[float, float], columns: int = 1
) -> tuple[Figure, Sequence[Axes]]:
    """Return an empty figure and its panels, side by side.

    Args:
        extra: The extra that brings matplotlib for the caller, named if it is missing.
        size: Width and height in inches.
        columns: The number of panels.

    Example:
        >>> figure, (left, right) = new_figure("evaluate", (11, 4.5), columns=2)
        >>> _ = left.plot([0, 1], [0, 1])
    """
    figures: Any = require("matplotlib.figure", extra, "drawing plots")
    figure = figures.Figure(figsize=size, layout="constrained")
    panels: Sequence[Axes] = figure.subplots(1, columns, squeeze=False)[0]
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, making its folder if needed.

    Example:
        >>> from pathlib import Path
        >>> figure, _ = new_figure("evaluate", (6, 4))
        >>> save_figure(figure, Path("curves.png"))  # doctest: +SKIP
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as file:
        figure.savefig(file, format="png", dpi=_DPI)
