"""Articles that break off on one page and go on on another: ``（下转第二版）`` … ``（上接第一版）`` put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifier.article import PrintedPart
from classifier.reading.dates import han_number
from classifier.reading.doubts import doubt
from classifier.reading.layout.printed import Box, PrintedPage
from classifier.reading.page.sentences import is_finished, join_pieces
from classifier.reading.page.story import Story
from classifier.reading.patterns import CLOSE, OPEN, pattern

_NUMBER = r"[A-Za-z]?\d{1,3}|[一二三四五六七八九十]{1,3}"
_TO = pattern(rf"\s*{OPEN}\s*(?:紧?下转|转)\s*第?\s*(?P<page>{_NUMBER})\s*版?[^()（）]{{0,10}}{CLOSE}\s*$")
_FROM = pattern(rf"^\s*{OPEN}\s*(?:紧?上接|紧接|接)\s*第?\s*(?P<page>{_NUMBER})\s*版?[^()（）]{{0,12}}{CLOSE}\s*")
_PRINTED = pattern(rf"^\D{{0,6}}?第?\s*(?P<page>{_NUMBER})\s*版?$|第\s*(?P<inside>{_NUMBER})\s*版")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an article on a page: its headline, a block of its text, or a caption."""

    page: int
    box: Box


@dataclass(slots=True, eq=False)
class PlacedStory:
    """A story with the page it starts on and the places of its parts."""

    story: Story
    page: PrintedPage
    box: Box
    parts: tuple[Part, ...]
    printed: tuple[PrintedPart, ...] = ()


def find_page_number(texts: Sequence[str]) -> str:
    """The number printed on a page, from the page numbers and date lines in its margins; empty where there is none."""
    for text in texts:
        if match := _PRINTED.search(text.strip()):
            return _plain(match["page"] or match["inside"])
    return ""


def join_turned(stories: list[PlacedStory], numbers: Mapping[int, str]) -> list[PlacedStory]:
    """Put stories together that say where they go on and where they come from.

    ``numbers`` are the numbers printed on the pages.  Where they do not settle which belongs to
    which, the only pair that there can be is taken, and the story says so.
    """
    starts: list[tuple[PlacedStory, str]] = []
    rests: list[tuple[PlacedStory, str]] = []
    for placed in stories:
        heads, body = placed.story.heads, placed.story.body
        if to := _page_told(_TO, (p.text[-40:] for p in reversed(body[-3:]))):
            starts.append((placed, to))
        if origin := _page_told(_FROM, (p.text[:40] for p in [*heads, *body[:2]])):
            rests.append((placed, origin))
    gone: set[int] = set()
    for start, to in starts:
        sure, possible = [], []
        for rest, origin in rests:
            if id(rest) in gone or rest is start or rest.page.number == start.page.number:
                continue
            here, there = numbers.get(start.page.number, ""), numbers.get(rest.page.number, "")
            if (here and origin != here) or (there and to != there):
                continue
            possible.append(rest)
            if here and there:
                sure.append(rest)
        chosen = sure if len(sure) == 1 else possible
        if len(chosen) > 1:
            chosen = _by_headline(start.story, chosen)
        if len(chosen) != 1:
            continue
        rest = chosen[0]
        others = [s for s, t in starts if s is not start and s.page.number == start.page.number and t == to]
        guessed = rest not in sure or len(sure) > 1 or bool(others)
        _join(start, rest, guessed)
        gone.add(id(rest))
    return [s for s in stories if id(s) not in gone]


def _page_told(where: re.Pattern[str], texts: Iterable[str]) -> str:
    """The page that the first of some texts names, or empty."""
    return next((_plain(match["page"]) for text in texts if (match := where.search(text))), "")


def _by_headline(story: Story, rests: list[PlacedStory]) -> list[PlacedStory]:
    """Those whose headline says the story's again."""
    alike = [
        r for r in rests if r.story.title and len(set(r.story.title) & set(story.title)) > 0.6 * len(r.story.title)
    ]
    return alike if len(alike) == 1 else rests


def _join(start: PlacedStory, rest: PlacedStory, guessed: bool) -> None:
    before, after = start.story, rest.story
    for paragraph in before.body[-3:]:
        paragraph.text = _TO.sub("", paragraph.text)
    for paragraph in after.body[:2]:
        paragraph.text = _FROM.sub("", paragraph.text)
    own = [p for p in before.body if p.text]
    more = [p for p in after.body if p.text]
    texts = [p for p in own if p.kind == "text"]
    first = next((p for p in more if p.kind == "text"), None)
    if texts and first is not None and not is_finished(texts[-1].text):
        texts[-1].text = join_pieces(texts[-1].text, first.text)
        more.remove(first)
    before.body = own + more
    if guessed:
        before.uncertain.append(doubt("joined_pages", first=start.page.number, second=rest.page.number))
    start.parts += rest.parts
    start.printed += rest.printed


def _plain(number: str) -> str:
    """A page number in plain digits: ``二``, ``02`` and ``2`` are one."""
    if number[:1].isascii():
        return number.upper().lstrip("0") or "0"
    return str(han_number(number)) if "十" in number else "".join(str(han_number(c)) for c in number)
