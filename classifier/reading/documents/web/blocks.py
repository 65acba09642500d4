"""A page's tree → blocks of text, each with what tells an article's paragraph from a menu's line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.documents.web import phrases

if TYPE_CHECKING:
    from lxml.etree import _Attrib, _Element

    from classifier.reading.reading_options import Limits

_LEFT_OUT = frozenset((
    "script", "style", "noscript", "template", "iframe", "object", "embed", "applet", "svg", "canvas", "video",
    "audio", "map", "select", "option", "button", "textarea", "nav", "footer", "aside", "frameset", "noframes",
    "math", "dialog", "datalist", "rp", "rt",
))  # fmt: skip
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "ins", "kbd", "label", "mark", "nobr", "o:p", "output", "q", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
))  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_VOID = frozenset(
    ("br", "img", "hr", "meta", "link", "input", "wbr", "base", "col", "param", "source", "track", "title")
)
_KEEPS_LINES = frozenset(("pre", "plaintext", "listing", "xmp"))
_OUTER = frozenset(("html", "body"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_INDENT = re.compile("(?<=[。！？…”）])\u3000\u3000+")
"""Two wide blanks after a sentence start the next paragraph where a page has no other sign of it."""
_MARKS = re.compile("[，。！？；：、,;!?”…]")
_ENDS = re.compile("[。！？…!?；;][”’」』）)】]*")
_ASIDE = re.compile(
    r"(?<![a-z])(?:comments?|cmts?|pinglun|repl(?:y|ies)|feedback|discuss|recommends?|recommendation|recom|tuijian|"
    r"related?|relevant|xiangguan|hots?|hotnews|ranks?|ranking|paihang|side|sidebar|aside|foot|footer|copyright|"
    r"shares?|sharing|nav|navbar|navigation|menu|crumbs?|breadcrumbs?|login|ads?|adv|advert|advertisement|banner|"
    r"qr|qrcode|ewm|erweima|download|subscribe|toolbar|tools?|tags?|keywords?|disclaimer|statement|shengming|"
    r"pager|pagination|prevnext|links?|friendlinks?|more|guess|topbar|topnav|header|popup|modal|dialog|player|vote|"
    r"digg|zan|jiathis|bdshare|bshare|jubao|zebian|hidden|hide)"
    r"(?![a-z])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(slots=True)
class Node:
    """An element that starts blocks: where it stands in the tree and which blocks are in it.

    ``aside`` counts the elements from here up whose names say menu, comments, recommendations;
    ``first`` and ``last`` are the range of blocks inside.
    """

    parent: int
    tag: str
    aside: int
    first: int
    last: int = 0


@dataclass(slots=True)
class Block:
    """A line of text as a browser would set it apart.

    ``words`` is the text with what set phrases are written in in simplified characters.
    """

    text: str
    words: str
    node: int
    chars: int
    link_chars: int
    marks: int
    ends: int
    heading: str = ""
    listed: bool = False
    aside: int = 0
    value: float = 0.0


@dataclass(slots=True)
class Page:
    """The blocks of a page in their order, the elements they stand in, and what its head says."""

    blocks: list[Block] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    title: str = ""
    times: list[str] = field(default_factory=list)


class _Walk:
    """The state of one walk through a tree."""

    def __init__(self, traditional: bool) -> None:
        self.traditional = traditional
        self.page = Page()
        self.pieces: list[str] = []
        self.linked: list[str] = []
        self.here = -1
        self.heading = ""
        self.items = self.kept_lines = 0

    def add(self, text: str, linked: bool) -> None:
        self.pieces.append(text)
        if linked:
            self.linked.append(text)

    def end_block(self) -> None:
        if not self.pieces:
            return
        whole = "".join(self.pieces)
        for part in _INDENT.split(whole) if "\u3000\u3000" in whole and not self.linked else (whole,):
            if text := " ".join(part.split()):
                self._append(text)
        self.pieces = []
        self.linked = []

    def _append(self, text: str) -> None:
        long = len(text) > 5
        self.page.blocks.append(
            Block(
                text=text,
                words=phrases.simplify(text) if self.traditional else text,
                node=self.here,
                chars=len(text) - text.count(" "),
                link_chars=len("".join("".join(self.linked).split())) if self.linked else 0,
                marks=len(_MARKS.findall(text)) if long else 0,
                ends=len(_ENDS.findall(text)) if long else 0,
                heading=self.heading,
                listed=self.items > 0,
                aside=self.page.nodes[self.here].aside if self.here >= 0 else 0,
            )
        )

    def open_node(self, element: _Element, tag: str) -> None:
        nodes = self.page.nodes
        aside = nodes[self.here].aside if self.here >= 0 else 0
        attributes = element.attrib
        if attributes and tag not in _OUTER:
            names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
            if _says_aside(names) or _is_hidden(attributes):
                aside += 1
        nodes.append(Node(self.here, tag, aside, len(self.page.blocks)))
        self.here = len(nodes) - 1
        if tag in _HEADINGS:
            self.heading = tag
        elif tag == "li":
            self.items += 1
        elif tag in _KEEPS_LINES:
            self.kept_lines += 1

    def close_node(self, tag: str) -> None:
        node = self.page.nodes[self.here]
        node.last = len(self.page.blocks)
        self.here = node.parent
        if tag in _HEADINGS:
            self.heading = ""
        elif tag == "li":
            self.items -= 1
        elif tag in _KEEPS_LINES:
            self.kept_lines -= 1


def page_blocks(root: _Element, name: str, limits: Limits, *, traditional: bool = False) -> Page:
    """Walk a page's tree once and cut its text in blocks.

    ``traditional``: whether set phrases may be in traditional characters.

    Raises InputRefused where elements are nested deeper than any page's are.
    """
    from lxml.etree import iterwalk

    state = _Walk(traditional)
    links = depth = 0
    left_out = False
    link_opens: list[bool] = []
    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        inline = tag in _INLINE
        if event == "start":
            depth += 1
            if depth > limits.html_depth:
                raise InputRefused(name, say("web.depth", most=f"{limits.html_depth:,}"))
            if inline:
                if tag == "a":
                    # <a name=…> is a place to jump to, and often left open: what follows is no link.
                    link_opens.append(element.get("href") is not None)
                    links += link_opens[-1]
                elif tag == "time" and (told := element.get("datetime")):
                    state.page.times.append(told)
            elif tag in _LEFT_OUT or (tag == "head" and depth == 2):
                if tag == "head":
                    _read_head(element, state.page)
                left_out = True
                walk.skip_subtree()
                continue
            elif tag == "br":
                state.end_block()
                continue
            elif tag in _VOID:
                if tag == "meta":
                    _read_meta(element, state.page)
                elif tag == "title" or tag == "hr":
                    state.end_block()
                continue
            else:
                state.end_block()
                state.open_node(element, tag)
            text = element.text
        else:
            depth -= 1
            if left_out:
                left_out = False
            elif inline:
                if tag == "a":
                    links -= link_opens.pop()
            elif tag not in _VOID:
                state.end_block()
                state.close_node(tag)
            text = element.tail
        if text:
            if state.kept_lines and "\n" in text:
                *lines, text = text.split("\n")
                for line in lines:
                    state.add(line, links > 0)
                    state.end_block()
            state.add(text, links > 0)
    state.end_block()
    return state.page


@lru_cache(maxsize=4096)
def _says_aside(names: str) -> bool:
    return _ASIDE.search(_CAMEL.sub("-", names[:300]).lower()) is not None


def _is_hidden(attributes: _Attrib) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _HIDDEN.search(style[:1000]) is not None)


def _read_head(head: _Element, page: Page) -> None:
    for element in head.iter("title", "meta", "link"):
        if element.tag == "meta":
            _read_meta(element, page)
        elif element.tag == "link":
            if element.get("rel") == "canonical":
                page.metas.setdefault("canonical", (element.get("href") or "")[:2000])
        elif not page.title:
            page.title = " ".join("".join(element.itertext()).split())[:1000]


def _read_meta(meta: _Element, page: Page) -> None:
    content = (meta.get("content") or "").strip()
    for key in ("property", "name", "itemprop", "http-equiv"):
        told = meta.get(key)
        if told and content:
            page.metas.setdefault(told.strip().lower(), content[:2000])
