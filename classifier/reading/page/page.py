"""A newspaper page → its articles, with every character of it accounted for."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher

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
from classifier.reading.page.stories import stories_of
from classifier.reading.page.story import Story
from classifier.reading.page.tails import without_recommended
from classifier.reading.page.unmarked import split_topics
from classifier.reading.patterns import pattern
from classifier.reading.reading_options import ReadingOptions, Scorer

_REPEATED_CHARS = 8
_LOOK_BACK = 4
_LIKENESS = 0.86
_MATCHED_CHARS, _MOST_CHARS = 600, 20_000
_NOISE = pattern(r"[\W_]+")
_DIGITS = pattern(r"\d+")


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


def find_repeated_end(body: list[Paragraph]) -> list[Paragraph]:
    """The last paragraph where one shortly before it (or that one's end) says nearly the same, else none.

    Captions and credits at the end are looked past.  Short lines that differ in their figures are
    lists, not repeats.
    """
    texts = [p for p in body if p.kind in ("text", "byline")]
    if len(texts) < 2:
        return []
    last = texts[-1]
    wanted = _NOISE.sub("", last.text)
    if len(wanted) < _REPEATED_CHARS or last.lines == texts[0].lines:
        return []
    for other in reversed(texts[-1 - _LOOK_BACK : -1]):
        if are_alike(wanted, _NOISE.sub("", other.text)):
            return [last]
    return [last] if _is_end_of(wanted, _NOISE.sub("", texts[-2].text)) else []


def are_alike(a: str, b: str) -> bool:
    """Whether two lines without punctuation are the same but for OCR's slips."""
    shorter, longer = sorted((len(a), len(b)))
    if shorter < _REPEATED_CHARS or shorter < 0.75 * longer or longer > _MOST_CHARS:
        return False
    if a == b:
        return True
    if longer < 25 and _DIGITS.findall(a) != _DIGITS.findall(b):
        return False
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if longer > _MATCHED_CHARS:  # matching takes time that grows with the cube of the length
        return matcher.quick_ratio() >= 0.97
    return matcher.quick_ratio() >= _LIKENESS and matcher.ratio() >= _LIKENESS


def _is_end_of(line: str, paragraph: str) -> bool:
    """Whether ``line`` only says the paragraph's last words again."""
    if len(paragraph) <= len(line) or len(line) < _REPEATED_CHARS + 2:
        return False
    return any(are_alike(line, paragraph[-size:]) for size in {len(line) - 1, len(line), len(line) + 1})
