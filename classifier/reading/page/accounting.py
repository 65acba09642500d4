"""What became of every character of a source: the article it is in, or why it was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from classifier.article import Article
from classifier.reading.page.joining import Paragraph
from classifier.reading.page.markup import LeftOut, Line
from classifier.reading.page.story import Story


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the source text."""

    start: int
    end: int


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


def account_of(
    source: str,
    lines: Sequence[Line],
    cuts: Sequence[LeftOut],
    paragraphs: Sequence[Paragraph],
    stories: Sequence[Story],
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
