"""Lines of a page as Markdown export leaves them: what a reader sees, and which characters are markup.

Every line knows the range of the source it stands in, so that nothing is lost unseen.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from classifier.reading.page.formulas import with_plain_figures
from classifier.reading.page.furniture import editors_at_end
from classifier.reading.page.person_names import is_surname
from classifier.reading.patterns import ENDS, pattern

LineKind = Literal["blank", "heading", "text", "row", "item", "left_out"]

_BREAK = pattern(r"\r\n|[\n\r\f\x0b\u2028\u2029]")
_BREAK_OR_ROW = pattern(_BREAK.pattern + r"|(?<=</tr>)|(?<=</TR>)")
# What these look for is also marked by documents/clean_files.py.
MAY_RUN_IN = pattern(
    r"[(（新相电電讯訊](?:(?<=[电電讯訊])\s{0,3}[(（]|(?<=[(（])\s{0,3}(?:本[报報]|[记記]|通)|(?<=新)闻推荐|(?<=相)关阅读)"
)
RUN_IN = pattern(
    r"[。!！?？][”’》)）]?[ \t\u3000]{0,8}"
    r"(?=[本木][报報][讯訊]\s{0,3}[(（]|(?:[新]?[华華]社|中新[社网網])[^\W\d]{2,8}\d{1,2}月\d{1,2}日[电電]\s{0,2}[(（]"
    r"|(?:[本木]?[报報]|[^\W\d_]{2,8}(?:[网網报報]|融媒体?(?:中心)?))(?:\d{1,2}月\d{1,2}日)?[讯訊]?\s{0,3}[(（]\s{0,3}(?:本[报報])?(?:记\s?者|記\s?者|通讯员|通訊員)"
    r"|新闻推荐[\s:：]|相关阅读[\s:：])"
)
_TAGS = (
    "p|div|br|span|img|table|thead|tbody|tfoot|tr|td|th|caption|figure|figcaption|center|font|b|i|u|s|em|strong|small|"
    "sup|sub|h[1-6]|a|hr|ul|ol|li|section|article|header|footer|html|body|details|summary|col|colgroup|blockquote|mark"
)
_IMAGE_OR_TAG = (
    r"(?P<image>!\[[^\[\]\n]*\]\([^()\n]*(?:\([^()\n]{0,200}\)[^()\n]*)?\)"
    r"|!\[\[[^\[\]\n]{1,500}\]\]|<img\b[^<>]*>)"
    rf"|(?P<tag></?(?:{_TAGS})(?:\s[^<>]*)?/?>)"
)
_MASKED = pattern(_IMAGE_OR_TAG, re.IGNORECASE)
_MASKED_OR_COMMENT = pattern(rf"(?P<comment><!--)|{_IMAGE_OR_TAG}", re.IGNORECASE)
_HEADING = pattern(r"[ \t\u3000]{0,3}(#{1,6})(?!#)[ \t\u3000\xa0]*(?=\S)(.*)$", re.DOTALL)
_HTML_HEADING = pattern(r"\s*<h([1-6])\b[^<>]*>", re.IGNORECASE)
_RULE_CHARS = {"-": 3, "*": 3, "_": 3, "=": 3, "~": 3, "—": 4, "─": 3}
_ROW = pattern(r"\s*\|.*\|\s*$")
_ROW_RULE_CHARS = frozenset(" \t:|-")
_ITEM = pattern(r"\s{0,8}[-*+•]\s+\S")
_QUOTE = pattern(r"\s*(?:>\s?)+")
_ESCAPE = pattern(r"\\([\\`*_{}\[\]()#+\-.!~|>$&])")
_LINK = pattern(r"\[([^\]\n]{1,500})\]\((?:https?:|/|#|mailto:)[^()\s]{0,2000}\)")
_EMPHASIS = pattern(r"__(?=\S)(.{1,500}?)(?<=\S)__")
_BOLD_LINE = pattern(r"\s*(\*\*|__)(?=\S)(.{1,120}?)(?<=\S)\1\s*$")
_SET_APART = pattern(r"(?:[\d\u2e80-\uffff(\[)\],.:;%][ \u3000]){6}")
_SIGNS_APART = pattern(r"[\d\u2e80-\uffff][ \u3000](?=[\d\u2e80-\uffff])")
_HAN = pattern(r"[\u3400-\u9fff]")
_PUNCTUATION = frozenset("，,。；;：:、")
_HAN_TOGETHER = pattern(r"[\u3400-\u9fff](?=[\u3400-\u9fff])")
_BLANK_IN_LINE = pattern(r"(?<=[\d\u2e80-\uffff(\[)\],.:;%])[ \u3000](?=[\d\u2e80-\uffff(\[)\],.:;%])")
MARKUP_FIRST = frozenset("#>|-*+_=~—─\\•")
_SETS_APART = pattern(r"</t[dh]|<br|</p", re.IGNORECASE)
_HASHTAG = pattern(r"\s*#\w{2,30}#")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A range of the source that is in no article, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source: range ``start:end`` with its line end, what is seen of it, and how it is set.

    ``level`` is the heading's (0 for none); ``indent`` its blanks in half-widths; ``bold`` whether
    all of it is bold; ``reason`` why it is left out, where it is.
    """

    start: int
    end: int
    text: str
    kind: LineKind
    level: int = 0
    indent: int = 0
    bold: bool = False
    reason: str = ""


def lines_of(source: str) -> tuple[list[Line], list[LeftOut]]:
    """Cut ``source`` into lines and list the markup inside them (comments, images, tags).

    The lines' ranges follow one another from 0 to ``len(source)`` without a gap.
    """
    ranges = _ranges(source)
    cuts = _cuts(source) if "<" in source or "![" in source else []
    cuts = _with_editors(source, ranges, cuts)
    starts = [cut.start for cut in cuts]
    lines = [_line(source, start, end, cuts, starts) for start, end in ranges]
    _mark_underlined_headings(source, lines)
    return lines, cuts


def strip_markup(raw: str) -> str:
    """A piece of Markdown as it is seen: without emphasis, escapes, entities, link targets."""
    if "](" in raw:
        raw = _LINK.sub(r"\1", raw)
    if "$" in raw or "\\(" in raw or "\\[" in raw:
        raw = with_plain_figures(raw)
    if "**" in raw:
        raw = raw.replace("**", "")
    if "__" in raw:
        raw = _EMPHASIS.sub(r"\1", raw)
    if "\\" in raw:
        raw = _ESCAPE.sub(r"\1", raw)
    if "&" in raw:
        raw = html.unescape(raw)
    return close_up(raw.replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", ""))


def close_up(text: str) -> str:
    """A line whose Han characters OCR set apart by blanks, without them; a list of names keeps them."""
    if len(text) < 12 or (" " not in text and "\u3000" not in text) or not _SET_APART.search(text):
        return text
    apart, together = len(_SIGNS_APART.findall(text)), len(_HAN_TOGETHER.findall(text))
    if together > 0.1 * apart:
        return text
    if _PUNCTUATION.isdisjoint(text) and (len(_HAN.findall(text)) < 0.6 * apart or _is_list_of_names(text)):
        return text
    return _BLANK_IN_LINE.sub("", text)


def _is_list_of_names(text: str) -> bool:
    """Whether characters set apart are names of two characters (``王 刚 李 敏``): every second one is a surname."""
    characters = [c for c in text if c.isalpha()]
    firsts = characters[::2]
    return sum(map(is_surname, firsts)) >= 0.7 * len(firsts)


def _cuts(source: str) -> list[LeftOut]:
    """Comments, images and tags, in order and apart; a comment that nothing closes is text."""
    cuts: list[LeftOut] = []
    pattern, at = _MASKED_OR_COMMENT, 0
    while match := pattern.search(source, at):
        reason, at = match.lastgroup or "tag", match.end()
        if reason == "comment":
            closed = source.find("-->", at)
            if closed < 0:
                pattern = _MASKED
                continue
            at = closed + 3
        cuts.append(LeftOut(match.start(), at, "markup" if reason == "tag" else reason))
    return cuts


def _with_editors(source: str, ranges: list[tuple[int, int]], cuts: list[LeftOut]) -> list[LeftOut]:
    """The cuts, and chains of editors that run into a line's end."""
    starts = [cut.start for cut in cuts]
    editor_lines = []
    for start, end in ranges:
        if source[end - 1] in ENDS or source[end - 2 : end - 1] in ENDS:
            continue
        at = editors_at_end(source[start:end])
        if at > 0 and bisect_right(starts, start + at) == bisect_right(starts, end):
            editor_lines.append(LeftOut(start + at, end, "editor line"))
    return sorted([*cuts, *editor_lines], key=lambda cut: cut.start) if editor_lines else cuts


def _is_rule(body: str) -> bool:
    """Whether a line is a rule or a page break: one sign said again, with blanks at most."""
    sign = body.strip()[:1]
    if sign == "\\":
        return body.strip() in ("\\newpage", "\\pagebreak")
    least = _RULE_CHARS.get(sign)
    return least is not None and body.count(sign) >= least and set(body) <= {sign, " ", "\t", "\u3000"}


def _without_closing_marks(heading: str) -> str:
    """``# headline #`` is closed as it is opened."""
    bare = heading.rstrip()
    opened = bare.rstrip("#")
    return opened if opened != bare and opened[-1:].isspace() else bare


def _ranges(source: str) -> list[tuple[int, int]]:
    """Ranges of the lines; a byline that runs into the story before it starts a line too."""
    pattern = _BREAK_OR_ROW if "</" in source else _BREAK
    ends = {match.end() for match in pattern.finditer(source)}
    if MAY_RUN_IN.search(source):
        ends.update(match.end() for match in RUN_IN.finditer(source))
    ends.add(len(source))
    ranges, start = [], 0
    for end in sorted(ends):
        if end > start:
            ranges.append((start, end))
            start = end
    return ranges


def _line(source: str, start: int, end: int, cuts: list[LeftOut], starts: list[int]) -> Line:
    raw = source[start:end]
    html_level = 0
    i = max(0, bisect_right(starts, start) - 1) if cuts else 0
    if cuts and any(cut.start < end and cut.end > start for cut in cuts[i : i + 2]):
        if match := _HTML_HEADING.match(raw):
            html_level = int(match[1])
        raw, reason = _without_cuts(source, start, end, cuts, i)
        if not raw.strip() and source[start:end].strip():
            return Line(start, end, "", "left_out", reason=reason)
        if "<td" in source[start:end].lower() or "<th" in source[start:end].lower():
            return Line(start, end, _one_line(strip_markup(raw)), "row")
    body = raw.rstrip()
    if not body.strip("\u3000\xa0\u200b\ufeff\x1a \t"):
        return Line(start, end, "", "blank")
    if html_level:
        return Line(start, end, _one_line(strip_markup(body)), "heading", html_level)
    if body.lstrip(" \t\u3000")[0] not in MARKUP_FIRST and not body.endswith("|"):
        return _text_line(start, end, body, "text", bold=False)
    if _is_rule(body):
        return Line(start, end, "", "left_out", reason="rule")
    if (match := _HEADING.match(body)) and not _HASHTAG.match(body):
        text = _one_line(strip_markup(_without_closing_marks(match[2])))
        if text:
            return Line(start, end, text, "heading", len(match[1]))
        return Line(start, end, "", "left_out", reason="markup")
    if _ROW.match(body) and body.count("|") >= 2:
        if "-" in body and _ROW_RULE_CHARS.issuperset(body):
            return Line(start, end, "", "left_out", reason="markup")
        return Line(start, end, _one_line(strip_markup(body).replace("|", " ")), "row")
    if match := _QUOTE.match(body):
        body = body[match.end() :]
    bold = bool(_BOLD_LINE.match(body))
    kind: LineKind = "item" if not bold and _ITEM.match(body) else "text"
    return _text_line(start, end, body, kind, bold=bold)


def _text_line(start: int, end: int, body: str, kind: LineKind, *, bold: bool) -> Line:
    seen = strip_markup(body)
    stripped = seen.lstrip(" \t\u3000")
    if not stripped:
        return Line(start, end, "", "left_out", reason="markup")
    blanks = seen[: len(seen) - len(stripped)]
    indent = len(blanks) + blanks.count("\u3000") + 3 * blanks.count("\t")
    return Line(start, end, stripped.rstrip(" \t\u3000"), kind, indent=indent, bold=bold)


def _without_cuts(source: str, start: int, end: int, cuts: list[LeftOut], i: int) -> tuple[str, str]:
    pieces, at, reason = [], start, "markup"
    while i < len(cuts) and cuts[i].start < end:
        cut = cuts[i]
        if cut.end > start:
            pieces.append(source[at : max(at, cut.start)])
            at = min(end, max(at, cut.end))
            if cut.reason != "markup":
                reason = cut.reason
            elif _SETS_APART.match(source, cut.start):
                pieces.append(" ")
        i += 1
    pieces.append(source[at:end])
    return "".join(pieces), reason


def _mark_underlined_headings(source: str, lines: list[Line]) -> None:
    """A short line of text alone above ``=====`` is a headline."""
    for i in range(1, len(lines)):
        above, rule = lines[i - 1], lines[i]
        if rule.reason != "rule" or above.kind != "text" or len(above.text) > 60 or above.text[-1] in ENDS:
            continue
        if source.startswith("==", rule.start) and (i < 2 or lines[i - 2].kind != "text"):
            lines[i - 1] = Line(above.start, above.end, above.text, "heading", 1)


def _one_line(text: str) -> str:
    return " ".join(text.split())
