"""Lists: a day's articles by category, the whole queue with filters and bulk steps, an article, who labelled what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Query
from starlette.responses import Response

from classifier.messages import text_of
from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.desk.filters import ArticleNumber, ShortText, Wanted, WantedArticles, read_filter, valid_day
from lanmu.service.desk.rendering import EditorDesk, ReaderDesk
from lanmu.service.desk.story import find_repeated_titles, tell_story
from lanmu.service.security.access import AskFirst
from lanmu.service.store import colleagues, deeds, mendings, queue, second_reading, waiting_labels
from lanmu.service.store.deeds import Deed, DeedFilter
from lanmu.service.store.labelling import MOST_AT_ONCE, Card, NoSuchArticle, seen_article
from lanmu.service.store.records import STATES, today

router = APIRouter(route_class=AskFirst)
A_PAGE = 50
Offset = Annotated[int, Query(ge=0, le=MOST_NUMBER)]
SHOWN = 8
"""Articles of a category on the page of a day."""
ACTIONS = ("accept", "choose", "skip")


@router.get("/")
def today_page(desk: ReaderDesk, wanted: WantedArticles, day: str = "") -> Response:
    """The articles that arrived on a day (today's without one), those that pass the filter, by category."""
    this_day = date.today()
    shown_day = date.fromisoformat(valid_day(day) or this_day.isoformat())
    iso = shown_day.isoformat()
    chosen = replace(wanted, first_day=iso, last_day=iso)
    with desk.service.store.reading() as connection:
        numbers = deeds.progress(connection, iso)
        columns: list[dict[str, Any]] = []
        for category in sorted(numbers.categories, key=desk.categories.index):
            if wanted.category and wanted.category != category:
                continue
            page = queue.page(connection, replace(chosen, category=category), limit=SHOWN)
            if page.total:
                shown = {"category": desk.categories[category], "articles": page.articles, "total": page.total}
                columns.append(shown)
    decided = numbers.arrived - numbers.states["review"]
    return desk.page(
        "today.html",
        day=iso,
        is_today=shown_day == this_day,
        before=(shown_day - timedelta(1)).isoformat(),
        after=(shown_day + timedelta(1)).isoformat() if shown_day < this_day else "",
        numbers=numbers,
        decided=decided,
        share=decided / numbers.arrived if numbers.arrived else 0.0,
        columns=columns,
        repeated=find_repeated_titles(one for column in columns for one in column["articles"]),
        wanted=chosen,
        filtered=bool(wanted.category or wanted.state or wanted.search),
    )


@router.get("/articles")
def articles_page(desk: ReaderDesk, wanted: WantedArticles, offset: Offset = 0) -> Response:
    """The articles that pass the filter, the newest first."""
    with desk.service.store.reading() as connection:
        page = queue.page(connection, wanted, offset=offset, limit=A_PAGE)
        origins, people = queue.origins(connection), queue.labellers(connection)
    return desk.page(
        "articles.html", found=page, wanted=wanted, states=STATES, origins=origins, people=people,
        repeated=find_repeated_titles(page.articles),
    )  # fmt: skip


@router.get("/articles/{number}")
def article_page(desk: ReaderDesk, number: ArticleNumber) -> Response:
    """One article: its text, why it has its category, and what people did with it."""
    with desk.service.store.reading() as connection:
        article = queue.get(connection, number)
        done = deeds.deed_page(connection, DeedFilter(article=number)).deeds
        holder = colleagues.holder(connection, number)
        flag = colleagues.find_question(connection, number)
        reading = second_reading.of_article(connection, number)
        pieces = mendings.pieces(connection, article) if article is not None else []
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
        looked_at=None if holder == desk.by else holder,
    )


@router.get("/articles/{number}/similar")
def similar_page(desk: ReaderDesk, number: ArticleNumber) -> Response:
    """Labelled articles that are like this one; a part of the page where its script asks."""
    with desk.service.store.reading() as connection:
        queued = seen_article(connection, Card(number))
        line = waiting_labels.line_of(connection, number)
        article = queued.article
        similar = desk.service.similar.find(
            article.title, article.text, but=line, among={c.id for c in desk.categories}
        )
        numbers = waiting_labels.articles_of(connection, [one.id for one in similar])
    template = "parts/similar.html" if "hx-request" in desk.request.headers else "similar.html"
    return desk.page(template, queued=queued, similar=similar, numbers=numbers)


@router.post("/articles/bulk")
def label_many(
    desk: EditorDesk,
    number: Annotated[list[Annotated[int, Form(ge=1, le=MOST_NUMBER)]] | None, Form(max_length=1_000)] = None,
    category: ShortText = "",
    change: Annotated[str, Form(max_length=10)] = "",
    everything: Annotated[str, Form(max_length=4_000)] = "",
    back: Annotated[str, Form(max_length=4_000)] = "/articles",
) -> Response:
    """Accept the model's category of the chosen articles, or (``change``) give all of them another.

    ``everything`` is the query of a list of which all articles are chosen.
    """
    if everything:
        with desk.service.store.reading() as connection:
            number = queue.numbers(connection, read_filter(dict(parse_qsl(everything))), MOST_AT_ONCE + 1)
    if not number or (change and not category):
        return desk.redirect(back, "toast.none_chosen")
    done = desk.service.review.label_many(((one, category if change else None) for one in number), desk.by)
    key = "toast.chosen_many" if change else "toast.accepted_many"
    name = desk.categories[done[0].category or ""].name if done else ""
    return desk.redirect(back, key, undo=bool(done), count=len(done), category=name)


@router.get("/labels")
def labels_page(desk: ReaderDesk, wanted: WantedArticles, action: str = "", offset: Offset = 0) -> Response:
    """Every label, the newest first, and each person's sum."""
    action = action if action in ACTIONS else ""
    with desk.service.store.reading() as connection:
        page = deeds.deed_page(connection, wanted_deeds(wanted, action), offset=offset, limit=A_PAGE)
        people = deeds.people(connection, today())
        agreement = second_reading.agreement(connection)
        unwritten = waiting_labels.count_waiting(connection)
    return desk.page(
        "labels.html", found=page, titles=_count_titles(page.deeds),
        people=people, wanted=wanted, action=action, actions=ACTIONS, offset=offset,
        limit=A_PAGE, unwritten=unwritten, agreement=agreement,
        problem=text_of(desk.service.writer.problem, desk.t.language),
    )  # fmt: skip


def _count_titles(deeds: Sequence[Deed]) -> Counter[str]:
    """How many articles of a list have each title: where several, more must tell them apart."""
    return Counter(title for _, title in {(one.article, one.title) for one in deeds})


def wanted_deeds(wanted: Wanted, action: str) -> DeedFilter:
    """The filter of an address for labels."""
    return DeedFilter(wanted.labelled_by, action, wanted.category, wanted.first_day, wanted.last_day)
