"""The model card: what weights are, how they were made and how well they do.

A card is made from three things alone: the settings stored with the weights, the recorded
evaluation, and a record of the training that whoever trained them has written. It holds no text of
the data.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..atomic import atomic_write
from ..network.settings import NetworkConfig
from ..network.storage import WEIGHTS_FILE, Network, load_network, network_to_bytes
from ..pretrained import BUNDLED_CARD, BUNDLED_WEIGHTS
from .evaluate import Report, write_json
from .markdown import data_section, how_measured, table

EVALUATION_FILE = "evaluation.json"
TRAINING_FILE = "training.json"

Record = Mapping[str, Any]

_PUBLISHERS = (
    "**The labels of headlines are the publisher's.** Nobody read them and judged: what a "
    "satirical paper printed is sarcastic, what a serious one printed is not. A network learns to "
    "tell publishers apart, by their subjects and turns of phrase as much as by sarcasm, and does "
    "worse on publishers it has not seen. Look at the figures on other data before you rely on the "
    "score, and measure it on your own: `spacy-sarcasm evaluate`."
)
_NOT_FOR = (
    "Not for moderation, for judging people, for telling true news from false, or for any decision "
    "about somebody. A score says how much a text reads like the sarcastic part of the training "
    "data; it does not say what its author meant."
)


def make_card(config: NetworkConfig, evaluation: Report, training: Record | None = None) -> str:
    """Return a model card as Markdown.

    Args:
        config: The settings stored with the weights.
        evaluation: The figures, as `make_report` returns them.
        training: The record of the training, every part of it optional: ``title``, ``summary``,
            ``data`` (a list of ``name``, ``what``, ``licence``, ``use``), ``splits``, ``settings``
            (a table of texts), ``choices`` (paragraphs), ``tables`` (a list of ``title``, ``note``,
            ``columns``, ``rows``) and ``limits`` (a list of texts).
    """
    training = training or {}
    parts = [f"# Model card: {training.get('title', evaluation['pipeline'])}"]
    parts += _paragraphs(training.get("summary"))
    parts += ["## What they are", _describe(config)]
    parts += _describe_training(training)
    parts += ["## Figures", how_measured(evaluation)]
    for outside, title in ((False, "Data like the training data"), (True, "Other data")):
        chosen = [figures for figures in evaluation["data"] if figures["outside"] == outside]
        if chosen:
            parts.append(f"### {title}")
            parts += [data_section(figures, "####") for figures in chosen]
    for extra in training.get("tables", ()):
        parts.append(f"### {extra['title']}")
        parts += _paragraphs(extra.get("note"))
        parts.append(table(extra["columns"], extra["rows"]))
    parts += ["## Limits", _PUBLISHERS]
    if limits := training.get("limits"):
        parts.append("\n".join(f"- {limit}" for limit in limits))
    parts += [_NOT_FOR, _colophon(evaluation)]
    return "\n\n".join(parts) + "\n"


def write_card(path: Path, network: Network, evaluation: Report) -> None:
    """Write a model card, and the figures beside it as ``evaluation.json``.

    A ``training.json`` beside it goes into the card.

    Args:
        path: The card.
        network: The network it is about.
        evaluation: Its figures.

    Raises:
        OSError: A file cannot be read or written.
        ValueError: ``training.json`` is no JSON, or lacks a key of a table.
    """
    try:
        card = make_card(network.config, evaluation, read_record(path.with_name(TRAINING_FILE)))
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"'{path.with_name(TRAINING_FILE)}' is not as a model card needs it: {error!r}"
        ) from error
    write_json(path.with_name(EVALUATION_FILE), evaluation)
    with atomic_write(path) as file:
        file.write(card.encode())


def copy_card(folder: Path, component: str = "sarcasm") -> bool:
    """Put the bundled weights' card into a saved pipeline that has these weights, as README.md.

    ``spacy package`` takes a pipeline's README.md into the package.

    Args:
        folder: The pipeline's folder.
        component: The sarcasm component's name.

    Returns:
        Whether the pipeline has the bundled weights. If not, nothing was written: measure it by
        ``spacy-sarcasm evaluate FOLDER DATA --card FOLDER/README.md``.

    Raises:
        OSError: A file cannot be read or written.
        WeightsError: The pipeline's weights are damaged.
    """
    # Not the files' bytes: an older format version may hold the same network.
    saved, bundled = (
        network_to_bytes(load_network(file))
        for file in (folder / component / WEIGHTS_FILE, BUNDLED_WEIGHTS)
    )
    if saved != bundled:
        return False
    shutil.copyfile(BUNDLED_CARD, folder / "README.md")
    return True


def read_record(path: Path) -> Any:
    """Return what a JSON file beside a card holds; None if there is no such file.

    Args:
        path: The file.

    Raises:
        ValueError: It is no JSON object; the message names it.
    """
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"'{path}' is damaged: {error}") from error
    if not isinstance(record, dict):
        raise ValueError(f"'{path}' must hold a JSON object")
    return record


def _describe(config: NetworkConfig) -> str:
    settings, calibration = config.settings, config.calibration
    words = f"{config.n_words:,} rows"
    if config.n_trainable < config.n_words:
        words += (
            f"; {config.n_trainable:,} of them are padding, the unknown word and the words of the "
            "training corpus, the others words of the vectors that the network knows by their "
            "vector only"
        )
    vectors = "no pretrained vectors"
    if config.pretrained_width:
        vectors = f"{config.pretrained_width} frozen pretrained dimensions, {settings.precision}"
    rows = [
        ["layers", f"{settings.layers}, bidirectional LSTM of {settings.units} units a direction"],
        ["pooling", settings.pooling],
        ["dense layer", f"{settings.dense_width} units" if settings.dense_width else "none"],
        ["a word", f"{vectors}, and {settings.trainable_width} trained ones"],
        ["looked up by", settings.token_words or f"`{settings.attr}`"],
        ["vocabulary", words],
        [
            "calibration",
            f"scale {calibration.scale:.4f} and shift {calibration.shift:.4f} of the logit"
            if not calibration.is_identity
            else "none",
        ],
        ["default threshold", f"{calibration.threshold:.2f}"],
    ]
    return table(["", ""], rows)


def _describe_training(training: Record) -> list[str]:
    parts: list[str] = []
    if data := training.get("data"):
        rows = [[one["name"], one["what"], one["licence"], one["use"]] for one in data]
        parts.append(table(["data", "what it is", "licence, as its source states it", "use"], rows))
    parts += _paragraphs(training.get("splits"))
    if settings := training.get("settings"):
        parts.append(table(["", ""], settings.items()))
    for paragraph in training.get("choices", ()):
        parts += _paragraphs(paragraph)
    return ["## Training", *parts] if parts else []


def _colophon(evaluation: Report) -> str:
    digest = evaluation["weights_sha256"]
    return (
        f"Made by `spacy-sarcasm evaluate --card` ({evaluation['measured_by']}) from the figures "
        f"in `{EVALUATION_FILE}`"
        + (f", of the weights with SHA-256 `{digest}`." if digest else ".")
    )


def _paragraphs(text: str | None) -> list[str]:
    return [text] if text else []
