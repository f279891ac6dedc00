"""``spacy-sarcasm demo``: a local page to try scores on."""

from __future__ import annotations

from typing import Annotated

import typer

from ..app import app
from ..errors import reported_errors
from ..options import ModelOption
from ..startup import lasting_imports

DEFAULT_PORT = 8765


@app.command("demo")
def demo_command(
    model: ModelOption = None,
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 for any free one.")
    ] = DEFAULT_PORT,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the page in a browser.")
    ] = False,
) -> None:
    """Serve a page on this machine that scores and explains text as you type.

    Nothing leaves the machine, and nothing is stored. Ctrl-C stops it.
    """
    with reported_errors():
        with lasting_imports():
            from ...explanation.demo_server import DemoServer
            from ...pipeline.loading import load_scoring_pipeline
        with DemoServer(load_scoring_pipeline(model), port) as server:
            typer.echo(f"Open {server.url} (Ctrl-C stops the server)")
            if open_browser:
                typer.launch(server.url)
            server.serve_forever()
