"""``spacy-sarcasm generate``: new headlines from a language model, and its training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ...data.row_settings import RowSettings
from ..errors import reported_errors
from ..options import LABELLED_ROWS, Category, SeedOption, reads_rows, show_bad_rows

if TYPE_CHECKING:
    from ...generation.train_generator import EpochReport
    from ...generation.training_texts import Batch, CorpusReport

WRITE = "write"


class WriteByDefault(TyperGroup):
    """A group whose command `write` may be left out, as in ``generate FILE PROMPT``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `write` in front of arguments that name none of the commands."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [WRITE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=WriteByDefault,
    help="Write headlines with a language model, news or satire. `generate FILE PROMPT` is short "
    "for `generate write FILE PROMPT`.",
    no_args_is_help=True,
)


@app.command("train")
@reads_rows("label_column")
def train_command(
    corpus: Annotated[Path, typer.Argument(help=LABELLED_ROWS)],
    out: Annotated[Path, typer.Argument(help="The file to write, such as headlines.npz.")],
    *,
    dev: Annotated[
        Path | None,
        typer.Option(
            help="Labelled headlines to measure on [default: one in twenty of the corpus].",
            show_default=False,
        ),
    ] = None,
    vectors: Annotated[
        Path | None, typer.Option(help="A file of word vectors to start from.")
    ] = None,
    dim: Annotated[
        int | None,
        typer.Option(
            help="Their dimension, for an archive of several [default: the file's].",
            show_default=False,
        ),
    ] = None,
    vocab_size: Annotated[int, typer.Option(help="Maximum number of words.")] = 12_000,
    units: Annotated[int, typer.Option(help="Units of the LSTM.")] = 256,
    dropout: Annotated[float, typer.Option(help="Dropout before and after the LSTM.")] = 0.2,
    epochs: Annotated[int, typer.Option(help="Maximum number of passes over the corpus.")] = 8,
    patience: Annotated[
        int, typer.Option(help="Epochs without a lower perplexity after which training stops.")
    ] = 2,
    learn_rate: Annotated[float, typer.Option(help="The first learning rate; it falls.")] = 3e-3,
    batch_words: Annotated[
        int, typer.Option(help="Maximum number of words in a batch, padding included.")
    ] = 3000,
    sampled: Annotated[
        int,
        typer.Option(
            help="Wrong words that each batch is trained against; 0: the whole vocabulary."
        ),
    ] = 1000,
    max_length: Annotated[int, typer.Option(help="Headlines with more words are left out.")] = 24,
    seed: SeedOption = 0,
    category: Category = "SARCASM",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file if it exists.")
    ] = False,
    rows: RowSettings,
) -> None:
    """Train a language model of headlines that is told whether they are satirical.

    Prints the perplexity of held-out headlines after each epoch, beside that of an interpolated
    trigram model. The file always holds the best epoch so far: stop with Ctrl-C at any time. Needs
    the extra `train`.
    """
    from ...generation.train_generator import TrainingSettings, train_generator

    with reported_errors():
        epochs_done = train_generator(
            corpus,
            out,
            dev=dev,
            vectors=vectors,
            dim=dim,
            settings=TrainingSettings(
                vocab_size=vocab_size,
                units=units,
                dropout=dropout,
                epochs=epochs,
                patience=patience,
                learn_rate=learn_rate,
                batch_words=batch_words,
                sampled=sampled,
                max_length=max_length,
                seed=seed,
            ),
            rows=replace(rows, category=category),
            overwrite=overwrite,
            on_corpus=_print_corpus,
            on_epoch=_print_epoch,
            progress=_progress,
        )
    best = min(epochs_done, key=lambda epoch: epoch.perplexity)
    typer.echo(f"{out}: epoch {best.epoch}, held-out perplexity {best.perplexity:.1f}")


@app.command(WRITE)
def write_command(
    model: Annotated[Path, typer.Argument(help="A file that `generate train` wrote.")],
    prompt: Annotated[str, typer.Argument(help="What the headlines start with.")] = "",
    *,
    count: Annotated[int, typer.Option(help="The number of headlines.")] = 10,
    satire: Annotated[
        bool, typer.Option("--satire/--news", help="Satirical headlines, or news.")
    ] = False,
    temperature: Annotated[
        float, typer.Option(help="Above 0; the higher, the more surprising the words.")
    ] = 0.8,
    top_p: Annotated[
        float,
        typer.Option(help="Choose among the likeliest words that together have this probability."),
    ] = 0.95,
    seed: Annotated[int, typer.Option(help="The seed; another one gives other headlines.")] = 0,
) -> None:
    """Write new headlines, one per line, in lower case.

    None repeats a training headline. The command `write` may be left out: a model called train
    or write is named by its path, as in `generate ./train`.
    """
    from ...generation.headline_generator import HeadlineGenerator

    with reported_errors():
        written = HeadlineGenerator.load(model).write(
            prompt, count=count, satire=satire, temperature=temperature, top_p=top_p, seed=seed
        )
    if written.unknown:
        words = ", ".join(f"'{word}'" for word in written.unknown)
        typer.echo(f"the model does not know {words}", err=True)
    for headline in written.headlines:
        typer.echo(headline)
    if len(written.headlines) < count:
        typer.echo(
            f"only {len(written.headlines)} of {count} headlines: {written.known} others were "
            f"training headlines, {written.repeated} repeated one of these, {written.unfinished} "
            "were too short or too long. Try a higher --temperature",
            err=True,
        )


def _print_corpus(report: CorpusReport) -> None:
    show_bad_rows(report.read)
    typer.echo(
        f"{report.satire} satirical and {report.serious} other headlines, {report.held_out} held "
        f"out, {report.left_out} left out (blank, too long or a duplicate)"
    )
    typer.echo(
        f"{report.words} words, {report.vectors} of them with a vector; {report.unknown:.1%} of "
        "the held-out words are unknown"
    )
    typer.echo(f"interpolated trigram model: held-out perplexity {report.ngram_perplexity:.1f}")
    typer.echo("epoch  seconds  train loss  perplexity")


def _print_epoch(epoch: EpochReport) -> None:
    typer.echo(
        f"{epoch.epoch:5d} {epoch.seconds:8.0f} {epoch.loss:11.4f} {epoch.perplexity:11.1f}"
        f"{' *' if epoch.is_best else ''}"
    )


def _progress(batches: list[Batch]) -> Iterable[Batch]:
    from tqdm import tqdm

    # Where standard error is not a terminal there is no bar.
    bar: Iterable[Batch] = tqdm(batches, unit="batch", leave=False, disable=None)
    return bar
