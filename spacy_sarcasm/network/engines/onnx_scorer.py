"""Scores with ONNX Runtime.

onnxruntime is imported by the first score, so a pipeline that is only built or loaded does not pay
for it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ..batching import by_text, length_batches, no_scores, pad
from ..storage import Network
from ..vocabulary import Rows, TextRows
from .forking import CREATION, park, renew_in_children
from .onnx_graph import LENGTHS, LOGITS, PROBABILITIES, ROWS, build_onnx

Probabilities = NDArray[np.float32]


class Session(Protocol):
    """What scoring needs of an ``onnxruntime.InferenceSession``."""

    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, NDArray[Any]]
    ) -> list[NDArray[np.float32]]:
        """Run the graph on one batch."""
        ...


class OnnxScorer:
    """Holds the inference session of a network in this process.

    The session is created by the first score. Threads share it; forked and spawned processes
    create their own.
    """

    _lock: threading.RLock
    _session: Session | None

    def __init__(self) -> None:
        """Start without a session."""
        self._session = None
        self._session_key = (0, 0)
        self.renew()
        renew_in_children(self)

    def renew(self) -> None:
        """Set aside a session that came over a fork, and the lock that goes with it."""
        self._lock = threading.RLock()
        park(self._session)
        self._session = None

    def forget(self) -> None:
        """Drop the session, because the network has changed."""
        with self._lock:
            if self._session_key[0] != os.getpid():
                park(self._session)
            self._session = None

    def score(
        self,
        network: Network,
        texts: TextRows,
        *,
        budget: int,
        threads: int,
        output: str = PROBABILITIES,
    ) -> Probabilities:
        """Return the probability or logit of each text, shape (texts,) or (texts, classes).

        It is 0.0 for a text without words.

        Args:
            network: The network; call `forget` after changing it.
            texts: The words of the texts.
            budget: The maximum number of words in a batch, padding included.
            threads: Threads for one batch.
            output: `PROBABILITIES` or `LOGITS`.
        """
        session = self._get_session(network, threads)
        scores = no_scores(len(texts.lengths), network.config.n_outputs)
        for chosen in length_batches(texts.lengths, budget):
            scores[chosen] = run(session, *pad(texts, chosen), output)
        return scores

    def _get_session(self, network: Network, threads: int) -> Session:
        key = (os.getpid(), threads)
        with self._lock:
            if self._session is None or self._session_key != key:
                self.forget()
                with CREATION:
                    outputs = (PROBABILITIES, LOGITS)
                    model = build_onnx(network.config, network.weights, outputs=outputs)
                    self._session, self._session_key = create_session(model, threads), key
            return self._session


def create_session(model: bytes, threads: int) -> Session:
    """Return an ONNX Runtime session on the CPU, for this process only.

    Args:
        model: The content of an ``.onnx`` file.
        threads: Threads for one batch.

    Example:
        >>> session = create_session(model, threads=1)  # doctest: +SKIP
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Idle threads would otherwise spin and take the cores of other workers.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Errors only: warnings about the machine do not help somebody who scores text.
    options.log_severity_level = 3
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return cast(Session, session)


def run(
    session: Session, rows: Rows, lengths: NDArray[np.int32], output: str = PROBABILITIES
) -> Probabilities:
    """Return the probability or logit of each text of a padded batch.

    Args:
        session: What `create_session` returned.
        rows: Vocabulary rows, shape (time, texts).
        lengths: Words of each text, shape (texts,), all at least 1.
        output: `PROBABILITIES` or `LOGITS`.

    Returns:
        Shape (texts,), or (texts, classes) for a network with classes.

    Example:
        >>> run(session, rows, lengths).shape == lengths.shape  # doctest: +SKIP
        True
    """
    return by_text(session.run([output], {ROWS: rows, LENGTHS: lengths})[0])
