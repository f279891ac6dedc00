"""``spacy-sarcasm seed``: the experiment this project grew out of, run again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..app import app
from ..errors import reported_errors

if TYPE_CHECKING:
    from ...training.curves import Epoch

DIFFERENCES = """\
What differs from the notebook, and so changes the figures:
- the split is this project's fixed one, without duplicates; the notebook drew its own;
- words are spaCy's tokens, so "n't", "'s" and punctuation are words of their own;
- padding is masked, so that a score does not depend on the other texts in a batch;
- the dropout of the notebook is unknown; there is none here;
- the vectors may be an extract (see assets/seed.json), and missing words are zero, among them
  punctuation and numbers;
- 30 epochs by default, 150 in the notebook: at this learning rate the network is still learning."""


@app.command("seed")
def seed_command(
    train: Annotated[Path, typer.Argument(help="The training split, .spacy.")],
    dev: Annotated[Path, typer.Argument(help="The dev split, .spacy.")],
    vectors: Annotated[Path, typer.Argument(help="A pipeline folder with the vectors.")],
    *,
    output: Annotated[Path, typer.Option(help="The folder for the model and the log.")] = Path(
        "training/seed"
    ),
    metrics: Annotated[Path, typer.Option(help="The folder for curves and figures.")] = Path(
        "metrics/seed"
    ),
    epochs: Annotated[int, typer.Option(min=1, help="Epochs; the notebook had 150.")] = 30,
    seed: Annotated[int, typer.Option(help="The seed of the random numbers.")] = 0,
) -> None:
    """Train the notebook's network, plot its curves, and score its four sentences."""
    import spacy

    from ...recipes.seed import compare_sentences, train_seed, write_comparison
    from ...training.curves import plot_epochs

    with reported_errors():
        typer.echo("epoch  seconds  train acc   loss    dev acc   loss")
        done = train_seed(
            train, dev, vectors, output, epochs=epochs, seed=seed, report=_print_epoch
        )
        sentences = compare_sentences(spacy.load(output / "model"))
        metrics.mkdir(parents=True, exist_ok=True)
        plot_epochs(done, metrics / "curves.png")
        write_comparison(done, sentences, metrics / "comparison.json")
    typer.echo("\npublished  ours  sentence")
    for text, published, ours in sentences:
        typer.echo(f"     {published:.2f}  {ours:.2f}  {text}")
    typer.echo(f"\n{DIFFERENCES}")


def _print_epoch(epoch: Epoch) -> None:
    typer.echo(
        f"{epoch.epoch:5d} {epoch.seconds:8.0f} {epoch.train_accuracy:10.4f} "
        f"{epoch.train_loss:.4f} {epoch.dev_accuracy:10.4f} {epoch.dev_loss:.4f}"
    )
