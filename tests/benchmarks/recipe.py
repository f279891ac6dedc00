"""The corpus of the bundled weights, for benchmarks.

Nothing heavy is imported at the top; see `measuring`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import DATA_VARIABLE

if TYPE_CHECKING:
    from spacy_sarcasm.recipes.recipe import Recipe
    from spacy_sarcasm.recipes.sourced_texts import SourcedText

EVERYDAY = Path(__file__).parents[2] / "assets" / "everyday"


def read_bundled_corpus() -> tuple[Recipe, list[SourcedText]]:
    """Return the recipe of the bundled weights and all texts of its files."""
    from spacy_sarcasm.recipes.recipe import BUNDLED_RECIPE, read_recipe
    from spacy_sarcasm.recipes.sourced_texts import read_corpus

    folder = os.environ.get(DATA_VARIABLE)
    if not folder:
        raise SystemExit(f"set {DATA_VARIABLE} to the folder with the recipe's files")
    recipe = read_recipe(BUNDLED_RECIPE)
    return recipe, read_corpus(recipe, [Path(folder), EVERYDAY]).texts
