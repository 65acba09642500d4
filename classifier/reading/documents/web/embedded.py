"""Articles that a page carries inside its scripts: JSON-LD's articleBody, the data a script builds the page from."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

_TEXT = re.compile(
    r"[\"']?\b(?:articleBody|content|contents|body|articleContent|article_content|contentHtml|content_html|detail|text|"
    r"html|newsContent|mainContent)[\"']?\s*[:=]\s*(?:\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)')",
    re.DOTALL,
)
_TITLE = re.compile(
    r"[\"']?\b(?:headline|title|articleTitle|article_title|newsTitle|name)[\"']?\s*[:=]\s*"
    r"(?:\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)')",
    re.DOTALL,
)
_HAN = re.compile("[\u4e00-\u9fff]")
_SENTENCE = re.compile("[。！？]")
_LEAST_HAN = 30
_MOST_SCRIPT = 4_000_000
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": ""}


@dataclass(frozen=True, slots=True)
class Embedded:
    """An article's markup and title as a script holds them."""

    markup: str
    title: str


def embedded_article(scripts: tuple[tuple[str, str], ...]) -> Embedded | None:
    """The longest text of sentences that a script holds under a name such as ``articleBody``, or None."""
    best: Embedded | None = None
    most = 0
    for opening, script in scripts:
        if len(script) > _MOST_SCRIPT:
            continue
        if opening[1:2] in "tT":
            text = html.unescape(script)
            if len(text) > most and len(_HAN.findall(text)) >= _LEAST_HAN and _SENTENCE.search(text):
                most, best = len(text), Embedded(text, "")
            continue
        for found in _TEXT.finditer(script):
            written = found[1] if found[1] is not None else found[2]
            if len(written) < _LEAST_HAN or len(written) <= most:
                continue
            text = html.unescape(_unescape(written))
            if len(_HAN.findall(text)) < _LEAST_HAN or not _SENTENCE.search(text):
                continue
            most = len(written)
            titles = [t for m in _TITLE.finditer(script) if len(t := html.unescape(_unescape(m[1] or m[2] or ""))) >= 4]
            best = Embedded(text, titles[0].strip()[:300] if titles else "")
    return best


def _unescape(written: str) -> str:
    """A string literal of JSON or JavaScript as text."""
    try:
        told = json.loads(f'"{written}"', strict=False)
        if isinstance(told, str):
            return told
    except ValueError:
        pass
    return _ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _PLAIN.get(m[3], m[3]), written)
