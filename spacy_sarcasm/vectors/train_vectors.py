"""Training word vectors on one's own corpus: word2vec, by gensim.

Mikolov et al. 2013, "Efficient Estimation of Word Representations in Vector Space",
https://arxiv.org/abs/1301.3781.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import srsly
from spacy.language import Language
from tqdm import tqdm

from spacy_sarcasm.atomic import check_new
from spacy_sarcasm.data.row_settings import ReadReport, RowSettings
from spacy_sarcasm.extras import require
from spacy_sarcasm.vectors.convert_vectors import convert_vectors
from spacy_sarcasm.vectors.load_report import VectorsReport
from spacy_sarcasm.vectors.word_counts import read_texts

Algorithm = Literal["skipgram", "cbow"]

MOST_WORDS = 10_000
"""gensim's word2vec silently ignores the words of a text beyond this many."""


class Sentences:
    """Tokenised texts kept in a file, which word2vec passes over again and again.

    Args:
        file: A JSON list of words a line.
        total: The number of lines.
        epochs: The passes to come after the first, for the progress bar.
    """

    def __init__(self, file: Path, total: int, epochs: int) -> None:
        self.file = file
        self.total = total
        self.passes = iter(
            ["counting words", *(f"epoch {n}/{epochs}" for n in range(1, epochs + 1))]
        )

    def __iter__(self) -> Iterator[list[str]]:
        with self.file.open("rb") as lines:
            for line in tqdm(lines, desc=next(self.passes), total=self.total, unit="text"):
                yield srsly.json_loads(line)


def train_vectors(
    corpus: str | Path,
    out: str | Path,
    nlp: Language,
    *,
    algorithm: Algorithm = "skipgram",
    dim: int = 100,
    window: int = 5,
    min_count: int = 5,
    epochs: int = 5,
    seed: int = 0,
    lower: bool = True,
    settings: RowSettings | None = None,
) -> VectorsReport:
    """Train word vectors on a corpus and write them as the folder of a blank pipeline.

    Args:
        corpus: A file of texts; see `read_texts`.
        out: The folder to write, as in ``convert_vectors``.
        nlp: A pipeline whose tokenizer splits the texts; the folder gets its language.
        algorithm: ``"skipgram"`` or ``"cbow"`` (continuous bag of words).
        dim: Numbers per vector.
        window: The furthest distance, in words, between a word and its context.
        min_count: Rarer words get no vector.
        epochs: Passes over the corpus.
        seed: The seed of the random numbers. With one worker, as here, equal seeds give equal
            vectors.
        lower: Train on lower-case words; the vectors are then looked up by ``LOWER``.
        settings: Which columns or keys hold what.

    Returns:
        The report: words kept and seconds taken; ``path`` is the corpus.

    Raises:
        ImportError: gensim is not installed.
        FileExistsError: ``out`` exists and is not an empty folder.
        ValueError: No word occurs ``min_count`` times, or the corpus has an unknown format.
        OSError: The corpus cannot be read, or the folder cannot be written.

    Example:
        >>> import spacy
        >>> train_vectors("tweets.csv", "vectors", spacy.blank("en"), dim=50)  # doctest: +SKIP
    """
    word2vec = require("gensim.models.word2vec", "vectors", "training word vectors")
    if algorithm not in ("skipgram", "cbow"):
        raise ValueError(f"algorithm is {algorithm!r}; expected 'skipgram' or 'cbow'.")
    start = time.perf_counter()
    check_new(Path(out))  # before the work, not after it
    with tempfile.TemporaryDirectory() as folder:
        texts, binary = Path(folder, "texts.jsonl"), Path(folder, "vectors.bin")
        read = ReadReport()
        total = _write_words(read_texts(corpus, settings, read), texts, nlp, lower)
        model = word2vec.Word2Vec(
            vector_size=dim,
            window=window,
            min_count=min_count,
            sg=int(algorithm == "skipgram"),
            seed=seed,
            workers=1,
        )
        sentences = Sentences(texts, total, epochs)
        model.build_vocab(sentences)
        if not len(model.wv):
            raise ValueError(
                f"{corpus}: none of its words occurs {min_count} times. Lower min_count, or give "
                f"more texts."
            )
        model.train(sentences, total_examples=total, epochs=epochs)
        model.wv.save_word2vec_format(str(binary), binary=True)
        report = convert_vectors(
            binary,
            out,
            lang=nlp.lang or "xx",
            attr="LOWER" if lower else "ORTH",
            name=f"{Path(corpus).name.partition('.')[0]}.{algorithm}.{dim}d",
        )
    report.path, report.seconds = str(corpus), time.perf_counter() - start
    if read.bad:
        report.skipped["bad rows of the corpus"] = read.bad
    return report


def _write_words(texts: Iterable[str], file: Path, nlp: Language, lower: bool) -> int:
    """Write the words of every text as a JSON list per line, or several; return their number."""
    total = 0
    with file.open("wb") as out:
        for text in tqdm(texts, desc="tokenising", unit="text"):
            # A space or line feed in a word would end it in word2vec's file format.
            words = [
                token.lower_ if lower else token.text
                for token in nlp.make_doc(text)
                if not token.is_space and " " not in token.text and "\n" not in token.text
            ]
            for start in range(0, len(words), MOST_WORDS):
                piece = words[start : start + MOST_WORDS]
                out.write(srsly.json_dumps(piece).encode() + b"\n")
                total += 1
    return total
