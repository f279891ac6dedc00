"""Every block of code in README.md and on the documentation's pages does what it says."""

from __future__ import annotations

import configparser
import functools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ..conftest import ROOT
from .blocks import RUNNABLE, SHOWN, Block, find_pages, read_blocks
from .console import differences
from .workspace import can_run, missing, run_blocks

if not (ROOT / "docs").is_dir():
    pytest.skip("the source tree is not here: there are no docs", allow_module_level=True)

PAGES = {page: list(read_blocks(page, ROOT)) for page in find_pages(ROOT)}
BLOCKS = [block for blocks in PAGES.values() for block in blocks]


def to_be_run() -> list[object]:
    marks = {True: [pytest.mark.slow], False: []}
    return [
        pytest.param(block, id=str(block), marks=marks[block.is_slow])
        for block in BLOCKS
        if block.is_run
    ]


@pytest.fixture(scope="module")
def results_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], dict]:
    """A function that runs a page once; gives the results of its blocks."""

    @functools.cache
    def run(page: str, slow: bool) -> dict[Block, dict]:
        blocks = PAGES[ROOT / page]
        files = {block.argument: block.code for block in blocks if block.comment == "file"}
        runnable = [block for block in blocks if can_run(block, slow)]
        folder = tmp_path_factory.mktemp(Path(page).stem)
        for name, code in files.items():
            (folder / "work").mkdir(exist_ok=True)
            (folder / "work" / name).write_text(code, encoding="utf-8")
        return dict(zip(runnable, run_blocks(runnable, folder, ROOT), strict=True))

    return run


@pytest.mark.parametrize("block", to_be_run())
def test_block_runs(block: Block, results_of: Callable[[str, bool], dict]) -> None:
    for needed in block.needs:
        if reason := missing(needed):
            pytest.skip(reason)
    result = results_of(block.page, block.is_slow)[block]
    assert result["error"] is None, f"{block}\n{block.code}\n{result['error']}"
    if block.language == "console":
        assert not differences(block.code, result["printed"]), (
            f"{block} is out of date; run: python -m tests.docs.update {block.page}"
        )


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_block_is_run_or_says_why_not(block: Block) -> None:
    assert block.language in RUNNABLE + SHOWN, f"{block}: name its language"
    if block.language in SHOWN:
        assert block.comment in ("", "file"), f"{block}: only code is run"
    if block.comment in ("no-run", "file"):
        assert block.argument, f"{block}: say why it is not run, or the file's name"


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "ini"], ids=str)
def test_config_can_be_read(block: Block) -> None:
    parts = configparser.ConfigParser(delimiters="=", interpolation=None)
    parts.optionxform = str
    parts.read_string(block.code)
    for section in parts.sections():
        for value in parts[section].values():
            json.loads(value)
