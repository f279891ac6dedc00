"""The reader ``spacy_sarcasm.JsonlCorpus.v1``: training straight from JSON lines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from spacy.language import Language
from spacy.training import Example

EXPECTED = (
    'Expected a JSON object with "text", and either "label", a number in 0..1, or "cats", an '
    "object of such numbers"
)


class JsonlCorpus:
    """Labelled texts of a JSON-lines file, read anew at each pass.

    A line holds ``text``, and either ``label``, its gold, or ``cats``, the gold of each category.
    Other keys are ignored. Gold is any number in 0..1, so a teacher's scores can be learnt from.
    """

    def __init__(self, path: Path, *, label: str, limit: int) -> None:
        """Make a reader.

        Args:
            path: The file; ``.gz`` is unpacked as it is read.
            label: The category that ``label`` is the gold of.
            limit: The most texts to read; 0 for all.
        """
        self.path = path
        self.label = label
        self.limit = limit

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Read the file.

        Args:
            nlp: The pipeline whose tokenizer is used.

        Yields:
            An example a line; one is held at a time.

        Raises:
            OSError: The file cannot be read.
            ValueError: A line holds something else; the message names file and line.
        """
        with _open(self.path) as file:
            for number, line in enumerate(islice(file, self.limit or None), start=1):
                try:
                    text, cats = self._parse(json.loads(line))
                except (ValueError, RecursionError) as error:
                    raise ValueError(
                        f"'{self.path}', line {number}: {error}. {EXPECTED}"
                    ) from error
                yield Example.from_dict(nlp.make_doc(text), {"cats": cats})

    def _parse(self, row: Any) -> tuple[str, dict[str, float]]:
        if not isinstance(row, dict):
            raise ValueError(f"{row!r:.60} is no JSON object")
        text = row.get("text")
        if not isinstance(text, str):
            raise ValueError(f"'text' is {text!r:.60}")
        text.encode()
        cats = row["cats"] if "cats" in row else {self.label: row.get("label")}
        if not isinstance(cats, dict):
            raise ValueError(f"'cats' is {cats!r:.60}")
        for name, gold in cats.items():
            # NaN fails the comparison as well.
            if not isinstance(gold, int | float) or not 0 <= gold <= 1:
                raise ValueError(f"the gold of '{name}' is {gold!r:.60}")
        return text, {name: float(gold) for name, gold in cats.items()}


def make_jsonl_corpus(
    path: str | Path | None, label: str = "SARCASM", limit: int = 0
) -> Callable[[Language], Iterable[Example]]:
    """Make a `JsonlCorpus`: the reader ``spacy_sarcasm.JsonlCorpus.v1``.

    Args:
        path: The file: JSON lines, also with ``.gz``.
        label: The category that the key ``label`` is the gold of.
        limit: The most texts to read; 0 for all.

    Returns:
        The reader, as ``[corpora]`` takes it.

    Raises:
        ValueError: There is no path.
    """
    if path is None:
        raise ValueError(
            "spacy_sarcasm.JsonlCorpus.v1 was given no path: set it in [corpora], or by "
            "--paths.train and --paths.dev where the config takes it from there"
        )
    return JsonlCorpus(Path(path), label=label, limit=limit)


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
