"""Options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..corpus.headlines import Split

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A pipeline package or folder with a sarcasm component "
        "[default: blank English with the bundled weights].",
        show_default=False,
    ),
]


class SplitName(StrEnum):
    """A split of the headlines data set."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


PipelineArgument = Annotated[
    str,
    typer.Argument(
        help='A pipeline package or folder, a weights file (.npz), or "bundled" for the weights of '
        "this package."
    ),
]
SplitOption = Annotated[
    list[SplitName] | None,
    typer.Option(
        help="Splits of the headlines data set; may be given several times [default: dev].",
        show_default=False,
    ),
]
TextColumn = Annotated[str, typer.Option(help="The column or key of the text.")]
LabelColumn = Annotated[str, typer.Option(help="The column or key of the gold, 0 to 1.")]


def split_names(chosen: list[SplitName] | None) -> list[Split]:
    """Return the splits asked for, ``dev`` if none was."""
    return [split.value for split in chosen or [SplitName.DEV]]
