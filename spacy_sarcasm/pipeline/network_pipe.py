"""What the `sarcasm` component is made of: settings, network, threshold, and how it is saved."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from spacy import util
from spacy.pipeline import TrainablePipe
from spacy.vocab import Vocab

from ..network.calibration import DEFAULT_THRESHOLD, Calibration
from ..network.live import LiveNetwork
from ..network.shim import SarcasmModel, get_live_network
from ..network.storage import Network
from ..pretrained import BUNDLED_LANGUAGE, PRETRAINED
from .annotations import Attributes
from .component_settings import BUNDLED, MODEL_SETTINGS, ComponentSettings, weights_path
from .component_storage import (
    bytes_readers,
    bytes_writers,
    disk_readers,
    disk_writers,
    excluded_files,
)
from .gold import PositiveWeight
from .scorer import Scorer


class NetworkPipe(TrainablePipe):  # type: ignore[misc]
    """A component around the network; `SarcasmClassifier` adds scoring and training."""

    def __init__(
        self,
        vocab: Vocab,
        model: SarcasmModel,
        name: str = "sarcasm",
        *,
        weights: str | None = BUNDLED,
        settings: ComponentSettings | None = None,
        scorer: Scorer | None = None,
    ) -> None:
        """Create a component.

        Args:
            vocab: The pipeline's vocab.
            model: A model of the architecture `spacy_sarcasm.BiLSTM.v1`.
            name: The component's name in the pipeline.
            weights: What it starts from: ``"bundled"`` or ``"small"``, the path of a weights file
                (or of a folder with one, such as a saved component), or None for an untrained
                network. Read when first needed, so a pipeline that brings weights of its own never
                reads them. Settings of the model that are null are taken from the weights.
            settings: The other settings. None: their defaults.
            scorer: The scoring method.

        Raises:
            ValueError: The model is of another architecture.
        """
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = scorer
        # That of the docs scored last, which may come from another pipeline.
        self.scored_vocab: Vocab | None = None
        self.use_settings(asdict(settings or ComponentSettings()))
        self.configured = dict(self.cfg)
        self.was_trained = True
        self._uses_bundled = weights in PRETRAINED
        live = self.live
        if weights is not None:
            live.source = weights_path(weights)

    def use_settings(self, cfg: dict[str, Any]) -> None:
        """Replace the component's settings.

        Args:
            cfg: All settings by name.

        Raises:
            ValueError: One is out of its range.
        """
        ComponentSettings(**cfg)
        self.cfg = cfg
        self.attributes = Attributes(cfg["extension"])
        self._positive_weight = PositiveWeight(cfg["positive_weight"])

    def __setstate__(self, state: Any) -> None:
        """Restore a pickled component, its attributes included."""
        super().__setstate__(state)
        self.use_settings(self.cfg)

    def __repr__(self) -> str:
        """Describe the component in one line, without reading its weights."""
        own = self.cfg["threshold"]
        threshold = "of the weights" if own is None else own
        return (
            f"<{type(self).__name__} '{self.name}', label '{self.label}', threshold {threshold}, "
            f"{self.live!r}>"
        )

    @property
    def live(self) -> LiveNetwork:
        """The network in use: weights, calibration and engines."""
        return get_live_network(self.model)

    @property
    def extension(self) -> str:
        """The name of the attribute with the score."""
        return self.attributes.score

    @property
    def spans_key(self) -> str:
        """The key in ``doc.spans`` of the scored spans."""
        return str(self.cfg["spans_key"] or self.extension)

    @property
    def label(self) -> str:
        """The category in ``doc.cats``."""
        return str(self.cfg["label"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The component's one label."""
        return (self.label,)

    @property
    def label_data(self) -> tuple[str, ...]:
        """What ``spacy init labels`` writes for the component."""
        return self.labels

    def add_label(self, label: str) -> int:
        """Accept the component's own label; raise a ValueError for any other."""
        if label != self.label:
            raise ValueError(
                f"the component '{self.name}' has the one label '{self.label}' and cannot add "
                f"'{label}'. The setting `label` names it"
            )
        return 0

    @property
    def network(self) -> Network:
        """The settings, words and weights."""
        self.get_ready()
        return self.live.network

    @property
    def calibration(self) -> Calibration:
        """How the network's output becomes a probability, and the weights' own threshold.

        `spacy_sarcasm.evaluation.calibrate` measures it; the first update of the weights resets it.
        """
        self.get_ready()
        return self.live.calibration

    @calibration.setter
    def calibration(self, calibration: Calibration) -> None:
        self.get_ready()
        self.live.calibration = calibration

    @property
    def threshold(self) -> float:
        """The least score that counts as sarcastic: the setting, else that of the weights.

        ``doc._.is_sarcastic`` compares with it when a doc is scored. Assign to
        ``component.cfg["threshold"]`` to change it.
        """
        own: float | None = self.cfg["threshold"]
        if own is not None:
            return own
        return self.calibration.threshold if self.live.has_network else DEFAULT_THRESHOLD

    def get_ready(self) -> None:
        """Pass the settings on and read the weights; raise an error when there are none."""
        for setting in MODEL_SETTINGS:
            self.model.attrs[setting] = self.cfg[setting]
        live = self.live
        if live.source is not None and self._uses_bundled and self.vocab.lang != BUNDLED_LANGUAGE:
            warnings.warn(
                f"the bundled sarcasm weights were trained on English, and the language of this "
                f"pipeline is '{self.vocab.lang}': its scores mean nothing. Train the component on "
                "your own data, or leave it out",
                UserWarning,
                stacklevel=4,
            )
        # Reads them, or raises the error that says what to do.
        _ = live.network

    # Serialisation; the parts are `cfg`, `vocab` and `model`

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the component as bytes, without the parts in `exclude`."""
        return util.to_bytes(bytes_writers(self, exclude), exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Read what `to_bytes` returned; raise a ValueError where it is damaged or does not fit."""
        util.from_bytes(bytes_data, bytes_readers(self, exclude), exclude)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Save the component to a folder, without the parts in `exclude`."""
        writers = disk_writers(self, exclude)
        util.to_disk(util.ensure_path(path), writers, excluded_files(exclude))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Read what `to_disk` saved.

        Args:
            path: The folder.
            exclude: Parts to leave out.

        Raises:
            FileNotFoundError: A file is missing.
            ValueError: A file is damaged, or does not fit the settings of the pipeline.
        """
        readers = disk_readers(self, exclude)
        util.from_disk(util.ensure_path(path), readers, excluded_files(exclude))
        return self
