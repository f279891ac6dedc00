"""The layout of the package: who may import whom, what a file may be called and how long it may be.

The lists named PRESENT_* hold what still breaks a rule. They may only get shorter: an entry that
is no longer needed fails its test, so take it out in the same commit.
"""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = "spacy_sarcasm"
ROOT = Path(importlib.util.find_spec(PACKAGE).origin).parent  # type: ignore[union-attr,arg-type]

LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__", "spacy_cli"),
    ("cli",),
    ("recipes",),
    ("teacher", "training"),
    ("explanation", "report", "evaluation", "generation"),
    ("scoring",),
    ("pipeline",),
    ("network",),
    ("corpus",),
    ("downloads", "pretrained"),
    ("vectors",),
    ("data",),
    ("plotting",),
    ("about", "atomic", "extras", "stored_arrays"),
)
"""Rooms and modules at the top of the package. Each imports only from the layers below its own."""

PRESENT_CYCLES: set[str] = set()

PRESENT_UPWARD: set[str] = set()

MAY_IMPORT = {
    "tensorflow": ("network/engines/keras_", "generation/keras_", "recipes/rewriting/keras_"),
    "keras": ("network/engines/keras_", "generation/keras_", "recipes/rewriting/keras_"),
    "onnxruntime": ("network/engines/onnx_",),
    "pyspark": ("scoring/spark.py",),
    "torch": ("teacher/",),
    "transformers": ("teacher/",),
}
"""Heavy packages, and the start of the paths of the modules that may import them, in a function
or at the top. Asking whether one is installed, by `require`, counts as importing it. The language
model and the rewriter have Keras modules of their own, since `network` must not know of them."""

MAY_ASK_FOR = {"tensorflow": ("network/", "generation/")}
"""Who may also call `require` for a package, to say that it is missing before anything starts."""

NAMED_ALIKE = {"__init__.py"}
PRESENT_NAMED_ALIKE: set[str] = set()

MAX_MODULES = 11
"""Modules at one level of a folder, without `__init__.py`."""

PRESENT_CROWDED: dict[str, int] = {}

MAX_LINES = 300
PRESENT_LONG: dict[str, int] = {}


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name, the package's own name left out."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported_names(name: str, path: Path) -> Iterator[str]:
    """The absolute names that a module imports, anywhere in it, `from a import b` as `a.b`."""
    parts = [PACKAGE, *name.split(".")] if name else [PACKAGE]
    package = parts if path.name == "__init__.py" else parts[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def own_imports(name: str, path: Path) -> set[str]:
    """The modules of the package that a module imports."""
    found = set()
    for imported in imported_names(name, path):
        top, _, rest = imported.partition(".")
        if top != PACKAGE:
            continue
        # The last part may be a name inside a module.
        while rest and rest not in modules():
            rest = rest.rpartition(".")[0]
        found.add(rest)
    return found


def edges() -> dict[str, set[str]]:
    return {name: own_imports(name, path) for name, path in modules().items()}


def layer_of(module: str) -> int:
    room = module.partition(".")[0]
    for number, rooms in enumerate(LAYERS):
        if room in rooms:
            return number
    raise AssertionError(f"{module}: the room '{room}' is new; give it its place in LAYERS")


def cycles() -> set[frozenset[str]]:
    """Sets of modules that import one another, directly or through others."""
    imports = edges()
    reached: dict[str, set[str]] = {}
    for module in imports:
        found: set[str] = set()
        waiting = [module]
        while waiting:
            new = imports[waiting.pop()] - found
            found |= new
            waiting.extend(new)
        reached[module] = found
    return {
        frozenset(other for other in reached[module] if module in reached[other])
        for module in imports
        if module in reached[module]
    }


def test_no_import_cycle() -> None:
    found = {", ".join(sorted(cycle)) for cycle in cycles()}
    assert found - PRESENT_CYCLES == set(), "move what they share to a module below them"
    assert PRESENT_CYCLES - found == set(), "no longer needed: shorten the list"


def test_imports_point_downwards() -> None:
    upward = {
        f"{module} -> {imported}"
        for module, found in edges().items()
        for imported in found
        if module
        and imported
        and module.partition(".")[0] != imported.partition(".")[0]
        and layer_of(imported) <= layer_of(module)
    }
    assert upward - PRESENT_UPWARD == set(), "import from a layer below, or move what is shared"
    assert PRESENT_UPWARD - upward == set(), "no longer needed: shorten the list"


def test_nothing_imports_the_packages_own_init() -> None:
    assert [module for module, found in edges().items() if "" in found and module] == []


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_heavy_packages_are_imported_in_their_place(package: str) -> None:
    importers = {
        path.relative_to(ROOT).as_posix()
        for name, path in modules().items()
        if any(imported.partition(".")[0] == package for imported in imported_names(name, path))
    }
    assert [path for path in importers if not path.startswith(MAY_IMPORT[package])] == []
    askers = {
        path.relative_to(ROOT).as_posix() for path in modules().values() if asks_for(path, package)
    }
    allowed = MAY_IMPORT[package] + MAY_ASK_FOR.get(package, ())
    assert [path for path in askers if not path.startswith(allowed)] == []
    assert importers | askers, "nothing imports it: take it out of the list"


def asks_for(path: Path, package: str) -> bool:
    """Whether a module names a package in a call of `require` or `import_module`."""
    return any(
        isinstance(argument, ast.Constant) and str(argument.value).partition(".")[0] == package
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("require", "import_module")
        for argument in node.args[:1]
    )


def test_a_file_name_occurs_once() -> None:
    # A command may have the name of the module that it calls.
    paths = [path for path in modules().values() if ROOT / "cli" not in path.parents]
    counts = Counter(path.name for path in paths)
    alike = {name for name, count in counts.items() if count > 1} - NAMED_ALIKE
    assert alike - PRESENT_NAMED_ALIKE == set(), "say in the name which of the two it is"
    assert PRESENT_NAMED_ALIKE - alike == set(), "no longer needed: shorten the list"


def test_folders_are_not_crowded() -> None:
    counts = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for path in modules().values()
        if path.name != "__init__.py"
    )
    check_sizes(dict(counts), MAX_MODULES, PRESENT_CROWDED, "divide the folder")


def test_files_are_short() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in modules().values()
    }
    check_sizes(lengths, MAX_LINES, PRESENT_LONG, "divide the file")


def check_sizes(sizes: dict[str, int], limit: int, present: dict[str, int], remedy: str) -> None:
    """No size is above the limit, but for those that were when the list was made."""
    too_large = {name: size for name, size in sizes.items() if size > limit}
    grown = {name: size for name, size in too_large.items() if size > present.get(name, limit)}
    assert grown == {}, remedy
    assert set(present) - set(too_large) == set(), "no longer needed: shorten the list"
