"""Dates of articles: from a page's head, a file's name, a byline."""

from __future__ import annotations

import datetime
import re
import unicodedata

from classifier.reading.patterns import pattern

_WRITTEN = pattern(r"(?<!\d)((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_NAMED = pattern(r"(?<!\d)((?:19|20)\d{2})(?:([-_./年]?)(\d{2})(?:\2|月)(\d{2}))(?!\d)")
_DIGITS = "〇一二三四五六七八九"
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HAN_DATE = pattern(
    r"([一二][〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)


def written_date(text: str) -> str:
    """The first full date written in ``text``, as ISO, or empty."""
    for match in _WRITTEN.finditer(text):
        if date := iso(int(match[1]), int(match[2]), int(match[3])):
            return date
    if han := _HAN_DATE.search(text):
        return iso(int(han[1].translate(_HAN_DIGITS)), han_number(han[2]), han_number(han[3]))
    return ""


def date_of_name(name: str) -> str:
    """The date in a file's name (``2026-03-20``, ``20260320``, ``2026/03/20``), as ISO, or empty."""
    dates = [iso(int(m[1]), int(m[3]), int(m[4])) for m in _NAMED.finditer(name)]
    return next((date for date in reversed(dates) if date), "")


def near(page_date: str, month: int, day: int) -> str:
    """The date with this month and day last before ``page_date`` (or a few days after it), as ISO, or empty."""
    if not page_date or not month:
        return ""
    page = datetime.date.fromisoformat(page_date)
    for year in (page.year, page.year - 1):
        date = iso(year, month, day)
        if date and datetime.date.fromisoformat(date) <= page + datetime.timedelta(days=3):
            return date
    return ""


def normal_date(value: str) -> str:
    """A date field's value as ISO where it is a date (``20260320``, ``２０２６/3/20 08:00``, ``二〇二六年三月二十日``),
    else as it is."""
    given, value = value.strip(), unicodedata.normalize("NFKC", value[:200]).strip()
    match = re.match(r"((?:19|20)\d{2})\s*(?:[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})|(\d{2})(\d{2}))(?!\d)", value)
    if not match:
        return written_date(value) or given[:40]
    return iso(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5])) or given[:40]


def is_iso(value: str) -> bool:
    """Whether a date is written as ``YYYY-MM-DD`` and there is such a day."""
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def iso(year: int, month: int, day: int) -> str:
    """``YYYY-MM-DD``, or empty where there is no such day."""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


def han_number(han: str) -> int:
    """A number below a hundred in Han characters (``七``, ``二十一``); 0 where it is none."""
    tens, ten, ones = han.rpartition("十")
    many, own = _DIGITS.find(tens) if tens else int(bool(ten)), _DIGITS.find(ones)
    return many * 10 + own if min(many, own) >= 0 else 0
