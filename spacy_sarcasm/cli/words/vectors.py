"""``spacy-sarcasm vectors``: word vectors fetched, converted, trained and looked into."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...data.row_settings import ReadReport, RowSettings
from ..errors import reported_errors
from ..options import (
    TEXTS,
    DeviceOption,
    LangOption,
    OverwriteOption,
    SeedOption,
    reads_rows,
    show_bad_rows,
)
from ..startup import lasting_imports

if TYPE_CHECKING:
    from ...vectors.coverage import Coverage
    from ...vectors.load_report import VectorsReport

app = typer.Typer(help="Fetch, convert, train and examine word vectors.", no_args_is_help=True)


DimOption = Annotated[
    int | None, typer.Option(help="The dimension, to choose a file in an archive with several.")
]
FolderArgument = Annotated[Path, typer.Argument(help="The pipeline folder to write.")]


@app.command("convert")
def convert_command(
    file: Annotated[Path, typer.Argument(help="GloVe or word2vec file: plain, .gz or .zip.")],
    out: FolderArgument,
    *,
    dim: DimOption = None,
    limit: Annotated[int | None, typer.Option(help="The maximum number of rows to keep.")] = None,
    attr: Annotated[
        Literal["ORTH", "LOWER"],
        typer.Option(help="The token attribute that the words are looked up by."),
    ] = "ORTH",
    name: Annotated[str | None, typer.Option(help="The name of the vectors table.")] = None,
    lang: LangOption = "en",
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad row.")] = False,
    corpus: Annotated[
        Path | None, typer.Option(help="Keep only the words of this corpus, in lower case.")
    ] = None,
    first: Annotated[
        int, typer.Option(min=0, help="With --corpus: keep the file's first words as well.")
    ] = 0,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a file of word vectors as a pipeline folder, as [initialize] vectors takes it."""
    with lasting_imports():
        from ...vectors.convert_vectors import convert_vectors, first_words

    with reported_errors():
        words = None
        if corpus is not None:
            words = _corpus_words(corpus, lang) | first_words(file, first, dim)
        report = convert_vectors(
            file,
            out,
            lang=lang,
            dim=dim,
            words=words,
            limit=limit,
            attr=attr,
            name=name,
            strict=strict,
            overwrite=overwrite,
        )
    _show_report(report, out)


@app.command("download")
def download_command(
    name: Annotated[str, typer.Argument(help="twitter.27B, 6B, 42B.300 or 840B.300.")],
    dim: Annotated[int | None, typer.Option(help="The dimension wanted.")] = None,
    folder: Annotated[Path, typer.Option(help="Where to put the archive.")] = Path("assets"),
) -> None:
    """Download published GloVe vectors, resuming an interrupted transfer."""
    from ...downloads.download import download_vectors

    with reported_errors():
        path = download_vectors(name, folder, dim=dim)
    wanted = "" if dim is None else f" --dim {dim}"
    typer.echo(f"{path} is whole. Next: spacy-sarcasm vectors convert {path} OUT{wanted}")


@app.command("train")
@reads_rows()
def train_command(
    corpus: Annotated[Path, typer.Argument(help=TEXTS)],
    out: FolderArgument,
    *,
    algorithm: Annotated[
        Literal["skipgram", "cbow"], typer.Option(help="word2vec's algorithm.")
    ] = "skipgram",
    dim: Annotated[int, typer.Option(min=1, help="Numbers per vector.")] = 100,
    window: Annotated[int, typer.Option(min=1, help="Words on each side that are context.")] = 5,
    min_count: Annotated[
        int, typer.Option(min=1, help="Words that occur less often get no vector.")
    ] = 5,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the corpus.")] = 5,
    seed: SeedOption = 0,
    cased: Annotated[
        bool, typer.Option("--cased", help="Keep upper and lower case apart.")
    ] = False,
    lang: LangOption = "en",
    rows: RowSettings,
) -> None:
    """Train word2vec vectors on a corpus and write them as a pipeline folder."""
    from ...pipeline.word_limit import blank_pipeline
    from ...vectors.train_vectors import train_vectors

    with reported_errors():
        report = train_vectors(
            corpus,
            out,
            blank_pipeline(lang),
            algorithm=algorithm,
            dim=dim,
            window=window,
            min_count=min_count,
            epochs=epochs,
            seed=seed,
            lower=not cased,
            settings=rows,
        )
    _show_report(report, out)


@app.command("distill")
def distill_command(
    encoder: Annotated[Path, typer.Argument(help="The folder of a Hugging Face encoder.")],
    words: Annotated[Path, typer.Argument(help="Words, one per line, most frequent first.")],
    out: Annotated[Path, typer.Argument(help="The file to write, in GloVe's text format.")],
    *,
    dim: Annotated[int, typer.Option(min=1, help="Numbers per vector.")] = 64,
    batch_size: Annotated[int, typer.Option(min=1, help="Words per batch.")] = 256,
    device: DeviceOption = None,
) -> None:
    """Write static word vectors taken from a sentence encoder. Needs the extra `teacher`."""
    from ...teacher.distill_vectors import distill_vectors

    with reported_errors():
        count, width = distill_vectors(
            encoder, words, out, dim=dim, batch_size=batch_size, device=device
        )
    typer.echo(f"{out}: {count:,} words of dimension {width}")


@app.command("coverage")
@reads_rows()
def coverage_command(
    corpus: Annotated[Path, typer.Argument(help=TEXTS)],
    vectors: Annotated[
        Path, typer.Argument(help="A file of word vectors, or a pipeline folder that has vectors.")
    ],
    *,
    words: Annotated[
        Literal["lower", "twitter"],
        typer.Option(help="Count tokens in lower case, or preprocessed as for GloVe Twitter."),
    ] = "lower",
    dim: DimOption = None,
    lang: LangOption = "en",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Draw two plots as PNG into this folder.")
    ] = None,
    rows: RowSettings,
) -> None:
    """Show how many of a corpus's words the vectors know, and suggest a vocabulary size."""
    from ...pipeline.word_limit import blank_pipeline
    from ...vectors.coverage import known_words, measure_coverage
    from ...vectors.coverage_plots import plot_coverage
    from ...vectors.twitter import glove_twitter_words, lower_words
    from ...vectors.word_counts import count_words

    mapping = glove_twitter_words if words == "twitter" else lower_words
    with reported_errors():
        read = ReadReport()
        counts = count_words(corpus, blank_pipeline(lang), mapping, rows, read)
        coverage = measure_coverage(counts, known_words(vectors, counts, dim))
        if plots is not None:
            plot_coverage(coverage, plots, corpus=corpus.name, vectors=vectors.name)
    show_bad_rows(read)
    typer.echo(coverage.to_json() if json else _coverage_table(coverage))


def _corpus_words(corpus: Path, lang: str) -> set[str]:
    from ...pipeline.word_limit import blank_pipeline
    from ...vectors.twitter import lower_words
    from ...vectors.word_counts import count_words

    return set(count_words(corpus, blank_pipeline(lang), lower_words))


def _show_report(report: VectorsReport, out: Path) -> None:
    typer.echo(
        f"{out}: {report.kept:,} words of dimension {report.dim}, {report.rows:,} rows read in "
        f"{report.seconds:.1f} s"
    )
    for reason, count in report.skipped.items():
        typer.echo(f"  skipped, {reason}: {count:,}")


def _coverage_table(coverage: Coverage) -> str:
    takeover = "nowhere" if coverage.takeover_rank is None else f"{coverage.takeover_rank:,}"
    rows = [
        ("distinct words", f"{coverage.types:,}"),
        ("  with a vector", f"{coverage.covered_types:.1%}"),
        ("occurrences of words", f"{coverage.tokens:,}"),
        ("  with a vector", f"{coverage.covered_tokens:.1%}"),
        ("missing words take over at rank", takeover),
        ("suggested vocabulary size", f"{coverage.suggested_size:,}"),
        ("  occurrences it covers", f"{coverage.suggested_tokens:.1%}"),
        *((f"words that make up {share}", f"{n:,}") for share, n in coverage.ranks_for.items()),
    ]
    lines = [f"{label:<34}{value:>12}" for label, value in rows]
    missing = ", ".join(f"{word} ({count:,})" for word, count in coverage.missing)
    return "\n".join([*lines, "", f"most frequent missing words: {missing or 'none'}"])
