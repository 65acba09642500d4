"""Articles that a page carries inside its scripts: JSON-LD's articleBody, the data a script builds the page from."""

from __future__ import annotations

import html
import json
import re

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
_MOST_RIVALS = 2
"""Up to this many texts of about one length are still one article: some pages hold it plain and as markup."""
_MOST_SCRIPT = 4_000_000
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": ""}


def find_embedded_article(scripts: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    """The markup and title of the longest text that a script holds under a name such as ``articleBody``, or None.

    None, too, where several are about as long: then the script holds a list of stories or comments.
    """
    best = held = ""
    rivals: list[int] = []
    for opening, script in scripts:
        if len(script) > _MOST_SCRIPT:
            continue
        in_area = opening[1:2] in "tT"
        strings = (m[1] if m[1] is not None else m[2] for m in _TEXT.finditer(script))
        for written in (script,) if in_area else strings:
            if len(written) < max(_LEAST_HAN, len(best) // 2):
                continue
            text = html.unescape(written if in_area else _unescape(written))
            if text == best or not _reads_well(text):
                continue
            rivals.append(len(text))
            if len(text) > len(best):
                best, held = text, "" if in_area else script
    if not best or sum(length > len(best) // 2 for length in rivals) > _MOST_RIVALS:
        return None
    titles = (_unescape(m[1] or m[2] or "") for m in _TITLE.finditer(held))
    cleaned = (html.unescape(title).encode("utf-8", "replace").decode().strip(' "') for title in titles)
    return best, next((title[:300] for title in cleaned if len(title) >= 4), "")


def _reads_well(text: str) -> bool:
    return len(_HAN.findall(text)) >= _LEAST_HAN and _SENTENCE.search(text) is not None


def _unescape(written: str) -> str:
    """A string literal of JSON or JavaScript as text."""
    try:
        told = json.loads(f'"{written}"', strict=False)
        if isinstance(told, str):
            return told
    except ValueError:
        pass
    return _ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _PLAIN.get(m[3], m[3]), written)
