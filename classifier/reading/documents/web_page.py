"""A web page → its article: title, date and paragraphs, without the menus, links and notices around them."""

from __future__ import annotations

import re

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.dates import date_of_name
from classifier.reading.documents.text_files import with_broken
from classifier.reading.documents.web.blocks import Page, page_blocks
from classifier.reading.documents.web.body import Body, find_body
from classifier.reading.documents.web.embedded import find_embedded_article
from classifier.reading.documents.web.head import find_date, find_title, key_of, title_above, title_of_text
from classifier.reading.documents.web.parsing import parse_page, split_scripts
from classifier.reading.documents.web.phrases import SUMMARY, is_traditional
from classifier.reading.encoding import Decoded, common_share, decode
from classifier.reading.origin import Origin
from classifier.reading.page.bylines import closing_reporters, first_byline
from classifier.reading.reading_options import LIMITS, Limits, ReadingRun
from classifier.text import plain_ideographs

_READ_AS = {"gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs"}
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})|<\?xml[^>]{0,100}encoding=[\"']([A-Za-z0-9_-]{2,20})",
    re.IGNORECASE,
)
_HAN = re.compile("[\u3400-\u9fff]")
_LEAST_REPEATED = 16
_LOOKED_AT = 16_384
_LOOKED_AT_HAN, _LEAST_COMMON = 500, 0.7
"""Of so many characters this share is in the everyday part of the page's encoding, but where that is the wrong one."""


def decode_page(data: bytes, name: str, encoding: str = "") -> Decoded:
    """A page's bytes as text, with how many characters could not be read.

    What is valid UTF-8 is UTF-8 whatever the page declares; a page that declares gb2312 means
    GB18030; else what the bytes speak for.

    Raises InputRefused for what is no text.
    """
    if encoding:
        return decode(data, name, encoding)
    for told in ("utf-8-sig", ""):
        declared = told or read_declared_encoding(data)
        try:
            text = data.decode(declared) if declared else ""
        except UnicodeDecodeError:
            continue
        if not text.strip() or "\0" in text:
            continue
        codec = "big5" if declared == "big5hkscs" else "gb2312"
        if told or common_share(_HAN.findall(text)[:_LOOKED_AT_HAN], codec) >= _LEAST_COMMON:
            return Decoded(text, declared.removesuffix("-sig"))
    return decode(data, name)


def read_declared_encoding(data: bytes) -> str:
    """The Chinese encoding that a page says it is in, in the name Python reads it best under; or empty."""
    for match in _DECLARED.finditer(data[:_LOOKED_AT]):
        name = (match[1] or match[2]).decode("ascii").lower()
        if name in _READ_AS:
            return _READ_AS[name]
    return ""


def read_web_page(data: bytes, origin: Origin, run: ReadingRun) -> list[Article]:
    """The article of a web page's bytes, as ``read_html`` reads it."""
    decoded = decode_page(data, origin.name, run.options.encoding)
    return with_broken([read_html(decoded.text, origin, run.options.limits)], decoded.broken, decoded.nuls)


def read_html(markup: str, origin: Origin, limits: Limits = LIMITS) -> Article:
    """The article of a web page; menus, comments, notices and scripts are left aside.

    Raises InputRefused where there is no article text.
    """
    if len(markup) > limits.html_bytes:
        raise InputRefused(origin.name, say("web.too_long", most=f"{limits.html_bytes:,}"))
    parts = split_scripts(markup)
    page = _blocks(parts.markup, origin.name, limits)
    title, title_at = find_title(page)
    body = find_body(page, title_at)
    first, last = (body.first, body.last) if body else (len(page.blocks), len(page.blocks))
    date = find_date(page, parts.scripts, title_at, body.chosen[0] if body else first, last)
    if body is None:
        page, body, told = _inside_scripts(parts.scripts, origin.name, limits)
        title = title if key_of(title) in key_of(told) else told or title
    if body is None:
        raise InputRefused(origin.name, say("web.no_article"))
    if not title:
        title = title_of_text(page, body.chosen) or title_above(page, body.chosen[0])
    paragraphs = [plain_ideographs(page.blocks[i].text) for i in body.chosen]
    title = plain_ideographs(title.strip()[:300])
    if title and key_of(paragraphs[0]) == key_of(title):
        paragraphs.pop(0)
        if not paragraphs:
            raise InputRefused(origin.name, say("web.no_article"))
    if len(paragraphs) > 1 and _is_said_again(paragraphs[0], "".join(paragraphs[1:4])):
        paragraphs.pop(0)
    byline = first_byline(paragraphs)
    return Article(
        id=origin.stem,
        title=title,
        text="\n".join(paragraphs),
        byline=byline.printed if byline else "",
        reporters=byline.reporters if byline else closing_reporters(paragraphs[-1]),
        date=date or date_of_name(origin.path),
        source=origin.source(),
        uncertain=body.doubts,
    )


def _is_said_again(summary: str, text: str) -> bool:
    """Whether a summary above the text only repeats how that begins."""
    bare, said = key_of(SUMMARY.sub("", summary[:400], count=1)), key_of(text)
    return len(bare) >= _LEAST_REPEATED and bare[:_LEAST_REPEATED] in said and bare[-_LEAST_REPEATED:] in said


def _blocks(markup: str, name: str, limits: Limits) -> Page:
    return page_blocks(parse_page(markup, name, limits), name, limits, traditional=is_traditional(markup))


def _inside_scripts(scripts: tuple[tuple[str, str], ...], name: str, limits: Limits) -> tuple[Page, Body | None, str]:
    embedded = find_embedded_article(scripts)
    if embedded is None:
        return Page(), None, ""
    markup, title = embedded
    page = _blocks(split_scripts(markup.replace("\n", "<br>")).markup, name, limits)
    return page, find_body(page, -1), title
