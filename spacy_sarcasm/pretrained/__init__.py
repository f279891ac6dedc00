"""The weights that ship with the package; MODEL_CARD.md beside them describes the default ones."""

from pathlib import Path

_FOLDER = Path(__file__).parent

BUNDLED_WEIGHTS = _FOLDER / "weights.npz"
BUNDLED_LANGUAGE = "en"
BUNDLED_CARD = _FOLDER / "MODEL_CARD.md"
SMALL_CARD = _FOLDER / "small" / "MODEL_CARD.md"

PRETRAINED = {"bundled": BUNDLED_WEIGHTS, "small": _FOLDER / "small.npz"}
"""The files of the bundled weights, by the names that the setting `weights` takes."""
