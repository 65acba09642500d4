"""A newspaper page → its articles, with every character of it accounted for."""

from __future__ import annotations

from dataclasses import replace

from classifier.article import Article, Source
from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.dates import date_of_name, near, written_date
from classifier.reading.origin import Origin
from classifier.reading.page.accounting import PageReading, account_of
from classifier.reading.page.bylines import (
    NO_BYLINE,
    Byline,
    closing_reporters,
    lead_byline,
    line_byline,
    signing_names,
)
from classifier.reading.page.frontmatter import front_matter
from classifier.reading.page.joining import Paragraph, paragraphs_of
from classifier.reading.page.markup import lines_of
from classifier.reading.page.repeats import find_repeated_end
from classifier.reading.page.stories import stories_of
from classifier.reading.page.story import Story
from classifier.reading.page.tails import without_recommended
from classifier.reading.page.unmarked import split_topics
from classifier.reading.reading_options import ReadingOptions, Scorer


def read_page(
    source: str,
    origin: Origin | None = None,
    options: ReadingOptions | None = None,
    scorer: Scorer | None = None,
) -> PageReading:
    """Split a page's text into articles.

    Article ids are ``stem`` where the page holds one article, ``stem-1``, ``stem-2`` … otherwise.
    Raises InputRefused where the page holds no article or is larger than the limits.
    """
    origin, options = origin or Origin(stem="page"), options or ReadingOptions()
    lines, cuts = lines_of(source)
    if len(lines) > 2 * options.limits.page_lines:
        raise InputRefused(origin.name, say("printed.lines", most=f"{options.limits.page_lines:,}"))
    front = front_matter(source)
    lines = [replace(x, kind="left_out", reason="front matter") if x.end <= front.end else x for x in lines]
    paragraphs = paragraphs_of(without_recommended(lines, page=True))
    stories = split_topics(stories_of(paragraphs, sections=options.sections), scorer)
    if not stories:
        raise InputRefused(origin.name, say("file.furniture"))
    if len(stories) > options.limits.articles_a_page:
        raise InputRefused(origin.name, say("file.articles", most=options.limits.articles_a_page))
    for story in stories:
        for paragraph in find_repeated_end(story.body):
            story.body.remove(paragraph)
            paragraph.kind, paragraph.reason = "left_out", "repeated last paragraph"
    if len(stories) == 1 and not stories[0].title:
        stories[0].title = front.values.get("title", "")
    page_date = front.date or _page_date(paragraphs, origin.path)
    articles = []
    for i, story in enumerate(stories, 1):
        articles.append(article_of(story, origin.id_of(i, len(stories)), origin.source(i), page_date))
    spans, left_out = account_of(source, lines, cuts, paragraphs, stories)
    return PageReading(source, tuple(articles), spans, left_out)


def article_of(story: Story, article_id: str, source: Source, page_date: str) -> Article:
    """The article that a story is, with its byline, reporters and date."""
    byline = _byline_of(story) or NO_BYLINE
    closing = (closing_reporters(p.text) for p in reversed(story.body))
    reporters = byline.reporters or next(filter(None, closing), ())
    if not reporters and story.body and story.body[-1].signed:
        reporters = signing_names(story.body[-1].text)
    return Article(
        id=article_id,
        title=story.title,
        text="\n".join(p.text for p in story.body if p.text),
        column=story.column,
        subtitle=story.subtitle,
        byline=byline.printed,
        reporters=reporters,
        date=near(page_date, byline.month, byline.day) or page_date,
        source=source,
        uncertain=tuple(story.uncertain),
    )


def _byline_of(story: Story) -> Byline | None:
    """The story's byline, of as many lines as it was set in."""
    byline: Byline | None = None
    for paragraph in story.body:
        lead = lead_byline(paragraph.text)
        here = lead or (line_byline(paragraph.text) if paragraph.kind == "byline" else None)
        if here and byline:
            here = replace(
                here,
                printed=f"{byline.printed} {here.printed}",
                reporters=tuple(dict.fromkeys((*byline.reporters, *here.reporters))),
            )
        elif byline:
            return byline
        byline = here
        if lead:
            return byline
    return byline


def _page_date(paragraphs: list[Paragraph], name: str) -> str:
    for paragraph in paragraphs:
        if paragraph.reason in ("date line", "masthead", "imprint"):
            written = written_date(paragraph.text)
            if date := written or (date_of_name(paragraph.text) if paragraph.reason == "date line" else ""):
                return date
    return date_of_name(name)
