"""The folder in which the blocks of a page run, and the process that runs them."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from .blocks import Block

TEXTS = [
    "Area Man Confident He Could Have Stopped That If He Had Been There",
    "Senate Committee Delays Vote On Infrastructure Bill",
    "Oh great, another meeting that could have been an email",
    "The bus was twenty minutes late this morning",
]
ENDINGS = ["", " Today", ", Again", ", Officials Say", ", Sources Report"]


def make_workspace(folder: Path, root: Path) -> None:
    """Fill a folder with the files that the pages name, made-up samples in place of real data."""
    shutil.copytree(root / "assets", folder / "assets", dirs_exist_ok=True)
    shutil.copy(root / "project.yml", folder)
    shutil.copytree(root / "spacy_sarcasm" / "configs", folder / "spacy_sarcasm" / "configs")
    sample = folder / "assets" / "sample"
    shutil.copy(sample / "headlines.json", folder / "Sarcasm_Headlines_Dataset.json")
    shutil.copy(sample / "sample.25d.txt", folder / "glove.6B.100d.txt")
    shutil.copy(folder / "assets" / "headlines.txt", folder)
    rows = [
        {"id": i, "subreddit": "news" if i % 2 else "pics", "body": f"{text}{ENDINGS[i // 4]}"}
        for i, text in enumerate(TEXTS * len(ENDINGS))
    ]
    write_lines(folder / "posts.jsonl", (json.dumps(row) for row in rows))
    header = "id,subreddit,body"
    write_lines(
        folder / "posts.csv",
        [header, *(f'{row["id"]},{row["subreddit"]},"{row["body"]}"' for row in rows)],
    )
    labelled = [f'"{text}",{(i + 1) % 2}' for i, text in enumerate(TEXTS * 5)]
    write_lines(folder / "tweets.csv", ["tweet,sarcastic", *labelled])


def write_lines(path: Path, lines: object) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def missing(needed: str) -> str:
    """Return why a block that needs something cannot be run, or nothing."""
    if needed == "data":
        found = os.environ.get("SPACY_SARCASM_DATA")
        return "" if found else "SPACY_SARCASM_DATA does not name the folder with the data sets"
    if needed == "wordnet":
        from spacy_sarcasm.pipeline.nltk.wordnet import find_wordnet

        return "" if find_wordnet() else "WordNet is not installed: spacy-sarcasm wordnet install"
    if needed == "java":
        return "" if shutil.which("java") else "there is no Java"
    return "" if importlib.util.find_spec(needed) else f"{needed} is not installed"


def can_run(block: Block, slow: bool) -> bool:
    """Whether a block is run, with the slow ones or without."""
    return block.is_run and (slow or not block.is_slow) and not any(map(missing, block.needs))


def run_blocks(blocks: list[Block], folder: Path, root: Path) -> list[dict]:
    """Run blocks of a page in a new folder; return a result for each."""
    make_workspace(folder / "work", root)
    for_driver, results = folder / "blocks.json", folder / "results.jsonl"
    for_driver.write_text(json.dumps([asdict(block) for block in blocks]))
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("run_page.py"), for_driver, results],
        cwd=folder / "work",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1800,
    )
    finished = [json.loads(line) for line in results.read_text().splitlines()]
    if len(finished) < len(blocks):
        raise RuntimeError(f"{blocks[len(finished)]} ended the process\n{done.stderr}")
    return finished
