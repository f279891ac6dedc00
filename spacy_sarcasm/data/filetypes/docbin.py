"""spaCy's training files, ``.spacy``: Docs with gold in ``doc.cats``. They are read all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...atomic import atomic_write
from ..rows import Chunk, Position, RecordBatch
from ..streams import Source

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

COLUMNS = ("text", "cats", "source")


class DocBatch(RecordBatch):
    """Docs as rows with ``text``, ``cats`` and ``source``."""

    def __init__(self, chunk: Chunk, text_column: str | None) -> None:
        super().__init__(chunk.rows, range(chunk.start.line, chunk.end.line), COLUMNS)
        self.values = [row.get(text_column or "text") for row in chunk.rows]


make_rows = DocBatch


def read_chunks(number: int, source: Source, size: int, start: Position) -> Iterator[Chunk]:
    """Yield chunks of Docs as rows.

    Args:
        start: Where to start, in Docs.
    """
    from spacy.vocab import Vocab

    if source.path is None:
        raise ValueError(f"{source.name} cannot be read as .spacy: give the name of a file")
    docs = read_docs(source.path, Vocab())
    rows = [
        {"text": doc.text, "cats": dict(doc.cats), "source": doc.user_data.get("source")}
        for doc in docs
    ]
    for at in range(start.offset, len(rows), size):
        part = rows[at : at + size]
        end = at + len(part)
        n_bytes = source.size * end // len(rows)
        yield Chunk(number, Position(at, at + 1), Position(end, end + 1), part, n_bytes)


def read_docs(path: Path, vocab: Vocab) -> list[Doc]:
    """Return the Docs of a file.

    Raises:
        ValueError: It does not hold Docs.
    """
    from spacy.tokens import DocBin

    content = path.read_bytes()
    try:
        return list(DocBin().from_bytes(content).get_docs(vocab))
    except Exception as error:
        # msgpack, zlib and numpy raise a dozen kinds of exceptions on bytes that are not theirs.
        raise ValueError(f"'{path}' is damaged, or does not hold spaCy Docs: {error}") from error


def write_docs(path: Path, rows: Iterable[tuple[str, float]], nlp: Language, category: str) -> None:
    """Write texts with gold as a training file.

    Args:
        path: The file; it appears when it is whole.
        rows: Texts, and the gold of each in 0..1.
    """
    from spacy.tokens import DocBin

    docs = DocBin()
    for text, gold in rows:
        doc = nlp.make_doc(text)
        doc.cats = {category: gold}
        docs.add(doc)
    with atomic_write(path) as file:
        file.write(docs.to_bytes())
