"""Mending: an article's printed page, drawn anew as it was read, and the forms that put an article right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from classifier.article import PrintedPart, Shares
from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.desk.filters import ArticleNumber, SeenCard
from lanmu.service.desk.rendering import EditorDesk, ReaderDesk
from lanmu.service.security.access import AskFirst
from lanmu.service.store import line_places, mendings
from lanmu.service.store.labelling import Card, seen_article
from lanmu.service.store.records import QueuedArticle

router = APIRouter(route_class=AskFirst)
Line = Annotated[str, Form(max_length=2_000)]
WIDTH = 1_000
LABEL = 22
"""A label's type size, on a page that is WIDTH wide."""
LARGEST_SHAPE, SMALLEST_SHAPE = 4.0, 0.2


@router.get("/articles/{number}/page")
def whole_page(desk: ReaderDesk, number: ArticleNumber) -> Response:
    """All articles that were read from the same page, in their order, this one marked."""
    with desk.service.store.reading() as connection:
        article = seen_article(connection, Card(number))
        pieces = mendings.pieces(connection, article)
        lines = line_places.of(connection, [one.number for one in pieces])
    if pages := {part.page for part in lines.get(number, ())}:
        pieces = [one for one in pieces if any(part.page in pages for part in lines.get(one.number, ()))]
    names = {one.number: desk.categories[one.category].name for one in pieces}
    return desk.page("page.html", queued=article, pieces=pieces, drawn=drawn_pages(pieces, lines, names, number))


@router.post("/articles/{number}/edit")
def edit(desk: EditorDesk, card: SeenCard, title: Line = "", column: Line = "") -> Response:
    """Change the headline and the printed column."""
    step = desk.service.mending.edit(card, title, column, desk.by)
    return desk.redirect(f"/articles/{card.number}", "toast.edited", undo=_undo(step))


@router.post("/articles/{number}/merge")
def merge(desk: EditorDesk, card: SeenCard, other: Annotated[int, Form(ge=1, le=MOST_NUMBER)]) -> Response:
    """Add another article to this one."""
    step = desk.service.mending.merge(card, other, desk.by)
    return desk.redirect(f"/articles/{card.number}", "toast.merged", undo=_undo(step))


@router.post("/articles/{number}/split")
def split(
    desk: EditorDesk, card: SeenCard, paragraph: Annotated[int, Form(ge=1, le=MOST_NUMBER)], title: Line = ""
) -> Response:
    """Make a new article of the paragraphs from one on."""
    new, step = desk.service.mending.split(card, paragraph, title, desk.by)
    return desk.redirect(f"/articles/{new}", "toast.divided", undo=_undo(step))


@router.post("/articles/{number}/delete")
def delete(desk: EditorDesk, card: SeenCard, sure: Annotated[str, Form(max_length=10)] = "") -> Response:
    """Take the article out of the queue, and its label out of labels.csv."""
    if not sure:
        return desk.redirect(f"/articles/{card.number}", "toast.not_sure")
    step = desk.service.mending.delete(card, desk.by)
    return desk.redirect("/articles", "toast.deleted", undo=_undo(step))


@router.post("/mendings/{number}/undo")
def take_back(desk: EditorDesk, number: ArticleNumber) -> Response:
    """Take back a step of mending."""
    article = desk.service.mending.take_back(number, desk.by)
    return desk.redirect(f"/articles/{article}", "toast.mending_undone")


def _undo(step: int) -> str:
    return f"/mendings/{step}/undo"


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A rectangle in the drawing's units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line of text; ``length`` is how far it is stretched, along the way that it runs."""

    text: str
    x: float
    y: float
    size: float
    length: float
    upright: bool


@dataclass(frozen=True, slots=True)
class DrawnArticle:
    """An article on the drawing: its place in the list, its frames and lines, and where its label stands."""

    place: int
    queued: QueuedArticle
    frames: tuple[DrawnBox, ...]
    lines: tuple[DrawnLine, ...]
    label: DrawnBox


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One page with the articles that stand on it."""

    number: int
    width: int
    height: int
    articles: tuple[DrawnArticle, ...]


def drawn_pages(
    pieces: Sequence[QueuedArticle], printed: Mapping[int, Sequence[PrintedPart]], names: Mapping[int, str], of: int
) -> list[DrawnPage]:
    """The pages that article ``of`` stands on, with all ``pieces`` that do; ``names`` are written on the labels."""
    pages: list[DrawnPage] = []
    for part in printed.get(of, ()):
        if any(page.number == part.page for page in pages):
            continue
        height = round(WIDTH * min(LARGEST_SHAPE, max(SMALLEST_SHAPE, part.shape)))
        labels: list[DrawnBox] = []
        articles = [
            _drawn(place, one, own, height, names[one.number], labels)
            for place, one in enumerate(pieces, 1)
            if (own := [p for p in printed.get(one.number, ()) if p.page == part.page and p.frames])
        ]
        pages.append(DrawnPage(part.page, WIDTH, height, tuple(articles)))
    return pages


def _drawn(
    place: int, queued: QueuedArticle, parts: Sequence[PrintedPart], height: int, name: str, labels: list[DrawnBox]
) -> DrawnArticle:
    frames = [_scaled(frame, height) for part in parts for frame in part.frames]
    lines = [
        DrawnLine(
            line.text,
            box.x,
            round(box.y + (0 if line.upright else 0.85 * box.height), 1),
            round(max(1.0, line.size * height), 1),
            max(1.0, box.height if line.upright else box.width),
            line.upright,
        )
        for part in parts
        for line in part.lines
        for box in [_scaled(line.box, height)]
    ]
    wide = (sum(0.6 if c.isascii() else 1.05 for c in f"{place} {name}") + 0.8) * LABEL
    label = DrawnBox(
        max(0.0, min(frames[0].x, WIDTH - wide)), max(0.0, frames[0].y - 1.4 * LABEL), round(wide, 1), 1.4 * LABEL
    )
    while any(_meet(label, other) for other in labels):
        label = DrawnBox(label.x, label.y + 1.5 * LABEL, label.width, label.height)
    labels.append(label)
    return DrawnArticle(place, queued, tuple(frames), tuple(lines), label)


def _scaled(box: Shares, height: int) -> DrawnBox:
    left, top, right, bottom = box
    return DrawnBox(
        round(left * WIDTH, 1), round(top * height, 1), round((right - left) * WIDTH, 1),
        round((bottom - top) * height, 1),
    )  # fmt: skip


def _meet(a: DrawnBox, b: DrawnBox) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height
