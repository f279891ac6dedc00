"""``spacy-sarcasm release``: a trained pipeline with the meta data and README of its package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .errors import reported_errors


@app.command("release")
def release_command(
    model: Annotated[Path, typer.Argument(help="The trained pipeline's folder.")],
    output: Annotated[Path, typer.Argument(help="The folder to write the copy to.")],
    *,
    name: Annotated[str, typer.Option(help="The package's name, without the language.")],
    version: Annotated[str, typer.Option(help="The package's version.")],
    description: Annotated[str, typer.Option(help="What it is, in a sentence.")] = "",
    author: Annotated[str, typer.Option(help="Who made it.")] = "",
    license_name: Annotated[str, typer.Option("--license", help="Its licence.")] = "",
    assets: Annotated[
        Path | None,
        typer.Option(help="The report of `spacy-sarcasm assets`, which names its sources."),
    ] = None,
    readme: Annotated[
        Path | None, typer.Option(help="Its README; without this, spacy package makes one.")
    ] = None,
) -> None:
    """Copy a trained pipeline and fill in what `spacy package` puts into the package."""
    from ..training.release import make_release

    meta = {
        "name": name,
        "version": version,
        "description": description,
        "author": author,
        "license": license_name,
    }
    with reported_errors():
        make_release(model, output, meta=meta, assets=assets, readme=readme)
    typer.echo(f"{output}: ready for spacy package")
