"""What the tests of data share."""

from ..scoring.conftest import score_of

__all__ = ["score_of"]
