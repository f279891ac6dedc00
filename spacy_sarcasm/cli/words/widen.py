"""``spacy-sarcasm vectors widen``: vectors from an encoder beside those of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...data.row_settings import RowSettings
from ..errors import reported_errors
from ..options import TextColumn
from .vectors import app


@app.command("widen")
def widen_command(
    vectors: Annotated[Path, typer.Argument(help="A file of word vectors, such as GloVe's.")],
    corpus: Annotated[Path, typer.Argument(help="Texts, or docs as .spacy, for more words.")],
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
    bfloat16: Annotated[
        bool, typer.Option("--bfloat16", help="Multiply in bfloat16, if the processor supports it.")
    ] = False,
    text_column: TextColumn = None,
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
        settings = RowSettings(text_column=text_column)
        counts = count_words(corpus, blank_pipeline("en"), lower_words, settings)
        n_words, width = widen_vectors(
            vectors,
            counts,
            out,
            encoder=encoder or default_encoder(),
            dim=dim,
            min_count=min_count,
            bfloat16=bfloat16,
        )
    typer.echo(f"{out}: {n_words:,} words of dimension {width}")
