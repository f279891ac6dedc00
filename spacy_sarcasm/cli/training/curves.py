"""``spacy-sarcasm curves``: a training log as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..app import app
from ..errors import reported_errors


@app.command("curves")
def curves_command(
    log: Annotated[Path, typer.Argument(help="The log that training wrote, JSON lines.")],
    output: Annotated[Path, typer.Argument(help="The PNG file to write.")],
) -> None:
    """Plot the loss and the scores on dev over the training steps."""
    from ...training.curves import plot_log

    with reported_errors():
        plot_log(log, output)
    typer.echo(f"{output}: drawn")
