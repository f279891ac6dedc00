"""The tables of `project.yml`: its commands, workflows and assets, as weasel writes them."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

from weasel.cli.document import project_document


def project_tables(root: Path) -> str:
    """Return weasel's tables, without its introduction.

    Args:
        root: The folder of `project.yml`.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        output = Path(folder, "project.md")
        project_document(root, output, no_emoji=True)
        text = output.read_text(encoding="utf-8")
    start = text.index("### Commands")
    end = text.find("<!-- WEASEL: AUTO-GENERATED DOCS END")
    return text[start:end].replace("\n### ", "\n## ").replace("### ", "## ", 1)
