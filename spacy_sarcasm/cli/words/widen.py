"""``spacy-sarcasm vectors widen``: vectors from an encoder beside those of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import ReadReport, RowSettings
from ..errors import reported_errors
from ..options import TEXTS, Bfloat16Option, LangOption, reads_rows, show_bad_rows
from .vectors import app


@app.command("widen")
@reads_rows()
def widen_command(
    vectors: Annotated[Path, typer.Argument(help="A file of word vectors, such as GloVe's.")],
    corpus: Annotated[Path, typer.Argument(help=f"{TEXTS} Adds its words.")],
    out: Annotated[Path, typer.Argument(help="The file to write: .txt or .txt.gz.")],
    *,
    encoder: Annotated[
        Path | None,
        typer.Option(
            help="The folder of a Hugging Face encoder [default: the installed MiniLM].",
            show_default=False,
        ),
    ] = None,
    dim: Annotated[int, typer.Option(min=1, help="Numbers put beside each vector.")] = 64,
    min_count: Annotated[int, typer.Option(min=1, help="Rarer words are not added.")] = 4,
    bfloat16: Bfloat16Option = False,
    lang: LangOption = "en",
    rows: RowSettings,
) -> None:
    """Put vectors distilled from a sentence encoder beside those of a file, for more words too.

    Words of the corpus that the file lacks get zeros in place of its numbers.
    """
    from ...pipeline.word_limit import blank_pipeline
    from ...teacher.encoder import default_encoder
    from ...teacher.widen_vectors import widen_vectors
    from ...vectors.twitter import lower_words
    from ...vectors.word_counts import count_words

    with reported_errors():
        read = ReadReport()
        counts = count_words(corpus, blank_pipeline(lang), lower_words, rows, read)
        n_words, width = widen_vectors(
            vectors,
            counts,
            out,
            encoder=encoder or default_encoder(),
            dim=dim,
            min_count=min_count,
            bfloat16=bfloat16,
        )
    show_bad_rows(read)
    typer.echo(f"{out}: {n_words:,} words of dimension {width}")
