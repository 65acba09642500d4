"""Printed pages → articles: blocks in reading order become paragraphs, and go through the page reader's later steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from classifier.article import Article, PrintedLine, PrintedPart, Shares, Source, cut_printed
from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.dates import date_of_name, written_date
from classifier.reading.doubts import doubt
from classifier.reading.layout.arrange import Arranged, Arrangement, LeftOutText
from classifier.reading.layout.heads import Head
from classifier.reading.layout.lines import Line
from classifier.reading.layout.printed import Box, PrintedPage
from classifier.reading.layout.printed_columns import Block
from classifier.reading.layout.turned import Part, PlacedStory, find_page_number, join_turned
from classifier.reading.origin import Origin
from classifier.reading.page.bylines import lead_byline, line_byline
from classifier.reading.page.joining import Paragraph, word_pairs
from classifier.reading.page.page import article_of
from classifier.reading.page.sentences import is_finished, join_pieces
from classifier.reading.page.stories import stories_of
from classifier.reading.page.story import Story
from classifier.reading.page.unmarked import split_topics
from classifier.reading.reading_options import ReadingOptions, Scorer

SUBHEAD_CHARS = 24


@dataclass(frozen=True, slots=True)
class PlacedArticle:
    """Where an article stands: the page it starts on, the box around it there, and its parts in reading order."""

    page: int
    box: Box
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PrintedReading:
    """What printed pages were read into; ``places[i]`` says where ``articles[i]`` stands."""

    articles: tuple[Article, ...]
    places: tuple[PlacedArticle, ...]
    left_out: tuple[LeftOutText, ...]


def read_arranged(
    arranged: Iterable[tuple[PrintedPage, Arrangement]],
    origin: Origin | None = None,
    options: ReadingOptions | None = None,
    scorer: Scorer | None = None,
) -> PrintedReading:
    """Read arranged pages into articles, by where their text stands.

    Article ids are ``stem`` where there is one article, ``stem-1``, ``stem-2`` … otherwise.
    Raises InputRefused where the pages hold no article or more than the limits allow.
    """
    origin, options = origin or Origin(stem="page"), options or ReadingOptions()
    stories: list[PlacedStory] = []
    left_out: list[LeftOutText] = []
    page_date = ""
    numbers: dict[int, str] = {}
    for page, arrangement in arranged:
        left_out += arrangement.left_out
        page_date = page_date or _date_of(arrangement)
        numbers[page.number] = find_page_number(
            [piece.text for piece in arrangement.left_out if piece.reason in ("page number", "date line")]
        )
        stories += _stories(arrangement, page, options, scorer)
        if len(stories) > options.limits.articles_a_page:
            raise InputRefused(origin.name, say("file.articles", most=options.limits.articles_a_page))
    if not stories:
        raise InputRefused(origin.name, say("file.furniture"))
    if len(numbers) > 1:
        stories = join_turned(stories, numbers)
    for placed in stories:
        if not placed.story.title:
            placed.story.uncertain.append(doubt("no_headline"))
    page_date = page_date or date_of_name(origin.path)
    articles = []
    for i, placed in enumerate(stories, 1):
        place = _shares(placed.box, placed.page)
        source = Source(origin.path, origin.member, i, placed.page.number, place, placed.printed)
        articles.append(article_of(placed.story, origin.id_of(i, len(stories)), source, page_date))
    places = tuple(PlacedArticle(s.page.number, s.box, s.parts) for s in stories)
    return PrintedReading(tuple(articles), places, tuple(left_out))


def running_text(arranged: Sequence[tuple[PrintedPage, Arrangement]]) -> str | None:
    """The text of a document of one column, page after page; None where it is a newspaper's page.

    Such a document is a report, a book, a letter: several pages without two columns side by side, or
    one page without a headline.
    """
    headlines = sum(a.head is not None for _, arrangement in arranged for a in arrangement.articles)
    if any(_has_columns(arrangement) for _, arrangement in arranged) or (len(arranged) == 1 and headlines):
        return None
    whole: list[Paragraph] = []
    goes_on = False
    for _, arrangement in arranged:
        for article in sorted(arrangement.articles, key=lambda a: a.box.top):
            heads = _head_paragraphs(article.head) if article.head is not None else []
            body = _body_paragraphs(article)
            if goes_on and not heads and body and whole and _runs_on(whole[-1], article.blocks[0]):
                whole[-1].text = join_pieces(whole[-1].text, body.pop(0).text)
            whole += [*heads, *body]
            goes_on = bool(article.blocks) and article.blocks[-1].ends != "paragraph"
            whole += _captions(article)
    return "\n\n".join(p.text for p in whole)


def _has_columns(arrangement: Arrangement) -> bool:
    """Whether text stands side by side somewhere."""
    blocks = [b for a in arrangement.articles for b in a.blocks if len(b.lines) >= 3]
    return any(
        a.box.shared_y(b.box) > 2 * a.size and a.box.shared_x(b.box) < 0
        for i, a in enumerate(blocks)
        for b in blocks[i + 1 :]
    )


def _shares(box: Box, page: PrintedPage) -> Shares:
    left, right = _share(box.left, page.width), _share(box.right, page.width)
    return left, _share(box.top, page.height), right, _share(box.bottom, page.height)


def _share(value: float, whole: float) -> float:
    return round(min(1.0, max(0.0, value / whole)), 4) if whole else 0.0


def _date_of(arrangement: Arrangement) -> str:
    for piece in arrangement.left_out:
        if piece.reason in ("date line", "masthead", "imprint") and (date := written_date(piece.text)):
            return date
    return ""


def _stories(
    arrangement: Arrangement, page: PrintedPage, options: ReadingOptions, scorer: Scorer | None
) -> list[PlacedStory]:
    """Each arranged article through the page reader's later steps.

    Where no headline was found above it, it may still hold two stories; under one, the page has told.
    """
    placed: list[PlacedStory] = []
    for article in arrangement.articles:
        own = [s for s in stories_of(_paragraphs(article), sections=options.sections) if s.body]
        told: list[Story] = []
        for story in own:
            story.uncertain += article.uncertain
            told += [story] if story.title else split_topics([story], scorer)
        printed = (printed_part(article, page),) if options.printed_lines else ()
        for story, lines in zip(told, _cut(printed, told), strict=False):
            placed.append(PlacedStory(story, page, article.box, _parts(article, page), lines))
    return placed


def _cut(printed: tuple[PrintedPart, ...], stories: Sequence[Story]) -> list[tuple[PrintedPart, ...]]:
    """What of an article's lines is each story's."""
    pieces: list[tuple[PrintedPart, ...]] = []
    for story in stories[1:]:
        opening = next((p.text for p in [*story.heads, *story.body] if p.text), "")
        before, printed = cut_printed(printed, opening)
        pieces.append(before)
    return [*pieces, printed]


def printed_part(article: Arranged, page: PrintedPage) -> PrintedPart:
    """An article's lines on a page with their places, in reading order."""
    head = article.head
    lines = [] if head is None else [*head.above, *head.main, *head.below, *head.bylines]
    for block in article.blocks:
        lines += [] if (inner := article.inner_heads.get(block)) is None else inner.main
        lines += block.lines
    lines += [line for caption in article.captions for line in caption.lines]
    kept = [
        PrintedLine(text, _shares(box, page), _share(line.size, page.height), line.vertical)
        for line in lines
        for text, box in _single_lines(line)
    ]
    frames = tuple(_shares(part.box, page) for part in _parts(article, page))
    shape = round(page.height / page.width, 4) if page.width else 1.0
    return PrintedPart(page.number, shape, frames, tuple(kept))


def _single_lines(line: Line) -> list[tuple[str, Box]]:
    """A line; for a block whose lines are not known apart, lines of equal length."""
    n, box = line.lines, line.box
    if n <= 1:
        return [(line.text, box)]
    high, length = box.height / n, -(-len(line.text) // n)
    return [
        (text, Box(box.left, box.top + k * high, box.right, box.top + (k + 1) * high))
        for k in range(n)
        if (text := line.text[k * length : (k + 1) * length])
    ]


def _parts(article: Arranged, page: PrintedPage) -> tuple[Part, ...]:
    head = [article.head.box] if article.head else []
    boxes = [*head, *(b.box for b in article.blocks), *(c.box for c in article.captions)]
    return tuple(Part(page.number, box) for box in boxes)


def _paragraphs(article: Arranged) -> list[Paragraph]:
    """Headline, body and captions of an article as the page reader's paragraphs."""
    heads = [] if article.head is None else _head_paragraphs(article.head)
    return [*heads, *_body_paragraphs(article), *_captions(article)]


def _captions(article: Arranged) -> list[Paragraph]:
    return [Paragraph([], _text_of(c.lines), "caption") for c in article.captions]


def _head_paragraphs(head: Head) -> list[Paragraph]:
    return [
        *(Paragraph([], line.text, "heading", level=2) for line in head.above),
        Paragraph([], _headline(head.main), "heading", level=1),
        *(Paragraph([], line.text, "heading", level=2) for line in head.below),
        *(Paragraph([], line.text, "byline") for line in head.bylines),
    ]


def _headline(lines: Sequence[Line]) -> str:
    """A headline's lines put together; a word that the line's end tore is made whole, else a blank stands between."""
    text = lines[0].text
    for line in lines[1:]:
        a, b = text[-1:], line.text[:1]
        torn = b in word_pairs().get(a, "") or b in "，。：；、”》）！？" or a in "“《（、"
        text += line.text if torn else f" {line.text}"
    return text


def _body_paragraphs(article: Arranged) -> list[Paragraph]:
    paragraphs: list[Paragraph] = []
    goes_on = False
    for block in article.blocks:
        if (inner := article.inner_heads.get(block)) is not None:
            paragraphs.append(Paragraph([], inner.text, "heading", level=3))
            goes_on = False
        for k, part in enumerate(_split_paragraphs(block)):
            text = _text_of(part)
            if k == 0 and goes_on and paragraphs and _runs_on(paragraphs[-1], block):
                paragraphs[-1].text = join_pieces(paragraphs[-1].text, text)
                continue
            paragraphs.append(_paragraph(text, part))
        goes_on = block.ends != "paragraph"
    return [p for p in paragraphs if p.text]


def _runs_on(last: Paragraph, block: Block) -> bool:
    """Whether a block's first paragraph goes on with the one before it."""
    if last.kind != "text" or block.starts == "paragraph":
        return False
    return block.starts == "middle" or not is_finished(last.text)


def _split_paragraphs(block: Block) -> list[list[Line]]:
    parts: list[list[Line]] = []
    for k, line in enumerate(block.lines):
        if not parts or k in block.first_lines:
            parts.append([])
        parts[-1].append(line)
    return parts


def _paragraph(text: str, lines: Sequence[Line]) -> Paragraph:
    if line_byline(text) and not lead_byline(text):
        return Paragraph([], text, "byline")
    bold = all(line.bold for line in lines)
    short = len(lines) == 1 and len(text) <= SUBHEAD_CHARS and not is_finished(text)
    return Paragraph([], text, "text", alone=short and (bold or len(text) >= 4))


def _text_of(lines: Sequence[Line]) -> str:
    return reduce(join_pieces, (line.text for line in lines))
