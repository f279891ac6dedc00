"""What turns a network's output into a probability that can be taken at its word."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True)
class Calibration:
    """Scale and shift of the logit, and the threshold that goes with the scores they give.

    The probability is ``sigmoid(scale * logit + shift)`` (Platt 1999; with a shift of 0 it is the
    temperature of Guo et al. 2017, https://arxiv.org/abs/1706.04599). For a network with classes
    it is ``softmax(scale * logits)``: a shift changes nothing there, and the threshold is not used.
    Both engines apply the calibration when they score; training does not, and the first update of
    the weights resets it, because it was measured on other weights.

    Attributes:
        scale: Factor of the logit, above 0, so that the order of the scores stays.
        shift: What is added to it.
        threshold: The least probability that counts as sarcastic, 0 to 1.
    """

    scale: float = 1.0
    shift: float = 0.0
    threshold: float = DEFAULT_THRESHOLD

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: One is out of its range; the message names it.
        """
        for name, expected in _EXPECTED.items():
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not _in_range(name, value):
                raise ValueError(f"calibration '{name}' must be {expected}, not {value!r:.100}")

    @property
    def is_identity(self) -> bool:
        """Whether the probability is the plain ``sigmoid(logit)``."""
        return self.scale == 1 and self.shift == 0

    def to_dict(self) -> dict[str, float]:
        """Return plain values, fit for JSON; `from_dict` reads them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Any) -> Calibration:
        """Read what `to_dict` wrote.

        Args:
            data: The plain values.

        Raises:
            ValueError: A key is missing, unknown, or its value out of range.
        """
        if not isinstance(data, Mapping) or set(data) != set(_EXPECTED):
            raise ValueError(f"'calibration' must have {', '.join(_EXPECTED)}, got {data!r:.200}")
        return cls(**data)


_EXPECTED = {
    "scale": "a number above 0",
    "shift": "a number",
    "threshold": "in 0..1",
}


def _in_range(name: str, value: float) -> bool:
    try:
        if not math.isfinite(value):
            return False
    except OverflowError:
        # A whole number beyond the largest float.
        return False
    if name == "scale":
        return value > 0
    return name == "shift" or 0 <= value <= 1


UNCALIBRATED = Calibration()
