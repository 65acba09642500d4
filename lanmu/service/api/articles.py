"""The queue: articles put in, listed, labelled; and what became of them since, for programs that ask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from classifier.messages import say
from lanmu.service.api import schemas
from lanmu.service.api.schemas import MOST_NUMBER, State
from lanmu.service.api.tagging import article_of, json_response, records
from lanmu.service.api.uploads import (
    FileField,
    Upload,
    read_upload,
    refusals,
)
from lanmu.service.container import Service, TheService
from lanmu.service.problems import Problem, problems
from lanmu.service.security.access import AskFirst, Editor, Reader
from lanmu.service.store import change_log, choices, deeds, queue
from lanmu.service.store.deeds import Deed, DeedFilter, Progress
from lanmu.service.store.labelling import Card, Labelling, seen_article
from lanmu.service.store.queue import ArticleFilter
from lanmu.service.store.records import today
from lanmu.service.tagger import Tags

router = APIRouter(route_class=AskFirst, tags=["queue"], responses=problems(400, 401, 403, 413, 422))
changes = APIRouter(route_class=AskFirst, tags=["queue"], responses=problems(401, 403, 422))
MOST_CHANGES = 1_000
Number = Annotated[int, Path(ge=1, le=MOST_NUMBER, description="The article's number in the queue.")]
_DAY = r"^\d{4}-\d{2}-\d{2}$"
Offset = Annotated[int, Query(ge=0, le=MOST_NUMBER)]
Limit = Annotated[int, Query(ge=1, le=queue.MOST_A_PAGE)]


@router.post("/articles", status_code=201, response_model=schemas.ManyTakenInOut, responses=problems(503))
async def put_in(given: schemas.ArticlesIn, service: TheService, who: Editor) -> Response:
    """Tag articles and put them into the queue; the same title and body is there only once."""
    limits = service.settings.limits
    if len(given.articles) > limits.articles_a_request:
        raise Problem(413, f"more than {limits.articles_a_request:,} articles in a request; send them in pieces")
    tags = await service.tagger.tag([article_of(article, limits) for article in given.articles])
    return json_response({"articles": await _kept(service, tags, "api"), "refused": []}, 201)


@router.post("/articles/file", status_code=201, response_model=schemas.ManyTakenInOut, responses=problems(503))
async def put_in_file(
    service: TheService,
    who: Editor,
    file: FileField,
    options: Upload,
) -> Response:
    """Read a newspaper page or a file of articles, tag them and put them into the queue."""
    reading = await read_upload(service, who, file, options)
    tags = await service.tagger.tag(reading.articles)
    return json_response({"articles": await _kept(service, tags, "upload"), "refused": refusals(reading)}, 201)


class ListedArticles(BaseModel):
    """Which articles of the queue are listed, and how."""

    category: str | None = Field(None, max_length=200, description="A category's id.")
    state: State | None = None
    first_day: str | None = Field(None, pattern=_DAY, examples=["2026-03-02"])
    last_day: str | None = Field(None, pattern=_DAY, examples=["2026-03-02"])
    origin: str | None = Field(None, max_length=40)
    labelled_by: str | None = Field(None, max_length=64)
    search: str = Field("", max_length=200, description="Words that all stand in the title or the body.")
    order: Literal["newest", "useful"] = Field(
        "newest", description="`useful`: those that wait for review, the most useful first."
    )
    offset: int = Field(0, ge=0, le=MOST_NUMBER)
    limit: int = Field(50, ge=1, le=queue.MOST_A_PAGE)


@router.get("/articles", response_model=schemas.QueuePageOut)
def list_articles(service: TheService, who: Reader, asked: Annotated[ListedArticles, Query()]) -> Response:
    """List the queue."""
    wanted = ArticleFilter(**asked.model_dump(exclude={"order", "offset", "limit"}, exclude_none=True))
    with service.store.reading() as connection:
        page = queue.page(connection, wanted, useful=asked.order == "useful", offset=asked.offset, limit=asked.limit)
    body = {"articles": [article.record() for article in page.articles]}
    return json_response({**body, "total": page.total, "offset": page.offset, "limit": page.limit})


@router.get("/articles/{number}", response_model=schemas.QueuedOut, responses=problems(404))
def one_article(service: TheService, who: Reader, number: Number) -> Response:
    """One article of the queue."""
    return json_response(_record(service, number))


@router.put("/articles/{number}/label", response_model=schemas.QueuedOut, responses=problems(404, 409, 503))
def settle(given: schemas.SettleIn, service: TheService, who: Editor, number: Number) -> Response:
    """Give an article its category for good: the model's own is an accept, another a choice."""
    service.review.label(Card(number, given.seen), given.category, who.name)
    return json_response(_record(service, number))


@router.patch("/articles/{number}", response_model=schemas.QueuedOut, responses=problems(404, 409, 503))
def edit(given: schemas.EditIn, service: TheService, who: Editor, number: Number) -> Response:
    """Change an article's headline or printed column; it is tagged anew, a person's label stays."""
    with service.store.reading() as connection:
        queued = seen_article(connection, Card(number, given.seen))
    title = queued.article.title if given.title is None else given.title
    column = queued.article.column if given.column is None else given.column
    service.mending.edit(Card(number, queued.version, queued.token), title, column, who.name)
    return json_response(_record(service, number))


@router.delete("/articles/{number}", status_code=204, responses=problems(404))
def delete(service: TheService, who: Editor, number: Number) -> Response:
    """Take an article out of the queue and its label out of labels.csv; the same content may come again."""
    service.mending.delete(Card(number), who.name)
    return Response(status_code=204)


@router.post("/articles/{number}/skip", response_model=schemas.QueuedOut, responses=problems(404, 409))
def skip(given: schemas.SkipIn, service: TheService, who: Editor, number: Number) -> Response:
    """Put an article aside without a label."""
    service.review.label(Card(number, given.seen), None, who.name)
    return json_response(_record(service, number))


@router.post("/articles/accept", response_model=schemas.SettlementsOut)
def accept_many(given: schemas.AcceptIn, service: TheService, who: Editor) -> dict[str, list[Labelling]]:
    """Accept the model's category of many articles; those that a person has labelled are left alone."""
    return {"settlements": service.review.label_many(((number, None) for number in given.numbers), who.name)}


@router.post("/undo", response_model=schemas.SettlementsOut)
def undo(service: TheService, who: Editor) -> dict[str, list[Labelling]]:
    """Take back one's own last step (a bulk accept as a whole); none where there is nothing to take back."""
    return {"settlements": service.review.undo(who.name)}


@router.get("/settlements", response_model=schemas.DeedsOut)
def list_settlements(
    service: TheService,
    who: Reader,
    by: Annotated[str | None, Query(max_length=64)] = None,
    article: Annotated[int | None, Query(ge=1, le=MOST_NUMBER)] = None,
    offset: Offset = 0,
    limit: Limit = 50,
) -> dict[str, Sequence[Deed]]:
    """Who labelled what, the newest first."""
    with service.store.reading() as connection:
        page = deeds.deed_page(connection, DeedFilter(by=by or "", article=article or 0), offset=offset, limit=limit)
    return {"settlements": page.deeds}


@router.get("/progress", response_model=schemas.ProgressOut)
def day_progress(
    service: TheService, who: Reader, day: Annotated[str | None, Query(pattern=_DAY, examples=["2026-03-02"])] = None
) -> Progress:
    """The work of a day (of today, without one) in numbers."""
    with service.store.reading() as connection:
        return deeds.progress(connection, day or today())


@changes.get("/changes", response_model=schemas.ChangesOut, responses=problems(409, 410))
def list_changes(
    service: TheService,
    who: Reader,
    since: Annotated[int, Query(ge=0, le=MOST_NUMBER, description="0 at first, then the `next` of the answer.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_CHANGES)] = 100,
) -> Response:
    """What changed after a number, in order: tags of the watched folder, and every label given, corrected, taken back.

    409 where `since` lies beyond the newest change, as after a restored backup: begin again at 0. 410 where changes
    after `since` are no longer kept: list the articles, then go on from the number it names.
    """
    with service.store.reading() as connection:
        listed = change_log.since(connection, since, limit)
        last = change_log.last(connection)
        pruned = choices.read_pruned_changes(connection)
    if since > last:
        raise Problem(409, say("changes.beyond", since=since, last=last))
    if 0 < since < pruned:
        raise Problem(410, say("changes.pruned", since=since, pruned=pruned))
    told = [
        {
            "number": one.number,
            "type": one.kind,
            "timestamp": one.at.isoformat(timespec="milliseconds"),
            "data": json.loads(one.record),
        }
        for one in listed
    ]
    upto = listed[-1].number if listed else since
    return json_response({"changes": told, "next": upto, "more": bool(listed) and upto < last, "pruned": pruned})


async def _kept(service: Service, tags: Tags, origin: str) -> list[dict[str, object]]:
    taken = await run_in_threadpool(service.intake.keep, tags, origin)
    return [{"number": one.number, "new": one.new, **record} for one, record in zip(taken, records(tags), strict=True)]


def _record(service: Service, number: int) -> dict[str, object]:
    with service.store.reading() as connection:
        return seen_article(connection, Card(number)).record()
