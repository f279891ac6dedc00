"""``spacy-sarcasm mix``: a training corpus mixed from many sources by a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..app import app
from ..errors import reported_errors


@app.command("mix")
def mix_command(
    output: Annotated[Path, typer.Argument(help="The folder to write to.")],
    data: Annotated[
        list[Path], typer.Option(help="A folder with files of the recipe; can be repeated.")
    ],
    recipe: Annotated[
        Path | None,
        typer.Option(
            help="The recipe, a TOML file [default: that of the bundled weights].",
            show_default=False,
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(help="A fold of the recipe, or a source, to leave out; can be repeated."),
    ] = None,
    soft_labels: Annotated[
        Path | None,
        typer.Option(help="The teachers' labels of pool.jsonl, as `label` writes them."),
    ] = None,
    label: Annotated[str, typer.Option(help="The category that gets the gold.")] = "SARCASM",
) -> None:
    """Write what teachers and student learn from, in bounded shares and many styles.

    Each teacher gets teacher-NAME.jsonl. The teachers label pool.jsonl; with their labels, the
    command writes train.spacy with soft gold. report.json counts the rows of every file by source
    and class, and the rows dropped.
    """
    from ...pipeline.word_limit import blank_pipeline
    from ...recipes.mixture import REPORT_FILE, read_soft_labels, write_mixture
    from ...recipes.recipe import BUNDLED_RECIPE, read_recipe
    from ...recipes.sourced_texts import find_file, read_corpus
    from ...recipes.synthetic import Neighbours, no_neighbours

    with reported_errors():
        settings = read_recipe(recipe or BUNDLED_RECIPE)
        settings.members(leave_out or ())
        found = None if soft_labels is None else read_soft_labels(soft_labels, label)
        report = write_mixture(
            read_corpus(settings, data),
            settings,
            output,
            blank_pipeline("en"),
            label,
            leave_out=leave_out or (),
            soft_labels=found,
            neighbours=(
                Neighbours(find_file(settings.synthetic.vectors, data))
                if settings.synthetic is not None and settings.synthetic.replaced
                else no_neighbours
            ),
        )
    for name, sources in report["rows"].items():
        total = sum(sum(classes.values()) for classes in sources.values())
        typer.echo(f"{output / name}: {total} rows of {len(sources)} sources")
    dropped = sum(sum(reasons.values()) for reasons in report["dropped"].values())
    typer.echo(f"{output / REPORT_FILE}: rows by source and class; {dropped} rows were dropped")
