"""The head that Hexo, Hugo, Jekyll and Obsidian put before a text: YAML, TOML (between ``+++``) or JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from classifier.reading.dates import date_of_name, is_iso, normal_date, written_date
from classifier.reading.patterns import pattern

MAX_CHARS = 8_000
MOST_BRACKETS = 200
"""YAML's parser takes seconds over a few thousand open brackets."""
_START = pattern(r"\ufeff?\s{0,40}(?=---|\+\+\+|title\s?:|\{\s{0,8}\")")
_BLOCK = pattern(r"-{3,8}[ \t]*\r?\n((?:.*?\n)??)(?:-{3,8}|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_OPEN_BLOCK = pattern(
    r"((?:[^\s:-][^\n:]{0,40}:[^\n]{0,300}\n|[ \t-][^\n]{0,300}\n|\r?\n){2,40}?)-{3,8}[ \t]*(?:\r?\n|$)"
)
"""Hexo asks for no rule above its head: ``title: …`` is the first line, and a rule ends it."""
_TOML_BLOCK = pattern(r"\+\+\+[ \t]*\r?\n(.*?)\r?\n\+\+\+[ \t]*(?:\r?\n|$)", re.DOTALL)
_PAIR = pattern(r"([^\W\d][\w\- ]{0,30}?)\s*[:\uff1a]\s*(.*)")
_KEY = pattern(r"[A-Za-z_][\w\-. ]{0,40}")
_WIDE_COLON = pattern(r"(?m)^([^\W\dA-Za-z_]{1,10})\s*\uff1a\s*")
_NAMES = {
    "标题": "title", "題目": "title", "题目": "title", "標題": "title", "title": "title",
    "副标题": "subtitle", "副題": "subtitle", "副题": "subtitle", "subtitle": "subtitle",
    "日期": "date",
    "发布日期": "date", "发布时间": "date", "发表时间": "date", "時間": "date", "时间": "date", "date": "date",
    "published": "date", "publishdate": "date", "pubdate": "date", "created": "date",
    "栏目": "column", "欄目": "column", "版面": "column", "column": "column",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Known keys of the head (``title``, ``subtitle``, ``date``, ``column``) and where the text after it starts."""

    values: Mapping[str, str] = field(default_factory=dict)
    end: int = 0

    @property
    def date(self) -> str:
        given = self.values.get("date", "")
        if not given:
            return ""
        date = normal_date(given)
        return date if is_iso(date) else written_date(given) or date_of_name(given)


def front_matter(source: str) -> FrontMatter:
    """The head of ``source``; one that ends at 0 where there is none."""
    start = _START.match(source)
    if start is None:
        return FrontMatter()
    head, at = source[: start.end() + MAX_CHARS], start.end()
    if match := _BLOCK.match(head, at):
        values = _yaml_values(match[1])
    elif match := _TOML_BLOCK.match(head, at):
        values = _toml_values(match[1])
    elif head.startswith("{", at):
        return _json_head(head, at)
    elif match := _OPEN_BLOCK.match(head, at):
        values = _yaml_values(match[1])
        values = values if values and len(values) > 1 else None
    else:
        return FrontMatter()
    return FrontMatter(values, match.end()) if values is not None else FrontMatter()


def _json_head(head: str, at: int) -> FrontMatter:
    """A JSON object with known keys, and nothing behind it in its last line."""
    import json

    try:
        entries, end = json.JSONDecoder().raw_decode(head, at)
    except (ValueError, RecursionError):
        return FrontMatter()
    rest = head[end:].lstrip(" \t\r")
    values = {name: value for name, value in _known(entries).items() if isinstance(value, str)}
    return FrontMatter(values, len(head) - len(rest) + 1) if "title" in values and rest[:1] == "\n" else FrontMatter()


def _yaml_values(block: str) -> dict[str, str] | None:
    """The known keys of YAML; None where it is none, and what stands between the rules is text."""
    import yaml

    if block.count("[") + block.count("{") > MOST_BRACKETS:
        return _plain_values(block)
    try:
        # Composed, not constructed: nothing but marks and strings is made of it.
        node = yaml.compose(_WIDE_COLON.sub(r"\1: ", block), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return _plain_values(block)
    if not isinstance(node, yaml.MappingNode) or not node.value:
        return _plain_values(block)  # title:清河口 without a blank is a string to YAML
    values: dict[str, str] = {}
    keys: list[str] = []
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or not (_is_key(key.value)):
            return None
        keys.append(key.value.strip().lower())
        name = _NAMES.get(keys[-1])
        if name and isinstance(value, yaml.ScalarNode) and name not in values:
            values[name] = _one_line(value)
    return values if _is_head(keys) else None


def _is_head(keys: list[str]) -> bool:
    """Whether keys are a head's, not people who speak (``王小明:``, ``Q:``) or a notice's words (``时间:``)."""
    in_english = all(key.isascii() and len(key) > 1 for key in keys)
    return in_english or any(key in _NAMES and key not in ("时间", "時間") for key in keys)


def _toml_values(block: str) -> dict[str, str] | None:
    import tomllib

    try:
        table: dict[str, Any] = tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError):
        return _plain_values(block.replace("=", ":"))
    return {name: str(value) for name, value in _known(table).items() if not isinstance(value, list | dict)}


def _known(entries: dict[str, Any]) -> dict[str, Any]:
    return {_NAMES[key.lower()]: value for key, value in entries.items() if key.lower() in _NAMES}


def _plain_values(block: str) -> dict[str, str] | None:
    """The known keys of a head that is no proper YAML (``title: [快讯] 抢播``), line by line; or None."""
    values: dict[str, str] = {}
    keys: list[str] = []
    for line in block.splitlines():
        if not line.strip() or line.startswith((" ", "\t", "-", "#")):
            continue
        pair = _PAIR.fullmatch(line.strip())
        if pair is None:
            return None
        keys.append(pair[1].lower())
        if name := _NAMES.get(keys[-1]):
            values.setdefault(name, pair[2].strip().strip("\"'").strip())
    return values if values and _is_head(keys) else None


def _is_key(key: str) -> bool:
    return (
        bool(_KEY.fullmatch(key))
        or key.isdecimal()
        or key.strip().lower() in _NAMES
        or (len(key) <= 10 and key.replace(" ", "").isalpha())
    )


def _one_line(node: Any) -> str:
    """A value as one line; where it was folded, Han characters close up."""
    if node.start_mark.line == node.end_mark.line:
        return " ".join(node.value.split())
    value = re.sub(r"(?<=[\u2e80-\uffff])[ \t]*\n[ \t]*(?=[\u2e80-\uffff])", "", node.value)
    if node.style in (">", None, "'", '"'):  # the line breaks of these became blanks already
        raw = node.start_mark.buffer[node.start_mark.pointer : node.end_mark.pointer]
        lines = [line.strip(" \t\"'") for line in raw.split("\n")]
        lines = [line for line in (lines[1:] if node.style == ">" else lines) if line]
        value = "\n".join(lines)
        value = re.sub(r"(?<=[\u2e80-\uffff])\n(?=[\u2e80-\uffff])", "", value)
    return " ".join(value.split())
