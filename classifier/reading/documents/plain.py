"""A plain article: one text, one article, its first line the title when it looks like one."""

from __future__ import annotations

from collections.abc import Sequence

from classifier.article import Article, Source
from classifier.reading.dates import named_date, near
from classifier.reading.page.bylines import Byline, closing_reporters, lead_byline, line_byline
from classifier.reading.page.frontmatter import front_matter
from classifier.reading.page.joining import Paragraph, paragraphs_of
from classifier.reading.page.markup import Line, lines_of
from classifier.reading.page.signs import COLON, COMMA, ELLIPSIS, PAUSE, SEMICOLON, STOP

TITLE_CHARS = 60
TITLE_WITH_COMMA_CHARS = 40
_NOT_LAST = frozenset(STOP + COMMA + SEMICOLON + COLON + PAUSE + ELLIPSIS)


def read_plain(source: str, name: str = "", *, stem: str = "article", member: str = "") -> Article:
    """Read one article from its text; broken lines are joined, and only markup is left out."""
    front = front_matter(source)
    lines = [line for line in lines_of(source)[0] if line.start >= front.end and line.kind != "left_out"]
    title, subtitle = front.values.get("title", ""), ""
    if not title:
        title, subtitle, lines = _titles(lines)
    paragraphs = paragraphs_of(lines, page=False)
    byline = _byline(paragraphs)
    reporters = byline.reporters if byline else ()
    if not reporters and paragraphs:
        reporters = closing_reporters(paragraphs[-1].text)
    published = front.date or named_date(name)
    sent = near(published, byline.month, byline.day) if byline else ""
    return Article(
        id=stem,
        title=title,
        text="\n".join(p.text for p in paragraphs if p.text),
        column=front.values.get("column", ""),
        subtitle=subtitle,
        byline=byline.printed if byline else "",
        reporters=reporters,
        date=sent or published,
        source=Source(name, member, 0),
    )


def _titles(lines: list[Line]) -> tuple[str, str, list[Line]]:
    """The title, the subtitle under it, and the lines that are left."""
    seen = [i for i, line in enumerate(lines) if line.kind != "blank"]
    if not seen or not _is_title(lines, seen):
        return "", "", lines
    rest = seen[1:]
    subtitles: list[int] = []
    while len(rest) > len(subtitles) + 1 and _is_subtitle(lines[rest[len(subtitles)]]):
        subtitles.append(rest[len(subtitles)])
    start = (subtitles or seen)[-1] if subtitles else seen[0]
    return lines[seen[0]].text, " ".join(lines[i].text for i in subtitles), lines[start + 1 :]


def _is_title(lines: Sequence[Line], seen: list[int]) -> bool:
    first = lines[seen[0]]
    if first.kind == "heading" or first.bold:
        return True
    text = first.text
    if first.kind != "text" or len(seen) == 1 or len(text) > TITLE_CHARS or lead_byline(text) or line_byline(text):
        return False
    if text[-1] in _NOT_LAST or (len(text) > TITLE_WITH_COMMA_CHARS and any(c in COMMA for c in text)):
        return False
    second = lines[seen[1]]
    if lead_byline(second.text) or line_byline(second.text) or _is_subtitle(second):
        return True
    if second.text[0] in _NOT_LAST:
        return False
    if seen[1] > seen[0] + 1 or second.indent > first.indent + 1:
        return True
    # Without a blank line between them, a first line as long as the next is the text's own.
    return len(text) < 0.8 * len(second.text) or len(second.text) > TITLE_CHARS


def _is_subtitle(line: Line) -> bool:
    if line.kind == "heading":
        return line.level <= 2 and not lead_byline(line.text)
    return line.kind == "text" and line.text.startswith(("——", "—", "--")) and len(line.text) < TITLE_CHARS


def _byline(paragraphs: list[Paragraph]) -> Byline | None:
    for p in paragraphs[:3]:
        if found := lead_byline(p.text) or line_byline(p.text):
            return found
    return None
