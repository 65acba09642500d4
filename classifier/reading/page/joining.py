"""Lines → paragraphs: pieces of a sentence or word torn apart by columns are put together again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Literal

from classifier.reading.page.bylines import breaks_off, lead_byline, line_byline, signs_story
from classifier.reading.page.furniture import (
    furniture_reason,
    is_bare_date,
    is_caption,
    is_notice_headline,
    is_turned_from,
)
from classifier.reading.page.line_layout import NEVER_FIRST, Layout
from classifier.reading.page.markup import Line
from classifier.reading.page.sentences import (
    has_open_bracket,
    introduces_list,
    is_bare_byline,
    is_finished,
    join_pieces,
)
from classifier.reading.page.topics import pairs_of
from classifier.reading.patterns import (
    CLOSING_BRACKETS,
    CLOSING_QUOTES,
    COLON,
    COMMA,
    HAN,
    OPENING_QUOTES,
    PAUSE,
    SEMICOLON,
    any_of,
    pattern,
    simplify,
)

ParagraphKind = Literal["heading", "text", "byline", "caption", "row", "left_out"]

MAX_PARAGRAPH_CHARS = 20_000
_CLOSING_FIRST = frozenset(CLOSING_QUOTES + CLOSING_BRACKETS) - {">", "]"}
NEVER_FIRST_OF_ALL = NEVER_FIRST | _CLOSING_FIRST
"""What a line begins with that goes on with the one before it."""
_OPENER = pattern(
    rf"(?:会议|会上|大会|座谈会)(?:还|也|随后|现场)?(?:指出|强调|要求|认为|听取|研究|审议|传达|决定|通报|表决)|据(?:悉|了解|介绍|统计){any_of(COMMA)}"
    rf"|(?:连日来|近日|日前|近年来|下一步|与此同时|此外){any_of(COMMA)}"
)
_ENUMERATED = pattern(
    r"(?:[(（]?[一二三四五六七八九十]{1,3}[、)）.．]|[(（]?\d{1,2}[、)）.．](?!\d)|[①-⑳]|第[一二三四五六七八九十]{1,3}[,，、条章]|[一二三四五六]是)"
)
_BULLET = pattern(r"[●○◆◇■□▲△★☆※◎▶►➤]\s*\S")

_WORD_PAIR, _NO_WORD_PAIR, _PAIR_ELSEWHERE = 3.0, -0.75, 1.5
_LOOKED_AT = 120
_OPENS = pattern(
    rf"{any_of(OPENING_QUOTES)}|近[日年]|日前|连日来|今年|去年|当前|眼下|据[悉了介统]|记者|走进|在.{{2,24}}?{any_of(COMMA)}|为|“"
    r"|\d{1,2}月|\d{4}年|截至|目前|随着|清晨|傍晚|初春|早在"
)
_TWO_HAN = pattern(HAN + HAN)


@dataclass(slots=True, eq=False)
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
    signed: bool = field(default=False, repr=False)

    @property
    def may_head(self) -> bool:
        """Whether it stands as a headline without marks does, and signs no story."""
        return self.alone and self.kind == "text" and not self.signed


def paragraphs_of(lines: Sequence[Line], *, page: bool = True) -> list[Paragraph]:
    """Put the lines of a page (or of one plain article) together into paragraphs, in reading order.

    Blank lines belong to none; every other line belongs to exactly one.
    """
    paragraphs: list[Paragraph] = []
    current: Paragraph | None = None
    held: Paragraph | None = None
    layout = Layout(lines)
    for i, line in enumerate(lines):
        if line.kind == "blank":
            continue
        if line.kind == "left_out":
            paragraphs.append(Paragraph([i], "", "left_out", reason=line.reason))
            continue
        if line.kind == "heading":
            paragraphs.append(Paragraph([i], line.text, "heading", level=line.level))
            current = held = None
            continue
        if line.kind == "row":
            paragraphs.append(Paragraph([i], line.text, "row"))
            if not page:  # columns of a page may put a table between the halves of a sentence; an article's text stops
                current = held = None
            continue
        reason = furniture_reason(line.text) if page else ""
        if reason == "scan note" and line_byline(line.text):
            reason = ""
        if reason == "date line" and is_bare_date(line.text) and sum(p.kind == "text" for p in paragraphs) > 3:
            paragraphs.append(Paragraph([i], line.text, "text", alone=True, signed=True))
            current = None
            continue
        if reason:
            paragraphs.append(Paragraph([i], line.text, "left_out", reason=reason))
            continue
        if page and current is not None and current.kind == "caption" and is_finished(current.text):
            current, held = held, None
        if current is not None and _continues(current, line, i, layout):
            current.text = join_pieces(current.text, line.text)
            current.lines.append(i)
            current.alone = False
            if page and current.kind == "text" and line_byline(current.text):
                current.kind, current = "byline", None
            continue
        kind: ParagraphKind = "text"
        if page and line_byline(line.text):
            kind = "byline"
        elif page and is_caption(line.text):
            kind = "caption"
        before = None if current is None else current.text
        alone = layout.stands_alone(i, before, before_alone=current is not None and current.alone)
        alone = alone or (page and kind == "text" and layout.is_long_headline(i))
        signed = page and (alone or len(line.text) < 4) and kind == "text" and signs_story(line.text)
        paragraph = Paragraph([i], line.text, kind, alone=alone, items=line.kind == "item", signed=signed)
        paragraphs.append(paragraph)
        if kind == "caption" and current is not None and not is_finished(current.text) and not current.alone:
            held = current if held is None else held
        current = None if kind == "byline" else paragraph
    return _with_torn_joined(paragraphs, lines)


def _with_torn_joined(paragraphs: list[Paragraph], lines: Sequence[Line]) -> list[Paragraph]:
    """Short lines that were held for sub-heads but are torn beginnings are joined to what follows."""
    short = {p for p in paragraphs if p.may_head and not lines[p.lines[0]].bold}
    if not short:
        return paragraphs
    pairs = cache(lambda: pairs_beside(line.text for line in lines))
    return join_torn(paragraphs, short, lambda pair: pairs()[pair])


def join_torn(
    paragraphs: list[Paragraph], short: Collection[Paragraph], times: Callable[[str], int]
) -> list[Paragraph]:
    """The paragraphs, of which the ``short`` that are torn beginnings are joined to what follows.

    ``times`` counts how often two characters stand side by side.
    """
    story = 0
    stories: dict[Paragraph, int] = {}
    lengths: dict[int, Counter[int]] = {}
    for p in paragraphs:
        story += p.kind == "heading"
        if p in short:
            stories[p] = story
            lengths.setdefault(story, Counter())[len(p.text)] += 1
    gone: set[Paragraph] = set()
    after: Paragraph | None = None
    for p in reversed(paragraphs):
        if p in short and after is not None and after.kind == "text" and not (after.alone or after.items):
            alike = count_alike(lengths[stories[p]], len(p.text))
            if is_torn(p.text, after.text, alike, times) and not lead_byline(after.text):
                p.text, p.lines, p.alone = join_pieces(p.text, after.text), p.lines + after.lines, False
                gone.add(after)
        if p.kind in ("heading", "text", "byline"):
            after = p
    return [p for p in paragraphs if p not in gone]


def pairs_beside(texts: Iterable[str]) -> Counter[str]:
    """How often each two characters stand side by side."""
    return Counter(a + b for text in texts for a, b in pairwise(text))


def count_alike(lengths: Counter[int], length: int) -> int:
    """How many other lines of a story are about as long as one of them."""
    return sum([lengths.get(n, 0) for n in range(length - 3, length + 4)]) - 1


def _continues(current: Paragraph, line: Line, i: int, layout: Layout) -> bool:
    """Whether a line goes on with the paragraph before it."""
    before, after = current.text, line.text
    if len(before) > MAX_PARAGRAPH_CHARS:
        return False
    if after[0] in NEVER_FIRST_OF_ALL:
        return True
    if breaks_off(before, after):
        return True
    if line.kind == "item" or line.bold or _BULLET.match(after) or layout.starts_by_indent(i):
        return False
    if is_finished(before) and not layout.runs_on(i):
        return False
    if lead_byline(after) or is_turned_from(after) or line_byline(after) or is_caption(after):
        return False
    if current.alone or is_notice_headline(after):
        return False
    if is_bare_byline(before) or is_finished(before):
        return True
    if has_open_bracket(before[-200:]):
        return True
    last = before[-1]
    if last in COMMA or last in PAUSE:
        return not (last in COMMA and _OPENER.match(simplify(after[:24])) and len(before) < 8)
    if last in SEMICOLON:
        return not (_ENUMERATED.match(after) and _ENUMERATED.match(before))
    if last in COLON:
        return not (_ENUMERATED.match(after) or introduces_list(before) or len(before) <= 12)
    if current.items or current.kind == "row":
        return False
    if _OPENER.match(simplify(after[:24])) or _ENUMERATED.match(after):
        return False
    return not layout.stands_alone(i, before, before_alone=current.alone)


def is_torn(line: str, after: str, alike: int, times: Callable[[str], int]) -> bool:
    """Whether ``line`` is the torn beginning of ``after`` rather than a sub-head above it.

    The surest sign is the pair of characters at the joint: torn words make a known pair, or one
    that the page has elsewhere (``times`` counts it there, and is asked only where that decides).
    Sub-heads come several to a story and ``alike`` in length, are short, and are often said again by
    the paragraph below.
    """
    odds = -1.5 if alike else 0.75
    joint = simplify(line[-1] + after[0])
    in_han = bool(_TWO_HAN.fullmatch(joint))
    if in_han:
        odds += _WORD_PAIR if joint[1] in word_pairs().get(joint[0], "") else _NO_WORD_PAIR
    elif joint.isascii() and joint.isalnum():
        odds += 3.0
    odds += 1.5 if len(line) > 20 else 0.5 if len(line) > 14 else -0.5
    least = -_PAIR_ELSEWHERE if in_han else 0.0
    if odds > least and _OPENS.match(simplify(after[:40])):
        odds -= 1.5
    if odds <= least:
        return False
    own, below = pairs_of(line), simplify(after[:_LOOKED_AT])
    if own and sum([pair in below for pair in own]) >= 0.34 * len(own):
        odds -= 3.0
    if odds > 0 or odds <= least:
        return odds > 0
    return times(joint) > line.count(joint) + after.count(joint)


@cache
def word_pairs() -> dict[str, str]:
    """For a character, those that follow it inside words."""
    from importlib.resources import files

    rows = files("classifier.reading.page").joinpath("word_pairs.txt").read_text("utf-8").splitlines()
    return {row[0]: row[1:] for row in rows if row and not row.startswith("#")}
