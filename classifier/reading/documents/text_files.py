"""Decoded text → Articles: a newspaper page, or one plain article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.doubts import doubt
from classifier.reading.origin import Origin
from classifier.reading.patterns import pattern
from classifier.reading.reading_options import ReadingOptions, Scorer
from classifier.text import plain_ideographs

_HEADLINE = pattern(r"^[ \t\u3000]{0,3}#[ \t\u3000]+\S|^[ \t]{0,3}#[^\W\dA-Za-z_][^#\n]*$", re.MULTILINE)
_LOWER_HEADLINE = pattern(r"^[ \t\u3000]{0,3}#{2,3}[ \t\u3000]+\S", re.MULTILINE)
_MAY_HAVE_BYLINES = pattern(
    r"[讯訊电電记記通消報报供中来來)）](?:(?<=[讯訊电電])|(?<=[记記])\s?者|(?<=通)讯|(?<=消)息|(?<=[報报])[道导導]"
    r"|(?<=供)\s?稿|(?<=中)心|(?<=[来來])源|(?<=[)）])[。.]?\s*\n)"
)
_WIDE_HEADLINE = pattern(r"^[ \t\u3000]{0,3}＃{1,6}(?=[ \t\u3000]*[^\s＃])", re.MULTILINE)
_BYLINES_OF_A_PAGE = 2
_SIGNED, _HEADED = "signed", "headed"
_HEADLINE_CHARS = 30
_LOOKED_AT_LINES = 20_000


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's text, ``#`` before each headline, with what is doubtful of it.

    ``broken`` counts the characters that could not be read (now U+FFFD), ``nuls`` those left out.
    """

    text: str
    broken: int = 0
    nuls: int = 0
    doubts: tuple[str, ...] = ()


def read_text(
    text: str,
    kind: str,
    origin: Origin,
    options: ReadingOptions,
    scorer: Scorer | None = None,
) -> list[Article]:
    """Read decoded text as a page or a plain article, whichever it is."""
    text = plain_ideographs(text)
    if "＃" in text:
        text = _WIDE_HEADLINE.sub(lambda match: match[0].replace("＃", "#"), text)
    if text.count("\n") >= options.limits.page_lines:
        raise InputRefused(origin.name, say("file.lines", most=f"{options.limits.page_lines:,}"))
    if kind == "page" or (kind != "plain" and is_page(text)):
        from classifier.reading.page.page import read_page

        return list(read_page(text, origin, options, scorer).articles)
    from classifier.reading.documents.plain import read_plain

    article = read_plain(text, origin)
    if not article.text and not article.title:
        raise InputRefused(origin.name, say("file.no_text"))
    return [article]


def with_broken(articles: list[Article], broken: int, nuls: int = 0) -> list[Article]:
    """Articles that say how many characters of their file could not be decoded or were left out."""
    if broken:
        told = doubt("not_decoded", count=broken)
        hit = [article for article in articles if "\ufffd" in article.title + article.text] or articles
        articles = [add_doubts(article, [told]) if article in hit else article for article in articles]
    if nuls:
        articles = [add_doubts(articles[0], [doubt("nuls_left_out", count=nuls)]), *articles[1:]]
    return articles


def add_doubts(article: Article, doubts: Sequence[str]) -> Article:
    """The article with more that is not sure of it."""
    return replace(article, uncertain=(*article.uncertain, *doubts)) if doubts else article


def is_page(text: str) -> bool:
    """Whether text is a newspaper page: it has a headline mark, or bylines that start or sign two stories.

    Where a front matter gives the title the text is one article, and its headings are sub-heads,
    unless two bylines say otherwise.
    """
    if not _has_own_title(text) and (_HEADLINE.search(text) or len(_LOWER_HEADLINE.findall(text)) >= 2):
        return True
    if not _MAY_HAVE_BYLINES.search(text):
        return False
    from classifier.reading.page.bylines import is_signed, lead_byline, line_byline, signature
    from classifier.reading.page.tails import recommends
    from classifier.reading.patterns import CLOSING_BRACKETS, ENDS

    starts, announced = 0, False
    # A story signed at its end, then a line like a headline, text, and another signature: a page, too.
    below, heads, has_text = "", 0, False
    for line in text.split("\n", _LOOKED_AT_LINES)[:_LOOKED_AT_LINES]:
        if lead := lead_byline(line):
            starts, announced = starts + (not lead.cited), False
        elif not line or line.isspace():
            continue
        else:
            short = len(line) <= 100 and line[-1] not in ENDS
            if short and recommends(line):
                return False
            if short and line_byline(line):
                announced = not signature(line)
                if heads:
                    return True
                below = _SIGNED if has_text else ""
                continue
            starts, announced = starts + announced, False
            end = line.rstrip() if short else line.rstrip("。. \u3000")
            signed = end[-1:] in CLOSING_BRACKETS and is_signed(line)
            has_text, heads = has_text or not short or signed, heads + (below == _HEADED)
            if heads and signed:
                return True
            is_head = short and below == _SIGNED and not signed and len(line.strip()) <= _HEADLINE_CHARS
            below = _SIGNED if signed else _HEADED if is_head else ""
        if starts >= _BYLINES_OF_A_PAGE:
            return True
    return False


def _has_own_title(text: str) -> bool:
    if text[:1] not in "-+t{\ufeff \n\r":
        return False
    from classifier.reading.page.frontmatter import front_matter

    return bool(front_matter(text).values.get("title"))
