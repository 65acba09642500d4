"""What a text's lines look like: where they were wrapped, what their indents say, which stand alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from classifier.reading.page.bylines import lead_byline, line_byline, signature
from classifier.reading.page.markup import Line
from classifier.reading.page.sentences import has_open_bracket, introduces_list, is_finished
from classifier.reading.patterns import (
    COLON,
    COMMA,
    ELLIPSIS,
    ENDS,
    EXCLAMATION,
    PAUSE,
    QUESTION,
    SEMICOLON,
    STOP,
    pattern,
    simplify,
)

SUBHEAD_CHARS = 24
LONG_SUBHEAD_CHARS = 40
HEADLINE_CHARS = 2 * SUBHEAD_CHARS
LONGEST_HEADLINE_CHARS = 100
"""As long as one is that its place alone shows to be a headline."""
NEVER_FIRST = frozenset(COMMA + STOP + QUESTION + EXCLAMATION + PAUSE + SEMICOLON + COLON + ELLIPSIS + "%％℃")
"""What no paragraph starts with."""
_NOT_INSIDE, _NOT_LAST = frozenset(STOP + SEMICOLON), frozenset(COMMA + PAUSE + COLON + SEMICOLON)
_NOT_IN_LONG = frozenset(COMMA + SEMICOLON + COLON + ENDS)
_SEEN = frozenset({"heading", "text", "row", "item"})
_MID_FIRST = pattern(r"[的了着过和与及等们并而或被以]|之[一后前间中]|[年月日][,，]")
_MID_LAST = frozenset("的和与及在为把将对是从向以等并而或被让使由于至到其各该这那每第约近超达个")


class Layout:
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
        self.full = full_width([line.text for line in texts], [line.indent for line in texts])

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

    def stands_alone(self, i: int, before: str | None, *, before_alone: bool) -> bool:
        """Whether line ``i`` stands for itself as a headline without marks does."""
        line = self.lines[i]
        if line.bold:
            return True
        text = line.text
        if line.kind != "text" or not is_like_headline(text) or is_finished(text) or lead_byline(text):
            return False
        after = next((self.lines[j] for j in range(i + 1, len(self.lines)) if self.lines[j].kind in _SEEN), None)
        before_done = before is None or before_alone or is_finished(before) or introduces_list(before)
        if after is None or after.kind in ("heading", "row"):
            return before_done and len(text) <= SUBHEAD_CHARS
        begins_story = lead_byline(after.text) is not None or line_byline(after.text) is not None
        if begins_story:
            return before_done
        if not before_done or not is_like_sub_head(text, after.text):
            return False
        wrapped = self.full < float("inf") and _width(text) + min(line.indent, 4) >= self.full
        return not wrapped

    def is_long_headline(self, i: int) -> bool:
        """Whether line ``i`` is longer than headlines are and is one: blank lines around it, a story's byline below.

        It has no comma either: a paragraph that has lost its full stop has some, and a wrapped line no blank after it.
        """
        line = self.lines[i]
        if line.kind != "text" or not HEADLINE_CHARS < len(line.text) <= LONGEST_HEADLINE_CHARS:
            return False
        if not _NOT_IN_LONG.isdisjoint(line.text) or is_finished(line.text) or has_open_bracket(line.text):
            return False
        if lead_byline(line.text) or any(
            self.lines[j].kind != "blank" for j in (i - 1, i + 1) if 0 <= j < len(self.lines)
        ):
            return False
        below = list(islice((x for x in islice(self.lines, i + 1, None) if x.kind != "blank"), 2))
        if not below or below[0].kind != "text":
            return False
        after = below[0].text
        if lead := lead_byline(after):
            return not lead.cited
        # Else the byline may sign the story above: then a headline follows, or nothing.
        signs = line_byline(after) is None or signature(after) is not None
        return not signs and len(below) == 2 and below[1].kind == "text" and is_finished(below[1].text)


def is_like_headline(text: str) -> bool:
    """Whether a line has a headline's length and no mark that none has."""
    if not 4 <= len(text) <= HEADLINE_CHARS or text[-1] in _NOT_LAST or not _NOT_INSIDE.isdisjoint(text):
        return False
    return not has_open_bracket(text)


def is_like_sub_head(text: str, after: str) -> bool:
    """Whether a line like a headline may be the sub-head of the text after it: that goes on with no word of it."""
    if len(text) > LONG_SUBHEAD_CHARS or any(c in text for c in COMMA) or after[0] in NEVER_FIRST:
        return False
    return simplify(text[-1]) not in _MID_LAST and not _MID_FIRST.match(simplify(after[:4]))


def full_width(texts: Sequence[str], indents: Sequence[int]) -> float:
    """The width at which lines were wrapped, or infinity where they were not."""
    if len(texts) < 5:
        return float("inf")
    widths = sorted((_width(text) + min(indent, 4) for text, indent in zip(texts, indents, strict=True)), reverse=True)
    top = widths[len(widths) // 10]
    near = sum(1 for w in widths if top - 5 <= w <= top + 3)
    return top - 5 if top <= 140 and near >= 0.5 * len(widths) else float("inf")


def _width(text: str) -> int:
    """The width in half-widths: a Han character takes three bytes in UTF-8 and two half-widths in print."""
    return (len(text) + len(text.encode("utf-8", "surrogatepass"))) // 2
