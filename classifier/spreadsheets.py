"""CSV that people open in a spreadsheet: cells that would run as formulas are defused."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def defuse(cell: str) -> str:
    """The cell, with ``'`` before it where a spreadsheet would take it for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def undo_defuse(cell: str) -> str:
    """The cell as it was before ``defuse``."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell
