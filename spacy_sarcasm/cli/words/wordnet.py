"""``spacy-sarcasm wordnet``: the data that the ``wordnet_lemmatizer`` component reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import reported_errors

app = typer.Typer()


@app.callback()
def _wordnet() -> None:
    """WordNet's data, for the wordnet_lemmatizer."""


@app.command()
def install(
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FOLDER|ZIP",
            help="A local copy to install: WordNet's files (Debian's packages wordnet-base and "
            "wordnet-sense-index put them in /usr/share/wordnet), an nltk_data folder or NLTK's "
            "wordnet.zip. Without this, NLTK's archive is downloaded.",
        ),
    ] = None,
    nltk_data: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FOLDER",
            help="The nltk_data folder to install into. By default the first one that the "
            "environment variable NLTK_DATA lists, else ~/nltk_data.",
        ),
    ] = None,
) -> None:
    """Install WordNet 3.0, check it, and say where it is."""
    from ...pipeline.nltk.wordnet import lemmatize, load_wordnet
    from ...pipeline.nltk.wordnet_install import install_wordnet

    with reported_errors():
        folder = install_wordnet(source, nltk_data)
        root = folder.parents[1]
        searched = _is_searched(root)
        load_wordnet(str(root))
    typer.echo(f"WordNet 3.0 is in {folder} (NLTK lemmatises 'mice' to '{lemmatize('mice')}').")
    if not searched:
        typer.echo(
            f"NLTK does not look there by itself. Set NLTK_DATA={root}, or give the component "
            f'config={{"nltk_data": "{root}"}}.'
        )


def _is_searched(root: Path) -> bool:
    import nltk.data

    return root in [Path(str(path)).resolve() for path in nltk.data.path]
