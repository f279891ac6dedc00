"""``spacy-sarcasm assets``: what a training run reads, brought and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..app import app
from ..errors import reported_errors


@app.command("assets")
def assets_command(
    *,
    folder: Annotated[Path, typer.Option(help="The folder to put them in.")] = Path("assets"),
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FOLDER|URL",
            help="A local folder or a mirror to take them from; empty: the official addresses.",
        ),
    ] = "",
    corpus_file: Annotated[str, typer.Option(help="The corpus file's name; empty for none.")] = "",
    corpus_url: Annotated[str, typer.Option(help="The corpus's address; empty for none.")] = "",
    corpus_sha256: Annotated[
        str, typer.Option(help="Its SHA-256 digest; empty if not known.")
    ] = "",
    vectors_set: Annotated[
        str, typer.Option(help="A published set of word vectors; empty for none.")
    ] = "",
    vectors_dim: Annotated[int | None, typer.Option(help="Their dimension.")] = None,
    vectors_file: Annotated[
        str, typer.Option(help="The name of a file of vectors, in place of a published set.")
    ] = "",
    vectors_sha256: Annotated[
        str, typer.Option(help="Its SHA-256 digest; empty if not known.")
    ] = "",
    vectors_as: Annotated[
        Path, typer.Option(help="A second, fixed name for the vectors file.")
    ] = Path("assets/vectors"),
    report: Annotated[Path, typer.Option(help="The report to write, JSON.")] = Path(
        "assets/report.json"
    ),
) -> None:
    """Fetch the corpus and the word vectors, and fail if one is missing or wrong.

    A folder given by --from may hold the official archive, the text file of the dimension, plain
    or .gz, or an extract named .subset.txt, .head.txt or .top60k.txt, plain or .gz.
    """
    from ...downloads.assets import bring_corpus, bring_vectors, write_report

    assets = {}
    with reported_errors():
        report.unlink(missing_ok=True)
        if corpus_file:
            assets["corpus"] = bring_corpus(
                corpus_file,
                folder,
                source=source or None,
                url=corpus_url or None,
                sha256=corpus_sha256 or None,
            )
        if vectors_set or vectors_file:
            assets["vectors"] = bring_vectors(
                folder,
                vectors_as,
                name=vectors_set or None,
                dim=vectors_dim,
                file=vectors_file or None,
                source=source or None,
                sha256=vectors_sha256 or None,
            )
        write_report(assets, report)
    for role, asset in assets.items():
        held = "the digest is as expected" if asset.expected_sha256 else "no digest is known"
        note = f"; {asset.note}" if asset.note else ""
        typer.echo(f"{role}: {asset.file} from {asset.source}, {asset.size} bytes, {held}{note}")
