"""``spacy-sarcasm release``: a trained pipeline with the metadata and README of its package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..app import app
from ..errors import reported_errors


@app.command("release")
def release_command(
    model: Annotated[Path, typer.Argument(help="The trained pipeline's folder.")],
    output: Annotated[Path, typer.Argument(help="The folder to write the copy to.")],
    *,
    name: Annotated[str, typer.Option(help="The package's name, without the language.")],
    version: Annotated[str, typer.Option(help="The package's version.")],
    description: Annotated[str, typer.Option(help="A sentence on what the model is for.")] = "",
    author: Annotated[str, typer.Option(help="The author of the model.")] = "",
    license_name: Annotated[str, typer.Option("--license", help="The licence of the model.")] = "",
    url: Annotated[str, typer.Option(help="The web page of the model.")] = "",
    assets: Annotated[
        Path | None,
        typer.Option(help="The report of `spacy-sarcasm assets`, which names its sources."),
    ] = None,
    readme: Annotated[
        Path | None,
        typer.Option(
            help="The README of the package, such as a model card [default: one by spacy package]."
        ),
    ] = None,
) -> None:
    """Copy a trained pipeline with the metadata that `spacy package` puts into the package."""
    from ...training.release import make_release

    meta = {
        "name": name,
        "version": version,
        "description": description,
        "author": author,
        "license": license_name,
        "url": url,
    }
    with reported_errors():
        make_release(model, output, meta=meta, assets=assets, readme=readme)
    typer.echo(f"{output}: ready for spacy package")
