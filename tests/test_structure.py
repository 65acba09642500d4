"""The house: imports go down only, lanmu → training → classifier, and no module imports itself by a detour."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
STOREYS = ("classifier", "training", "lanmu")
"""From the ground up."""


def imports_of(path: Path, modules: set[str]) -> set[str]:
    """The project's modules that a file imports anywhere: at the top, in a function, for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} - {node.module}
            found |= (
                {node.module} if not all(f"{node.module}.{alias.name}" in modules for alias in node.names) else set()
            )
    return found & modules


def graph() -> dict[str, set[str]]:
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for storey in STOREYS
        for path in (ROOT / storey).rglob("*.py")
    }
    return {name: imports_of(path, set(files)) - {name} for name, path in files.items()}


def test_imports_go_down_only() -> None:
    height = {storey: floor for floor, storey in enumerate(STOREYS)}
    up = [
        f"{name} imports {other}"
        for name, others in graph().items()
        for other in others
        if height[other.split(".")[0]] > height[name.split(".")[0]]
    ]
    assert not up


def test_there_are_no_circles() -> None:
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        raise AssertionError(" → ".join(error.args[1])) from None
