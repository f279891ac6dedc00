"""Word vectors into a live vocab: ``load_vectors`` and the callback that a config names."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np
from spacy.language import Language
from spacy.strings import StringStore
from spacy.util import OOV_RANK
from spacy.vocab import Vocab
from thinc.api import get_current_ops
from wasabi import msg

from spacy_sarcasm.vectors.load_report import VectorsReport
from spacy_sarcasm.vectors.parsing.decimals import Table
from spacy_sarcasm.vectors.parsing.vectors_reader import Block, VectorsReader
from spacy_sarcasm.vectors.table import AttrVectors

KeyAttr = Literal["ORTH", "LOWER"]

ATTR_VECTORS_CONFIG = {"nlp": {"vectors": {"@vectors": "spacy_sarcasm.AttrVectors.v1"}}}
"""What a pipeline's config says to keep the attribute of its vectors through every save."""


def load_vectors(
    vocab: Vocab,
    path: str | Path,
    *,
    dim: int | None = None,
    words: Iterable[str] | None = None,
    limit: int | None = None,
    attr: KeyAttr = "ORTH",
    name: str | None = None,
    overwrite: bool = False,
    strict: bool = False,
) -> VectorsReport:
    """Put word vectors into a vocab.

    The rows of ``vocab.vectors`` are in the order of the file, which for GloVe's is that of
    falling frequency; each word's string is added to the string store, and no lexeme is made.

    Args:
        vocab: The vocab to fill, such as ``nlp.vocab``.
        path: GloVe text, word2vec text or word2vec binary; plain, gzip or zip.
        dim: The dimension expected; it picks the member of an archive that holds several. None
            takes the file's.
        words: The only words to keep, such as those of a corpus; None keeps all. Rows of other
            words are passed over without reading their numbers, so damage there goes unseen.
        limit: The most rows to keep, from the start of the file; None keeps all.
        attr: The token attribute looked up: ``"ORTH"``, the text as written, or ``"LOWER"``, its
            lower-case form, with which capitalised tokens find the words of a lower-case file.
        name: The table's name, ``vocab.vectors.name``; None takes it from the file's name.
        overwrite: Replace vectors that the vocab already has.
        strict: Fail at the first bad row instead of skipping it.

    Returns:
        What was read, kept and skipped, and how long it took.

    Raises:
        ValueError: The vocab has vectors and ``overwrite`` is false; or the file is no file of
            word vectors, is damaged, holds more than 1% bad rows or none that is wanted.
        OSError: The file cannot be read.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> load_vectors(nlp.vocab, "glove.6B.zip", dim=100, attr="LOWER")  # doctest: +SKIP
    """
    start = time.perf_counter()
    if vocab.vectors.data.size and not overwrite:
        raise ValueError(
            f"The vocab already has vectors ({vocab.vectors.name}, shape {vocab.vectors.shape}). "
            f"To replace them with those of {path}, give overwrite=True."
        )
    words = key_words(words, attr)
    # spaCy's stub does not know allow_transient, which keeps the string past a memory zone.
    add: Callable[..., int] = vocab.strings.add

    def add_string(word: str) -> int:
        return add(word, allow_transient=False)

    reader = VectorsReader(path, add_string, dim=dim, words=words, limit=limit, strict=strict)
    table = stack(reader.blocks())
    report = reader.check_kept()
    # The setter of vocab.vectors adds every string of the new table's store: give it none.
    vectors = AttrVectors(
        strings=StringStore(),
        data=get_current_ops().asarray(table),  # type: ignore[arg-type]
        name=vectors_name(report) if name is None else name,
        attr=attr,
    )
    vectors.key2row = reader.rows_by_key
    vocab.vectors = vectors
    update_ranks(vocab)
    report.seconds = time.perf_counter() - start
    return report


def load_vectors_callback(
    path: str | Path | None = None,
    *,
    dim: int | None = None,
    words: list[str] | None = None,
    limit: int | None = None,
    attr: KeyAttr = "ORTH",
    name: str | None = None,
    overwrite: bool = False,
    strict: bool = False,
) -> Callable[[Language], None]:
    """The callback ``spacy_sarcasm.load_vectors.v1``, for ``[initialize.before_init]``.

    Args:
        path: See ``load_vectors``, as for the other settings. May be None where ``[initialize]
            vectors`` names a pipeline with vectors, and where a component is fine-tuned from
            weights, which have their own rows; and to fill and check a config.

    Returns:
        A function that loads the vectors into the vocab of the pipeline it is given. It raises
        ValueError if it needs a path and has none, FileNotFoundError if there is no such file, and
        otherwise what ``load_vectors`` raises. Under ``spacy train`` the first two are one line.

    Example:
        >>> import spacy
        >>> load = load_vectors_callback("glove.6B.100d.txt")
        >>> load(spacy.blank("en"))  # doctest: +SKIP
    """

    def load(nlp: Language) -> None:
        # The pipeline's own config may still hold variables, such as ${paths.vectors}.
        initialize = nlp.config.interpolate()["initialize"]
        if path is None and (initialize["vectors"] is not None or _fine_tunes(initialize)):
            return
        if path is None:
            _stop(
                ValueError(
                    "training from scratch needs word vectors, and spacy_sarcasm.load_vectors.v1 "
                    "was given no path: name a file of vectors with --paths.word_vectors FILE, or "
                    "in [initialize.before_init]. To fine-tune instead, name weights with "
                    "--initialize.components.sarcasm.weights bundled"
                )
            )
        if not Path(path).exists():
            _stop(
                FileNotFoundError(
                    f"there is no word vectors file '{path}': set --paths.word_vectors to a GloVe "
                    "or word2vec file (spacy-sarcasm vectors download 6B --dim 100 fetches one)"
                )
            )
        if attr != "ORTH":  # so that a pipeline loaded and saved again keeps the attribute
            nlp.config["nlp"]["vectors"] = ATTR_VECTORS_CONFIG["nlp"]["vectors"]
        load_vectors(
            nlp.vocab,
            path,
            dim=dim,
            words=words,
            limit=limit,
            attr=attr,
            name=name,
            overwrite=overwrite,
            strict=strict,
        )

    return load


def _fine_tunes(initialize: dict[str, Any]) -> bool:
    """Say whether a component of the config starts from weights, whose words have their rows."""
    settings = [one for one in initialize["components"].values() if isinstance(one, dict)]
    return any(one.get(key) is not None for one in settings for key in ("weights", "resume"))


def _stop(error: Exception) -> NoReturn:
    """Raise an error, or end spaCy's command line with its message alone, as its commands do."""
    name = getattr(sys.modules["__main__"].__spec__, "name", "") or Path(sys.argv[0]).name
    if name in ("spacy", "spacy.__main__"):
        msg.fail(str(error), exits=1)
    raise error


def key_words(words: Iterable[str] | None, attr: str) -> Iterable[str] | None:
    """The keys that words have in a table.

    Args:
        words: Words as a text has them; None for all.

    Raises:
        ValueError: The attribute is neither ``"ORTH"`` nor ``"LOWER"``, or ``words`` is a string.

    Example:
        >>> sorted(key_words(["Area", "MAN"], "LOWER"))
        ['area', 'man']
    """
    if attr not in ("ORTH", "LOWER"):
        raise ValueError(f"attr is {attr!r}; expected 'ORTH' or 'LOWER'.")
    if isinstance(words, str):
        raise ValueError("words is one string; expected a collection of words.")
    return {word.lower() for word in words} if words is not None and attr == "LOWER" else words


def stack(blocks: Iterable[Block[Any]]) -> Table:
    """Vectors block after block in one array, without holding them twice.

    Args:
        blocks: Blocks of vectors, all of one dimension.

    Returns:
        Their vectors in order, shape (rows, dim).

    Example:
        >>> stack([]).shape
        (0, 0)
    """
    table = np.empty((0, 0), np.float32)
    rows = 0
    for block in blocks:
        new, dim = block.table.shape
        if rows + new > len(table):
            # Resizing in place moves pages instead of copying them where the system can.
            room = max(rows + new, rows + rows // 8)
            if table.size:
                table.resize((room, dim), refcheck=False)
            else:
                table = np.empty((room, dim), np.float32)
        table[rows : rows + new] = block.table
        rows += new
    table.resize((rows, table.shape[1]), refcheck=False)
    return table


def vectors_name(report: VectorsReport) -> str:
    """A name for a table of vectors, made of the name of the file or member they come from.

    Returns:
        The name, such as ``glove.twitter.27B.25d``.

    Example:
        >>> from spacy_sarcasm.vectors.load_report import VectorsReport
        >>> vectors_name(VectorsReport("vectors/glove.6B.100d.txt.gz", format="text", dim=100))
        'glove.6B.100d'
    """
    name = Path(report.member or report.path).name
    return re.sub(r"(\.(txt|vec|bin|gz|zip))+$", "", name, flags=re.IGNORECASE)


def update_ranks(vocab: Vocab) -> None:
    """Give the lexemes that exist already their rank, as new ones get it from the vectors.

    Example:
        >>> import spacy
        >>> update_ranks(spacy.blank("en").vocab)
    """
    for lexeme in vocab:
        lexeme.rank = vocab.vectors.key2row.get(lexeme.orth, OOV_RANK)
