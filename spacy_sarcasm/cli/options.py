"""Options that several commands have, and what several commands print."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..corpus.headlines import Split
from ..data.row_settings import OnError, RowSettings
from .errors import printable

if TYPE_CHECKING:
    from ..data.row_settings import ReadReport

LABELLED_ROWS = (
    "Labelled rows: .jsonl, .json, .csv or .tsv (also .gz or .zst), .parquet, .xlsx or .spacy."
)
TEXTS = "Texts: .jsonl, .csv, .tsv or .txt (also .gz or .zst), .parquet, .xlsx or .spacy."

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A pipeline package or folder with a sarcasm component "
        "[default: blank English with the bundled weights].",
        show_default=False,
    ),
]
ModelArgument = Annotated[
    str,
    typer.Argument(
        help='A pipeline package or folder, a weights file (.npz), or "bundled" for the weights of '
        "this package."
    ),
]
SplitOption = Annotated[
    list[Split] | None,
    typer.Option(
        help="A split of the headlines data set. May be repeated [default: dev].",
        show_default=False,
    ),
]
Category = Annotated[str, typer.Option(help="The entry of `cats` that holds the gold.")]
CategoryOfModel = Annotated[
    str | None,
    typer.Option(
        "--category",
        help="The entry of `cats` that holds the gold [default: the component's label].",
        show_default=False,
    ),
]
LangOption = Annotated[str, typer.Option(help="The language whose tokenizer is used.")]
SeedOption = Annotated[int, typer.Option(help="The seed of the random numbers.")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace a folder that exists.")]
DeviceOption = Annotated[
    str | None,
    typer.Option(
        help="The torch device, such as cpu or cuda:1 [default: a GPU if there is one].",
        show_default=False,
    ),
]
Bfloat16Option = Annotated[
    bool,
    typer.Option("--bfloat16", help="Multiply in bfloat16, if the processor supports it."),
]
DelimiterOption = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        help="The column delimiter of .csv files: a character, or tab [default: detected].",
        show_default=False,
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        help="The encoding of text files, cp1252 for example [default: UTF-8, or UTF-16 with a "
        "byte-order mark].",
        show_default=False,
    ),
]
TextColumn = Annotated[
    str | None,
    typer.Option(
        help="The column or key that holds the text [default: text or headline].",
        show_default=False,
    ),
]
# The options that set fields of `RowSettings`.
_ROW_OPTIONS: dict[str, Any] = {
    "text_column": TextColumn,
    "label_column": Annotated[
        str | None,
        typer.Option(
            help="The column or key that holds the gold, a number in 0..1 [default: cats, label "
            "or is_sarcastic].",
            show_default=False,
        ),
    ],
    "source_column": Annotated[
        str,
        typer.Option(
            help="The column or key that says where a text comes from, for figures by source."
        ),
    ],
    "positive": Annotated[
        str | None,
        typer.Option(
            help="The label that means sarcastic, where labels are words; all others mean not.",
            show_default=False,
        ),
    ],
    "delimiter": DelimiterOption,
    "encoding": EncodingOption,
    "on_error": Annotated[
        OnError,
        typer.Option(
            help="Stop at a bad row, skip bad rows up to 1% of all, or keep going whatever their "
            "share."
        ),
    ],
}
_OF_ALL_ROWS = ("text_column", "delimiter", "encoding", "on_error")

Command = Callable[..., None]


def reads_rows(*fields: str) -> Callable[[Command], Command]:
    """Add the options for reading rows to a command, which gets them as `rows`, a `RowSettings`.

    Args:
        fields: Fields of `RowSettings` that the command offers besides those that every command
            offers.
    """
    names = [name for name in _ROW_OPTIONS if name in (*_OF_ALL_ROWS, *fields)]
    default = RowSettings()

    def decorate(command: Command) -> Command:
        @wraps(command)
        def run(**given: Any) -> None:
            settings = {name: given.pop(name) for name in names}
            command(rows=RowSettings(**settings), **given)

        signature = inspect.signature(command, eval_str=True)
        parameters = [one for one in signature.parameters.values() if one.name != "rows"]
        parameters += [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=getattr(default, name),
                annotation=_ROW_OPTIONS[name],
            )
            for name in names
        ]
        # Typer reads both.
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        return run

    return decorate


def show_bad_rows(report: ReadReport) -> None:
    """Report the rows of a file that were left out on standard error."""
    if not report.bad:
        return
    typer.echo(
        f"{report.path}: {report.bad} of {report.rows} rows are bad and were left out:", err=True
    )
    for fault in report.describe():
        typer.echo(f"  {printable(fault)}", err=True)
    if report.bad > len(report.faults):
        typer.echo(f"  and {report.bad - len(report.faults)} more", err=True)
