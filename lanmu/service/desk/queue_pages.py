"""Articles: the whole queue as a list with filters and bulk steps, and a page for each."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.desk.filters import ArticleNumber, WantedArticles, read_filter
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.story_view import find_repeated_titles, tell_story
from lanmu.service.desk.translating import reason
from lanmu.service.security.access import AskFirst, Editor, Reader
from lanmu.service.store import corrections, deeds, flags, leases, mendings, queue, second_reading, waiting_labels
from lanmu.service.store.deeds import DeedFilter
from lanmu.service.store.labelling import MOST_AT_ONCE, NoSuchArticle, seen_article
from lanmu.service.store.records import STATES

router = APIRouter(route_class=AskFirst)
A_PAGE = 50
Offset = Annotated[int, Query(ge=0, le=MOST_NUMBER)]


@router.get("/articles")
def articles_page(request: Request, who: Reader, wanted: WantedArticles, offset: Offset = 0) -> Response:
    """The articles that pass the filter, the newest first."""
    desk = Desk(request, who)
    with desk.service.store.reading() as connection:
        page = queue.page(connection, wanted.filter, offset=offset, limit=A_PAGE)
        origins, people = queue.origins(connection), queue.labellers(connection)
    return desk.page(
        "articles.html", found=page, wanted=wanted, states=STATES, origins=origins, people=people, reason=reason,
        repeated=find_repeated_titles(page.articles),
    )  # fmt: skip


@router.get("/articles/{number}")
def article_page(request: Request, who: Reader, number: ArticleNumber) -> Response:
    """One article: its text, why it has its category, and what people did with it."""
    desk = Desk(request, who)
    with desk.service.store.reading() as connection:
        article = queue.get(connection, number)
        done = deeds.deed_page(connection, DeedFilter(article=number)).deeds
        holder = leases.holder(connection, number)
        flag = flags.get(connection, number)
        reading = second_reading.of_article(connection, number)
        pieces = corrections.pieces(connection, article) if article is not None else []
        mend = mendings.last_of(connection, number) if article is not None else None
        into = queue.went_into(connection, number) if article is None else None
    if into is not None:
        return desk.redirect(f"/articles/{into}")
    if article is None:
        raise NoSuchArticle(number)
    return desk.page(
        "article.html",
        story=tell_story(desk, article),
        deeds=done,
        flag=flag,
        reading=reading,
        pieces=pieces,
        mend=mend,
        looked_at=None if holder == who.name else holder,
    )


@router.get("/articles/{number}/similar")
def similar_page(request: Request, who: Reader, number: ArticleNumber) -> Response:
    """Labelled articles that are like this one; a part of the page where its script asks."""
    desk = Desk(request, who)
    with desk.service.store.reading() as connection:
        queued = seen_article(connection, number)
        line = waiting_labels.line_of(connection, number)
        article = queued.article
        similar = desk.service.similar.find(
            article.title, article.text, but=line, among={c.id for c in desk.categories}
        )
        numbers = waiting_labels.articles_of(connection, [one.id for one in similar])
    template = "parts/similar.html" if "hx-request" in request.headers else "similar.html"
    return desk.page(template, queued=queued, similar=similar, numbers=numbers)


@router.post("/articles/bulk")
def label_many(
    request: Request,
    who: Editor,
    number: Annotated[list[Annotated[int, Form(ge=1, le=MOST_NUMBER)]] | None, Form(max_length=1_000)] = None,
    category: Annotated[str, Form(max_length=200)] = "",
    change: Annotated[str, Form(max_length=10)] = "",
    everything: Annotated[str, Form(max_length=4_000)] = "",
    back: Annotated[str, Form(max_length=4_000)] = "/articles",
) -> Response:
    """Accept the model's category of the chosen articles, or (``change``) give all of them another.

    ``everything`` is the query of a list of which all articles are chosen.
    """
    desk = Desk(request, who)
    if everything:
        with desk.service.store.reading() as connection:
            number = queue.numbers(connection, read_filter(dict(parse_qsl(everything))).filter, MOST_AT_ONCE + 1)
    if not number or (change and not category):
        return desk.redirect(back, "toast.none_chosen")
    review = desk.service.review
    done = review.choose_many(number, category, who.name) if change else review.accept_many(number, who.name)
    key = "toast.chosen_many" if change else "toast.accepted_many"
    name = desk.categories[done[0].category or ""].name if done else ""
    return desk.redirect(back, key, undo=bool(done), count=len(done), category=name)
