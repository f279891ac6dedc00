"""A tiny encoder with random weights, and a corpus that it can learn by heart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ..conftest import TINY_TEXTS


class CountingTeacher:
    """A teacher whose score is the share of a text's characters that are `a`."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def score(self, texts: Sequence[str]) -> np.ndarray:
        self.sizes.append(len(texts))
        return np.array([text.count("a") / len(text) for text in texts])


@pytest.fixture
def counting() -> CountingTeacher:
    return CountingTeacher()


@pytest.fixture
def write_rows(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes objects, or lines as they are, to a file."""

    def write(rows: Iterable[Any], name: str = "corpus.jsonl") -> Path:
        path = tmp_path / name
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    return write


def read_rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def gold_file(write_rows: Callable[..., Path]) -> Path:
    """The tiny texts with their gold."""
    return write_rows([{"text": text, "label": gold} for text, gold in TINY_TEXTS], "gold.jsonl")


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Hugging Face folder of a BERT with two layers of 16 units that knows the tiny texts."""
    torch = pytest.importorskip("torch", reason="torch is not installed: extra `teacher`")
    transformers = pytest.importorskip(
        "transformers", reason="transformers is not installed: extra `teacher`"
    )
    folder = tmp_path_factory.mktemp("encoder")
    words = sorted({word for text, _ in TINY_TEXTS for word in text.split()})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    (folder / "vocab.txt").write_text("".join(f"{word}\n" for word in vocabulary))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        # The default lets so small a network start too flat to learn anything in a few steps.
        initializer_range=0.3,
    )
    torch.manual_seed(0)
    transformers.BertModel(config).save_pretrained(folder)
    return folder
