"""Write what commands print now into the console blocks of the pages.

Run it from the repository after a change of the weights or of a command's output:

    python -m tests.docs.update              # every page
    python -m tests.docs.update README.md
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from .blocks import find_pages, read_blocks
from .console import differences, rewritten
from .workspace import can_run, run_blocks

ROOT = Path(__file__).parents[2]


def update_page(page: Path) -> bool:
    """Bring a page up to date; return whether it was not."""
    blocks = [block for block in read_blocks(page, ROOT) if can_run(block, slow=False)]
    if not any(block.language == "console" for block in blocks):
        return False
    with tempfile.TemporaryDirectory() as folder:
        results = run_blocks(blocks, Path(folder), ROOT)
    text = old = page.read_text(encoding="utf-8")
    for block, result in zip(blocks, results, strict=True):
        if result["error"]:
            raise SystemExit(f"{block} fails:\n{result['error']}")
        shows_dots = "..." in block.code.splitlines()
        if block.language != "console" or shows_dots:
            continue
        if differences(block.code, result["printed"]):
            text = text.replace(block.code, rewritten(block.code, result["printed"]), 1)
    page.write_text(text, encoding="utf-8")
    return text != old


def main() -> None:
    """Update the pages named, or all."""
    for page in [ROOT / name for name in sys.argv[1:]] or find_pages(ROOT):
        if update_page(page):
            print(f"updated {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
