"""One article of clean text, read in a third of the time that all the looks at a page's damage take.

Most files of an archive are a headline and whole paragraphs, one a line.  Here a few looks make sure that
a text is such a one, and it is read at once; any other is left to the readers of pages and plain articles.
What comes out is the same as theirs, which a test holds over texts of many kinds.
"""

from __future__ import annotations

from collections.abc import Sequence

from classifier.article import Article
from classifier.reading.dates import date_of_name, near
from classifier.reading.origin import Origin
from classifier.reading.page.bylines import (
    NO_BYLINE,
    Byline,
    breaks_off,
    closing_reporters,
    first_byline,
    is_signed,
    lead_byline,
    line_byline,
)
from classifier.reading.page.furniture import editors_at_end, furniture_reason, may_edit
from classifier.reading.page.joining import NEVER_FIRST_OF_ALL, Paragraph, join_torn, pairs_beside, paragraphs_of
from classifier.reading.page.line_layout import SUBHEAD_CHARS, full_width, is_like_headline, is_like_sub_head
from classifier.reading.page.markup import MARKUP_FIRST, MAY_RUN_IN, RUN_IN, Line, close_up
from classifier.reading.page.sentences import has_open_bracket, is_finished
from classifier.reading.page.tails import HEAD_CHARS, recommends
from classifier.reading.patterns import CLOSING_BRACKETS, COLON, COMMA, ELLIPSIS, ENDS, PAUSE, SEMICOLON, STOP, pattern
from classifier.reading.reading_options import LIMITS, Limits

TITLE_CHARS = 60
TITLE_WITH_COMMA_CHARS = 40
NOT_LAST = frozenset(STOP + COMMA + SEMICOLON + COLON + PAUSE + ELLIPSIS)
MOST_BYTES, MOST_LINES = 60_000, 300
GROUP_FILES, GROUP_BYTES = 1_024, 1 << 20
"""How many files, and bytes, are read together at most: what is in the processor's cache is read again sooner."""
FEWEST_FILES = 16
"""Fewer files are not worth it."""
BYLINE_CHARS = 100
"""Longer lines are no bylines, nor are those that end as sentences do."""
WRAPPED_LINES, WRAPPED_WIDTH = 5, 140
"""Fewer lines, and longer ones, say nothing of a width at which a text was wrapped."""
NOT_CLEAN = pattern(
    r"[\x00-\x08\x0b-\x1f\x7f-\xa0\xad#&*<>\[\\_`$|\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u2e80-\u2fd5\ud800-\uf8ff"
    r"\uf900-\ufaff\ufeff\uff03\ufffd-\uffff\U0002f800-\U0002fa1d]"
)
"""Markup, characters that only look like others, and blanks and breaks of other kinds."""
_THREE_BYTES = pattern(r"[\u0800-\uffff]")
BLANKS = " \t\u3000"
_ENDS = frozenset(ENDS)
_BRACKETS = frozenset(CLOSING_BRACKETS)
_BRACKET_AND_STOP = tuple(f"{bracket}{stop}" for bracket in CLOSING_BRACKETS for stop in "。.")
FIRST_OF_NONE = NEVER_FIRST_OF_ALL | MARKUP_FIRST


def may_be_clean(size: int, limits: Limits = LIMITS) -> bool:
    """Whether a file of ``size`` bytes is one that is read here."""
    return 0 < size <= min(MOST_BYTES, limits.article_chars)


def read_clean(data: bytes, origin: Origin, limits: Limits = LIMITS) -> Article | None:
    """The article that the bytes are, where they are clean text in UTF-8; else None."""
    if len(data) > MOST_BYTES or data[:1].isalpha() or data[:1] in b"%{":
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "\xa0" in text:
        text = text.replace("\xa0", " ")
    if NOT_CLEAN.search(text) or not _THREE_BYTES.search(text) or (MAY_RUN_IN.search(text) and RUN_IN.search(text)):
        return None
    raw = text.split("\n")
    lines = [line.strip(BLANKS) for line in raw]
    seen = [i for i, line in enumerate(lines) if line]
    if not seen or len(lines) > min(MOST_LINES, limits.page_lines) or lines[seen[0]].startswith(("title", "{")):
        return None
    if (" " in text or "\u3000" in text) and any(
        close_up(line) != line for line in lines if " " in line or "\u3000" in line
    ):
        return None
    title = _title(raw, lines, seen)
    if title and not is_title_alone(title):
        return None
    numbers = seen[1:] if title else seen
    own = [lines[i] for i in numbers]
    indents = [_indent(raw[i]) for i in numbers]
    leads = [lead_byline(line) for line in own]
    if len(leads) - leads.count(None) > 1 or not _are_paragraphs(own):
        return None
    long = sum([len(line) > WRAPPED_WIDTH for line in own])
    if len(own) >= WRAPPED_LINES and long <= len(own) // 10 and full_width(own, indents) < float("inf"):
        return None
    unfinished = [i for i, line in enumerate(own) if is_unfinished(line)]
    content = put_together(own, leads, unfinished, indents)
    return make_article(origin, title, *content) if content else None


def put_together(
    own: list[str], leads: Sequence[Byline | None], unfinished: Sequence[int], indents: Sequence[int] | None
) -> tuple[list[str], Byline | None] | None:
    """The paragraphs, torn ones joined, and the byline among the first of them; ``own`` itself where none is torn.

    ``unfinished``: the numbers of those that end no sentence; ``indents``: those of the lines.  None where these are
    needed and not given.
    """
    if unfinished:
        if _are_sub_heads(unfinished, own, leads):
            joined = _with_torn_joined(own, unfinished)
        elif indents is None:
            return None
        else:
            lines = [Line(0, 0, line, "text", indent=indent) for line, indent in zip(own, indents, strict=True)]
            joined = [p.text for p in paragraphs_of(lines, page=False)]
        if len(joined) < len(own):
            return joined, first_byline(joined)
    return own, next(filter(None, leads[:3]), None)


def _title(raw: Sequence[str], lines: Sequence[str], seen: Sequence[int]) -> str:
    """The first line where it is a title, else empty."""
    if len(seen) == 1:
        return ""
    first, second = seen[0], seen[1]
    apart = second > first + 1 or _indent(raw[second]) > _indent(raw[first]) + 1
    return lines[first] if is_title_text(lines[first], lines[second], apart=apart) else ""


def is_title_text(first: str, second: str, *, apart: bool, subtitled: bool = False) -> bool:
    """Whether a text's first line is its title, by that and the second; ``apart``: set so by a blank line or indent."""
    if len(first) > TITLE_CHARS or lead_byline(first) or line_byline(first):
        return False
    if first[-1] in NOT_LAST or (len(first) > TITLE_WITH_COMMA_CHARS and any(c in COMMA for c in first)):
        return False
    # Without a blank line between them, a first line as long as the next is the text's own.
    stands_out = apart or len(first) < 0.8 * len(second) or len(second) > TITLE_CHARS
    if stands_out and second[0] not in NOT_LAST:
        return True
    return subtitled or bool(lead_byline(second) or line_byline(second))


def is_title_alone(title: str) -> bool:
    """Whether a title is nothing else, too: no heading, editors' line or signature."""
    if title[0] in MARKUP_FIRST or may_name_editors(title) or recommends(title):
        return False
    return title[-1] not in _BRACKETS or not is_signed(title)


def _indent(line: str) -> int:
    blanks = line[: len(line) - len(line.lstrip(BLANKS))]
    return len(blanks) + blanks.count("\u3000") + 3 * blanks.count("\t") if blanks else 0


def _are_paragraphs(own: Sequence[str]) -> bool:
    """Whether no line goes on with the one before, signs another story, names editors or recommends reading."""
    before, last = "", len(own) - 1
    for i, line in enumerate(own):
        if line[0] in FIRST_OF_NONE or (len(line) <= HEAD_CHARS and recommends(line)):
            return False
        if line[-1] not in _ENDS:
            if may_name_editors(line) or (line[-1] in _BRACKETS and i < last):
                return False
            if len(line) <= BYLINE_CHARS and line_byline(line):
                return False
        elif i < last and line.endswith(_BRACKET_AND_STOP) and is_signed(line):
            return False
        if before and breaks_off(before, line):
            return False
        before = line if len(line) <= HEAD_CHARS and line[-1] not in _ENDS else ""
    return True


def may_name_editors(line: str) -> bool:
    return may_edit(line) and (editors_at_end(line) >= 0 or furniture_reason(line) == "editor line")


def is_unfinished(line: str) -> bool:
    """Whether a line does not end as a sentence does."""
    return has_open_bracket(line) if line[-1] in _ENDS else not is_finished(line)


def _are_sub_heads(unfinished: Sequence[int], own: Sequence[str], leads: Sequence[Byline | None]) -> bool:
    """Whether the lines that end no sentence are sub-heads, so that none goes on in the next."""
    last = len(own) - 1
    for i in unfinished:
        text = own[i]
        if not is_like_headline(text) or leads[i]:
            return False
        if len(text) > SUBHEAD_CHARS if i == last else not (leads[i + 1] or is_like_sub_head(text, own[i + 1])):
            return False
    return True


def _with_torn_joined(own: Sequence[str], unfinished: Sequence[int]) -> list[str]:
    """The paragraphs, with torn beginnings among the sub-heads joined to what follows."""
    paragraphs = [Paragraph([i], line, "text") for i, line in enumerate(own)]
    short = [paragraphs[i] for i in unfinished]
    for p in short:
        p.alone = True
    return [p.text for p in join_torn(paragraphs, frozenset(short), lambda pair: _times(own, pair))]


def _times(own: Sequence[str], pair: str) -> int:
    """How often two characters stand side by side."""
    if pair[0] == pair[1]:
        return pairs_beside(own)[pair]  # three of them hold two pairs
    return sum(line.count(pair) for line in own)


def make_article(
    origin: Origin, title: str, paragraphs: Sequence[str], byline: Byline | None, published: str = ""
) -> Article:
    """The article of a title and paragraphs; where it does not tell when it was ``published`` its file's name may."""
    date = date_of(origin.path, byline, published)
    byline = byline or NO_BYLINE
    return Article(
        id=origin.stem,
        title=title,
        text="\n".join(paragraphs),
        byline=byline.printed,
        reporters=byline.reporters or (closing_reporters(paragraphs[-1]) if paragraphs else ()),
        date=date,
        source=origin.source(),
    )


def date_of(path: str, byline: Byline | None, published: str = "") -> str:
    """An article's date, by its byline and when it was published, else its file's name."""
    published = published or date_of_name(path)
    return (near(published, byline.month, byline.day) if byline else "") or published
