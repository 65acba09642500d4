"""Review: the doubtful articles one by one, the most useful first, a key for each judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from classifier.errors import UnknownCategory
from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.desk.filters import ArticleNumber, SeenCard, ShortText, Wanted, WantedArticles
from lanmu.service.desk.rendering import Desk, EditorDesk, ReaderDesk, pack
from lanmu.service.desk.story import tell_story
from lanmu.service.security.access import AskFirst
from lanmu.service.store import colleagues, deeds, queue, second_reading
from lanmu.service.store.labelling import AnotherCard, Card, LabelledMeanwhile, Labelling, NoSuchArticle, seen_article
from lanmu.service.store.records import today

router = APIRouter(route_class=AskFirst)
Back = Annotated[str, Form(max_length=2_000)]
"""The page that a form was on, to which its answer leads."""
MOST_STEPS = 100
MOST_HELD = 50
AHEAD = 200
"""How many numbers of the queue a page is given; it asks for more before they run out."""


@router.get("/review")
def review_page(
    desk: ReaderDesk,
    wanted: WantedArticles,
    start: Annotated[int | None, Query(ge=1, le=MOST_NUMBER)] = None,
) -> Response:
    """The queue with its first article (or the one ``start`` names) open."""
    with desk.service.store.reading() as connection:
        numbers, total = _numbers(connection, desk, wanted)
        day = deeds.progress(connection, today())
        sources, columns = queue.sources_in_review(connection)
        origins = queue.origins(connection, "review")
        asked = colleagues.count_questions(connection)
        again = second_reading.numbers(connection, desk.by, _share(desk), limit=1)[1]
    held = _hand_out(desk, numbers if start is None else [start])
    number = held if start is None else start
    with desk.service.store.reading() as connection:
        first = queue.get(connection, number) if number is not None else None
        around = _find_colleagues(connection, desk, number)
        at_work = _others_at_work(connection, desk)
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
def review_queue(desk: ReaderDesk, wanted: WantedArticles) -> Response:
    """The numbers of the queue as JSON, in its order, without those that others have before them."""
    with desk.service.store.reading() as connection:
        numbers, total = _numbers(connection, desk, wanted)
        at_work = _others_at_work(connection, desk)
    return JSONResponse({"numbers": numbers, "total": total, "at_work": at_work})


@router.get("/review/{number}/card")
def review_card(desk: ReaderDesk, number: ArticleNumber, reading: str = "") -> Response:
    """One article as the review page shows it, without the page around it.

    Nothing (204) where another editor has it before them, or has labelled it.
    """
    if _hand_out(desk, [number]) is None:
        return Response(status_code=204)
    with desk.service.store.reading() as connection:
        article = seen_article(connection, Card(number))
        around = _find_colleagues(connection, desk, number)
    if article.state != "review" and article.labelled_by != desk.by and not reading:
        with desk.service.store.writing() as connection:
            colleagues.free(connection, [number], desk.by)
        return Response(status_code=204)
    card = desk.page("parts/card.html", by_script=True, story=tell_story(desk, article), blind=bool(reading), **around)
    return pack(desk.request, card)


class HeldIn(BaseModel):
    """Articles that a page goes on holding, and those it lets go."""

    hold: list[int] = Field([], max_length=MOST_HELD)
    free: list[int] = Field([], max_length=MOST_HELD)


@router.post("/review/leases")
def renew_leases(desk: EditorDesk, given: HeldIn) -> Response:
    """Go on with leases, and end others."""
    service = desk.service
    with service.store.writing() as connection:
        lost = [
            number for number in given.hold
            if queue.get(connection, number) is not None
            and colleagues.lease(connection, number, desk.by, service.settings.limits.lease_seconds) is not None
        ]  # fmt: skip
        colleagues.free(connection, given.free, desk.by)
        colleagues.clear_old(connection)
    return JSONResponse({"lost": lost})


def _numbers(connection: Connection, desk: Desk, wanted: Wanted) -> tuple[list[int], int]:
    if wanted.reading:
        return second_reading.numbers(connection, desk.by, _share(desk), limit=AHEAD)
    return queue.review_numbers(connection, wanted, limit=AHEAD, person=desk.by, order=wanted.order)


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
        return next((one for one in known if colleagues.lease(connection, one, desk.by, seconds) is None), None)


def _others_at_work(connection: Connection, desk: Desk) -> list[str]:
    return [name for name in colleagues.at_work(connection) if name != desk.by]


def _find_colleagues(connection: Connection, desk: Desk, number: int | None) -> dict[str, Any]:
    """What colleagues have to do with an article: who has it before them, what they ask."""
    if number is None:
        return {"looked_at": None, "flag": None}
    holder = colleagues.holder(connection, number)
    return {"looked_at": None if holder == desk.by else holder, "flag": colleagues.find_question(connection, number)}


Judgement = Literal["settle", "skip", "read"]
"""Giving an article its category, putting it aside without one, reading another's label once more."""


@router.post("/review/{number}/{do}")
def judge(
    desk: EditorDesk, card: SeenCard, do: Judgement, category: ShortText = "", back: Back = "/review"
) -> Response:
    """Judge an article by the forms of its card, which work without scripts."""
    done = _judge(desk, do, card, category)
    return _form_answer(desk, "/review?reading=second" if do == "read" else back, [done], undo=True)


@router.post("/undo")
def undo(desk: EditorDesk, back: Back = "/review") -> Response:
    """Take back one's own last step."""
    return _form_answer(desk, back, desk.service.review.undo(desk.by), undo=False)


class StepIn(BaseModel):
    """What a person decided, as the page's outbox sends it.

    ``id`` names the step; number, version (``seen``) and ``token`` come from the card that was on
    screen.  ``of`` names the step that an undo takes back (without it, the last).
    """

    id: str = Field(min_length=8, max_length=64)
    do: Judgement | Literal["undo", "flag"]
    number: int = Field(0, ge=0, le=MOST_NUMBER)
    seen: int = Field(0, ge=0, le=MOST_NUMBER)
    token: str = Field("", max_length=64)
    category: str = Field("", max_length=200)
    of: str | None = Field(None, max_length=64)
    note: str = Field("", max_length=colleagues.LONGEST_NOTE)


class StepsIn(BaseModel):
    """Steps in the order in which they were done."""

    steps: list[StepIn] = Field(max_length=MOST_STEPS)


@router.post("/review/steps")
def take_steps(desk: EditorDesk, given: StepsIn) -> Response:
    """Do the steps of a page's outbox, each for itself; each is done once, however often it comes."""
    outcomes = [_outcome(desk, step) for step in given.steps]
    with desk.service.store.reading() as connection:
        day = deeds.progress(connection, today())
    numbers = {"waiting": day.waiting, "settled": day.settled_today, "mine": day.people.get(desk.by, 0)}
    return JSONResponse({"outcomes": outcomes, **numbers})


def _outcome(desk: Desk, step: StepIn) -> dict[str, object]:
    """What became of a step: done, or refused for good.  What passes by itself (no model yet) is raised."""
    try:
        done = _do(desk, step)
    except LabelledMeanwhile:
        return {"id": step.id, "ok": False, "message": desk.t("toast.labelled_meanwhile")}
    except AnotherCard:
        return {"id": step.id, "ok": False, "message": desk.t("toast.another_card")}
    except (NoSuchArticle, UnknownCategory) as error:
        return {"id": step.id, "ok": False, "message": error.text(desk.t.language)}
    key, values = _describe(desk, done, undone=step.do == "undo")
    return {"id": step.id, "ok": True, "message": desk.t(key, **values), "articles": [one.article for one in done]}


def _do(desk: Desk, step: StepIn) -> list[Labelling]:
    if step.do == "undo":
        return desk.service.review.undo(desk.by, of=step.of, step=step.id)
    if step.do == "flag":
        return [desk.service.review.flag(Card(step.number, token=step.token), desk.by, step.note)]
    return [_judge(desk, step.do, Card(step.number, step.seen, step.token, step.id), step.category)]


def _judge(desk: Desk, do: Judgement, card: Card, category: str) -> Labelling:
    if do == "read":
        return desk.service.review.read(card, category, desk.by)
    return desk.service.review.label(card, category if do == "settle" else None, desk.by)


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
