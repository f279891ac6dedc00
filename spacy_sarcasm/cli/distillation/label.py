"""``spacy-sarcasm label``: a teacher's scores as soft labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import RowSettings
from ..app import app
from ..errors import reported_errors
from ..options import TEXTS, Bfloat16Option, Category, DeviceOption, reads_rows, show_bad_rows


@app.command("label")
@reads_rows("label_column")
def label_command(
    corpora: Annotated[list[Path], typer.Argument(help=TEXTS)],
    out: Annotated[Path, typer.Argument(help="The .jsonl or .jsonl.gz file to write.")],
    *,
    teacher: Annotated[
        list[str],
        typer.Option(
            help="The folder of a Hugging Face sequence classifier, or a spaCy pipeline (folder, "
            'package, or "bundled"). May be repeated: the mean of their scores is the label.'
        ),
    ],
    teacher_class: Annotated[
        str | None,
        typer.Option(
            help="The teacher's class or category that means sarcastic [default: the one called "
            "sarcasm or sarcastic; a pipeline's sarcasm component].",
            show_default=False,
        ),
    ] = None,
    teacher_class_index: Annotated[
        int | None, typer.Option(help="That class of a Hugging Face folder by number, from 0.")
    ] = None,
    category: Category = "SARCASM",
    gold_weight: Annotated[
        float,
        typer.Option(help="The weight of a row's gold against the teacher's score, 0 to 1."),
    ] = 0.0,
    exclude: Annotated[
        list[Path] | None,
        typer.Option(
            help="A corpus whose texts are left out, such as a test split. May be repeated."
        ),
    ] = None,
    device: DeviceOption = None,
    bfloat16: Bfloat16Option = False,
    rows: RowSettings,
) -> None:
    """Label corpora with the scores of teachers, to train a student on them.

    Each row gets `cats` with the teachers' mean probability and keeps its other values.
    """
    from ...teacher.label import label_corpora
    from ...teacher.teachers import TeacherEnsemble, load_teacher

    with reported_errors():
        teachers = [
            load_teacher(
                name,
                label=teacher_class,
                label_index=teacher_class_index,
                device=device,
                bfloat16=bfloat16,
            )
            for name in teacher
        ]
        done = label_corpora(
            corpora,
            out,
            teachers[0] if len(teachers) == 1 else TeacherEnsemble(teachers),
            settings=replace(rows, category=category),
            gold_weight=gold_weight,
            exclude=exclude or (),
        )
    for report in done.read:
        show_bad_rows(report)
    if done.empty:
        typer.echo(f"{done.empty} rows without text were left out", err=True)
    if exclude:
        typer.echo(f"{done.excluded} texts of the excluded corpora were left out", err=True)
    blended = f", gold blended into {done.blended}" if gold_weight else ""
    typer.echo(f"{out}: {done.written} texts, mean label {done.mean:.4f}{blended}")
