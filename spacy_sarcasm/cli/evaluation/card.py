"""``spacy-sarcasm card``: a model card from figures that were measured before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..app import app
from ..errors import reported_errors
from ..options import ModelArgument


@app.command("card")
def card_command(
    model: ModelArgument,
    figures: Annotated[Path, typer.Argument(help="The report.json that evaluate --output wrote.")],
    output: Annotated[Path, typer.Argument(help="The card to write, such as README.md.")],
    *,
    training: Annotated[
        Path | None,
        typer.Option(help="A JSON file that describes the training; the options below add to it."),
    ] = None,
    title: Annotated[str, typer.Option(help="The title of the card.")] = "",
    summary: Annotated[str, typer.Option(help="A sentence on what the model is for.")] = "",
    author: Annotated[str, typer.Option(help="The author of the model.")] = "",
    license_name: Annotated[str, typer.Option("--license", help="The licence of the model.")] = "",
    url: Annotated[str, typer.Option(help="The web page of the model.")] = "",
    lang: Annotated[str, typer.Option(help="The language of the texts.")] = "",
    data_name: Annotated[str, typer.Option(help="The name of the training data.")] = "",
    data_description: Annotated[str, typer.Option(help="What the training data is.")] = "",
    data_license: Annotated[str, typer.Option(help="The licence of the training data.")] = "",
    data_url: Annotated[str, typer.Option(help="Where the training data comes from.")] = "",
    data_labels: Annotated[
        str, typer.Option(help="Who labelled the training data, and how, in a sentence or more.")
    ] = "",
) -> None:
    """Write a model card from the figures of an evaluation, with metadata for Hugging Face.

    Copies the figures beside the card as evaluation.json.
    """
    from ...evaluation.card import describe_training, read_figures, read_record, write_card
    from ...pipeline.loading import find_sarcasm, load_scoring_pipeline

    with reported_errors():
        record = describe_training(
            read_record(training, required=True) if training is not None else {},
            title=title,
            summary=summary,
            author=author,
            license=license_name,
            url=url,
            language=lang,
            data={
                "name": data_name,
                "what": data_description,
                "licence": data_license,
                "url": data_url,
            },
            labels=data_labels,
        )
        network = find_sarcasm(load_scoring_pipeline(model)).network
        write_card(output, network, read_figures(figures), record)
    typer.echo(f"{output}: model card")
