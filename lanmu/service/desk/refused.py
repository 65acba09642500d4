"""What could not be read: the files, why, and trying once more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from classifier.messages import say
from lanmu.service.desk.filters import ArticleNumber
from lanmu.service.desk.queue_pages import A_PAGE, Offset
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.translating import reason_of
from lanmu.service.problems import Problem
from lanmu.service.security.access import AskFirst, Editor, Reader
from lanmu.service.store import audit, refusals
from lanmu.service.store.refusals import Refusal

router = APIRouter(route_class=AskFirst, prefix="/refused")
MOST_AT_ONCE = 500


@router.get("")
def refused_page(request: Request, who: Reader, all: str = "", offset: Offset = 0) -> Response:
    """The files that nobody has seen to, the newest first; with ``all`` the others as well."""
    desk = Desk(request, who)
    with desk.service.store.reading() as connection:
        listed, total = refusals.page(connection, all=bool(all), offset=offset, limit=A_PAGE)
    return desk.page(
        "refused.html", found=listed, total=total, offset=offset, limit=A_PAGE, all=bool(all),
        reason_of=reason_of, watched=desk.service.inbox is not None,
    )  # fmt: skip


@router.post("/{number}/again")
def try_again(request: Request, who: Editor, number: ArticleNumber) -> Response:
    """Put the file back into the watched folder."""
    desk = Desk(request, who)
    inbox = desk.service.inbox
    refusal = _refusal(desk, number)
    if inbox is None or not refusal.place:
        raise Problem(409, say("inbox.no_retry"))
    try:
        inbox.try_again(refusal.place)
    except OSError as error:
        raise Problem(409, say("inbox.not_put_back", name=refusal.name, error=error.strerror or error)) from error
    with desk.service.store.writing() as connection:
        refusals.close(connection, number, who.name)
        audit.note(connection, who.name, "file tried again", refusal.name, address=desk.address)
    return desk.redirect("/refused", "toast.tried_again", name=refusal.name)


@router.post("/close")
def close(request: Request, who: Editor, number: Annotated[list[int] | None, Form(max_length=500)] = None) -> Response:
    """Take files off the list, without doing anything to them."""
    desk = Desk(request, who)
    with desk.service.store.writing() as connection:
        count = sum(refusals.close(connection, one, who.name) for one in number or ())
    return desk.redirect("/refused", "toast.seen_to", count=count)


def _refusal(desk: Desk, number: int) -> Refusal:
    with desk.service.store.reading() as connection:
        refusal = refusals.get(connection, number)
    if refusal is None:
        raise Problem(404, say("inbox.no_refusal", number=number))
    return refusal
