"""The house: imports go down only, lanmu → training → classifier, and no module imports itself by a detour."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter

from tests.source import ROOT, STOREYS, source_trees


def imports_of(tree: ast.Module, modules: set[str]) -> set[str]:
    """The project's modules that a file imports anywhere: at the top, in a function, for types only."""
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {f"{node.module}.{alias.name}" for alias in node.names} - {node.module}
            imported |= (
                {node.module} if not all(f"{node.module}.{alias.name}" in modules for alias in node.names) else set()
            )
    return imported & modules


@cache
def graph() -> Mapping[str, set[str]]:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): tree
        for path, tree in source_trees().items()
    }
    return {name: imports_of(tree, set(modules)) - {name} for name, tree in modules.items()}


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


def test_no_test_needs_a_benchmark() -> None:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("*.py")}
    needing = [
        f"{path.name}: {ast.unparse(node)}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and " benchmarks" in ast.unparse(node)
    ]
    assert not needing
