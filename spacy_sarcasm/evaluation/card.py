"""The model card: what a network is, what it was trained on, and how well it does.

A card comes from three things alone: the settings stored with the weights, the recorded figures,
and a record of the training, written by whoever trained the network. It quotes no text of the data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import srsly
from jinja2 import UndefinedError

from ..atomic import atomic_write, write_json
from ..network.settings import NetworkConfig
from ..network.storage import Network
from .evaluate import FORMAT, FORMAT_VERSION, Report
from .rendering import METRIC_NAMES, render

EVALUATION_FILE = "evaluation.json"
TRAINING_FILE = "training.json"

Record = Mapping[str, Any]

# What the metadata holds; the card has all of them, with intervals.
_INDEXED = ("accuracy", "precision", "recall", "f1", "roc_auc")

DEFAULT_LABELS = (
    "The network learned the labels of its training data, with everything that happens to go along "
    "with them there: sources, subjects, turns of phrase. Expect lower figures on texts from other "
    "sources or of another kind, and measure them before you rely on the score: "
    "`spacy-sarcasm evaluate`."
)


def make_card(config: NetworkConfig, evaluation: Report, training: Record | None = None) -> str:
    """Return a model card as Markdown, with metadata that the Hugging Face Hub reads.

    Args:
        config: The settings stored with the weights.
        evaluation: The figures, as `make_report` returns them.
        training: The record of the training; each key is optional: ``title``, ``summary``,
            ``language``, ``license``, ``author``, ``url``, ``data`` (a list of ``name``, ``what``,
            ``licence``, ``use`` and, if it has one, ``url``), ``splits``, ``settings`` (a dict of
            texts), ``choices`` (paragraphs), ``tables`` (a list of ``title``, ``note``,
            ``columns``, ``rows``), ``labels`` (who labelled the data, and what follows from that)
            and ``limits`` (a list of texts).

    Raises:
        ValueError: A part of the record lacks a key.

    Example:
        >>> from spacy_sarcasm.evaluation.card import read_record
        >>> from spacy_sarcasm.network.storage import load_network
        >>> from spacy_sarcasm.pretrained import BUNDLED_CARD, BUNDLED_WEIGHTS
        >>> figures = read_record(BUNDLED_CARD.with_name("evaluation.json"))
        >>> "# Model card" in make_card(load_network(BUNDLED_WEIGHTS).config, figures)
        True
    """
    training = training or {}
    title = training.get("title") or evaluation["pipeline"]
    domains = {"Data like the training data": False, "Other data": True}
    try:
        return render(
            "card.md.jinja",
            title=title,
            metadata=srsly.yaml_dumps(_metadata(title, evaluation, training)),
            training=training,
            about=[
                [name, training[key]]
                for key, name in {"author": "author", "license": "licence", "url": "page"}.items()
                if training.get(key)
            ],
            network=_describe(config),
            evaluation=evaluation,
            groups=[
                (name, [data for data in evaluation["data"] if data["out_of_domain"] == is_other])
                for name, is_other in domains.items()
            ],
            default_labels=DEFAULT_LABELS,
            figures_file=EVALUATION_FILE,
        )
    except (UndefinedError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"the record of the training lacks a part that a model card needs: {error!r}"
        ) from error


def write_card(
    path: Path, network: Network, evaluation: Report, training: Record | None = None
) -> None:
    """Write a model card, and the figures beside it as ``evaluation.json``.

    Args:
        training: The record of the training. None: the file ``training.json`` beside the card, if
            there is one.

    Raises:
        ValueError: ``training.json`` is not JSON, or a part of it lacks a key.

    Example:
        >>> write_card(Path("README.md"), network, report)  # doctest: +SKIP
    """
    record = path.with_name(TRAINING_FILE)
    try:
        card = make_card(
            network.config, evaluation, read_record(record) if training is None else training
        )
    except ValueError as error:
        if training is None and str(record) not in str(error):
            raise ValueError(f"'{record}': {error}") from error
        raise
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path.with_name(EVALUATION_FILE), evaluation)
    with atomic_write(path) as file:
        file.write(card.encode())


def describe_training(
    record: Record, *, data: Mapping[str, str], labels: str = "", **fields: str
) -> dict[str, Any]:
    """Return a record of a training with fields added; empty ones change nothing.

    Args:
        data: ``name``, ``what``, ``licence`` and ``url`` of the training data.
        labels: Who labelled the data, and how. What follows from it for the scores is added.

    Raises:
        ValueError: The data has a description and no name.

    Example:
        >>> record = describe_training({}, data={"name": "Tweets", "licence": "MIT"}, author="Ann")
        >>> record["author"], record["data"][0]["licence"]
        ('Ann', 'MIT')
    """
    found = {**record, **{name: value for name, value in fields.items() if value}}
    if any(data.values()):
        if not data.get("name"):
            raise ValueError("the training data has no name: give it one with --data-name")
        row = {"what": "not stated", "licence": "not stated", "use": "training"}
        row |= {name: value for name, value in data.items() if value}
        found["data"] = [*found.get("data", []), row]
    if labels:
        found["labels"] = f"{labels.strip()} {DEFAULT_LABELS}"
    return found


def read_figures(path: Path) -> Report:
    """Return the figures of an evaluation, from ``report.json`` or ``evaluation.json``.

    Raises:
        ValueError: It is not the report of an evaluation, or of another version.

    Example:
        >>> read_figures(Path("metrics/report.json"))["threshold"]  # doctest: +SKIP
        0.5
    """
    found = read_record(path, required=True)
    if (found.get("format"), found.get("format_version")) != (FORMAT, FORMAT_VERSION):
        raise ValueError(
            f"'{path}' does not hold figures of this version: write them again with "
            "spacy-sarcasm evaluate MODEL DATA --output FOLDER, and give FOLDER/report.json"
        )
    return dict(found)


def read_record(path: Path, *, required: bool = False) -> Any:
    """Return what a JSON file beside a card holds; None if there is no such file.

    Raises:
        ValueError: It is not a JSON object; the message names the file.

    Example:
        >>> read_record(Path("training.json")) is None
        True
    """
    if not path.exists():
        if required:
            raise FileNotFoundError(f"there is no file '{path}'")
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"'{path}' is damaged: {error}") from error
    if not isinstance(record, dict):
        raise ValueError(f"'{path}' must hold a JSON object, not {record!r:.60}")
    return record


def _metadata(title: str, evaluation: Report, training: Record) -> dict[str, Any]:
    """Return the card's metadata (https://huggingface.co/docs/hub/model-cards#model-card-metadata).

    Figures that are undefined are left out, as the Hub takes numbers only.
    """
    results = [
        {
            "task": {"type": "text-classification", "name": "Sarcasm detection"},
            "dataset": {
                "name": data["name"],
                "type": re.sub(r"\W+", "-", data["name"].lower()).strip("-"),
                "split": data["split"] or "unknown",
            },
            "metrics": [
                {"type": metric, "value": figure["value"], "name": METRIC_NAMES[metric]}
                for metric in _INDEXED
                if (figure := data["metrics"][metric])["value"] is not None
            ],
        }
        for data in evaluation["data"]
    ]
    metadata = {
        "language": [training.get("language", "en")],
        "library_name": "spacy",
        "pipeline_tag": "text-classification",
        "tags": ["spacy", "text-classification", "sarcasm-detection"],
    }
    if training.get("license"):
        metadata["license"] = training["license"].lower()
    return {**metadata, "model-index": [{"name": title, "results": results}]}


def _describe(config: NetworkConfig) -> list[list[str]]:
    settings, calibration = config.settings, config.calibration
    words = f"{config.n_words:,} rows"
    if config.n_trainable < config.n_words:
        words += (
            f"; {config.n_trainable:,} of them are padding, the unknown word and the words of the "
            "training corpus, the rest words known by their pretrained vector only"
        )
    vectors = "no pretrained vectors"
    if config.pretrained_width:
        vectors = f"{config.pretrained_width} frozen pretrained dimensions ({settings.precision})"
    return [
        ["layers", f"{settings.layers}, bidirectional LSTM, {settings.units} units per direction"],
        ["pooling", settings.pooling],
        ["dense layer", f"{settings.dense_width} units" if settings.dense_width else "none"],
        ["word vectors", f"{vectors} and {settings.trainable_width} trained ones"],
        ["words looked up by", settings.token_words or f"`{settings.attr}`"],
        ["vocabulary", words],
        [
            "calibration",
            f"scale {calibration.scale:.4f} and shift {calibration.shift:.4f} of the logit"
            if not calibration.is_identity
            else "none",
        ],
        ["default threshold", f"{calibration.threshold:.2f}"],
    ]
