"""``spacy-sarcasm explain``: which words move the scores of texts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..app import app
from ..errors import WRONG_USE, fail, reported_errors
from ..options import ModelOption
from ..startup import lasting_imports

if TYPE_CHECKING:
    from ...explanation.attributions import Explanation
    from ...explanation.corpus_summary import CorpusSummary


class Method(StrEnum):
    """How a word is taken out of its text."""

    OCCLUSION = "occlusion"
    REPLACEMENT = "replacement"


@app.command("explain")
def explain_command(
    inputs: Annotated[
        list[str], typer.Argument(help="Texts, or files with --top.", show_default=False)
    ],
    model: ModelOption = None,
    *,
    top: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Read texts from files, and show this many of each kind: the texts nearest the "
            "threshold, the most and least sarcastic ones, and the words that move scores most.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="A file to write, .html or .json; may be repeated [default: print].",
            show_default=False,
        ),
    ] = None,
    text_column: Annotated[
        str | None,
        typer.Option(
            help="The column with the texts of files [default: text or headline].",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        Method,
        typer.Option(help="Remove each word in turn, or replace it by the unknown word."),
    ] = Method.OCCLUSION,
) -> None:
    """Show which words raise and lower the sarcasm score of texts.

    Without --output, marks the words on a terminal, and prints JSON when piped: a line for each
    text, or one object for files.
    """
    outputs = output or []
    for path in outputs:
        if path.suffix not in (".html", ".json"):
            fail(f"--output must end in .html or .json, not '{path.name}'", WRONG_USE)
    if top is None:
        if text_column is not None:
            fail("--text-column is for files: add --top, such as --top 20", WRONG_USE)
        _explain_texts(inputs, model, method, outputs)
    else:
        if method is not Method.OCCLUSION:
            fail("--method is for texts: files are explained by occlusion", WRONG_USE)
        _explain_files(inputs, model, top, text_column, outputs)


def _explain_texts(
    texts: Sequence[str], model: str | None, method: Method, outputs: Sequence[Path]
) -> None:
    for text in texts:
        if len(text) < 1000 and "\0" not in text and Path(text).is_file():
            fail(
                f"'{text}' is a file: add --top, such as --top 20, to explain its texts", WRONG_USE
            )
    with reported_errors():
        with lasting_imports():
            from ...explanation.explain import explain
            from ...pipeline.loading import load_scoring_pipeline
        explanations = explain(load_scoring_pipeline(model), texts, method=method.value)
        found = [one.to_dict() for one in explanations]
        for path in outputs:
            if path.suffix == ".html":
                from ...explanation.html import render_pictures

                pictures = [one.picture for one in explanations]
                _write(path, render_pictures(pictures, page=True))
            else:
                _write(path, _to_json(found))
        if not outputs and sys.stdout.isatty():
            _show(explanations)
        elif not outputs:
            for one in found:
                typer.echo(json.dumps(one, ensure_ascii=False))


def _explain_files(
    files: Sequence[str],
    model: str | None,
    top: int,
    text_column: str | None,
    outputs: Sequence[Path],
) -> None:
    with reported_errors():
        with lasting_imports():
            from ...explanation.corpus_summary import summarize_corpus
            from ...pipeline.loading import load_scoring_pipeline
        if any(path.suffix == ".html" for path in outputs):
            # Before minutes of work, not after them.
            from ...explanation.corpus_page import render_corpus
            from ...plotting import new_figure

            new_figure("evaluate", (1, 1))
        texts = _read_texts(files, text_column)
        summary = summarize_corpus(load_scoring_pipeline(model), texts, top=top)
        name = ", ".join(Path(file).name for file in files)
        for path in outputs:
            if path.suffix == ".html":
                _write(path, render_corpus(summary, name, top))
            else:
                _write(path, _to_json(summary.to_dict(top)))
        if not outputs and sys.stdout.isatty():
            _show_summary(summary, top)
        elif not outputs:
            typer.echo(_to_json(summary.to_dict(top)), nl=False)


def _read_texts(files: Sequence[str], text_column: str | None) -> Iterator[str]:
    from ...data.labelled import read_labelled_rows
    from ...data.row_settings import Gold, ReadReport, RowSettings

    settings = RowSettings(text_column=text_column)
    for file in files:
        report = ReadReport()
        for row in read_labelled_rows(file, settings, gold=Gold.IGNORED, report=report):
            yield row.text
        if report.bad:
            typer.echo(f"{file}: left out {report.bad} of {report.rows} rows:", err=True)
            for fault in report.describe():
                typer.echo(f"  {fault}", err=True)


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write(path: Path, content: str) -> None:
    from ...atomic import atomic_write

    with atomic_write(path) as file:
        file.write(content.encode("utf-8"))
    typer.echo(f"Wrote '{path}'", err=True)


def _show(explanations: Sequence[Explanation]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for number, explanation in enumerate(explanations):
        if number:
            console.print()
        console.print(explanation)


def _show_summary(summary: CorpusSummary, top: int) -> None:
    from rich.console import Console

    from ...explanation.terminal import render_marked, render_words

    console = Console(highlight=False)
    console.print(
        f"{summary.texts:,} texts, {summary.sarcastic:,} at or above the threshold, "
        f"{summary.threshold:.3f}"
    )
    kinds = {
        "Nearest the threshold": summary.nearest,
        "Most sarcastic": summary.highest,
        "Least sarcastic": summary.lowest,
    }
    for kind, explanations in kinds.items():
        console.print(f"\n[bold]{kind}[/bold]")
        for one in explanations:
            console.print(render_marked(one.picture))
    for kind, words in (("raise", summary.raising(top)), ("lower", summary.lowering(top))):
        console.print(f"\n[bold]Words that {kind} scores most: mean attribution, count[/bold]")
        console.print(render_words([(word.word, word.mean, word.count) for word in words]))
