"""A text normaliser for those who want the cleaning of the LSTM headline notebooks."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

NonAscii = Literal["keep", "fold", "drop"]

_DELETE_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True)
class TextNormalizer:
    """Lower-cases a text, strips punctuation and removes what is not ASCII, as asked.

    The defaults are the ``clean_text`` of the widely copied Keras notebooks that train an LSTM on
    New York Times headlines ("Beginners Guide to Text Generation using LSTMs" and its many
    descendants): delete the characters of ``string.punctuation``, lower-case, drop everything
    outside ASCII. White space is left alone: "a - b" becomes "a  b".

    Attributes:
        lowercase: Lower-case the text.
        strip_punctuation: Delete the 32 ASCII punctuation characters; the words on either side of
            one inside a word are joined ("venezuela's" becomes "venezuelas").
        non_ascii: What to do with other characters: ``"drop"`` them as the notebooks do ("café"
            becomes "caf"), ``"fold"`` them to the ASCII letters they decompose to under Unicode's
            NFKD and drop the rest ("café" becomes "cafe"), or ``"keep"`` them.
    """

    lowercase: bool = True
    strip_punctuation: bool = True
    non_ascii: NonAscii = "drop"

    def __post_init__(self) -> None:
        if self.non_ascii not in get_args(NonAscii):
            raise ValueError(
                f"TextNormalizer got non_ascii {self.non_ascii!r}; expected one of "
                f"{', '.join(get_args(NonAscii))}"
            )

    def __call__(self, text: str) -> str:
        """Normalise a text.

        Returns:
            The normalised text, which may be empty.
        """
        if self.non_ascii == "fold":
            text = unicodedata.normalize("NFKD", text)
        if self.lowercase:
            text = text.lower()
        if self.non_ascii != "keep":
            text = text.encode("ascii", "ignore").decode("ascii")
        # After folding, which can make punctuation: an ellipsis decomposes to three full stops.
        if self.strip_punctuation:
            text = text.translate(_DELETE_PUNCTUATION)
        return text


def make_text_normalizer(
    lowercase: bool = True, strip_punctuation: bool = True, non_ascii: NonAscii = "drop"
) -> Callable[[str], str]:
    """Make a :class:`TextNormalizer`: ``spacy_sarcasm.TextNormalizer.v1`` of spaCy's ``misc``.

    Args:
        lowercase: Lower-case the text.
        strip_punctuation: Delete ASCII punctuation.
        non_ascii: ``"drop"``, ``"fold"`` or ``"keep"`` characters outside ASCII.

    Returns:
        A function from text to text. It can be pickled.

    Raises:
        ValueError: ``non_ascii`` is something else.

    Example:
        >>> make_text_normalizer()("Venezuela's Descent Into Dictatorship")
        'venezuelas descent into dictatorship'
    """
    return TextNormalizer(lowercase, strip_punctuation, non_ascii)
