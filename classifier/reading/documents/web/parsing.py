"""Markup → a tree, with bounds: scripts, styles and comments are taken out first, hostile tags are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.errors import InputRefused
from classifier.messages import say

if TYPE_CHECKING:
    from lxml.etree import _Element

    from classifier.reading.reading_options import Limits

_OPENING = re.compile(
    r"<(?:!--|([sS][cC][rR][iI][pP][tT]|[sS][tT][yY][lL][eE]|[tT][eE][xX][tT][aA][rR][eE][aA])(?=[\s/>]))"
)
_CLOSING = {
    "script": re.compile(r"</[sS][cC][rR][iI][pP][tT][\s/>]"),
    "style": re.compile(r"</[sS][tT][yY][lL][eE][\s/>]"),
    "textarea": re.compile(r"</[tT][eE][xX][tT][aA][rR][eE][aA][\s/>]"),
}
_TAG = re.compile(r"<[a-zA-Z](?:[\s/]*+[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?)?)*+")
_ATTRIBUTE = re.compile(r"[\s/]*+[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?)?")
_OUTER_END = re.compile(r"</(?:[hH][tT][mM][lL]|[bB][oO][dD][yY])\s*>")
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_SMALL = 65_536
"""In a page of fewer characters than this no tag can hold enough attributes to take long."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A page's markup without its scripts, styles and comments, and the scripts beside it.

    ``scripts`` holds the opening tag and the content of each script, and of each ``<textarea>``: some sites
    keep the article in one until a script puts it on the page.
    """

    markup: str
    scripts: tuple[tuple[str, str], ...]


def split_scripts(markup: str) -> Parts:
    """Take scripts, styles and comments out of a page; one that is never closed reaches to the end, as in a browser."""
    kept: list[str] = []
    scripts: list[tuple[str, str]] = []
    place = 0
    while opening := _OPENING.search(markup, place):
        kept.append(markup[place : opening.start()])
        name = opening[1]
        if name is None:
            end = markup.find("-->", opening.start() + 2)
            place = end + 3 if end >= 0 else len(markup)
            continue
        inside = markup.find(">", opening.end()) + 1
        if not inside:
            place = len(markup)
            break
        closing = _CLOSING[name.lower()].search(markup, inside)
        end = closing.start() if closing else len(markup)
        if name.lower() != "style":
            scripts.append((markup[opening.start() : inside], markup[inside:end]))
        after = markup.find(">", end)
        place = after + 1 if after >= 0 else len(markup)
    kept.append(markup[place:])
    inner = "".join(kept)
    for invisible in _INVISIBLE:
        if invisible in inner:
            inner = inner.replace(invisible, "")
    # Text after </html> is shown by browsers, but not parsed by libxml2.
    return Parts(_OUTER_END.sub(" ", inner), tuple(scripts))


def parse_page(markup: str, name: str, limits: Limits) -> _Element:
    """The tree of a page's markup (``split_scripts`` first).

    Raises InputRefused where lxml is not installed, and for markup made to take forever.
    """
    try:
        from lxml import etree
    except ImportError as error:
        raise InputRefused(name, say("reading.no_package", package="lxml")) from error
    if markup.count("<") > limits.html_tags:
        raise InputRefused(name, say("web.tags", most=f"{limits.html_tags:,}"))
    _check_attributes(markup, name, limits)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputRefused(name, say("web.damaged", error=error)) from error
    if root is None:
        raise InputRefused(name, say("web.no_article"))
    return root


def _check_attributes(markup: str, name: str, limits: Limits) -> None:
    """Refuse a tag of very many attributes: parsers compare each with all before it."""
    if len(markup) < _SMALL:
        return
    most = limits.html_attributes
    for tag in _TAG.finditer(markup):
        start, end = tag.span()
        if end - start > 2 * most and sum(1 for _ in _ATTRIBUTE.finditer(markup, start, end)) > most:
            raise InputRefused(name, say("web.attributes", most=f"{most:,}"))
