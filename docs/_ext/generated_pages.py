"""Write the parts of the site that come from the code: commands, settings, project tables, card.

They are written as Markdown to ``docs/_generated`` before each build, and the pages include them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from commands import command_reference
from model_pages import model_page
from project_tables import project_tables
from settings_tables import settings_tables

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]


def write_generated(app: Sphinx) -> None:
    """Write every generated part that is new or has changed."""
    folder = Path(app.srcdir, "_generated")
    folder.mkdir(exist_ok=True)
    pages = {
        "commands.md": command_reference(),
        "project.md": project_tables(ROOT),
        "card.md": model_page(ROOT, "MODEL_CARD.md"),
        "training.md": model_page(ROOT, "TRAINING.md"),
        **{f"settings-{name}.md": table for name, table in settings_tables().items()},
    }
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("builder-inited", write_generated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
