"""A page's title and date, from what it prints near the article, its head and its scripts."""

from __future__ import annotations

import datetime
import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

from classifier.reading.dates import iso
from classifier.reading.documents.web import phrases
from classifier.reading.documents.web.body import is_dateline
from classifier.reading.patterns import pattern

if TYPE_CHECKING:
    from classifier.reading.documents.web.blocks import Page

_NO_WORD = re.compile(r"[\W_]+")
_SEPARATOR = re.compile(r"\s*[_|｜]+\s*|\s+[-–—]+\s*|\s*[-–—]+\s+|\s*-{1,2}(?=[^-]{2,20}$)|--+")
_SITE = pattern(
    r"(?:网|网站|官网|日报|晚报|早报|时报|频道|新闻中心|门户|客户端|人民政府|政府网|电视台|广播台|公众号|融媒体?|融媒体中心|首页|"
    r"(?<=_)新闻|\bNews|\bNet|\.com|\.cn|\.net)\s*$",
    re.IGNORECASE,
)
_LONGEST_TITLE = 150
_DATE = pattern(
    r"(?<!\d)((?:19|20)\d{2})\s*(?:[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?|(\d{2})\s*/\s*(\d{2}))(?!\d)"
)
"""The last form is a year set above month and day."""
_MONTH_FIRST = pattern(r"\s*(\d{1,2})/(\d{1,2})/((?:19|20)\d{2})(?!\d)")
_YEAR = pattern(r"(?:19|20)\d{2}\s*年?")
_MONTH_AND_DAY = pattern(r"\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
_CLOCK = pattern(r"\d{1,2}\s*[:：时]\s*\d{2}")
_IN_ADDRESS = pattern(r"/((?:19|20)\d{2})[-/]?(\d{2})[-/]?(\d{2})(?!\d)|/((?:19|20)\d{2})-?(\d{2})/(\d{2})(?!\d)")
_PUBLISHED = (
    "article:published_time", "og:published_time", "og:release_date", "datepublished", "pubdate", "publishdate",
    "publish_date", "publish-date", "publishtime", "publish_time", "firstpublishedtime", "dateupdate", "og:time",
    "dc.date", "dc.date.issued", "dcterms.created", "weibo:article:create_at", "weibo: article:create_at",
    "bytedance:published_time", "parsely-pub-date", "sailthru.date", "apub:time", "releasedate", "createdate",
    "release_date", "article:create_at", "datecreated", "date",
)  # fmt: skip
_IN_SCRIPT = re.compile(
    r"[\"']?\b(?:datePublished|pubDate|publish_?[tT]ime|publish_?[dD]ate|pub_?[tT]ime|published_?[aA]t|publishAt|pub_date|ptime|"
    r"newsTime|releaseTime|first_shared_at|createTime|create_time|upDate|ct)[\"']?\s*[:=]\s*[\"']?"
    r"(?:((?:19|20)\d{2})[-/年](\d{1,2})[-/月](\d{1,2})|(1\d{9})(?:\d{3})?(?!\d))"
)
_SECONDS = pattern(r"\s*(1\d{9})(?:\d{3})?\s*")
_BEIJING = datetime.timezone(datetime.timedelta(hours=8))


def key_of(text: str) -> str:
    """Letters, digits and Han of a text in one width: what two forms of a headline share."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text)).lower()


def find_title(page: Page) -> tuple[str, int]:
    """The headline and the block that holds it (-1 where none does).

    The block is one whose words are in the page's ``<title>`` (which adds the site's name) or in the
    title that its head tells to other sites.
    """
    told = [t for t in (page.title, page.metas.get("og:title", ""), page.metas.get("twitter:title", "")) if t]
    keys = [k for k in map(key_of, told) if len(k) >= 4]
    letters = frozenset("".join((*told, *keys)))
    best, best_size = -1, 0.0
    for i, block in enumerate(page.blocks):
        if not 4 <= block.chars <= _LONGEST_TITLE or (block.link_chars and not block.heading):
            continue
        start = block.text[0]
        if start not in letters and start.isalnum() and key_of(start) not in letters:
            continue
        key = key_of(block.text)
        if len(key) < 4:
            continue
        for whole in keys:
            if key in whole and (whole.startswith(key) or len(key) >= 0.4 * len(whole)):
                size = len(key) * (0.6 if block.aside else 1.0)
                if size > best_size:
                    best, best_size = i, size
    title = page.blocks[best].text if best >= 0 else ""
    if len(key_of(title)) >= 6 and (
        not is_site_name(title) or any(k.startswith(key_of(title)) and len(k) > len(key_of(title)) for k in keys)
    ):
        return page.blocks[best].text, best
    heading = next(
        (i for level in ("h1", "h2") for i, b in enumerate(page.blocks)
         if b.heading == level and not b.aside and b.link_chars == 0 and 6 <= b.chars <= _LONGEST_TITLE),
        -1,
    )  # fmt: skip
    from_head = title_without_site(told[0]) if told else ""
    if heading >= 0 and (best < 0 or len(from_head) < 8):
        return page.blocks[heading].text, heading
    return ("", -1) if is_site_name(from_head) else (from_head, best)


def title_without_site(title: str) -> str:
    """The headline in a page's ``<title>``: its first part that is long enough to be one."""
    parts = [_without_tail(p.strip()) for p in _SEPARATOR.split(title) if p and p.strip()]
    own = [p for p in parts if not is_site_name(p)] or parts
    return next((p for p in own if len(p) >= 8), max(own[:2], key=len, default=title.strip()))


def _without_tail(part: str) -> str:
    """A part without what a single stroke adds to it: ``-时政频道-和讯网``."""
    while "-" in part:
        before, _, after = part.rpartition("-")
        if len(before) < 6 or not is_site_name(after):
            break
        part = before.strip()
    return part


def is_site_name(text: str) -> bool:
    """Whether a part of a title names a site, a section or an office, not what happened."""
    return len(text) <= 16 and _SITE.search(text) is not None


def title_of_text(page: Page, chosen: tuple[int, ...]) -> str:
    """The text's first line where it stands as a headline does: short, no sentence, what is not text right below it."""
    block = page.blocks[chosen[0]]
    alone = len(chosen) > 1 and chosen[1] > chosen[0] + 1
    return block.text if alone and not block.ends and 6 <= block.chars <= 60 else ""


def title_above(page: Page, first: int) -> str:
    """The line above an article that can be its headline, or empty; ``first`` is the article's first block."""
    for block in reversed(page.blocks[max(0, first - 20) : first]):
        text = block.words
        if (
            block.link_chars
            or block.aside
            or is_dateline(block)
            or phrases.CONTROL.match(text)
            or phrases.CREDIT.match(text)
            or phrases.NOTICE.search(text)
            or text.startswith(("扫", "用微信", "http"))
            or _DATE.match(text)
        ):
            continue
        if 6 <= block.chars <= 60 and not text.endswith(("。", "：", ":")) and not is_site_name(block.text):
            return block.text
    return ""


def find_date(page: Page, scripts: tuple[tuple[str, str], ...], title_at: int, first: int, last: int) -> str:
    """The day the article was published, as ISO, or empty.

    ``first`` and ``last`` bound the article's blocks; dates inside are those of events.
    """
    for key in _PUBLISHED:
        if (value := page.metas.get(key)) and (date := _first_date(value)):
            return date
    for opening, script in scripts:
        if "ld+json" in opening and (match := _IN_SCRIPT.search(script)) and (date := _read_script_date(match)):
            return date
    start = title_at if 0 <= title_at < first else max(0, first - 15)
    inside = [i for i in range(first, min(first + 15, last)) if is_dateline(page.blocks[i])]
    after = range(last, min(last + 12, len(page.blocks)))
    near = [*range(start, first), *inside, *range(max(0, start - 12), start), *after]
    printed = [(text, date) for i in near if (text := _set_together(page, i)) and (date := _first_date(text[:300]))]
    for text, date in printed:
        if _CLOCK.search(text):
            return date
    if printed:
        return printed[0][1]
    for time in page.times:
        if date := _first_date(time):
            return date
    for key in ("og:url", "canonical", "mobile-agent"):
        for match in _IN_ADDRESS.finditer(page.metas.get(key, "")):
            if date := _date_of(match):
                return date
    for opening, script in scripts:
        if opening[1:2] in "tT" and (seconds := _SECONDS.fullmatch(script[:40])):
            return _day_of(int(seconds[1]))
        for match in islice(_IN_SCRIPT.finditer(script), 50):
            if date := _read_script_date(match):
                return date
    return ""


def _set_together(page: Page, i: int) -> str:
    """A block's text, and where it is a year alone with what follows it: month and day in an element of their own."""
    text = page.blocks[i].text
    if _YEAR.fullmatch(text) and i + 1 < len(page.blocks) and _MONTH_AND_DAY.fullmatch(page.blocks[i + 1].text):
        return f"{text[:4]}-{page.blocks[i + 1].text.replace('月', '-')}"
    return text


def _first_date(text: str) -> str:
    for match in _DATE.finditer(text):
        if date := _date_of(match):
            return date
    if american := _MONTH_FIRST.match(text):
        return iso(int(american[3]), int(american[1]), int(american[2]))
    compact = re.match(r"\s*((?:19|20)\d{2})(\d{2})(\d{2})", text)
    return _date_of(compact) if compact else ""


def _date_of(match: re.Match[str]) -> str:
    """The date of which a match's groups that are there are year, month and day."""
    year, month, day = (int(number) for number in match.groups() if number)
    return iso(year, month, day)


def _read_script_date(match: re.Match[str]) -> str:
    return _day_of(int(match[4])) if match[4] else _date_of(match)


def _day_of(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, _BEIJING).date().isoformat()
