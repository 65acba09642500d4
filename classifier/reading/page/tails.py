"""What stands behind an article without being of it: chains of editors, and what a web page recommends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from classifier.reading.page.bylines import lead_byline
from classifier.reading.page.furniture import furniture_reason, may_edit
from classifier.reading.page.markup import Line
from classifier.reading.page.sentences import is_finished
from classifier.reading.patterns import COLON, ENDS, any_of, pattern

RECOMMENDED = "recommended reading"
LINK_CHARS = 80
EDITOR_LINES = 8
# What this looks for is also marked by documents/clean_files.py.
_RECOMMENDS = pattern(
    r"\W*(?:新闻推荐|新聞推薦|相[关關](?:阅读|閱讀|新闻|新聞|[报報][道導]|文章|推荐|推薦|资讯|資訊|稿件)"
    r"|(?:推荐|推薦|更多)(?:阅读|閱讀|新闻|新聞|文章)|(?:热门|熱門|热点|熱點|精彩|[为為]您|编辑|編輯|今日)(?:推荐|推薦)|猜你喜[欢歡]|大家都在看"
    r"|往期(?:回顾|推荐|精选|回顧|推薦|精選)|(?:热[点门]|熱[點門]|最新)(?:新闻|新聞|文章))"
    rf"(?:\W*$|\s*{any_of(COLON)}|\s)"
)
_FIRST = frozenset("新相推更热熱精为為编編今猜大往最")
HEAD_CHARS = 60


def recommends(line: str) -> bool:
    """Whether a line heads links to other articles (``相关阅读``, ``新闻推荐:…``)."""
    if not 4 <= len(line) <= HEAD_CHARS or (line[0] not in _FIRST and line[0].isalpha()):
        return False
    return bool(_RECOMMENDS.match(line[:24]))


def without_recommended(lines: Sequence[Line], *, page: bool) -> list[Line]:
    """Lines, with ``相关阅读`` and what follows it left out.

    In a plain article that is the rest of the text; on a page only lines that look like links, up to
    the next headline, since another article may follow.
    """
    first = next((i for i, line in enumerate(lines) if recommends(line.text)), len(lines))
    if first == len(lines):
        return list(lines)
    result = list(lines)
    level, inside = 0, False
    for i, line in enumerate(lines[first:], first):
        if line.kind in ("heading", "text", "item", "row") and recommends(line.text):
            if page and not _links_follow(lines, i):
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
        may_name = line.kind == "text" and line.text[-1] not in ENDS and may_edit(line.text)
        if may_name and furniture_reason(line.text) == "editor line":
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
