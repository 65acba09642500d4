"""A plain article: one text, one article, its first line the title when it looks like one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from classifier.article import Article
from classifier.reading.documents.clean import TITLE_CHARS, is_title_text, make_article
from classifier.reading.doubts import doubt
from classifier.reading.origin import Origin
from classifier.reading.page.accounting import PageReading, account_of
from classifier.reading.page.bylines import first_byline, lead_byline
from classifier.reading.page.frontmatter import FrontMatter, front_matter
from classifier.reading.page.joining import Paragraph, paragraphs_of
from classifier.reading.page.markup import LeftOut, Line, lines_of
from classifier.reading.page.story import Story
from classifier.reading.page.tails import RECOMMENDED, without_editors, without_recommended


def read_plain(source: str, origin: Origin | None = None) -> Article:
    """Read one article from its text; broken lines are joined."""
    return _article(_lay_out(source), origin or Origin())


def plain_reading(source: str, origin: Origin | None = None) -> PageReading:
    """Read one article, and say what of its text was left out: markup, editors' lines, recommended reading."""
    laid_out = _lay_out(source)
    spans, left_out = account_of(source, laid_out.lines, laid_out.cuts, laid_out.paragraphs, [laid_out.story])
    return PageReading(source, (_article(laid_out, origin or Origin()),), spans, left_out)


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """An article's text: its lines, the paragraphs of them, and which are its title and body."""

    front: FrontMatter
    lines: list[Line]
    cuts: list[LeftOut]
    paragraphs: list[Paragraph]
    story: Story


def _lay_out(source: str) -> _LaidOut:
    front = front_matter(source)
    lines, cuts = lines_of(source)
    if front.end:
        lines = [replace(x, kind="left_out", reason="front matter") if x.end <= front.end else x for x in lines]
    lines = without_editors(without_recommended(lines, page=False))
    title, subtitle = front.values.get("title", ""), front.values.get("subtitle", "")
    seen = [i for i, line in enumerate(lines) if line.kind not in ("blank", "left_out")]
    if not title:
        title, subtitle, heads = _titles(lines, seen)
    else:  # the first line may only say it again
        heads = [i for i in seen[:1] if lines[i].text.strip() == title]
    own = list(lines)
    for i in heads:
        own[i] = replace(own[i], kind="blank", text="")
    paragraphs = paragraphs_of(own, page=False)
    story = Story(title, front.values.get("column", ""), subtitle)
    story.heads = [Paragraph([i], lines[i].text, "heading") for i in heads]
    story.body = [p for p in paragraphs if p.kind != "left_out"]
    return _LaidOut(front, lines, cuts, paragraphs, story)


def _article(laid_out: _LaidOut, origin: Origin) -> Article:
    story = laid_out.story
    paragraphs = [p.text for p in story.body if p.text]
    article = make_article(origin, story.title, paragraphs, first_byline(paragraphs), laid_out.front.date)
    cut = any(line.reason == RECOMMENDED for line in laid_out.lines)
    doubts = (doubt("recommended_left_out"),) if cut else ()
    return replace(article, column=story.column, subtitle=story.subtitle, uncertain=doubts)


def _titles(lines: Sequence[Line], seen: list[int]) -> tuple[str, str, list[int]]:
    """The title, the subtitle under it, and the numbers of their lines; ``seen`` are those of lines with text."""
    if not seen or not _is_title(lines, seen):
        return "", "", []
    subtitles: list[int] = []
    while len(seen) > len(subtitles) + 2 and _is_subtitle(lines[seen[1 + len(subtitles)]]):
        subtitles.append(seen[1 + len(subtitles)])
    return lines[seen[0]].text, " ".join(lines[i].text for i in subtitles), [seen[0], *subtitles]


def _is_title(lines: Sequence[Line], seen: list[int]) -> bool:
    first = lines[seen[0]]
    if first.kind == "heading" or first.bold:
        return True
    if first.kind != "text" or len(seen) == 1:
        return False
    second = lines[seen[1]]
    apart = seen[1] > seen[0] + 1 or second.indent > first.indent + 1
    return is_title_text(first.text, second.text, apart=apart, subtitled=_is_subtitle(second))


def _is_subtitle(line: Line) -> bool:
    if line.kind == "heading":
        return line.level <= 2 and not lead_byline(line.text)
    return line.kind == "text" and line.text.startswith(("——", "—", "--")) and len(line.text) < TITLE_CHARS
