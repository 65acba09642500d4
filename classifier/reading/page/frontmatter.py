"""The head that some exports put before a text: ``---``, keys and values, ``---``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from classifier.reading.dates import named_date, written_date
from classifier.reading.patterns import pattern

MAX_CHARS = 8_000
_BLOCK = pattern(r"\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_PAIR = pattern(r"([^\W\d]{1,30})\s*[:\uff1a]\s*(.+)")
_NAMES = {
    "标题": "title", "title": "title", "日期": "date", "date": "date", "栏目": "column", "column": "column",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Known keys of the head (``title``, ``date``, ``column``) and where the text after it starts."""

    values: Mapping[str, str] = field(default_factory=dict)
    end: int = 0

    @property
    def date(self) -> str:
        given = self.values.get("date", "")
        return written_date(given) or named_date(given)


def front_matter(source: str) -> FrontMatter:
    """The head of ``source``; one that ends at 0 where there is none."""
    match = _BLOCK.match(source[:MAX_CHARS])
    if not match:
        return FrontMatter()
    values: dict[str, str] = {}
    for line in match[1].splitlines():
        if pair := _PAIR.fullmatch(line.strip()):
            name = _NAMES.get(pair[1].lower())
            if name:
                values[name] = pair[2].strip().strip("\"'").strip()
        elif line.strip() and not line.startswith((" ", "-", "#")):
            return FrontMatter()
    return FrontMatter(values, match.end()) if values else FrontMatter()
