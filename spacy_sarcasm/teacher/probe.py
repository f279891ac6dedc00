"""A cheap teacher: a small network on the sentence vectors of an encoder that is not trained.

It takes minutes where fine-tuning the encoder takes hours on a CPU. The labels it gives are those of
texts it has not learnt from: each fold of a corpus is labelled by a network trained on the others,
since a teacher's labels of its own training texts say little more than their gold does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from .encoder import SCORING_BATCH, Classifier, batches, default_encoder, import_transformers

Vectors = NDArray[np.float32]

_HIDDEN_UNITS = 128
_DROPOUT = (0.2, 0.5)
_EPOCHS = 6
_BATCH = 256
_LEARN_RATE = 1e-3
_WEIGHT_DECAY = 0.01
_LEAST_DEVIATION = 0.01


def sentence_vectors(
    texts: Sequence[str], *, base: Path | None = None, device: str | None = None
) -> Vectors:
    """Return the mean token states of an encoder's middle and last layer.

    Args:
        texts: The texts.
        base: The folder of the encoder; None: `default_encoder`.
        device: See `pick_device`.

    Returns:
        Shape (texts, 2 * the encoder's width).

    Raises:
        ImportError: torch, transformers or the default encoder is not installed.
        OSError: The encoder cannot be read.
    """
    torch, _ = import_transformers()
    classifier = Classifier(base or default_encoder(), device, num_labels=1)
    classifier.model.eval()
    ids = classifier.tokenize(texts)
    width = classifier.model.config.hidden_size
    vectors = np.zeros((len(ids), 2 * width), np.float32)
    order = np.argsort([len(tokens) for tokens in ids], kind="stable")
    with torch.inference_mode(), tqdm(total=len(ids), desc="encoding", unit="text") as progress:
        for rows in batches(order, SCORING_BATCH):
            batch = classifier.tokenizer.pad(
                {"input_ids": [ids[row] for row in rows]}, return_tensors="pt"
            ).to(classifier.device)
            states = classifier.model.base_model(**batch, output_hidden_states=True).hidden_states
            mask = batch["attention_mask"][..., None].float()
            chosen = torch.cat([states[len(states) // 2], states[-1]], dim=-1)
            vectors[rows] = ((chosen * mask).sum(1) / mask.sum(1)).cpu().numpy()
            progress.update(len(rows))
    return vectors


def fold_labels(
    vectors: Vectors, gold: NDArray[np.floating], *, folds: int = 3, seed: int = 0
) -> NDArray[np.float64]:
    """Return the probability of sarcasm of every text by a network that never saw it.

    The network has one hidden layer of 128 units with dropout.

    Args:
        vectors: Sentence vectors, shape (texts, width).
        gold: Gold, 0..1, shape (texts,).
        folds: So many folds, at least 2, are each labelled by a network trained on the others.
        seed: Seed of the folds and the networks.

    Returns:
        Shape (texts,), in 0..1.

    Raises:
        ValueError: There are fewer than two folds, or fewer texts than folds.
    """
    if not 2 <= folds <= len(vectors):
        raise ValueError(f"{len(vectors)} texts cannot make {folds} folds of at least one text")
    torch, _ = import_transformers()
    deviation = np.maximum(vectors.std(0), _LEAST_DEVIATION)
    inputs = torch.from_numpy((vectors - vectors.mean(0)) / deviation)
    targets = torch.from_numpy(np.asarray(gold, np.float32))
    fold_of = np.random.default_rng(seed).permutation(len(vectors)) % folds
    labels = np.zeros(len(vectors))
    for fold in range(folds):
        torch.manual_seed(seed + fold)
        network = _train(inputs[fold_of != fold], targets[fold_of != fold])
        with torch.inference_mode():
            logits = network(inputs[fold_of == fold])[:, 0]
        labels[fold_of == fold] = torch.sigmoid(logits.double()).numpy()
    return labels


def _train(inputs: Any, targets: Any) -> Any:
    torch, _ = import_transformers()
    network = torch.nn.Sequential(
        torch.nn.Dropout(_DROPOUT[0]),
        torch.nn.Linear(inputs.shape[1], _HIDDEN_UNITS),
        torch.nn.ReLU(),
        torch.nn.Dropout(_DROPOUT[1]),
        torch.nn.Linear(_HIDDEN_UNITS, 1),
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=_LEARN_RATE, weight_decay=_WEIGHT_DECAY)
    cross_entropy = torch.nn.BCEWithLogitsLoss()
    for _ in range(_EPOCHS):
        for rows in torch.randperm(len(inputs)).split(_BATCH):
            loss = cross_entropy(network(inputs[rows])[:, 0], targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return network.eval()
