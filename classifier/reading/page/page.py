"""A newspaper page → its articles, with every character of it accounted for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from classifier.article import Article, Source
from classifier.errors import InputRefused
from classifier.reading.dates import named_date, near, written_date
from classifier.reading.options import ReadingOptions, Scorer
from classifier.reading.page.bylines import Byline, closing_reporters, lead_byline, line_byline
from classifier.reading.page.frontmatter import front_matter
from classifier.reading.page.joining import Paragraph, paragraphs_of
from classifier.reading.page.markup import Cut, Line, lines_of
from classifier.reading.page.repeats import repeated_last
from classifier.reading.page.stories import stories_of
from classifier.reading.page.story import Story
from classifier.reading.page.unmarked import split_topics


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the source text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A range of the source text that is in no article, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class PageReading:
    """What a page was read into.

    ``spans[i]`` are the ranges of ``source`` that went into ``articles[i]``, in the order of the
    source; they and ``left_out`` together cover every character of ``source`` exactly once.
    """

    source: str
    articles: tuple[Article, ...]
    spans: tuple[tuple[Span, ...], ...]
    left_out: tuple[LeftOut, ...]


def read_page(
    source: str,
    name: str = "",
    options: ReadingOptions | None = None,
    *,
    stem: str = "page",
    member: str = "",
    scorer: Scorer | None = None,
) -> PageReading:
    """Split a page's text into articles.

    Article ids are ``stem`` where the page holds one article, ``stem-1``, ``stem-2`` … otherwise.
    Raises InputRefused where the page holds no article or is larger than the limits.
    """
    options = options or ReadingOptions()
    full_name = f"{name}!{member}" if member else name
    lines, cuts = lines_of(source)
    if len(lines) > 2 * options.limits.page_lines:
        raise InputRefused(full_name, f"has more than {options.limits.page_lines:,} lines; split it into pages")
    front = front_matter(source)
    lines = [replace(x, kind="left_out", reason="front matter") if x.end <= front.end else x for x in lines]
    paragraphs = paragraphs_of(lines)
    stories = split_topics(stories_of(paragraphs, sections=options.sections), scorer)
    if not stories:
        raise InputRefused(full_name, "holds no article, only page furniture; check the export")
    if len(stories) > options.limits.articles_a_page:
        raise InputRefused(full_name, f"holds more than {options.limits.articles_a_page} articles; split it")
    for story in stories:
        for paragraph in repeated_last(story.body):
            story.body.remove(paragraph)
            paragraph.kind, paragraph.reason = "left_out", "repeated last paragraph"
    page_date = front.date or _page_date(paragraphs, name)
    articles = []
    for i, story in enumerate(stories, 1):
        article_id = f"{stem}-{i}" if len(stories) > 1 else stem
        articles.append(article_of(story, article_id, Source(name, member, i), page_date))
    spans, left_out = _account(source, lines, cuts, paragraphs, stories)
    return PageReading(source, tuple(articles), spans, left_out)


def article_of(story: Story, article_id: str, source: Source, page_date: str) -> Article:
    """The article that a story is, with its byline, reporters and date."""
    text = "\n".join(p.text for p in story.body if p.text)
    byline = _byline_of(story)
    reporters = byline.reporters if byline else ()
    if not reporters:
        reporters = next((r for p in reversed(story.body) if (r := closing_reporters(p.text))), ())
    date = near(page_date, byline.month, byline.day) if byline else ""
    return Article(
        id=article_id,
        title=story.title,
        text=text,
        column=story.column,
        subtitle=story.subtitle,
        byline=byline.printed if byline else "",
        reporters=reporters,
        date=date or page_date,
        source=source,
        uncertain=tuple(story.uncertain),
    )


def _byline_of(story: Story) -> Byline | None:
    """The story's byline, of as many lines as it was set in."""
    found: Byline | None = None
    for paragraph in story.body:
        lead = lead_byline(paragraph.text)
        here = lead or (line_byline(paragraph.text) if paragraph.kind == "byline" else None)
        if here and found:
            here = replace(
                here,
                printed=f"{found.printed} {here.printed}",
                reporters=tuple(dict.fromkeys((*found.reporters, *here.reporters))),
            )
        elif found:
            return found
        found = here
        if lead:
            return found
    return found


def _page_date(paragraphs: list[Paragraph], name: str) -> str:
    for paragraph in paragraphs:
        if paragraph.reason in ("date line", "masthead", "imprint") and (date := written_date(paragraph.text)):
            return date
    return named_date(name)


def _account(
    source: str, lines: list[Line], cuts: list[Cut], paragraphs: list[Paragraph], stories: list[Story]
) -> tuple[tuple[tuple[Span, ...], ...], tuple[LeftOut, ...]]:
    """Give every character its one owner: an article, or a reason for being left out."""
    known: dict[int, int | str] = {}
    for paragraph in paragraphs:
        known.update((i, paragraph.reason or "page furniture") for i in paragraph.lines)
    for number, story in enumerate(stories):
        known.update((i, number) for paragraph in story.paragraphs() for i in paragraph.lines)
    owners: list[int | str] = []
    for i in range(len(lines)):
        owners.append(known.get(i, owners[-1] if owners else "blank"))
    spans: list[list[Span]] = [[] for _ in stories]
    left_out: list[LeftOut] = []

    def give(start: int, end: int, who: int | str) -> None:
        if start >= end:
            return
        if isinstance(who, int):
            own = spans[who]
            if own and own[-1].end == start:
                own[-1] = replace(own[-1], end=end)
            else:
                own.append(Span(start, end))
        elif left_out and left_out[-1].end == start and left_out[-1].reason == who:
            left_out[-1] = replace(left_out[-1], end=end)
        else:
            left_out.append(LeftOut(start, end, who))

    next_cut = 0
    for line, who in zip(lines, owners, strict=True):
        at = line.start
        while next_cut < len(cuts) and cuts[next_cut].start < line.end:
            cut = cuts[next_cut]
            give(at, cut.start, who)
            give(max(at, cut.start), min(cut.end, line.end), cut.reason)
            at = max(at, min(cut.end, line.end))
            if cut.end > line.end:
                break
            next_cut += 1
        give(at, line.end, who)
    return tuple(tuple(s) for s in spans), tuple(left_out)
