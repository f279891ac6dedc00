"""The recipe of the bundled weights, for benchmarks that follow it on other rows.

Nothing heavy is imported at the top; see `measuring`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import BUNDLED_VECTORS, HEADLINES, LABEL, data_file

if TYPE_CHECKING:
    from spacy.language import Language

    from spacy_sarcasm.recipes.publishers import SourcedHeadline

PUBLISHERS = "headlines_multi_publisher.jsonl.gz"
# As in the config.
BATCH = 32


def read_corpus() -> list[SourcedHeadline]:
    """Return the headlines of all publishers, all splits."""
    from spacy_sarcasm.recipes.publishers import read_publishers

    return read_publishers(data_file(HEADLINES), [data_file(PUBLISHERS)])


def train_bundled(
    rows: Sequence[SourcedHeadline], folder: Path, soft_labels: Mapping[str, float] | None = None
) -> Language:
    """Mix rows and train on them by the config of the bundled weights.

    Args:
        rows: The corpus, with its splits.
        folder: An existing folder to work in; all that is made stays there.
        soft_labels: A teacher's probability by text.

    Returns:
        The pipeline with the last weights, as the bundled ones are, not calibrated.
    """
    import spacy
    from spacy.cli.train import train
    from spacy.tokens import DocBin

    import spacy_sarcasm
    from spacy_sarcasm.recipes.mixture import write_mixture

    write_mixture(rows, folder, spacy.blank("en"), LABEL, soft_labels=soft_labels)
    paths = {"train": "train.spacy", "dev": "dev.spacy", "log": "log.jsonl"}
    overrides: dict[str, object] = {
        f"paths.{key}": str(folder / file) for key, file in paths.items()
    }
    overrides["paths.word_vectors"] = str(data_file(BUNDLED_VECTORS))
    n_docs = len(DocBin().from_disk(folder / paths["train"]))
    overrides["training.optimizer.learn_rate.total_steps"] = n_docs // BATCH + 1
    config = Path(spacy_sarcasm.__file__).parent / "configs" / "bundled.cfg"
    train(config, folder / "training", overrides=overrides)
    return spacy.load(folder / "training" / "model-last")
