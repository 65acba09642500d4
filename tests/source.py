"""lanmu's own source, parsed once for all the tests that look at it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
STOREYS = ("classifier", "training", "lanmu")
"""From the ground up."""


@cache
def source_trees() -> Mapping[Path, ast.Module]:
    """The syntax tree of every file of the three storeys."""
    paths = [path for storey in STOREYS for path in sorted((ROOT / storey).rglob("*.py"))]
    return {path: ast.parse(path.read_text("utf-8")) for path in paths}


@cache
def source_nodes() -> Mapping[Path, tuple[ast.AST, ...]]:
    """Every node of each of these trees."""
    return {path: tuple(ast.walk(tree)) for path, tree in source_trees().items()}


def last_name(node: ast.expr) -> str:
    """``c`` of ``a.b.c``, and of ``c`` itself."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
