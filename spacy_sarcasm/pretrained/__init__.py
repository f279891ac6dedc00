"""The weights that ship with the package; MODEL_CARD.md beside them says what they are."""

from pathlib import Path

BUNDLED_WEIGHTS = Path(__file__).parent / "weights.npz"
BUNDLED_LANGUAGE = "en"
BUNDLED_CARD = BUNDLED_WEIGHTS.with_name("MODEL_CARD.md")
