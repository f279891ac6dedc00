"""The ``porter_stemmer`` component: ``token._.stem`` by NLTK's Porter stemmer.

NLTK is imported when a stemmer is created, not with this module: spaCy imports every factory module
on each ``spacy.blank()``.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from spacy.language import Language
from spacy.tokens import Doc, Token

StemmerMode = Literal["NLTK_EXTENSIONS", "MARTIN_EXTENSIONS", "ORIGINAL_ALGORITHM"]

#: ``doc.user_data[STEMS_KEY]`` maps the hash of each word, ``token.orth``, to its stem. It is keyed
#: by word, not by position, so merging and splitting tokens does not misplace stems.
STEMS_KEY = "spacy_sarcasm.stems"


def get_stem(token: Token) -> str | None:
    """Return a token's stem: the getter behind ``token._.stem``.

    Returns:
        None if no ``porter_stemmer`` has processed the doc.

    Raises:
        ValueError: The token was merged or split after the doc was stemmed.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> stemmer = nlp.add_pipe("porter_stemmer")
        >>> [get_stem(token) for token in nlp("running dogs")]
        ['run', 'dog']
    """
    stems: dict[int, str] | None = token.doc.user_data.get(STEMS_KEY)
    if stems is None:
        return None
    try:
        return stems[token.orth]
    except KeyError:
        raise ValueError(
            f"the token {token.text!r} has no stem: it was merged or split after stemming. "
            "Put porter_stemmer after the component that merges or splits tokens"
        ) from None


def register_stem_extension() -> None:
    """Register ``token._.stem``; a second call does nothing.

    Creating a stemmer does this. Call it yourself to read the stems of docs that were loaded from
    a ``DocBin`` in a process without a stemmer.

    Raises:
        ValueError: Other code has registered an extension of this name.

    Example:
        >>> from spacy_sarcasm.pipeline.nltk.stemmer import register_stem_extension
        >>> register_stem_extension()
    """
    if not Token.has_extension("stem"):
        Token.set_extension("stem", getter=get_stem)
    elif Token.get_extension("stem")[2] is not get_stem:
        raise ValueError(
            "token._.stem is already registered by other code, and porter_stemmer needs the name. "
            "Remove the other extension first: Token.remove_extension('stem')"
        )


class PorterStemmerComponent:
    """Stems every token with NLTK's ``PorterStemmer`` and stores the stems on the doc.

    Porter, M. (1980), "An algorithm for suffix stripping", Program 14(3), 130-137, in one of NLTK's
    three modes. White space and punctuation are stemmed too, as in NLTK. Stems are plain strings,
    so ``DocBin(store_user_data=True)``, ``Doc.to_bytes`` and ``nlp.pipe(n_process=2)`` keep them.

    Args:
        mode: ``"NLTK_EXTENSIONS"``, ``"MARTIN_EXTENSIONS"`` or ``"ORIGINAL_ALGORITHM"``.
        lowercase: Lower-case words before stemming.
        cache_size: The maximum number of words cached, 1 or more.

    Raises:
        ValueError: A setting is out of range, or ``token._.stem`` is taken.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> stemmer = nlp.add_pipe("porter_stemmer")
        >>> nlp("Cats were running")[2]._.stem
        'run'
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
                f"porter_stemmer got mode {mode!r}: expected one of "
                f"{', '.join(get_args(StemmerMode))}"
            )
        if cache_size < 1:
            raise ValueError(f"porter_stemmer got cache_size {cache_size}: expected 1 or more")
        register_stem_extension()
        self.lowercase = lowercase
        self.cache_size = cache_size
        self._stemmer: Any = PorterStemmer(mode)
        # Strings by the hash of the word, so entries from a memory zone stay valid after it.
        self._cache: dict[int, str] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Stem a doc's tokens in place."""
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
            # Starting over costs one stemming per current word every cache_size new words, and
            # needs no bookkeeping.
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
    """Create the component, as ``nlp.add_pipe("porter_stemmer")`` does.

    Example:
        >>> import spacy
        >>> stemmer = spacy.blank("en").add_pipe("porter_stemmer", config={"lowercase": False})
    """
    return PorterStemmerComponent(mode, lowercase=lowercase, cache_size=cache_size)
