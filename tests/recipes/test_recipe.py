"""Recipes: TOML files that are checked when read."""

from __future__ import annotations

from pathlib import Path

import pytest

from spacy_sarcasm.recipes.recipe import BUNDLED_RECIPE, read_recipe


def test_the_bundled_recipe_leaves_each_fold_out_of_one_teacher() -> None:
    recipe = read_recipe(BUNDLED_RECIPE)

    folds = {source.fold for source in recipe.sources.values() if source.fold}
    assert len(folds) >= 3
    for fold in folds:
        assert any(fold in teacher.leave_out for teacher in recipe.teachers)
    assert recipe.members(["odd"]) == {"odd"}


def test_members_of_folds_and_single_sources(data: Path) -> None:
    recipe = read_recipe(data / "recipe.toml")

    assert recipe.members(["a", "odd"]) == {"npr", "hardtimes", "odd"}
    assert recipe.members([]) == set()
    with pytest.raises(ValueError, match="'nobody'.*folds are a.*onion"):
        recipe.members(["nobody"])
    with pytest.raises(ValueError, match="no teacher 'b'; it has: a"):
        recipe.teacher("b")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("styled = ", "recipe"),
        ("colour = 1\nfiles = []", "unknown setting 'colour'"),
        ('files = [{path = "a", format = "xml"}]', "'format' must be one of"),
        ("files = [{}]", "setting 'path' is missing"),
        ('files = []\n[sources]\na = {rows = "many"}', "'rows' must be of type int, not 'many'"),
        ("files = []\n[sources]\na = {soft_share = 2.0}", "'soft_share' must be from 0 to 1"),
        ("files = []\n[sources]\na = 3", "must be a table, not 3"),
        ("files = []\n[student]\npasses = 0", "'passes' must be at least 1, not 0"),
        ("files = []\n[student]\nlength_slack = 0.5", "'length_slack' must be at least 1"),
    ],
)
def test_a_wrong_recipe_is_explained(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ValueError, match=message) as caught:
        read_recipe(path)
    assert "recipe.toml" in str(caught.value)
