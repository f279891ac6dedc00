"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

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
