"""``spacy-sarcasm teacher``: training teachers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import RowSettings
from ..errors import reported_errors
from ..options import (
    LABELLED_ROWS,
    Bfloat16Option,
    Category,
    DeviceOption,
    OverwriteOption,
    SeedOption,
    reads_rows,
    show_bad_rows,
)

app = typer.Typer(help="Train the teachers of distillation.", no_args_is_help=True)


@app.command("train")
@reads_rows("label_column")
def train_command(
    corpus: Annotated[
        Path,
        typer.Argument(help=f"{LABELLED_ROWS} Rows without gold are left out."),
    ],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    *,
    dev: Annotated[Path | None, typer.Option(help="A corpus to check the teacher on.")] = None,
    base: Annotated[
        str,
        typer.Option(help="The Hugging Face folder of the encoder; empty: the installed MiniLM."),
    ] = "",
    epochs: Annotated[int, typer.Option(help="Passes over the corpus.")] = 2,
    learn_rate: Annotated[float, typer.Option(help="The highest learning rate.")] = 1e-4,
    batch_size: Annotated[int, typer.Option(help="Texts per step.")] = 32,
    max_length: Annotated[int, typer.Option(help="Tokens of a text that are read.")] = 64,
    frozen_layers: Annotated[
        int,
        typer.Option(help="The number of lowest layers that, with the embeddings, stay fixed."),
    ] = 0,
    seed: SeedOption = 0,
    bfloat16: Bfloat16Option = False,
    max_rows: Annotated[
        int | None, typer.Option(help="Maximum number of rows, drawn at random.")
    ] = None,
    category: Category = "SARCASM",
    device: DeviceOption = None,
    overwrite: OverwriteOption = False,
    rows: RowSettings,
) -> None:
    """Fine-tune an encoder as a sarcasm classifier and save it as a Hugging Face folder.

    Nothing is downloaded. Needs the extra `teacher`.
    """
    from ...teacher.finetune import Settings
    from ...teacher.train_teacher import train_teacher

    with reported_errors():
        settings = Settings(
            epochs, learn_rate, batch_size, max_length, frozen_layers, seed, bfloat16
        )
        gold, report, check = train_teacher(
            corpus,
            out,
            dev=dev,
            base=Path(base) if base else None,
            settings=settings,
            max_rows=max_rows,
            rows=replace(rows, category=category),
            device=device,
            overwrite=overwrite,
        )
    show_bad_rows(gold.read)
    if gold.without:
        typer.echo(f"{gold.without} rows without gold or text were left out", err=True)
    losses = ", ".join(f"{loss:.4f}" for loss in report.losses)
    typer.echo(
        f"{out}: {report.texts} texts on {report.device} in {report.seconds:.0f} s, "
        f"mean loss by epoch {losses}"
    )
    if check is not None:
        typer.echo(
            f"{dev}: {check.texts} texts, accuracy {check.accuracy:.4f}, "
            f"log loss {check.log_loss:.4f}"
        )


@app.command("average")
def average_command(
    teachers: Annotated[list[Path], typer.Argument(help="Folders of teachers of one encoder.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    *,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a teacher whose weights are the mean of several, to train another one from (--base)."""
    from ...teacher.average import average_teachers

    with reported_errors():
        average_teachers(teachers, out, overwrite=overwrite)
    typer.echo(f"{out}: the mean of {len(teachers)} teachers")
