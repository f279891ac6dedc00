"""The ``wordnet_lemmatizer`` component: ``token.lemma_`` by NLTK's WordNet lemmatizer.

NLTK is imported when a lemmatizer is created, not with this module: spaCy imports every factory
module on each ``spacy.blank()``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from spacy.language import Language
from spacy.tokens import Doc, Token

from .wordnet import WordNetPos, lemmatize, load_wordnet

Scorer = Callable[..., dict[str, Any]]

#: From spaCy's universal parts of speech to WordNet's.
POS_TO_WORDNET: dict[str, WordNetPos] = {
    "NOUN": "n",
    "PROPN": "n",
    "VERB": "v",
    "AUX": "v",
    "ADJ": "a",
    "ADV": "r",
}

#: From Penn Treebank tags to WordNet's parts of speech, for tokens with a tag and no POS.
TAG_TO_WORDNET: dict[str, WordNetPos] = {
    **dict.fromkeys(("NN", "NNS", "NNP", "NNPS"), "n"),
    **dict.fromkeys(("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"), "v"),
    **dict.fromkeys(("JJ", "JJR", "JJS"), "a"),
    **dict.fromkeys(("RB", "RBR", "RBS", "WRB"), "r"),
}


class WordNetLemmatizerComponent:
    """Sets ``token.lemma_`` with NLTK's ``WordNetLemmatizer`` and the token's part of speech.

    By itself, NLTK treats every word as a noun and turns "does" into "doe" (nltk issue 2550). Here
    the token's universal POS decides, or its Penn Treebank tag if it has no POS. Tokens with a part
    of speech that WordNet does not cover, such as pronouns and punctuation, are their own lemma.

    Args:
        default_pos: The part of speech of tokens with neither POS nor tag, as in a blank pipeline:
            ``"n"`` (noun), ``"v"`` (verb), ``"a"`` (adjective) or ``"r"`` (adverb).
        overwrite: Replace lemmas that are already set.
        lowercase: Look words up in lower case, as WordNet has them. Otherwise "Cats" stays "Cats",
            as in NLTK.
        cache_size: The maximum number of words cached for each part of speech, 1 or more.
        nltk_data: A folder laid out like ``nltk_data``, searched for WordNet before NLTK's own.
        scorer: The scorer that ``nlp.evaluate`` calls for this component; None for no scores.

    Raises:
        WordNetNotFoundError: WordNet is not installed. It is never downloaded here.
        ValueError: A setting is out of range, or WordNet was loaded from another folder before.

    Example:
        >>> import spacy
        >>> nlp = spacy.load("en_core_web_sm")  # doctest: +SKIP
        >>> nlp.add_pipe("wordnet_lemmatizer", after="tagger")  # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        default_pos: WordNetPos = "n",
        overwrite: bool = True,
        lowercase: bool = False,
        cache_size: int = 50_000,
        nltk_data: str | None = None,
        scorer: Scorer | None = None,
    ) -> None:
        if default_pos not in get_args(WordNetPos):
            raise ValueError(
                f"wordnet_lemmatizer got default_pos {default_pos!r}: expected one of "
                "'n' (noun), 'v' (verb), 'a' (adjective), 'r' (adverb)"
            )
        if cache_size < 1:
            raise ValueError(f"wordnet_lemmatizer got cache_size {cache_size}: expected 1 or more")
        load_wordnet(nltk_data)
        self.default_pos = default_pos
        self.overwrite = overwrite
        self.lowercase = lowercase
        self.cache_size = cache_size
        self.nltk_data = nltk_data
        self.scorer = scorer
        # Lemmas by part of speech and the hash of the word; "" if the lemma is the word itself.
        # Strings, not hashes: a lemma added to the vocab in a memory zone is gone afterwards.
        self._cache: dict[WordNetPos | None, dict[int, str]] = {
            pos: {} for pos in (*get_args(WordNetPos), None)
        }

    def __call__(self, doc: Doc) -> Doc:
        """Set the lemmas of a doc's tokens in place.

        Args:
            doc: The doc to process.

        Returns:
            The same doc.
        """
        annotated = doc.has_annotation("POS") or doc.has_annotation("TAG")
        for token in doc:
            if self.overwrite or token.lemma == 0:
                pos = wordnet_pos(token, self.default_pos) if annotated else self.default_pos
                lemma = self._cache[pos].get(token.orth)
                if lemma is None:
                    lemma = self._lemmatize(token, pos)
                if lemma:
                    token.lemma_ = lemma
                else:  # most words: the vocab has the hash of the text already
                    token.lemma = token.orth
        return doc

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load WordNet in a worker process that was spawned."""
        self.__dict__.update(state)
        load_wordnet(self.nltk_data)

    def score(self, examples: Any, **kwargs: Any) -> dict[str, Any]:
        """Score examples, as ``nlp.evaluate`` does.

        Args:
            examples: The ``spacy.training.Example`` objects.
            **kwargs: Passed on to the scorer.

        Returns:
            ``lemma_acc``, between 0 and 1, from spaCy's scorer; empty without a scorer.
        """
        return {} if self.scorer is None else self.scorer(examples, **kwargs)

    def _lemmatize(self, token: Token, pos: WordNetPos | None) -> str:
        word = token.lower_ if self.lowercase else token.text
        lemma = word if pos is None else lemmatize(word, pos)
        cache = self._cache[pos]
        # Starting over costs one lookup per current word every cache_size new words, and needs no
        # bookkeeping.
        if len(cache) >= self.cache_size:
            cache.clear()
        cache[token.orth] = "" if lemma == token.text else lemma
        return cache[token.orth]


def wordnet_pos(token: Token, default: WordNetPos) -> WordNetPos | None:
    """Map a token's universal POS, or else its Penn Treebank tag, to WordNet's part of speech.

    Args:
        token: The token.
        default: Returned for a token with neither.

    Returns:
        None if WordNet does not cover the token's part of speech.

    Example:
        >>> from spacy.tokens import Doc
        >>> from spacy.vocab import Vocab
        >>> doc = Doc(Vocab(), ["running"], pos=["VERB"])
        >>> wordnet_pos(doc[0], default="n")
        'v'
    """
    if token.pos:
        return POS_TO_WORDNET.get(token.pos_)
    if token.tag:
        return TAG_TO_WORDNET.get(token.tag_)
    return default


@Language.factory(
    "wordnet_lemmatizer",
    assigns=["token.lemma"],
    default_config={
        "default_pos": "n",
        "overwrite": True,
        "lowercase": False,
        "cache_size": 50_000,
        "nltk_data": None,
        "scorer": {"@scorers": "spacy.lemmatizer_scorer.v1"},
    },
    # Reported by `spacy evaluate`, but with no weight in choosing the best model of a training run.
    default_score_weights={"lemma_acc": None},
)
def make_wordnet_lemmatizer(
    nlp: Language,
    name: str,
    *,
    default_pos: WordNetPos,
    overwrite: bool,
    lowercase: bool,
    cache_size: int,
    nltk_data: str | None,
    scorer: Scorer | None,
) -> WordNetLemmatizerComponent:
    """Create the component, as ``nlp.add_pipe("wordnet_lemmatizer")`` does.

    Example:
        >>> nlp.add_pipe("wordnet_lemmatizer", config={"lowercase": True})  # doctest: +SKIP
    """
    return WordNetLemmatizerComponent(
        default_pos=default_pos,
        overwrite=overwrite,
        lowercase=lowercase,
        cache_size=cache_size,
        nltk_data=nltk_data,
        scorer=scorer,
    )
