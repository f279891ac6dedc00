"""The network as an ``.onnx`` file for other programs."""

from __future__ import annotations

import json
from pathlib import Path

from ...atomic import atomic_write
from ..storage import Network
from .onnx_graph import build_onnx


def export_onnx(network: Network, path: Path) -> None:
    """Write an ``.onnx`` file, whole or not at all.

    Inputs and output are those of `build_onnx`. The metadata ``config`` and ``words``, both JSON,
    hold the settings and the words of the rows from row 2 on; row 0 is padding, row 1 the unknown
    word.

    Args:
        network: The network.
        path: The file; one that exists is replaced.

    Raises:
        OSError: The file cannot be written.
    """
    words = json.dumps(network.vocabulary.words, ensure_ascii=False)
    model = build_onnx(network.config, network.weights, {"words": words})
    with atomic_write(path) as file:
        file.write(model)
