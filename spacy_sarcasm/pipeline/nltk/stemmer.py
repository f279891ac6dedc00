"""The ``porter_stemmer`` component: ``token._.stem`` by NLTK's Porter stemmer.

NLTK is imported when a stemmer is made, not with this module: spaCy imports every factory module
on each ``spacy.blank()``.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from spacy.language import Language
from spacy.tokens import Doc, Token

StemmerMode = Literal["NLTK_EXTENSIONS", "MARTIN_EXTENSIONS", "ORIGINAL_ALGORITHM"]

#: Where a doc keeps its stems: ``doc.user_data[STEMS_KEY]`` has a string for the hash of each word,
#: ``token.orth``. By word and not by place, so that merging or splitting tokens moves no stem.
STEMS_KEY = "spacy_sarcasm.stems"


def get_stem(token: Token) -> str | None:
    """Read a token's stem: the getter behind ``token._.stem``.

    Args:
        token: A token of a doc, processed or not.

    Returns:
        The stem, or None where no ``porter_stemmer`` has processed the doc.

    Raises:
        ValueError: The token was made by merging or splitting others after the doc was stemmed.
    """
    stems: dict[int, str] | None = token.doc.user_data.get(STEMS_KEY)
    if stems is None:
        return None
    try:
        return stems[token.orth]
    except KeyError:
        raise ValueError(
            f"The token {token.text!r} has no stem: the doc did not hold it when it was stemmed. "
            "Put porter_stemmer after the component that merges or splits tokens."
        ) from None


def register_stem_extension() -> None:
    """Register ``token._.stem``; a second call does nothing.

    A stemmer does this when it is made. Call it yourself to read the stems of docs loaded from a
    ``DocBin`` in a process that has no stemmer.

    Raises:
        ValueError: Other code has already registered a ``stem`` extension of its own.
    """
    if not Token.has_extension("stem"):
        Token.set_extension("stem", getter=get_stem)
    elif Token.get_extension("stem")[2] is not get_stem:
        raise ValueError(
            "token._.stem is already registered by other code in this process, and porter_stemmer "
            "needs that name. Remove the other one first: Token.remove_extension('stem')"
        )


class PorterStemmerComponent:
    """Stems every token with NLTK's ``PorterStemmer`` and stores the stems once per doc.

    The algorithm is that of Porter, M. (1980), "An algorithm for suffix stripping", Program 14(3),
    130-137, in one of NLTK's three modes. Whitespace and punctuation are stemmed like words, as
    NLTK would. A token's stem is a plain ``str``, so ``DocBin(store_user_data=True)``,
    ``Doc.to_bytes`` and ``nlp.pipe(n_process=2)`` carry it.

    Args:
        mode: ``"NLTK_EXTENSIONS"``, ``"MARTIN_EXTENSIONS"`` or ``"ORIGINAL_ALGORITHM"``.
        lowercase: Lower-case a word before it is stemmed.
        cache_size: How many words' stems are kept at most; at least 1.

    Raises:
        ValueError: ``mode`` or ``cache_size`` is out of range, or ``token._.stem`` is taken.
    """

    def __init__(
        self,
        mode: StemmerMode = "NLTK_EXTENSIONS",
        *,
        lowercase: bool = True,
        cache_size: int = 50_000,
    ) -> None:
        from nltk.stem.porter import PorterStemmer

        if mode not in get_args(StemmerMode):
            raise ValueError(
                f"porter_stemmer got mode {mode!r}; expected one of "
                f"{', '.join(get_args(StemmerMode))}"
            )
        if cache_size < 1:
            raise ValueError(f"porter_stemmer got cache_size {cache_size}; expected 1 or more")
        register_stem_extension()
        self.lowercase = lowercase
        self.cache_size = cache_size
        self._stemmer: Any = PorterStemmer(mode)
        # Keyed by the hash of the word's text and holding plain strings, so entries made inside a
        # memory zone stay valid after it.
        self._cache: dict[int, str] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Stem a doc's tokens in place.

        Args:
            doc: The doc to process.

        Returns:
            The same doc, its stems readable as ``token._.stem``.
        """
        cache = self._cache
        try:
            stems = {word: cache[word] for word in [token.orth for token in doc]}
        except KeyError:
            stems = {token.orth: self._stem(token) for token in doc}
        doc.user_data[STEMS_KEY] = stems
        return doc

    def _stem(self, token: Token) -> str:
        stem = self._cache.get(token.orth)
        if stem is None:
            stem = str(self._stemmer.stem(token.text, to_lowercase=self.lowercase))
            # Starting afresh costs one stemming of each current word every cache_size new words,
            # and keeps look-ups free of any bookkeeping.
            if len(self._cache) >= self.cache_size:
                self._cache.clear()
            self._cache[token.orth] = stem
        return stem


@Language.factory(
    "porter_stemmer",
    assigns=["token._.stem"],
    default_config={"mode": "NLTK_EXTENSIONS", "lowercase": True, "cache_size": 50_000},
)
def make_porter_stemmer(
    nlp: Language, name: str, *, mode: StemmerMode, lowercase: bool, cache_size: int
) -> PorterStemmerComponent:
    """Make a :class:`PorterStemmerComponent`, as ``nlp.add_pipe("porter_stemmer")`` does.

    Args:
        nlp: The pipeline the component joins.
        name: The component's name in the pipeline.
        mode: Which of NLTK's variants of the algorithm to use.
        lowercase: Lower-case a word before it is stemmed.
        cache_size: How many words' stems are kept at most.

    Returns:
        The component.

    Raises:
        ValueError: A setting is out of range, or ``token._.stem`` is taken by other code.
    """
    return PorterStemmerComponent(mode, lowercase=lowercase, cache_size=cache_size)
