"""What stands behind an article without being of it: chains of editors, and what a web page recommends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from classifier.reading.page.bylines import lead_byline
from classifier.reading.page.furniture import furniture_reason
from classifier.reading.page.markup import Line
from classifier.reading.page.sentences import is_finished
from classifier.reading.page.signs import COLON, ENDS, any_of
from classifier.reading.page.traditional import simplified
from classifier.reading.patterns import pattern

RECOMMENDED = "recommended reading"
LINK_CHARS = 80
EDITOR_LINES = 8
_RECOMMENDS = pattern(
    rf"\W*(?:新闻推荐|相关(?:阅读|新闻|报道|文章|推荐|资讯|稿件)|(?:推荐|更多)(?:阅读|新闻|文章)|(?:热门|热点|精彩|为您|编辑|今日)推荐|"
    rf"猜你喜欢|大家都在看|往期(?:回顾|推荐|精选)|热[点门](?:新闻|文章)|最新(?:新闻|文章))(?:\W*$|\s*{any_of(COLON)}|\s)"
)


def recommends(line: str) -> bool:
    """Whether a line heads links to other articles (``相关阅读``, ``新闻推荐:…``)."""
    return bool(_RECOMMENDS.match(simplified(line[:24])))


def without_recommended(lines: Sequence[Line], *, page: bool) -> list[Line]:
    """Lines, with ``相关阅读`` and what follows it left out.

    In a plain article that is the rest of the text; on a page only lines that look like links, up to
    the next headline, since another article may follow.
    """
    result = list(lines)
    level = stopped = 0
    inside = False
    for i, line in enumerate(lines):
        if line.kind in ("heading", "text", "item", "row") and recommends(line.text):
            if i < stopped or not (not page or _links_follow(lines, i)):
                continue
            inside, level = True, line.level
        elif inside and page and line.kind != "blank" and not _is_link(line, level):
            inside = False
        if inside and line.kind not in ("blank", "left_out"):
            result[i] = replace(line, text="", kind="left_out", reason=RECOMMENDED)
    return result


def without_editors(lines: Sequence[Line]) -> list[Line]:
    """A plain article's lines, with those at its end that only name its editors left out."""
    result = list(lines)
    looked_at = 0
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i]
        if line.kind in ("blank", "left_out"):
            continue
        if looked_at >= EDITOR_LINES:
            break
        looked_at += 1
        if line.kind == "text" and line.text[-1] not in ENDS and furniture_reason(line.text) == "editor line":
            result[i] = replace(line, text="", kind="left_out", reason="editor line")
    return result


def _links_follow(lines: Sequence[Line], i: int) -> bool:
    """Whether links follow a line, or nothing; text below it would make it a sub-head."""
    after = next((line for line in lines[i + 1 :] if line.kind not in ("blank", "left_out")), None)
    return after is None or _is_link(after, lines[i].level) or after.kind == "heading"


def _is_link(line: Line, level: int) -> bool:
    if line.kind == "left_out":
        return True
    if line.kind == "heading":
        return 0 < level < line.level
    return len(line.text) <= LINK_CHARS and not lead_byline(line.text) and not is_finished(line.text)
