"""``spacy-sarcasm calibrate``: scores that can be taken at their word."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .errors import reported_errors
from .options import LabelColumn, PipelineArgument, SplitOption, TextColumn, split_names
from .startup import lasting_imports


@app.command("calibrate")
def calibrate_command(
    pipeline: PipelineArgument,
    data: Annotated[
        list[Path],
        typer.Argument(help="Held-out labelled files: .spacy, .jsonl, .csv, the headlines."),
    ],
    output: Annotated[
        Path,
        typer.Option(help="The calibrated copy: a weights file if it ends in .npz, else a folder."),
    ],
    *,
    max_fpr: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="The most false positives, as a share of each source's other texts, at the "
            "threshold that is chosen.",
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="The threshold to store, in place of a chosen one."),
    ] = None,
    split: SplitOption = None,
    text_column: TextColumn = "text",
    label_column: LabelColumn = "label",
) -> None:
    """Write a copy whose probabilities are calibrated, with a default threshold.

    Scale and shift of the logit are those of the least log loss on the data; the threshold is the
    one nearest to 0.5 that is about as accurate as any.
    """
    with lasting_imports():
        from ..evaluation.calibrate import calibrate
        from ..evaluation.labelled import Columns, read_labelled
        from ..network.storage import save_network
        from ..pipeline.loading import find_sarcasm, load_scoring_pipeline

    with reported_errors():
        nlp = load_scoring_pipeline(pipeline)
        pipe = find_sarcasm(nlp)
        columns = Columns(text=text_column, label=label_column, cat=pipe.label)
        sets = [
            part
            for path in data
            for part in read_labelled(path, nlp.vocab, columns=columns, splits=split_names(split))
        ]
        found = calibrate(nlp, sets, max_fpr=max_fpr, threshold=threshold)
        if output.suffix == ".npz":
            save_network(pipe.network, output)
        else:
            nlp.to_disk(output)
    typer.echo(
        f"{output}: scale {found.scale:.4f}, shift {found.shift:.4f}, threshold "
        f"{found.threshold:.2f}, on {sum(len(part.texts) for part in sets)} texts"
    )
