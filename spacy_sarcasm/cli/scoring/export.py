"""``spacy-sarcasm export``: the network as an ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..app import app
from ..errors import reported_errors
from ..options import ModelOption


@app.command("export")
def export_command(
    output: Annotated[Path, typer.Argument(help="The .onnx file to write.")],
    model: ModelOption = None,
) -> None:
    """Write the network as an ONNX file, for use without Python.

    Inputs: `rows`, int32 (time, texts), vocabulary rows with 0 for padding, and `lengths`, int32
    (texts). Output: `probabilities`, float32 (texts, 1). The metadata holds the words.
    """
    from ...network.engines.export import export_onnx
    from ...pipeline.loading import find_sarcasm, load_scoring_pipeline

    with reported_errors():
        network = find_sarcasm(load_scoring_pipeline(model)).network
        export_onnx(network, output)
    typer.echo(f"{output}: {network.config.n_words} words, {output.stat().st_size} bytes")
