"""The ``wordnet_lemmatizer`` component: ``token.lemma_`` by NLTK's WordNet lemmatizer.

NLTK is imported when a lemmatizer is made, not with this module: spaCy imports every factory
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
    """Sets ``token.lemma_`` by NLTK's ``WordNetLemmatizer``, told each token's part of speech.

    Left to itself NLTK takes every word for a noun, which makes "doe" of "does" (nltk issue 2550);
    here the token's universal POS decides, or its Penn Treebank tag where it has no POS. A token
    with a part of speech that WordNet does not cover (pronoun, determiner, punctuation, ...) keeps
    its own text as its lemma.

    Args:
        default_pos: The part of speech of a token that has neither POS nor tag, as in a blank
            pipeline: ``"n"`` (noun), ``"v"`` (verb), ``"a"`` (adjective) or ``"r"`` (adverb).
        overwrite: Replace lemmas that are already set.
        lowercase: Look a word up in lower case; WordNet's words are, so "Cats" stays "Cats"
            without this, as with NLTK.
        cache_size: How many words' lemmas are kept at most for each part of speech; at least 1.
        nltk_data: A folder laid out like ``nltk_data``, searched for WordNet before NLTK's own.
        scorer: What ``nlp.evaluate`` calls for this component; None for nothing.

    Raises:
        WordNetNotFoundError: WordNet's data is not installed; it is never downloaded here.
        ValueError: A setting is out of range, or WordNet is loaded from another folder already.
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
                f"wordnet_lemmatizer got default_pos {default_pos!r}; expected one of "
                "'n' (noun), 'v' (verb), 'a' (adjective), 'r' (adverb)"
            )
        if cache_size < 1:
            raise ValueError(f"wordnet_lemmatizer got cache_size {cache_size}; expected 1 or more")
        load_wordnet(nltk_data)
        self.default_pos = default_pos
        self.overwrite = overwrite
        self.lowercase = lowercase
        self.cache_size = cache_size
        self.nltk_data = nltk_data
        self.scorer = scorer
        # By part of speech and hash of the word's text; "" where the lemma is that text. It holds
        # strings, not their hashes: a lemma added to the vocab in a memory zone is gone after it.
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
                else:  # most words; and the vocab has the text's hash already
                    token.lemma = token.orth
        return doc

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load WordNet when a worker started by ``spawn`` receives the component."""
        self.__dict__.update(state)
        load_wordnet(self.nltk_data)

    def score(self, examples: Any, **kwargs: Any) -> dict[str, Any]:
        """Score a batch of examples, as ``nlp.evaluate`` does.

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
        # Starting afresh costs one look-up of each current word every cache_size new words, and
        # keeps cached words free of any bookkeeping.
        if len(cache) >= self.cache_size:
            cache.clear()
        cache[token.orth] = "" if lemma == token.text else lemma
        return cache[token.orth]


def wordnet_pos(token: Token, default: WordNetPos) -> WordNetPos | None:
    """Map a token's part of speech to WordNet's.

    Args:
        token: The token; its universal POS counts, else its Penn Treebank tag.
        default: The answer for a token with neither.

    Returns:
        WordNet's part of speech, or None where the token's is one that WordNet does not cover.
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
    """Make a :class:`WordNetLemmatizerComponent`, as ``nlp.add_pipe("wordnet_lemmatizer")`` does.

    Args:
        nlp: The pipeline the component joins.
        name: The component's name in the pipeline.
        default_pos: WordNet's part of speech for a token that has neither POS nor tag.
        overwrite: Replace lemmas that are already set.
        lowercase: Look a word up in lower case.
        cache_size: How many words' lemmas are kept at most for each part of speech.
        nltk_data: A folder laid out like ``nltk_data``, searched before NLTK's own.
        scorer: What ``nlp.evaluate`` calls for this component.

    Returns:
        The component.

    Raises:
        WordNetNotFoundError: WordNet's data is not installed.
        ValueError: A setting is out of range, or WordNet is loaded from another folder already.
    """
    return WordNetLemmatizerComponent(
        default_pos=default_pos,
        overwrite=overwrite,
        lowercase=lowercase,
        cache_size=cache_size,
        nltk_data=nltk_data,
        scorer=scorer,
    )
