"""Review: the doubtful articles one by one, the most useful first, a key for each judgement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import JSONResponse, Response

from classifier.errors import LanmuError
from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.desk.filters import ArticleNumber, WantedArticles
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.stories import told
from lanmu.service.desk.translating import translated
from lanmu.service.problems import Problem, problem_of
from lanmu.service.security.access import Editor, Reader
from lanmu.service.store import progress, queue
from lanmu.service.store.records import today
from lanmu.service.store.settling import AnotherCard, SettledMeanwhile, Settlement

router = APIRouter()
Token = Annotated[str, Form(max_length=64)]
AHEAD = 200
"""How many numbers of the queue a page is given; it asks for more before they run out."""


@router.get("/review")
def review_page(
    request: Request,
    who: Reader,
    wanted: WantedArticles,
    start: Annotated[int | None, Query(ge=1, le=MOST_NUMBER)] = None,
) -> Response:
    """The queue with its first article (or the one ``start`` names) open."""
    desk = Desk(request, who)
    with desk.service.store.reading() as connection:
        numbers, total = queue.review_numbers(connection, wanted.filter, limit=AHEAD)
        if start is not None:
            numbers = [start, *(number for number in numbers if number != start)]
        first = queue.get(connection, numbers[0]) if numbers else None
        day = progress.progress(connection, today())
    if start is not None and first is None:
        raise Problem(404, f"the queue has no article {start}; it may have been removed")
    return desk.page("review.html", numbers=numbers, total=total, day=day, wanted=wanted,
                     story=None if first is None else told(desk, first))  # fmt: skip


@router.get("/review/queue")
def review_queue(request: Request, who: Reader, wanted: WantedArticles) -> Response:
    """The numbers of the queue as JSON, the most useful first."""
    with Desk(request, who).service.store.reading() as connection:
        numbers, total = queue.review_numbers(connection, wanted.filter, limit=AHEAD)
    return JSONResponse({"numbers": numbers, "total": total})


@router.get("/review/{number}/card")
def review_card(request: Request, who: Reader, number: ArticleNumber) -> Response:
    """One article as the review page shows it, without the page around it."""
    desk = Desk(request, who)
    with desk.service.store.reading() as connection:
        article = queue.get(connection, number)
    if article is None:
        raise Problem(404, f"the queue has no article {number}; it may have been removed")
    return desk.page("parts/card.html", story=told(desk, article))


@router.post("/review/{number}/settle")
def settle(
    request: Request,
    who: Editor,
    number: ArticleNumber,
    category: Annotated[str, Form(max_length=200)],
    seen: Annotated[int, Form(ge=0, le=MOST_NUMBER)],
    token: Token = "",
    back: Annotated[str, Form(max_length=2_000)] = "/review",
) -> Response:
    """Accept the model's category or choose another."""
    desk = Desk(request, who)
    settled = partial(desk.service.review.settle, number, category, who.name, seen=seen, token=token)
    return _stepped(desk, back, lambda: [settled()])


@router.post("/review/{number}/skip")
def skip(
    request: Request,
    who: Editor,
    number: ArticleNumber,
    seen: Annotated[int, Form(ge=0, le=MOST_NUMBER)],
    token: Token = "",
    back: Annotated[str, Form(max_length=2_000)] = "/review",
) -> Response:
    """Put an article aside without a label."""
    desk = Desk(request, who)
    return _stepped(desk, back, lambda: [desk.service.review.skip(number, who.name, seen=seen, token=token)])


@router.post("/undo")
def undo(request: Request, who: Editor, back: Annotated[str, Form(max_length=2_000)] = "/review") -> Response:
    """Take back one's own last step."""
    desk = Desk(request, who)
    done = desk.service.review.undo(who.name)
    key = "toast.undone" if len(done) == 1 else "toast.undone_many" if done else "toast.nothing_to_undo"
    return _answer(desk, back, key, done, undo=False)


def _stepped(desk: Desk, back: str, step: Callable[[], list[Settlement]]) -> Response:
    try:
        done = step()
    except SettledMeanwhile:
        if not desk.wants_json:
            raise
        return JSONResponse({"message": desk.t("toast.settled_meanwhile")}, 409)
    except AnotherCard:
        if not desk.wants_json:
            raise
        return JSONResponse({"message": desk.t("toast.another_card")}, 409)
    except LanmuError as error:
        if not desk.wants_json:
            raise
        return JSONResponse({"message": translated(str(error), desk.t)}, problem_of(error).status)
    return _answer(desk, back, f"toast.{done[0].action}", done, undo=True)


def _answer(desk: Desk, back: str, key: str, done: Sequence[Settlement], *, undo: bool) -> Response:
    """What was done: for the page's script with the day's numbers, else as the next page with a toast."""
    category = desk.categories[done[0].category].name if done and done[0].category else ""
    values = {"category": category, "count": len(done)}
    if not desk.wants_json:
        return desk.redirect(back, key, undo=undo, **values)
    with desk.service.store.reading() as connection:
        day = progress.progress(connection, today())
        mine = day.people.get(desk.who.name, 0) if desk.who else 0
    return JSONResponse(
        {
            "message": desk.t(key, **values),
            "undo": undo,
            "articles": [settlement.article for settlement in done],
            "waiting": day.waiting,
            "settled": day.settled_today,
            "mine": mine,
        }
    )
