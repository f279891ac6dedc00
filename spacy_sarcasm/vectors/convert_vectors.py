"""A pipeline folder made of a file of word vectors, as ``[initialize] vectors`` takes it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import spacy
import srsly

from spacy_sarcasm.atomic import new_folder
from spacy_sarcasm.vectors.load import ATTR_VECTORS_CONFIG, KeyAttr, key_words, vectors_name
from spacy_sarcasm.vectors.load_report import VectorsReport
from spacy_sarcasm.vectors.parsing.text_rows import Rows
from spacy_sarcasm.vectors.parsing.vectors_reader import Block, VectorsReader
from spacy_sarcasm.vectors.strings import FileStrings
from spacy_sarcasm.vectors.table import AttrVectors

MOVED_ROWS = 10_000


def convert_vectors(
    path: str | Path,
    out: str | Path,
    *,
    lang: str = "en",
    dim: int | None = None,
    words: Iterable[str] | None = None,
    limit: int | None = None,
    attr: KeyAttr = "ORTH",
    name: str | None = None,
    strict: bool = False,
    overwrite: bool = False,
) -> VectorsReport:
    """Write a file of word vectors as the folder of a blank pipeline.

    The folder holds what ``spacy init vectors`` writes, except that equal vectors of different
    words keep a row each. Its files are written directly, block by block: neither the table nor a
    vocab of all words is held in memory.

    Args:
        path: GloVe text, word2vec text or word2vec binary; plain, gzip or zip.
        out: The folder to write. It must not exist yet, or be empty; it appears when whole.
        lang: The language code of the pipeline.
        dim: See ``load_vectors``, as for the settings below.
        words: The only words to keep.
        limit: The most rows to keep.
        attr: ``"ORTH"`` or ``"LOWER"``.
        name: The table's name.
        strict: Fail at the first bad row.
        overwrite: Replace a pipeline folder that exists.

    Returns:
        What was read, kept and skipped, and how long it took.

    Raises:
        FileExistsError: ``out`` exists and is not an empty folder; with ``overwrite``, it is no
            pipeline's either.
        ValueError: As in ``load_vectors``.
        OSError: The file cannot be read or the folder not be written.

    Example:
        >>> convert_vectors("glove.6B.zip", "vectors", dim=100)  # doctest: +SKIP
    """
    start = time.perf_counter()
    reader = VectorsReader(
        path, str, dim=dim, words=key_words(words, attr), limit=limit, strict=strict
    )
    with new_folder(Path(out), overwrite=overwrite) as folder:
        nlp = spacy.blank(lang, config={} if attr == "ORTH" else ATTR_VECTORS_CONFIG)
        vocab = folder / "vocab"
        nlp.to_disk(folder, exclude=["vocab"])
        nlp.vocab.to_disk(vocab, exclude=["vectors", "strings"])
        with (vocab / "vectors").open("w+b") as file:
            # Only a limit needs to know at once which words are new, at the cost of a dictionary.
            rows = reader.rows() if limit is None else reader.blocks()
            strings = FileStrings(_write_table(file, rows))
            if not strings.firsts.all():
                _keep_rows(file, strings.firsts, reader.report.dim)
        reader.report.kept = len(strings)
        reader.report.duplicates += len(strings.firsts) - len(strings)
        report = reader.check_kept()
        strings.write_key2row(vocab / "key2row")
        strings.write_strings(vocab / "strings.json", nlp.vocab.strings)
        srsly.write_json(vocab / "vectors.cfg", AttrVectors(attr=attr)._get_cfg())
        _write_meta(folder, report, vectors_name(report) if name is None else name)
    report.seconds = time.perf_counter() - start
    return report


def first_words(path: str | Path, count: int, dim: int | None = None) -> set[str]:
    """The first words of a file of vectors, which for GloVe's are the most frequent.

    Raises:
        ValueError: The file is no file of word vectors.

    Example:
        >>> first_words("glove.6B.zip", 3, dim=100)  # doctest: +SKIP
        {'the', ',', '.'}
    """
    if count == 0:
        return set()
    reader = VectorsReader(path, str, dim=dim, limit=count)
    for _ in reader.blocks():
        pass
    return set(reader.rows_by_key)


def _write_table(file: BinaryIO, blocks: Iterable[Rows | Block[str]]) -> Iterator[list[str]]:
    """Write blocks of vectors as one .npy array, and give their words."""
    rows, dim = 0, 0
    start = _write_npy_header(file, rows, dim)
    for block in blocks:
        rows, dim = rows + len(block.table), block.table.shape[1]
        file.write(block.table.astype("<f4", copy=False).data)
        yield block.words
    if _write_npy_header(file, rows, dim) != start:  # the length is known only at the end
        raise RuntimeError("The .npy header changed its length; NumPy pads it so that it does not.")


def _keep_rows(file: BinaryIO, kept: npt.NDArray[np.bool_], dim: int) -> None:
    """Close the gaps in an .npy array that rows leave which are not kept."""
    source = target = _write_npy_header(file, int(np.count_nonzero(kept)), dim)
    for first in range(0, len(kept), MOVED_ROWS):
        moved = kept[first : first + MOVED_ROWS]
        file.seek(source)
        table = np.frombuffer(file.read(4 * dim * len(moved)), "<f4").reshape(-1, dim)
        source = file.tell()
        file.seek(target)
        file.write(table[moved].data)
        target = file.tell()
    file.truncate(target)


def _write_npy_header(file: BinaryIO, rows: int, dim: int) -> int:
    """Write the start of an .npy file, and tell its length."""
    header = {"descr": "<f4", "fortran_order": False, "shape": (rows, dim)}
    file.seek(0)
    np.lib.format.write_array_header_1_0(file, header)
    return file.tell()


def _write_meta(folder: Path, report: VectorsReport, name: str) -> None:
    path = folder / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    meta["vectors"] |= {
        "width": report.dim,
        "vectors": report.kept,
        "keys": report.kept,
        "name": name,
    }
    path.write_text(json.dumps(meta, indent=2), "utf-8")
