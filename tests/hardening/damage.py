"""Damaged files: inputs, partial work and saved components. The result is right, or a clear error.

Where the format notices damage by itself (partial work, weights), the output has to be that of the
whole file. Of plain text, where damage gives other text, every row has to be there: they are
counted by other readers, most of them Python's own.

Weights are damaged as bytes, where checksums tell, and member by member, with checksums that fit.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from spacy_sarcasm.scoring.bulk import journal
from spacy_sarcasm.scoring.bulk.score_files import score_files

from .running import Budget, Child, Result, make_rows, pipeline, run_child

SECONDS = 120.0
ROWS = 60
# What a user can act on; anything else is a traceback.
CLEAR = {"ValueError", "OSError", "ImportError"}
# A message may quote the input, but not all of it.
LONGEST_MESSAGE = 2000


def run(n_cases: int, seed: int, budget: Budget | None = None) -> Result:
    """Damage files of every kind in turn."""
    rng = np.random.default_rng(seed)
    result = Result(
        "damage",
        {"seed": seed, "": 0, "right or clear": 0},
        {
            "traceback": 0,
            "hang": 0,
            "wrong with exit 0": 0,
            "partial under the final name": 0,
            "long messages": 0,
        },
    )
    with tempfile.TemporaryDirectory() as folder:
        cases = _cases(Path(folder), seed)
        for number in (budget or Budget()).spend(n_cases):
            result.done[""] += 1
            name = list(cases)[number % len(cases)]
            work = Path(folder, "work")
            cases[name](result, rng, work, name)
            shutil.rmtree(work, ignore_errors=True)
    return result


Case = Callable[[Result, np.random.Generator, Path, str], None]


def _cases(folder: Path, seed: int) -> dict[str, Case]:
    texts = make_rows(ROWS, seed)
    jsonl = "".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in enumerate(texts)).encode()
    table = io.StringIO()
    csv.writer(table).writerows([["id", "text"], *([i, f'{t}, "x"'] for i, t in enumerate(texts))])
    files = {
        "in.jsonl": jsonl,
        "in.csv": table.getvalue().encode(),
        "in.txt": "\n".join(texts).encode(),
        "in.jsonl.gz": gzip.compress(jsonl, mtime=0),
        "in.jsonl.zst": pa.compress(jsonl, codec="zstd", asbytes=True),
        "in.parquet": _parquet(texts),
    }
    cases: dict[str, Case] = {name: _input_case(data) for name, data in files.items()}
    given = folder / "given.jsonl"
    given.write_bytes(jsonl)
    for name in ("journal", "manifest.json", "rows"):
        cases[name] = _partial_case(given)
    saved = folder / "saved"
    pipeline().to_disk(saved)
    for name in ("weights.npz", "cfg"):
        cases[name] = _saved_case(saved)
    cases["members of weights.npz"] = _members_case(saved)
    return cases


def _parquet(texts: list[str]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": range(len(texts)), "text": texts}), buffer)
    return buffer.getvalue()


def damage(rng: np.random.Generator, data: bytes) -> bytes:
    """Flip, cut, insert, double or replace some bytes."""
    kind = rng.integers(6)
    at = int(rng.integers(len(data) + 1))
    until = min(len(data), at + int(rng.integers(1, 40)))
    if kind == 0:
        changed = bytearray(data)
        for place in rng.integers(len(data), size=rng.integers(1, 4)):
            changed[place] ^= 1 << int(rng.integers(8))
        return bytes(changed)
    if kind == 1:
        return data[:at]
    if kind == 2:
        return data[:at] + data[until:]
    if kind == 3:
        return data[:at] + data[at:until] * 2 + data[until:]
    if kind == 4:
        odd = [b'"', b"\n", b"\0", b"\xff", b"\xf0\x9f", b"[" * 3000, b"null", b"9" * 400]
        return data[:at] + odd[rng.integers(len(odd))] + data[at:]
    return [b"", b"[]", b"null", b"{}", b"[" * 100_000, rng.bytes(500)][rng.integers(6)]


def _score(given: Path, output: Path, **more: Any) -> int:
    summary = score_files([given], output, model=pipeline(), batch_size=20, **more)
    return summary.counts.rows


def _judge(result: Result, child: Child, what: str) -> bool:
    """Count how a child ended; return whether it says that all went well."""
    if child.ending == "hang":
        result.add("hang", what)
    elif child.ending == "killed":
        result.add("traceback", f"{what}: killed by {child.value}")
    elif child.ending == "raised" and not CLEAR & set(child.value["kinds"]):
        result.add("traceback", f"{what}: {child.value}")
    elif child.ending == "raised" and child.value["length"] > LONGEST_MESSAGE:
        result.add("long messages", f"{what}: {child.value['length']:,} characters")
    elif child.ending == "raised":
        result.done["right or clear"] += 1
    return child.ending == "done"


def _input_case(data: bytes) -> Case:
    def case(result: Result, rng: np.random.Generator, work: Path, name: str) -> None:
        work.mkdir()
        given, output = work / name, work / "out.jsonl"
        damaged = damage(rng, data)
        given.write_bytes(damaged)
        what = f"{name} {damaged[:60]!r}..."
        if not _judge(result, run_child(lambda: _score(given, output), SECONDS), what):
            if output.exists():
                result.add("partial under the final name", what)
            return
        rows = count_rows(name, damaged)
        if rows is not None and output.read_bytes().count(b"\n") != rows:
            result.add("wrong with exit 0", f"{what}: {rows} rows")
        else:
            result.done["right or clear"] += 1

    return case


def count_rows(name: str, data: bytes) -> int | None:
    """Return how many rows other readers find; None where they cannot tell."""
    if name.endswith(".parquet"):
        return int(pq.read_table(io.BytesIO(data)).num_rows)
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    if name.endswith(".zst"):
        data = pa.input_stream(io.BytesIO(data), compression="zstd").read()
    text = data.decode("utf-8-sig", "replace")
    if name.endswith(".csv"):
        return sum(bool(row) for row in csv.reader(io.StringIO(text, newline=""))) - 1
    if name.endswith(".txt"):
        return text.count("\n") + (not text.endswith("\n") and bool(text))
    return sum(bool(line.strip(" \t\r")) for line in text.split("\n"))


def _partial_case(given: Path) -> Case:
    def case(result: Result, rng: np.random.Generator, work: Path, name: str) -> None:
        work.mkdir()
        whole, output = work / "whole.jsonl", work / "out.jsonl"
        run_child(lambda: _score(given, whole), SECONDS)
        run_child(lambda: _interrupted(given, output), SECONDS)
        path = work / "out.jsonl.partial" / name
        damaged = damage(rng, path.read_bytes())
        path.write_bytes(damaged)
        what = f"{name} {damaged[:60]!r}..."
        if _judge(result, run_child(lambda: _score(given, output, resume=True), SECONDS), what):
            if output.read_bytes() != whole.read_bytes():
                result.add("wrong with exit 0", what)
            else:
                result.done["right or clear"] += 1
        elif output.exists():
            result.add("partial under the final name", what)

    return case


def _interrupted(given: Path, output: Path) -> None:
    journal.CHECKPOINT_SECONDS = 0.0
    original, calls = journal.PartialOutput.write, []

    def write(self: Any, data: bytes, checkpoint: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return original(self, data, checkpoint)

    journal.PartialOutput.write = write  # type: ignore[method-assign]
    _score(given, output)


def _saved_case(saved: Path) -> Case:
    def case(result: Result, rng: np.random.Generator, work: Path, name: str) -> None:
        shutil.copytree(saved, work)
        path = work / "sarcasm" / name
        damaged = damage(rng, path.read_bytes())
        path.write_bytes(damaged)
        what = f"{name}, {len(damaged):,} bytes"
        child = run_child(lambda: _load_and_score(work), SECONDS)
        if _judge(result, child, what):
            if name == "weights.npz" and not np.allclose(child.value, _known(), atol=1e-5):
                result.add("wrong with exit 0", what)
            else:
                result.done["right or clear"] += 1

    return case


def _members_case(saved: Path) -> Case:
    def case(result: Result, rng: np.random.Generator, work: Path, name: str) -> None:
        shutil.copytree(saved, work)
        path = work / "sarcasm" / "weights.npz"
        what = f"{name}: {_damage_members(rng, path)}"
        # Other weights give other scores, so there are none to compare with.
        if _judge(result, run_child(lambda: _load_and_score(work), SECONDS), what):
            result.done["right or clear"] += 1

    return case


HUGE = [-1, 0, 10_000_000, 10**30, 10**400, 1e999, None, "x" * 5000, [1], {}, True]


def _damage_members(rng: np.random.Generator, path: Path) -> str:
    """Change one member of the archive, or what kind of file it is; return what was done."""
    if rng.random() < 0.05:
        path.unlink()
        os.mkfifo(path)
        return "a named pipe"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    names = [*["config.json", "words.json"] * len(members), *members]
    name = names[rng.integers(len(names))]
    what = name
    if name == "config.json" and rng.random() < 0.7:
        header = json.loads(members[name])
        tables = [header, *(value for value in _tables(header) if value)]
        table = tables[rng.integers(len(tables))]
        key = list(table)[rng.integers(len(table))]
        table[key] = HUGE[rng.integers(len(HUGE))]
        members[name] = json.dumps(header).encode()
        what = f"{key} = {table[key]!r:.50}"
    else:
        members[name] = damage(rng, members[name])
    compression = zipfile.ZIP_STORED
    if rng.random() < 0.2:
        compression = [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA][rng.integers(3)]
        members[name] += b" " * 10_000_000
    with zipfile.ZipFile(path, "w", compression) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return f"{what}, compression {compression}"


def _tables(value: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [item for item in value.values() if isinstance(item, dict)]
    return inner + [table for item in inner for table in _tables(item)]


def _load_and_score(folder: Path) -> list[float | None]:
    import spacy

    return [doc._.sarcasm for doc in spacy.load(folder).pipe(make_rows(5, 0))]


def _known() -> list[float]:
    return [doc._.sarcasm for doc in pipeline().pipe(make_rows(5, 0))]
