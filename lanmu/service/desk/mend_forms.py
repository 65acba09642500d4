"""Mending: an article's page as it was read, and the forms that put it right."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.desk.filters import ArticleNumber, CardToken, Seen
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.sheets import drawn_pages
from lanmu.service.security.access import AskFirst, Editor, Reader
from lanmu.service.store import corrections, line_places
from lanmu.service.store.labelling import seen_article

router = APIRouter(route_class=AskFirst)
Line = Annotated[str, Form(max_length=2_000)]


@router.get("/articles/{number}/page")
def whole_page(request: Request, who: Reader, number: ArticleNumber) -> Response:
    """All articles that were read from the same page, in their order, this one marked."""
    desk = Desk(request, who)
    with desk.service.store.reading() as connection:
        article = seen_article(connection, number)
        pieces = corrections.pieces(connection, article)
        lines = line_places.of(connection, [one.number for one in pieces])
    if pages := {part.page for part in lines.get(number, ())}:
        pieces = [one for one in pieces if any(part.page in pages for part in lines.get(one.number, ()))]
    names = {one.number: desk.categories[one.category].name for one in pieces}
    return desk.page("page.html", queued=article, pieces=pieces, drawn=drawn_pages(pieces, lines, names, number))


@router.post("/articles/{number}/edit")
def edit(
    request: Request,
    who: Editor,
    number: ArticleNumber,
    seen: Seen,
    token: CardToken,
    title: Line = "",
    column: Line = "",
) -> Response:
    """Change the headline and the printed column."""
    desk = Desk(request, who)
    step = desk.service.mending.edit(number, title, column, who.name, seen=seen, token=token)
    return desk.redirect(f"/articles/{number}", "toast.edited", undo=_undo(step))


@router.post("/articles/{number}/merge")
def merge(
    request: Request, who: Editor, number: ArticleNumber, seen: Seen, token: CardToken,
    other: Annotated[int, Form(ge=1, le=MOST_NUMBER)],
) -> Response:  # fmt: skip
    """Add another article to this one."""
    desk = Desk(request, who)
    step = desk.service.mending.merge(number, other, who.name, seen=seen, token=token)
    return desk.redirect(f"/articles/{number}", "toast.merged", undo=_undo(step))


@router.post("/articles/{number}/split")
def split(
    request: Request, who: Editor, number: ArticleNumber, seen: Seen, token: CardToken,
    paragraph: Annotated[int, Form(ge=1, le=MOST_NUMBER)], title: Line = "",
) -> Response:  # fmt: skip
    """Make a new article of the paragraphs from one on."""
    desk = Desk(request, who)
    new, step = desk.service.mending.split(number, paragraph, title, who.name, seen=seen, token=token)
    return desk.redirect(f"/articles/{new}", "toast.divided", undo=_undo(step))


@router.post("/articles/{number}/delete")
def delete(
    request: Request, who: Editor, number: ArticleNumber, seen: Seen, token: CardToken,
    sure: Annotated[str, Form(max_length=10)] = "",
) -> Response:  # fmt: skip
    """Take the article out of the queue, and its label out of labels.csv."""
    desk = Desk(request, who)
    if not sure:
        return desk.redirect(f"/articles/{number}", "toast.not_sure")
    step = desk.service.mending.delete(number, who.name, seen=seen, token=token)
    return desk.redirect("/articles", "toast.deleted", undo=_undo(step))


@router.post("/mendings/{number}/undo")
def take_back(request: Request, who: Editor, number: ArticleNumber) -> Response:
    """Take back a step of mending."""
    desk = Desk(request, who)
    article = desk.service.mending.take_back(number, who.name)
    return desk.redirect(f"/articles/{article}", "toast.mending_undone")


def _undo(step: int) -> str:
    return f"/mendings/{step}/undo"
