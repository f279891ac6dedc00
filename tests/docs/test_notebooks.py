"""The notebooks of the documentation run from top to bottom."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs").rglob("*.ipynb"))
if not NOTEBOOKS:
    pytest.skip("the source tree is not here: there are no notebooks", allow_module_level=True)


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does; return the value of a last line that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return (
        None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path) -> None:
    names: dict[str, Any] = {}
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    shown = [run_cell("".join(cell["source"]), names) for cell in code]
    assert all(not cell["outputs"] for cell in code)
    assert any(hasattr(value, "_repr_html_") for value in shown)


def test_the_number_in_the_notebook_can_be_checked() -> None:
    (path,) = (path for path in NOTEBOOKS if path.stem == "explain")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    values = [
        run_cell("".join(cell["source"]), names) for cell in cells if cell["cell_type"] == "code"
    ]
    checked, attributed = values[2]
    assert checked == pytest.approx(attributed, abs=1e-3)
