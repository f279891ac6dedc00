"""Writes headlines with a language model, and measures how well it predicts texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..corpus.cleaning import clean_headline
from ..network.batching import length_batches, pad
from ..network.engines.forking import CREATION, park, renew_in_children
from ..network.engines.onnx_scorer import Session, create_session
from ..network.vocabulary import UNKNOWN_ROW, TextRows
from .encoding import encode, headline_hash, join_words, make_tokenizer
from .language_model import BOUNDARY_ROW, SATIRE, SERIOUS, LanguageModel
from .model_storage import load_model
from .sampling import choose_words
from .step_graph import (
    CELL,
    HIDDEN,
    LABELS,
    LOG_PROBABILITIES,
    NEXT_CELL,
    NEXT_HIDDEN,
    ROWS,
    build_step_graph,
)

_FEWEST_WORDS = 4
# Headlines that are begun for each one asked for, before giving up.
_TRIES = 20
_MOST_AT_ONCE = 64
# Words whose probabilities are held at once: 12,000 words each.
_WORDS_AT_ONCE = 512

State = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass
class Written:
    """Headlines, and why others were left out.

    Attributes:
        headlines: The headlines, in lower case.
        known: How many others repeated a training headline.
        repeated: How many repeated one of these.
        unfinished: How many were too long or too short.
        unknown: Words of the prompt that the model does not know.
    """

    headlines: list[str] = field(default_factory=list)
    known: int = 0
    repeated: int = 0
    unfinished: int = 0
    unknown: list[str] = field(default_factory=list)


class HeadlineGenerator:
    """Writes headlines with ONNX Runtime; TensorFlow is not needed.

    Example:
        >>> generator = HeadlineGenerator.load("headlines.npz")  # doctest: +SKIP
        >>> generator.write("scientists", count=3, satire=True).headlines  # doctest: +SKIP
    """

    _session: Session | None

    def __init__(self, model: LanguageModel) -> None:
        """Take over a model; its session is created when first needed."""
        self.model = model
        self._nlp = make_tokenizer()
        self._session = None
        renew_in_children(self)

    @classmethod
    def load(cls, path: str | Path) -> HeadlineGenerator:
        """Read a model that `spacy-sarcasm generate train` wrote.

        Args:
            path: The file.

        Raises:
            FileNotFoundError: There is no such file.
            LanguageModelError: It is not a language model of headlines, or it is damaged.

        Example:
            >>> generator = HeadlineGenerator.load("headlines.npz")  # doctest: +SKIP
        """
        return cls(load_model(Path(path)))

    def renew(self) -> None:
        """Set aside a session that came over a fork."""
        park(self._session)
        self._session = None

    def write(
        self,
        prompt: str = "",
        *,
        count: int = 10,
        satire: bool = False,
        temperature: float = 0.8,
        top_p: float = 0.95,
        seed: int = 0,
    ) -> Written:
        """Write headlines that are neither in the training data nor equal to one another.

        Args:
            prompt: What they start with.
            count: How many, 1 or more. There may be fewer, if the model finds no others.
            satire: Whether they are satirical.
            temperature: Above 0; below 1 prefers likely words, above 1 unlikely ones.
            top_p: Above 0 to 1: the choice is among the likeliest words that together have this
                probability (Holtzman et al. 2020, https://arxiv.org/abs/1904.09751).
            seed: The seed; the same one gives the same headlines, and more of them the same first
                ones.

        Raises:
            ValueError: A number is out of range, or the prompt is as long as a headline may be.

        Example:
            >>> generator.write("scientists", seed=1).headlines  # doctest: +SKIP
        """
        _check(count, temperature, top_p, seed)
        start = encode(self._nlp, self.model.vocabulary, [clean_headline(prompt)])
        tokens = [token.lower_ for token in self._nlp.make_doc(clean_headline(prompt))]
        rows = [int(row) for row in start.rows]
        longest = self.model.settings.max_length
        if len(rows) >= longest:
            raise ValueError(
                f"the prompt has {len(rows)} words: expected fewer than {longest}, the maximum "
                "length of a headline"
            )
        found = Written()
        found.unknown = [word for word, row in zip(tokens, rows, strict=True) if row == UNKNOWN_ROW]
        seen: set[int] = set()
        n_begun = 0
        while len(found.headlines) < count and n_begun < _TRIES * count:
            numbers = range(n_begun, n_begun + min(_MOST_AT_ONCE, max(8, count)))
            n_begun = numbers.stop
            chances = np.stack(
                [np.random.default_rng([seed, number]).random(longest + 1) for number in numbers]
            )
            for ending in self._continue(rows, chances, satire, temperature, top_p):
                self._add(found, seen, tokens, rows, ending, count)
        return found

    def cross_entropy(self, texts: list[str], *, satire: bool | None = None) -> NDArray[np.float64]:
        """Return how badly the model predicts texts, in nats per word, the end counted as a word.

        Words that the model does not know count as one word, the unknown one. A text without words
        has NaN.

        Args:
            texts: The texts.
            satire: Whether to read them as satire or as news; None takes both for equally likely.

        Example:
            >>> generator.cross_entropy(["senate passes bill"])  # doctest: +SKIP
        """
        rows = encode(self._nlp, self.model.vocabulary, map(clean_headline, texts))
        kinds = (SERIOUS, SATIRE) if satire is None else (int(satire),)
        logs = np.stack(
            [self.log_likelihood(rows, np.full(len(texts), kind, np.int32)) for kind in kinds]
        )
        joint = np.logaddexp.reduce(logs, axis=0) - np.log(len(kinds))
        found: NDArray[np.float64] = -joint / (rows.lengths + 1)
        return np.where(rows.lengths > 0, found, np.nan)

    def log_likelihood(self, texts: TextRows, labels: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the log probability of each text and of its end, 0 for one without words.

        Args:
            texts: The texts, as `encode` gives them.
            labels: 1 for satire, else 0; shape (texts,).
        """
        found = np.zeros(len(texts.lengths))
        for chosen in length_batches(texts.lengths, _WORDS_AT_ONCE):
            rows, lengths = pad(texts, chosen)
            # A boundary before the words as input, and one after them as output.
            edge = np.full((1, len(chosen)), BOUNDARY_ROW, np.int32)
            given, wanted = np.concatenate([edge, rows]), np.concatenate([rows, edge])
            state = self._start(len(chosen))
            logs = self._run(given, np.broadcast_to(labels[chosen], given.shape), state)[0]
            each = np.take_along_axis(logs, wanted[:, :, None].astype(np.int64), axis=2)[:, :, 0]
            inside = np.arange(len(given))[:, None] <= lengths
            found[chosen] = np.where(inside, each, 0.0).sum(axis=0, dtype=np.float64)
        return found

    def _continue(
        self,
        rows: list[int],
        chances: NDArray[np.float64],
        satire: bool,
        temperature: float,
        top_p: float,
    ) -> list[list[int] | None]:
        """Return the words that follow the prompt in each headline, None if it does not end."""
        n_texts = len(chances)
        words = np.full((1 + len(rows), n_texts), BOUNDARY_ROW, np.int32)
        words[1:] = np.array(rows, np.int32)[:, None]
        state = self._start(n_texts)
        endings: list[list[int]] = [[] for _ in range(n_texts)]
        open_ = np.ones(n_texts, bool)
        for step in range(self.model.settings.max_length - len(rows) + 1):
            labels = np.full(words.shape, int(satire), np.int32)
            logs, *rest = self._run(words, labels, state)
            state = (rest[0], rest[1])
            last = logs[-1].astype(np.float64)
            last[:, UNKNOWN_ROW] = -np.inf
            if len(rows) + step < _FEWEST_WORDS:
                last[:, BOUNDARY_ROW] = -np.inf
            chosen = choose_words(last, chances[:, step], temperature, top_p)
            open_ &= chosen != BOUNDARY_ROW
            for text in np.flatnonzero(open_):
                endings[text].append(int(chosen[text]))
            if not open_.any():
                break
            words = chosen[None].astype(np.int32)
        return [None if left else ending for left, ending in zip(open_, endings, strict=True)]

    def _add(
        self,
        found: Written,
        seen: set[int],
        tokens: list[str],
        rows: list[int],
        ending: list[int] | None,
        count: int,
    ) -> None:
        """Take a headline, unless there are enough, it has no end or it repeats another."""
        if len(found.headlines) == count:
            return
        if not ending:
            found.unfinished += 1
            return
        vocabulary = self.model.vocabulary
        first = len(vocabulary) - len(vocabulary.words)
        words = [*tokens, *(vocabulary.words[row - first] for row in ending)]
        text = join_words(words, self.model.joins[[*rows, *ending]].tolist())
        key = headline_hash(text)
        place = int(np.searchsorted(self.model.known, np.uint64(key)))
        if place < len(self.model.known) and int(self.model.known[place]) == key:
            found.known += 1
        elif key in seen:
            found.repeated += 1
        else:
            seen.add(key)
            found.headlines.append(text)

    def _start(self, n_texts: int) -> State:
        shape = (1, n_texts, self.model.settings.units)
        return np.zeros(shape, np.float32), np.zeros(shape, np.float32)

    def _run(
        self, rows: NDArray[np.int32], labels: NDArray[np.int32], state: State
    ) -> list[NDArray[np.float32]]:
        if self._session is None:
            with CREATION:
                self._session = create_session(build_step_graph(self.model), threads=1)
        feed = {
            ROWS: np.ascontiguousarray(rows, np.int32),
            LABELS: np.ascontiguousarray(labels, np.int32),
            HIDDEN: state[0],
            CELL: state[1],
        }
        return self._session.run([LOG_PROBABILITIES, NEXT_HIDDEN, NEXT_CELL], feed)


def _check(count: int, temperature: float, top_p: float, seed: int) -> None:
    if count < 1:
        raise ValueError(f"count is {count}: expected 1 or more")
    if not 0 < temperature < float("inf"):
        raise ValueError(f"temperature is {temperature}: expected a number above 0, such as 0.8")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}: expected a number above 0, up to 1")
    if seed < 0:
        raise ValueError(f"seed is {seed}: expected 0 or more")
