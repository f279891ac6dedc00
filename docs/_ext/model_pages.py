"""The model card and the training notes, with links that work on the site."""

from __future__ import annotations

import re
from pathlib import Path

PAGES = {"MODEL_CARD.md": "card.md", "TRAINING.md": "training.md"}


def model_page(root: Path, name: str) -> str:
    """Return a Markdown file of the bundled weights.

    Links to the other such file go to its page; links to files that are not on the site become
    their text.

    Args:
        root: The repository.
        name: The file's name in `spacy_sarcasm/pretrained`.
    """
    text = (root / "spacy_sarcasm" / "pretrained" / name).read_text(encoding="utf-8")
    # The card's metadata block is for the Hugging Face Hub.
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    return re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)", _site_link, text)


def _site_link(link: re.Match[str]) -> str:
    text, target = link.groups()
    path, mark, anchor = target.partition("#")
    if "://" in target or target.startswith(("#", "mailto:")):
        return link[0]
    page = PAGES.get(Path(path).name)
    return f"[{text}]({page}{mark}{anchor})" if page else text
