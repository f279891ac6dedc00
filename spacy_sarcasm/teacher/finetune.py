"""Fine-tune an encoder as a sarcasm classifier with one logit.

The recipe of Devlin et al. 2019, https://arxiv.org/abs/1810.04805, section 4: all layers, AdamW, a
learning rate that rises and falls linearly, and few epochs. The gold may be soft.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..atomic import new_folder
from .encoder import Classifier, Ids, batches, default_encoder, import_transformers

REPORT_FILE = "teacher.json"
# Shuffled rows are sorted by length within groups of this many batches, to reduce padding.
_SORTED_BATCHES = 50
_WEIGHT_DECAY = 0.01
_WARM_UP = 0.1
_GRAD_CLIP = 1.0


@dataclass(frozen=True)
class Settings:
    """How a teacher is fine-tuned.

    Attributes:
        learn_rate: The highest learning rate, reached after a tenth of the steps.
        max_length: Tokens of a text beyond this number are ignored, in training and in scoring.
        frozen_layers: The number of lowest layers to freeze, together with the embeddings; 0
            trains everything.
        bfloat16: Multiply matrices in bfloat16: 2.5 times as fast on a CPU with ``avx512_bf16``.
    """

    epochs: int = 2
    learn_rate: float = 1e-4
    batch_size: int = 32
    max_length: int = 64
    frozen_layers: int = 0
    seed: int = 0
    bfloat16: bool = False

    def __post_init__(self) -> None:
        """Check the ranges."""
        least = {"epochs": 1, "batch_size": 1, "max_length": 3, "frozen_layers": 0}
        for name, value in least.items():
            if getattr(self, name) < value:
                raise ValueError(
                    f"teacher setting '{name}' must be at least {value}, not {getattr(self, name)}"
                )
        if not 0 < self.learn_rate < 1:
            raise ValueError(
                f"teacher setting 'learn_rate' must be between 0 and 1, not {self.learn_rate}"
            )


@dataclass
class FineTuning:
    """The outcome of fine-tuning a teacher.

    Attributes:
        base: The name of the encoder's folder.
        losses: The mean loss of each epoch.
        versions: The versions of torch and transformers.
    """

    texts: int
    base: str
    settings: Settings
    device: str
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)


def fine_tune(
    texts: Sequence[str],
    gold: Sequence[float],
    out: Path,
    *,
    base: Path | None = None,
    settings: Settings | None = None,
    label: str = "SARCASM",
    device: str | None = None,
    overwrite: bool = False,
) -> FineTuning:
    """Fine-tune an encoder on texts and save it as a Hugging Face folder.

    Args:
        gold: The probability that each text is sarcastic, in 0..1.
        out: The folder to write; it appears when it is complete.
        base: The folder of the encoder. None: see `default_encoder`.
        label: The name of the class in the folder's config.

    Returns:
        A report, also written to ``teacher.json`` in the folder.

    Raises:
        ValueError: There are no texts, gold is out of 0..1, or a setting or the encoder is wrong.

    Example:
        >>> fine_tune(["oh great", "nice work"], [1.0, 0.0], Path("teacher"))  # doctest: +SKIP
    """
    torch, _ = import_transformers()
    settings = settings or Settings()
    targets = _check_gold(texts, gold)
    base = base or default_encoder()
    start = time.perf_counter()
    with new_folder(out, overwrite=overwrite) as folder:
        torch.manual_seed(settings.seed)
        classifier = Classifier(
            base,
            device,
            new_head=True,
            bfloat16=settings.bfloat16,
            config={
                "num_labels": 1,
                "id2label": {0: label},
                "label2id": {label: 0},
                # Makes Hugging Face's own pipelines apply the sigmoid too.
                "problem_type": "multi_label_classification",
            },
        )
        classifier.max_length = min(settings.max_length, classifier.max_length)
        classifier.tokenizer.model_max_length = classifier.max_length
        _freeze(classifier.model, settings.frozen_layers)
        report = FineTuning(len(texts), base.name, settings, str(classifier.device))
        report.losses.extend(_train(classifier, classifier.tokenize(texts), targets, settings))
        report.versions = {name: version(name) for name in ("torch", "transformers")}
        report.seconds = round(time.perf_counter() - start, 1)
        classifier.model.save_pretrained(folder)
        classifier.tokenizer.save_pretrained(folder)
        _share(folder)
        (folder / REPORT_FILE).write_text(json.dumps(asdict(report), indent=2) + "\n", "utf-8")
    return report


def _share(folder: Path) -> None:
    """Give all files the usual permissions: safetensors makes its files private."""
    mode = (folder / "config.json").stat().st_mode
    for file in folder.iterdir():
        file.chmod(mode)


def _check_gold(texts: Sequence[str], gold: Sequence[float]) -> NDArray[np.float32]:
    if len(texts) != len(gold) or not texts:
        raise ValueError(
            f"a teacher needs texts and gold for each: got {len(texts)} texts with {len(gold)} "
            "gold values"
        )
    targets = np.asarray(gold, np.float32)
    wrong = ~((targets >= 0) & (targets <= 1))
    if wrong.any():
        at = int(wrong.argmax())
        raise ValueError(f"gold must be in 0..1, not {gold[at]!r} for {texts[at]!r:.60}")
    return targets


def _freeze(model: Any, n_layers: int) -> None:
    """Exclude the embeddings and the lowest layers of an encoder from training."""
    if not n_layers:
        return
    encoder = model.base_model
    layers = getattr(getattr(encoder, "encoder", None), "layer", None)
    if layers is None or not hasattr(encoder, "embeddings"):
        raise ValueError(
            f"cannot freeze layers of a {type(model).__name__}: set frozen_layers to 0"
        )
    if n_layers > len(layers):
        raise ValueError(f"cannot freeze {n_layers} layers: the encoder has {len(layers)}")
    for part in (encoder.embeddings, *layers[:n_layers]):
        part.requires_grad_(False)


def _train(
    classifier: Classifier, ids: Ids, targets: NDArray[np.float32], settings: Settings
) -> Iterator[float]:
    """Train, and yield the mean loss of each epoch."""
    torch, transformers = import_transformers()
    random = np.random.default_rng(settings.seed)
    steps = settings.epochs * -(-len(ids) // settings.batch_size)
    weights = [weight for weight in classifier.model.parameters() if weight.requires_grad]
    # Fused takes a fifth of the time on a CPU, where the other takes a quarter of each step.
    optimizer = torch.optim.AdamW(
        weights, lr=settings.learn_rate, weight_decay=_WEIGHT_DECAY, fused=True
    )
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, int(_WARM_UP * steps), steps)
    cross_entropy = torch.nn.BCEWithLogitsLoss()
    gold = torch.from_numpy(targets).to(classifier.device)
    classifier.model.train()
    for epoch in range(1, settings.epochs + 1):
        losses = []
        order = list(_shuffled(ids, settings.batch_size, random))
        for rows in tqdm(
            order, desc=f"epoch {epoch}/{settings.epochs}", unit="batch", mininterval=1
        ):
            logits = classifier.forward([ids[row] for row in rows])[:, 0]
            loss = cross_entropy(logits, gold[torch.from_numpy(rows)])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, _GRAD_CLIP)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item() * len(rows))
        yield round(sum(losses) / len(ids), 6)


def _shuffled(ids: Ids, size: int, random: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of an epoch in batches of similar length, in random order."""
    lengths = np.array([len(tokens) for tokens in ids])
    chosen: list[NDArray[np.intp]] = []
    for part in batches(random.permutation(len(ids)), size * _SORTED_BATCHES):
        chosen.extend(batches(part[np.argsort(lengths[part], kind="stable")], size))
    for at in random.permutation(len(chosen)):
        yield chosen[at]
