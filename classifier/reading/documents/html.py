"""A web page → its article, through trafilatura."""

from __future__ import annotations

import re

from classifier.article import Article, Source
from classifier.errors import InputRefused
from classifier.reading.dates import named_date
from classifier.reading.page.bylines import closing_reporters, lead_byline
from classifier.reading.patterns import pattern

_SITE = pattern(
    r"\s*(?:[_|｜–—]|-{1,2})\s*[^_|｜–—-]{0,20}(?:网|报|日报|频道|新闻|门户|客户端|平台|中心|政府|电视台|公众号|News|Net|\.com|\.cn)\s*$"
)
_READ_AS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "utf8": "utf-8"}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)


def declared_encoding(data: bytes) -> str:
    """The encoding an HTML file says it is in, in the name Python reads it best under; or empty."""
    match = _CHARSET.search(data[:4096])
    if not match:
        return ""
    name = match[1].decode("ascii").lower()
    return _READ_AS.get(name, name)


def read_html(markup: str, name: str, *, stem: str, member: str = "") -> Article:
    """The main article of a web page; menus, comments and scripts are left aside.

    Raises InputRefused where there is no article text.
    """
    full_name = f"{name}!{member}" if member else name
    title = date = text = ""
    try:
        from trafilatura import bare_extraction, baseline

        found = bare_extraction(markup, with_metadata=True, include_comments=False, include_tables=True)
        if found is not None and not isinstance(found, dict):
            title, date, text = found.title or "", found.date or "", found.text or ""
        if not text.strip():
            text = baseline(markup)[1]
    except Exception as error:
        raise InputRefused(full_name, f"cannot be read as HTML ({error}); save the page again") from error
    paragraphs = [" ".join(line.split()) for line in text.split("\n")]
    paragraphs = [p for p in paragraphs if p]
    title = _without_site(" ".join(title.split())[:300])
    if title and paragraphs and paragraphs[0].lstrip("# ") == title:
        paragraphs.pop(0)
    if not paragraphs:
        raise InputRefused(full_name, "holds no article text; it may be a list of links or built by a script")
    byline = next((b for p in paragraphs[:3] if (b := lead_byline(p))), None)
    return Article(
        id=stem,
        title=title,
        text="\n".join(paragraphs),
        byline=byline.printed if byline else "",
        reporters=byline.reporters if byline else closing_reporters(paragraphs[-1]),
        date=date[:10] or named_date(name),
        source=Source(name, member, 0),
    )


def _without_site(title: str) -> str:
    for _ in range(3):
        shorter = _SITE.sub("", title)
        if shorter == title or len(shorter) < 5:
            break
        title = shorter
    return title
