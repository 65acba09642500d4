"""Review: the doubtful articles one by one, the most useful first, a key for each judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from classifier.errors import UnknownCategory
from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.desk.filters import ArticleNumber, CardToken, Seen, Wanted, WantedArticles
from lanmu.service.desk.rendering import Desk, pack
from lanmu.service.desk.story_view import tell_story
from lanmu.service.security.access import AskFirst, Editor, Principal, Reader
from lanmu.service.store import day_work, flags, leases, queue, second_reading
from lanmu.service.store.labelling import AnotherCard, LabelledMeanwhile, Labelling, NoSuchArticle, seen_article
from lanmu.service.store.records import today

router = APIRouter(route_class=AskFirst)
MOST_STEPS = 100
MOST_HELD = 50
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
        numbers, total = _numbers(connection, desk, wanted)
        day = day_work.progress(connection, today())
        sources, columns = queue.sources_in_review(connection)
        origins = queue.origins(connection, "review")
        asked = flags.count(connection)
        again = second_reading.numbers(connection, who.name, _share(desk), limit=1)[1]
    held = _hand_out(desk, numbers if start is None else [start])
    number = held if start is None else start
    with desk.service.store.reading() as connection:
        first = queue.get(connection, number) if number is not None else None
        around = _find_colleagues(connection, desk, number)
        at_work = _others_at_work(connection, who)
    if start is not None and first is None:
        raise NoSuchArticle(start)
    if number is not None:
        numbers = [number, *(other for other in numbers if other != number)]
    return desk.page(
        "review.html", numbers=numbers, total=total, day=day, wanted=wanted, orders=queue.ORDERS, sources=sources,
        columns=columns, origins=origins, asked=asked, again=again, blind=bool(wanted.reading), at_work=at_work,
        story=None if first is None else tell_story(desk, first), **around,
    )  # fmt: skip


@router.get("/review/queue")
def review_queue(request: Request, who: Reader, wanted: WantedArticles) -> Response:
    """The numbers of the queue as JSON, in its order, without those that others have before them."""
    desk = Desk(request, who)
    with desk.service.store.reading() as connection:
        numbers, total = _numbers(connection, desk, wanted)
        at_work = _others_at_work(connection, who)
    return JSONResponse({"numbers": numbers, "total": total, "at_work": at_work})


@router.get("/review/{number}/card")
def review_card(request: Request, who: Reader, number: ArticleNumber, reading: str = "") -> Response:
    """One article as the review page shows it, without the page around it.

    Nothing (204) where another editor has it before them, or has labelled it.
    """
    desk = Desk(request, who)
    if _hand_out(desk, [number]) is None:
        return Response(status_code=204)
    with desk.service.store.reading() as connection:
        article = seen_article(connection, number)
        around = _find_colleagues(connection, desk, number)
    if article.state != "review" and article.labelled_by != who.name and not reading:
        with desk.service.store.writing() as connection:
            leases.free(connection, [number], who.name)
        return Response(status_code=204)
    card = desk.page("parts/card.html", by_script=True, story=tell_story(desk, article), blind=bool(reading), **around)
    return pack(request, card)


class HeldIn(BaseModel):
    """Articles that a page goes on holding, and those it lets go."""

    hold: list[int] = Field([], max_length=MOST_HELD)
    free: list[int] = Field([], max_length=MOST_HELD)


@router.post("/review/leases")
def renew_leases(request: Request, who: Editor, given: HeldIn) -> Response:
    """Go on with leases, and end others."""
    service = Desk(request, who).service
    with service.store.writing() as connection:
        lost = [
            number for number in given.hold
            if queue.get(connection, number) is not None
            and leases.take(connection, number, who.name, service.settings.limits.lease_seconds) is not None
        ]  # fmt: skip
        leases.free(connection, given.free, who.name)
        leases.clear_old(connection)
    return JSONResponse({"lost": lost})


def _numbers(connection: Connection, desk: Desk, wanted: Wanted) -> tuple[list[int], int]:
    person = desk.who.name if desk.who else None
    if wanted.reading and person is not None:
        return second_reading.numbers(connection, person, _share(desk), limit=AHEAD)
    return queue.review_numbers(connection, wanted.filter, limit=AHEAD, person=person, order=wanted.order)


def _share(desk: Desk) -> float:
    return desk.service.settings.limits.second_reading_share


def _hand_out(desk: Desk, numbers: Sequence[int]) -> int | None:
    """The first of these that this editor gets, leased; a reader, who labels nothing, gets any."""
    if desk.who is None or not desk.who.may("editor") or not numbers:
        return numbers[0] if numbers else None
    seconds = desk.service.settings.limits.lease_seconds
    with desk.service.store.writing() as connection:
        known = [number for number in numbers if len(numbers) > 1 or queue.get(connection, number) is not None]
        if not known:
            return numbers[0]  # there is no such article, as the reading of it will say
        return leases.take_first(connection, known, desk.who.name, seconds)


def _others_at_work(connection: Connection, who: Principal) -> list[str]:
    return [name for name in leases.at_work(connection) if name != who.name]


def _find_colleagues(connection: Connection, desk: Desk, number: int | None) -> dict[str, Any]:
    """What colleagues have to do with an article: who has it before them, what they ask."""
    if number is None:
        return {"looked_at": None, "flag": None}
    holder = leases.holder(connection, number)
    mine = desk.who is not None and holder == desk.who.name
    return {"looked_at": None if mine else holder, "flag": flags.get(connection, number)}


@router.post("/review/{number}/settle")
def label(
    request: Request,
    who: Editor,
    number: ArticleNumber,
    category: Annotated[str, Form(max_length=200)],
    seen: Seen,
    token: CardToken = "",
    back: Annotated[str, Form(max_length=2_000)] = "/review",
) -> Response:
    """Accept the model's category or choose another."""
    desk = Desk(request, who)
    done = desk.service.review.label(number, category, who.name, seen=seen, token=token)
    return _form_answer(desk, back, [done], undo=True)


@router.post("/review/{number}/skip")
def skip(
    request: Request,
    who: Editor,
    number: ArticleNumber,
    seen: Seen,
    token: CardToken = "",
    back: Annotated[str, Form(max_length=2_000)] = "/review",
) -> Response:
    """Put an article aside without a label."""
    desk = Desk(request, who)
    return _form_answer(desk, back, [desk.service.review.skip(number, who.name, seen=seen, token=token)], undo=True)


@router.post("/review/{number}/read")
def read_again(
    request: Request,
    who: Editor,
    number: ArticleNumber,
    category: Annotated[str, Form(max_length=200)],
    seen: Seen,
    token: CardToken = "",
) -> Response:
    """Read another's label once more."""
    desk = Desk(request, who)
    done = desk.service.review.read(number, category, who.name, seen=seen, token=token)
    return _form_answer(desk, "/review?reading=second", [done], undo=True)


@router.post("/undo")
def undo(request: Request, who: Editor, back: Annotated[str, Form(max_length=2_000)] = "/review") -> Response:
    """Take back one's own last step."""
    desk = Desk(request, who)
    return _form_answer(desk, back, desk.service.review.undo(who.name), undo=False)


class StepIn(BaseModel):
    """What a person decided, as the page's outbox sends it.

    ``id`` names the step; number, version (``seen``) and ``token`` come from the card that was on
    screen.  ``of`` names the step that an undo takes back (without it, the last).
    """

    id: str = Field(min_length=8, max_length=64)
    do: Literal["settle", "skip", "undo", "flag", "read"]
    number: int = Field(0, ge=0, le=MOST_NUMBER)
    seen: int = Field(0, ge=0, le=MOST_NUMBER)
    token: str = Field("", max_length=64)
    category: str = Field("", max_length=200)
    of: str | None = Field(None, max_length=64)
    note: str = Field("", max_length=flags.LONGEST_NOTE)


class StepsIn(BaseModel):
    """Steps in the order in which they were done."""

    steps: list[StepIn] = Field(max_length=MOST_STEPS)


@router.post("/review/steps")
def take_steps(request: Request, who: Editor, given: StepsIn) -> Response:
    """Do the steps of a page's outbox, each for itself; each is done once, however often it comes."""
    desk = Desk(request, who)
    outcomes = [_outcome(desk, who.name, step) for step in given.steps]
    with desk.service.store.reading() as connection:
        day = day_work.progress(connection, today())
    numbers = {"waiting": day.waiting, "settled": day.settled_today, "mine": day.people.get(who.name, 0)}
    return JSONResponse({"outcomes": outcomes, **numbers})


def _outcome(desk: Desk, by: str, step: StepIn) -> dict[str, object]:
    """What became of a step: done, or refused for good.  What passes by itself (no model yet) is raised."""
    try:
        done = _do(desk, by, step)
    except LabelledMeanwhile:
        return {"id": step.id, "ok": False, "message": desk.t("toast.labelled_meanwhile")}
    except AnotherCard:
        return {"id": step.id, "ok": False, "message": desk.t("toast.another_card")}
    except (NoSuchArticle, UnknownCategory) as error:
        return {"id": step.id, "ok": False, "message": error.text(desk.t.language)}
    key, values = _describe(desk, done, undone=step.do == "undo")
    return {"id": step.id, "ok": True, "message": desk.t(key, **values), "articles": [one.article for one in done]}


def _do(desk: Desk, by: str, step: StepIn) -> list[Labelling]:
    review = desk.service.review
    if step.do == "settle":
        return [review.label(step.number, step.category, by, seen=step.seen, token=step.token, step=step.id)]
    if step.do == "skip":
        return [review.skip(step.number, by, seen=step.seen, token=step.token, step=step.id)]
    if step.do == "read":
        return [review.read(step.number, step.category, by, seen=step.seen, token=step.token, step=step.id)]
    if step.do == "flag":
        return [review.flag(step.number, by, step.note, token=step.token)]
    return review.undo(by, of=step.of, step=step.id)


def _form_answer(desk: Desk, back: str, done: Sequence[Labelling], *, undo: bool) -> Response:
    """The next page, with what was done as its message."""
    key, values = _describe(desk, done, undone=not undo)
    return desk.redirect(back, key, undo=undo, **values)


def _describe(desk: Desk, done: Sequence[Labelling], *, undone: bool) -> tuple[str, dict[str, object]]:
    """The message for what was done, or taken back."""
    category = desk.categories[done[0].category].name if done and done[0].category else ""
    if not undone:
        return f"toast.{done[0].action}", {"category": category}
    key = "toast.undone" if len(done) == 1 else "toast.undone_many" if done else "toast.nothing_to_undo"
    return key, {"count": len(done)}
