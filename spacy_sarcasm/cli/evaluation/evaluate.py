"""``spacy-sarcasm evaluate``: how well a pipeline does on labelled data."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...data.row_settings import ReadReport, RowSettings
from ..app import app
from ..errors import reported_errors
from ..options import (
    LABELLED_ROWS,
    CategoryOfModel,
    ModelArgument,
    SplitOption,
    reads_rows,
    show_bad_rows,
)
from ..startup import lasting_imports

if TYPE_CHECKING:
    from ...evaluation.datasets import Labelled
    from ...evaluation.evaluate import Report

# As the component's scorer calls them.
KEYS = {
    "sarcasm_acc": "accuracy",
    "sarcasm_p": "precision",
    "sarcasm_r": "recall",
    "sarcasm_f": "f1",
    "sarcasm_auc": "roc_auc",
    "sarcasm_pr_auc": "pr_auc",
    "sarcasm_brier": "brier",
    "sarcasm_ece": "ece",
}
# The heads of the table on a terminal, short enough for 80 columns.
HEADS = {
    "accuracy": "acc",
    "precision": "P",
    "recall": "R",
    "f1": "F1",
    "roc_auc": "AUC",
    "brier": "Brier",
    "ece": "ECE",
}
_SHOWN_DISAGREEMENTS = 10


@app.command("evaluate")
@reads_rows("label_column", "source_column")
def evaluate_command(
    model: ModelArgument,
    data: Annotated[list[Path], typer.Argument(help=LABELLED_ROWS)],
    *,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Another pipeline to compare with: differences with intervals, McNemar's test, "
            "and the texts on which the two disagree.",
        ),
    ] = None,
    out_of_domain: Annotated[
        list[Path] | None,
        typer.Option(
            help="A labelled file of another kind than the training data, reported as such. May be "
            "repeated.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="A folder for report.md, report.json, mistakes.json and plots."),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(
            help="A model card to write, with the figures beside it as evaluation.json. It "
            "includes what training.json in that folder says about the training."
        ),
    ] = None,
    split: SplitOption = None,
    category: CategoryOfModel = None,
    rows: RowSettings,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON lines on a terminal too.")
    ] = False,
) -> None:
    """Measure a pipeline on labelled data.

    Prints a table on a terminal, and JSON lines otherwise: one line per data set and per source of
    its texts. --output adds intervals, plots and the worst mistakes.
    """
    with lasting_imports():
        from ...evaluation.card import write_card
        from ...evaluation.compare import compare, disagreements
        from ...evaluation.datasets import DEFAULT_SPLITS, read_data_sets
        from ...evaluation.evaluate import make_report
        from ...evaluation.output import write_report
        from ...evaluation.scored import score_datasets
        from ...evaluation.thresholds import threshold_warnings
        from ...pipeline.loading import find_sarcasm, load_scoring_pipeline

    with reported_errors():
        nlp = load_scoring_pipeline(model)
        pipe = find_sarcasm(nlp)
        settings = replace(rows, category=category or pipe.label)
        reports: list[ReadReport] = []

        def read(paths: list[Path]) -> list[Labelled]:
            return read_data_sets(paths, settings, splits=split or DEFAULT_SPLITS, reports=reports)

        sets, other_sets = read(data), read(out_of_domain or [])
        for read_report in reports:
            show_bad_rows(read_report)
        scored = score_datasets(nlp, sets, other_sets)
        report = make_report(nlp, model, scored)
        comparisons, disputed = [], {}
        if against is not None:
            other = load_scoring_pipeline(against)
            thresholds = (pipe.threshold, find_sarcasm(other).threshold)
            pairs = list(zip(scored, score_datasets(other, sets, other_sets), strict=True))
            comparisons = [compare(*pair, thresholds) for pair in pairs]
            disputed = {pair[0].data.name: disagreements(*pair, thresholds) for pair in pairs}
        if output is not None:
            write_report(
                output,
                report,
                scored,
                against=Path(against or "").name,
                comparisons=comparisons,
                disagreements=disputed,
            )
        if card is not None:
            write_card(card, pipe.network, report)
    if as_json or not sys.stdout.isatty():
        for line in _json_lines(report, comparisons, against):
            typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        _print_tables(report, comparisons, disputed, model, against)
    for warning in threshold_warnings(report):
        typer.echo(f"Warning: {warning.replace('MODEL', model)}", err=True)


def _rows(report: Report) -> Iterator[tuple[str, str | None, Report]]:
    """Give name, source (None: all) and figures of each data set, followed by its sources."""
    for figures in report["data"]:
        yield figures["name"], None, figures
        for source, group in figures["sources"].items():
            yield figures["name"], source, group


def _json_lines(
    report: Report, comparisons: list[Report], against: str | None
) -> Iterator[dict[str, Any]]:
    splits = {figures["name"]: figures["split"] for figures in report["data"]}
    for name, source, figures in _rows(report):
        yield {
            "data": name,
            "split": splits[name],
            "source": source,
            "texts": figures["texts"],
            "sarcastic": figures["sarcastic"],
            "threshold": report["threshold"],
            **{key: figures["metrics"][metric]["value"] for key, metric in KEYS.items()},
        }
    for one in comparisons:
        yield {"data": one["name"], "against": against} | {
            key: value for key, value in one.items() if key != "name"
        }


def _print_tables(
    report: Report,
    comparisons: list[Report],
    disputed: dict[str, list[dict[str, Any]]],
    model: str,
    against: str | None,
) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from ...evaluation.rendering import METRIC_NAMES

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("data", overflow="fold")
    for head in ("texts", "sarcastic", *HEADS.values()):
        table.add_column(head, justify="right", no_wrap=True)
    for name, source, figures in _rows(report):
        values = (figures["metrics"][metric]["value"] for metric in HEADS)
        table.add_row(
            name if source is None else f"  {source}",
            f"{figures['texts']:,}",
            f"{figures['sarcastic']:,}",
            *("-" if value is None else f"{value:.3f}" for value in values),
        )
    console.print(table, markup=False)
    console.print(f"Threshold: {report['threshold']:.2f}", markup=False)
    for one in comparisons:
        console.print(f"\n{one['name']}: {model} against {against}", markup=False)
        table = Table(box=None, pad_edge=False)
        for head in ("", escape(model), escape(str(against)), "difference", "95% interval"):
            table.add_column(head, justify="left" if not head else "right", overflow="fold")
        for metric in KEYS.values():
            figure = one["metrics"][metric]
            if figure["difference"] is None:
                continue
            table.add_row(
                METRIC_NAMES[metric],
                f"{figure['model']:.4f}",
                f"{figure['against']:.4f}",
                f"{figure['difference']:+.4f}",
                f"{figure['low']:+.4f} to {figure['high']:+.4f}",
            )
        console.print(table)
        test = one["mcnemar"]
        console.print(
            f"The two disagree on {one['disagreements']:,} of {one['texts']:,} texts. Only {model} "
            f"is right on {test['only_model_right']:,}, only {against} on "
            f"{test['only_against_right']:,} (McNemar's exact test: p = {test['p_value']}).",
            markup=False,
        )
        rows = disputed[one["name"]]
        for row in rows[:_SHOWN_DISAGREEMENTS]:
            console.print(
                f"  gold {row['gold']:g}  {row['score']:.2f} against {row['against_score']:.2f}  "
                f"{row['text']}",
                markup=False,
            )
        if len(rows) > _SHOWN_DISAGREEMENTS:
            console.print("  ... (--output FOLDER lists them all)", markup=False)
