"""Where sentences end: whether a piece of text is whole, and how two pieces are put together."""

from __future__ import annotations

import re

from classifier.reading.page.bylines import closing_reporters, lead_byline
from classifier.reading.page.furniture import is_caption
from classifier.reading.page.person_names import is_surname
from classifier.reading.patterns import (
    CLOSERS,
    CLOSING_BRACKETS,
    COLON,
    ENDS,
    HAN,
    PAIRS,
    STOP,
    any_of,
    pattern,
    simplify,
)

_NAME_TOKEN = pattern(rf"{HAN}{{1,4}}(?:·{HAN}{{1,10}})*")
_OPEN_BYLINE = pattern(r"[(（][^()（）。]{0,80}(?:记\s*者|通讯员|实习生)[^()（）。]{0,80}$")
_NOTE_AT_END = pattern(rf"{any_of(ENDS)}[”’]?\s*[(（][^()（）]{{1,40}}[)）]\s*$")
_OPENING = pattern(any_of("".join(PAIRS.values())))

_JOINT_CHARS, _NAMES_CHARS = 160, 400
"""How much of a growing paragraph's end is looked at: all of it each time would cost its length squared."""
_OPEN_CHARS = 120
"""Longer ago nobody knows whether a bracket is still open."""
_CLOSED_AS_WELL = {")": "\uff09", "\uff09": ")", "\u201d": '"'}
"""What else closes a bracket or quotation, by what closes it."""
_LIST_INTRO = pattern(rf"(?:如下|以下|下列|包括|名单|有){any_of(COLON)}$")


def is_finished(text: str) -> bool:
    """Whether a paragraph's text ends as a sentence does."""
    bare = text.rstrip().rstrip(CLOSERS)
    if not bare or (text.rstrip()[-1] in CLOSING_BRACKETS and _NOTE_AT_END.search(text[-60:])):
        return True
    if bare[-1] in ENDS or (bare[-1] == "." and len(bare) > 1 and "\u3400" <= bare[-2] <= "\u9fff"):
        return not has_open_bracket(text)
    if is_caption(text):
        return True
    return bool(closing_reporters(text)) and not is_bare_byline(text)


def join_pieces(before: str, after: str) -> str:
    """Two pieces of one paragraph put together; a blank only where words would run into one another."""
    a, b = before[-1:], after[:1]
    if a.isascii() and b.isascii() and a.isalpha() and b.isalpha():
        return f"{before} {after}"
    end = before[-_JOINT_CHARS:]
    if _OPEN_BYLINE.search(simplify(end)) and "\u3400" <= b <= "\u9fff" and "\u3400" <= a <= "\u9fff":
        last, first = re.split(r"[\s、,，]", end)[-1], re.split(r"[\s、,，)）]", after)[0]
        torn = len(last) == 1 or len(first) == 1 or ("·" not in last and len(last) > 8)
        torn = torn or ("·" in last and "·" not in first and not (len(first) in (2, 3) and is_surname(first[0])))
        return before + after if torn else f"{before} {after}"
    if is_name_list(after) and is_name_list(before[-_NAMES_CHARS:]):
        return f"{before} {after}"
    return before + after


def is_name_list(line: str) -> bool:
    """Whether a line is a list of people's names set apart by blanks."""
    if " " not in line and "\u3000" not in line:
        return False
    tokens = line.split()
    return len(tokens) >= 4 and sum(1 for t in tokens if _NAME_TOKEN.fullmatch(t)) >= 0.9 * len(tokens)


def is_bare_byline(text: str) -> bool:
    """Whether a piece is only the byline of a paragraph that is yet to come."""
    return len(text) < 200 and (byline := lead_byline(text)) is not None and len(byline.printed) == len(text.strip())


def has_open_bracket(text: str) -> bool:
    tail = text[-200:]
    if not _OPENING.search(tail):
        return False
    for closing, opening in PAIRS.items():
        opened = tail.rfind(opening)
        if opened >= max(0, len(tail) - _OPEN_CHARS) and tail.find(closing, opened) < 0:
            inside = tail[opened:]
            if _CLOSED_AS_WELL.get(closing, closing) not in inside and not any(c in STOP for c in inside[:-1]):
                return True
    return False


def introduces_list(text: str) -> bool:
    """Whether a text ends by announcing a list: ``各队积分如下:``."""
    return bool(_LIST_INTRO.search(simplify(text[-16:])))
