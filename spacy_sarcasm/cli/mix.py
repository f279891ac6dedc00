"""``spacy-sarcasm mix``: a training corpus of several publishers' headlines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .errors import reported_errors


@app.command("mix")
def mix_command(
    headlines: Annotated[Path, typer.Argument(help="The headlines data set, JSON lines.")],
    output: Annotated[Path, typer.Argument(help="The folder to write to.")],
    publishers: Annotated[
        list[Path],
        typer.Option(help="JSON lines with text, label and source, maybe .gz; can be repeated."),
    ],
    leave_out: Annotated[
        list[str] | None,
        typer.Option(help="A publisher whose headlines are left out; can be repeated."),
    ] = None,
    soft_labels: Annotated[
        Path | None, typer.Option(help="A teacher's labels, as `label` writes them.")
    ] = None,
    soft_share: Annotated[float, typer.Option(help="The teacher's share of the gold, 0..1.")] = 0.5,
    passes: Annotated[int, typer.Option(help="How often is drawn from each publisher.")] = 2,
    repeats: Annotated[
        int, typer.Option(help="So many times the headlines data set comes in a pass.")
    ] = 2,
    most_rows: Annotated[
        int, typer.Option(help="At most about so many rows of each other publisher a pass.")
    ] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of what is drawn, and of the styles.")] = 0,
    label: Annotated[str, typer.Option(help="The category that gets the gold.")] = "SARCASM",
) -> None:
    """Write train.spacy and dev.spacy of several publishers, in bounded shares and many styles.

    The rows of each split are written beside them as JSON lines, for teachers and evaluation.
    """
    import spacy

    from ..recipes.mixture import MixtureSettings, read_soft_labels, write_mixture
    from ..recipes.publishers import read_publishers

    with reported_errors():
        counts = write_mixture(
            read_publishers(headlines, publishers, leave_out or []),
            output,
            spacy.blank("en"),
            label,
            MixtureSettings(
                passes=passes,
                most_rows=most_rows,
                repeats=repeats,
                soft_share=soft_share,
                seed=seed,
            ),
            None if soft_labels is None else read_soft_labels(soft_labels, label),
        )
    for split, sources in counts.items():
        shown = ", ".join(f"{count} {source}" for source, count in sources.items())
        typer.echo(f"{output / split}.jsonl: {sum(sources.values())} headlines ({shown})")
