"""A page of charts and tables that stands alone: one file without a script that asks nothing of a network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The content security policy of chart_page: nothing is loaded from anywhere, and nothing runs."""

STYLE: Final = Path(__file__).with_suffix(".css").read_text("utf-8")


def figure(caption: str, content: str, note: str = "") -> str:
    """A chart or table with what it shows above it; ``content`` is HTML, the others are plain text."""
    small = f"<small>{escape(note)}</small>" if note else ""
    return f"<figure><figcaption>{escape(caption)}{small}</figcaption>{content}</figure>"


def chart_page(title: str, body: str, *, language: str = "zh", style: str = "") -> str:
    """A whole HTML document that needs no other file; ``body`` is HTML (its text escaped already)."""
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def key_figures(figures: Sequence[tuple[str, str]]) -> str:
    """A row of (value, what it is) as cards."""
    cards = "".join(f"<div><b>{escape(value)}</b><span>{escape(name)}</span></div>" for value, name in figures)
    return f'<div class="figures">{cards}</div>'


def html_table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of plain values; numbers are set to the right, with thousands apart."""

    def cell(tag: str, value: object, number: bool) -> str:
        shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
        return f"<{tag}{' class=number' if number else ''}>{escape(shown)}</{tag}>"

    numbers = [bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(heading))]
    head = "".join(cell("th", name, number) for name, number in zip(heading, numbers, strict=True))
    body = "".join(
        f"<tr>{''.join(cell('td', value, number) for value, number in zip(row, numbers, strict=True))}</tr>"
        for row in rows
    )
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
