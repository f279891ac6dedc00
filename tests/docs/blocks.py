"""The code blocks of the documentation's pages, and what their comments ask for.

An HTML comment right before a block says what happens to it:

    <!-- no-run: it downloads 862 MB -->    not run, and why
    <!-- run: slow -->                      run by `pytest -m slow`
    <!-- run: needs=tensorflow,data -->     skipped where one of these is missing
    <!-- file: job.py -->                   written to a file, not run
    <!-- python ... -->                     hidden Python, run like a block
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

#: Languages whose blocks are run, unless a comment says otherwise.
RUNNABLE = ("python", "bash", "console")
#: Languages whose blocks show data or settings.
SHOWN = ("ini", "json", "text", "toml", "yaml", "csv")

_COMMENT = re.compile(
    r"\A<!--\s*(no-run|run|file|python)(?::[ \t]*|\s*\n)(.*?)\s*-->\s*\Z", re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        page: The page, relative to the repository.
        line: The line of the page on which the code begins, from 1.
        language: What follows the opening fence.
        code: The code.
        comment: The kind of comment before it: ``run``, ``no-run``, ``file``, or nothing.
        argument: What the comment says.
    """

    page: str
    line: int
    language: str
    code: str
    comment: str = ""
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        return self.language in RUNNABLE and self.comment not in ("no-run", "file")

    @property
    def is_slow(self) -> bool:
        return self.comment == "run" and "slow" in self._words

    @property
    def needs(self) -> list[str]:
        (needed,) = [word[6:] for word in self._words if word.startswith("needs=")] or [""]
        return needed.split(",") if self.comment == "run" and needed else []

    @property
    def _words(self) -> list[str]:
        return re.split(r"[\s,]+(?=slow|needs=)", self.argument)


def read_blocks(path: Path, root: Path) -> Iterator[Block]:
    """Yield the blocks of a Markdown page, hidden ones included, in order.

    Raises:
        ValueError: A comment is not followed by a block.
    """
    page = path.relative_to(root).as_posix()
    comment: tuple[str, str] | None = None
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "html_block" and (found := _COMMENT.match(token.content)):
            if comment:
                raise ValueError(f"{page}:{line}: two comments in a row")
            if found[1] == "python":
                yield Block(page, line, "python", found[2] + "\n")
            else:
                comment = found[1], found[2]
        elif token.type == "fence":
            if token.info.startswith("{"):
                continue
            yield Block(page, line + 1, token.info.strip(), token.content, *(comment or ("", "")))
            comment = None
        elif comment and token.nesting == 0 and token.type != "inline":
            raise ValueError(f"{page}:{line}: the comment '{comment[0]}' is not before a block")


def find_pages(root: Path) -> list[Path]:
    """Return README.md and the pages of the site, without those that are generated."""
    pages = (root / "docs").rglob("*.md")
    hand_written = [page for page in pages if not {"_build", "_generated"} & set(page.parts)]
    return [root / "README.md", *sorted(hand_written)]
