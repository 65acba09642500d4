"""Lines → paragraphs: pieces of a sentence or word torn apart by columns are put together again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from classifier.reading.bylines import closing_reporters, is_surname, lead_byline, line_byline
from classifier.reading.fragments import is_torn
from classifier.reading.furniture import furniture_reason, is_caption, is_notice_headline, is_turned_from
from classifier.reading.markup import Line
from classifier.reading.signs import (
    CLOSERS,
    CLOSING_BRACKETS,
    CLOSING_QUOTES,
    COLON,
    COMMA,
    ELLIPSIS,
    ENDS,
    EXCLAMATION,
    HAN,
    PAIRS,
    PAUSE,
    QUESTION,
    SEMICOLON,
    STOP,
    any_of,
)

ParagraphKind = Literal["heading", "text", "byline", "caption", "row", "left_out"]

SUBHEAD_CHARS = 24
LONG_SUBHEAD_CHARS = 40
MAX_PARAGRAPH_CHARS = 20_000
_SEEN = frozenset({"heading", "text", "row", "item"})
_NEVER_FIRST = frozenset(COMMA + STOP + QUESTION + EXCLAMATION + PAUSE + SEMICOLON + COLON + ELLIPSIS + "%％℃")
_CLOSING_FIRST = frozenset(CLOSING_QUOTES + CLOSING_BRACKETS) - {">", "]"}
_MID_FIRST = re.compile(r"[的了着过和与及等们并而或被以]|之[一后前间中]|[年月日][,，]")
_MID_LAST = frozenset("的和与及在为把将对是从向以等并而或被让使由于至到其各该这那每第约近超达个")
_OPENER = re.compile(
    rf"(?:会议|会上|大会|座谈会)(?:还|也|随后|现场)?(?:指出|强调|要求|认为|听取|研究|审议|传达|决定|通报|表决)|据(?:悉|了解|介绍|统计){any_of(COMMA)}"
    rf"|(?:连日来|近日|日前|近年来|下一步|与此同时|此外){any_of(COMMA)}"
)
_ENUMERATED = re.compile(
    r"(?:[(（]?[一二三四五六七八九十]{1,3}[、)）.．]|[(（]?\d{1,2}[、)）.．](?!\d)|[①-⑳]|第[一二三四五六七八九十]{1,3}[,，、条章]|[一二三四五六]是)"
)
_LIST_INTRO = re.compile(rf"(?:如下|以下|下列|包括|名单|有){any_of(COLON)}$")
_NAME_TOKEN = re.compile(rf"{HAN}{{1,4}}(?:·{HAN}{{1,10}})*")
_OPEN_BYLINE = re.compile(r"[(（][^()（）。]{0,80}(?:记\s*者|通讯员|实习生)[^()（）。]{0,80}$")
_OPENING = re.compile(any_of("".join(PAIRS.values())))


@dataclass(slots=True)
class Paragraph:
    """A paragraph of a page: the numbers of its lines in order, and its text put together.

    ``level`` is a heading's; ``alone`` says that the text stands like a headline without marks
    (short, bold or without a sentence's end); ``reason`` is why it is left out, where it is.
    """

    lines: list[int]
    text: str
    kind: ParagraphKind
    level: int = 0
    alone: bool = False
    reason: str = ""
    items: bool = field(default=False, repr=False)


def paragraphs_of(lines: Sequence[Line], *, page: bool = True) -> list[Paragraph]:
    """Put the lines of a page (or of one plain article) together into paragraphs, in reading order.

    Blank lines belong to none; every other line belongs to exactly one.
    """
    found: list[Paragraph] = []
    current: Paragraph | None = None
    held: Paragraph | None = None
    layout = _Layout(lines)
    for i, line in enumerate(lines):
        if line.kind == "blank":
            continue
        if line.kind == "left_out":
            found.append(Paragraph([i], "", "left_out", reason=line.reason))
            continue
        if line.kind == "heading":
            found.append(Paragraph([i], line.text, "heading", level=line.level))
            current = held = None
            continue
        if line.kind == "row":
            found.append(Paragraph([i], line.text, "row"))
            continue
        if page and (reason := furniture_reason(line.text)):
            found.append(Paragraph([i], line.text, "left_out", reason=reason))
            continue
        if page and current is not None and current.kind == "caption" and is_finished(current.text):
            current, held = held, None
        if current is not None and _continues(current, line, i, layout):
            current.text = joined(current.text, line.text)
            current.lines.append(i)
            current.alone = False
            continue
        kind: ParagraphKind = "text"
        if page and line_byline(line.text):
            kind = "byline"
        elif page and is_caption(line.text):
            kind = "caption"
        paragraph = Paragraph([i], line.text, kind, alone=layout.stands_alone(i, current), items=line.kind == "item")
        found.append(paragraph)
        if kind == "caption" and current is not None and not is_finished(current.text) and not current.alone:
            held = current if held is None else held
        current = None if kind == "byline" else paragraph
    return _with_torn_joined(found, lines)


def _with_torn_joined(found: list[Paragraph], lines: Sequence[Line]) -> list[Paragraph]:
    """Short lines that were held for sub-heads but are torn beginnings are joined to what follows."""
    short = [p for p in found if p.alone and p.kind == "text" and not lines[p.lines[0]].bold]
    if not short:
        return found
    page = "\n".join(line.text for line in lines if line.text)
    story = 0
    stories: dict[int, int] = {}
    for p in found:
        story += p.kind == "heading"
        stories[id(p)] = story
    gone: set[int] = set()
    for i, p in enumerate(found):
        if not any(p is s for s in short):
            continue
        after = next((q for q in found[i + 1 :] if q.kind not in ("left_out", "caption", "row")), None)
        if after is None or after.kind != "text" or after.alone or lead_byline(after.text) or after.items:
            continue
        others = [q.text for q in short if q is not p and stories[id(q)] == stories[id(p)]]
        if is_torn(p.text, after.text, others, page):
            p.text, p.lines, p.alone = joined(p.text, after.text), p.lines + after.lines, False
            gone.add(id(after))
    return [p for p in found if id(p) not in gone]


def is_finished(text: str) -> bool:
    """Whether a paragraph's text ends as a sentence does."""
    bare = text.rstrip().rstrip(CLOSERS)
    if not bare:
        return True
    if bare[-1] in ENDS or (bare[-1] == "." and len(bare) > 1 and "\u3400" <= bare[-2] <= "\u9fff"):
        return not _has_open_bracket(text)
    if is_caption(text):
        return True
    return bool(closing_reporters(text)) and not _is_bare_byline(text)


def joined(before: str, after: str) -> str:
    """Two pieces of one paragraph put together; a blank only where words would run into one another."""
    a, b = before[-1:], after[:1]
    if a.isascii() and b.isascii() and a.isalpha() and b.isalpha():
        return f"{before} {after}"
    if _OPEN_BYLINE.search(before[-160:]) and "\u3400" <= b <= "\u9fff" and "\u3400" <= a <= "\u9fff":
        last, first = re.split(r"[\s、,，]", before)[-1], re.split(r"[\s、,，)）]", after)[0]
        torn = len(last) == 1 or len(first) == 1
        torn = torn or ("·" in last and "·" not in first and not (len(first) in (2, 3) and is_surname(first[0])))
        return before + after if torn else f"{before} {after}"
    if is_name_list(before) and is_name_list(after):
        return f"{before} {after}"
    return before + after


def is_name_list(line: str) -> bool:
    """Whether a line is a list of people's names set apart by blanks."""
    if " " not in line and "\u3000" not in line:
        return False
    tokens = line.split()
    return len(tokens) >= 4 and sum(1 for t in tokens if _NAME_TOKEN.fullmatch(t)) >= 0.9 * len(tokens)


def _continues(current: Paragraph, line: Line, i: int, layout: _Layout) -> bool:
    """Whether a line goes on with the paragraph before it."""
    before, after = current.text, line.text
    if len(before) > MAX_PARAGRAPH_CHARS:
        return False
    if after[0] in _NEVER_FIRST or after[0] in _CLOSING_FIRST:
        return True
    if line.kind == "item" or line.bold or layout.starts_by_indent(i):
        return False
    if is_finished(before) and not layout.runs_on(i):
        return False
    if lead_byline(after) or is_turned_from(after) or line_byline(after) or is_caption(after):
        return False
    if current.alone or is_notice_headline(after):
        return False
    if _is_bare_byline(before) or is_finished(before):
        return True
    if _has_open_bracket(before[-200:]):
        return True
    last = before[-1]
    if last in COMMA or last in PAUSE:
        return not (last in COMMA and _OPENER.match(after) and len(before) < 8)
    if last in SEMICOLON:
        return not (_ENUMERATED.match(after) and _ENUMERATED.match(before))
    if last in COLON:
        return not (_ENUMERATED.match(after) or _LIST_INTRO.search(before) or len(before) <= 12)
    if current.items or current.kind == "row":
        return False
    if _OPENER.match(after) or _ENUMERATED.match(after):
        return False
    return not layout.stands_alone(i, current)


def _is_bare_byline(text: str) -> bool:
    """Whether a piece is only the byline of a paragraph that is yet to come."""
    return len(text) < 200 and (byline := lead_byline(text)) is not None and len(byline.printed) == len(text.strip())


def _has_open_bracket(text: str) -> bool:
    tail = text[-200:]
    if not _OPENING.search(tail):
        return False
    for closing, opening in PAIRS.items():
        opened = tail.rfind(opening)
        if opened > tail.rfind(closing):
            if closing == ")" and "\uff09" in tail[opened:]:
                continue
            if closing == "\uff09" and ")" in tail[opened:]:
                continue
            if closing == "\u201d" and ('"' in tail[opened:] or len(tail) - opened > 120):
                continue
            if len(tail) - opened <= 120 and not any(c in STOP for c in tail[opened:-1]):
                return True
    return False


class _Layout:
    """What the lines' lengths and indents say about where paragraphs start."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        texts = [line for line in lines if line.kind == "text"]
        least = min((line.indent for line in texts), default=0)
        deep = sum(1 for line in texts if line.indent >= least + 2)
        self.least = least
        self.indents_speak = 0 < deep < len(texts)
        self.blanks_speak = any(
            b.kind == "blank" and a.kind == c.kind == "text"
            for a, b, c in zip(lines, lines[1:], lines[2:], strict=False)
        )
        self.full = self._full_width(texts)

    @staticmethod
    def _full_width(texts: Sequence[Line]) -> float:
        """The width at which lines were wrapped, or infinity where they were not."""
        if len(texts) < 5:
            return float("inf")
        widths = sorted((_width(line.text) + min(line.indent, 4) for line in texts), reverse=True)
        top = widths[len(widths) // 10]
        near = sum(1 for w in widths if top - 5 <= w <= top + 3)
        return top - 5 if top <= 140 and near >= 0.5 * len(widths) else float("inf")

    def starts_by_indent(self, i: int) -> bool:
        return self.indents_speak and self.lines[i].indent >= self.least + 2

    def runs_on(self, i: int) -> bool:
        """Whether line ``i`` goes on although the line before ends a sentence: only in wrapped text."""
        if i == 0 or self.lines[i - 1].kind != "text" or self.full == float("inf"):
            return False
        if not (self.indents_speak or self.blanks_speak):
            return False
        before = self.lines[i - 1]
        return _width(before.text) + min(before.indent, 4) >= self.full

    def stands_alone(self, i: int, current: Paragraph | None) -> bool:
        """Whether line ``i`` stands for itself as a headline without marks does."""
        line = self.lines[i]
        if line.bold:
            return True
        text = line.text
        if not 4 <= len(text) <= 2 * SUBHEAD_CHARS or line.kind != "text" or is_finished(text):
            return False
        if any(c in text for c in STOP + SEMICOLON) or text[-1] in COMMA + PAUSE + COLON + SEMICOLON:
            return False
        if _has_open_bracket(text) or lead_byline(text):
            return False
        after = next((self.lines[j] for j in range(i + 1, len(self.lines)) if self.lines[j].kind in _SEEN), None)
        before_done = current is None or current.alone or is_finished(current.text)
        before_done = before_done or bool(current and _LIST_INTRO.search(current.text))
        if after is None or after.kind in ("heading", "row"):
            return before_done and len(text) <= SUBHEAD_CHARS
        begins_story = lead_byline(after.text) is not None or line_byline(after.text) is not None
        if begins_story:
            return before_done
        if len(text) > LONG_SUBHEAD_CHARS or any(c in text for c in COMMA) or not before_done:
            return False
        if text[-1] in _MID_LAST or _MID_FIRST.match(after.text) or after.text[0] in _NEVER_FIRST:
            return False
        wrapped = self.full < float("inf") and _width(text) + min(line.indent, 4) >= self.full
        return not wrapped


def _width(text: str) -> int:
    """The width in half-widths: a Han character takes three bytes in UTF-8 and two half-widths in print."""
    return (len(text) + len(text.encode("utf-8", "surrogatepass"))) // 2
