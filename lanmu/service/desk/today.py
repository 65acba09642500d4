"""Today: a day's articles by category, and how far its work has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from lanmu.service.desk.categories import ShownCategory
from lanmu.service.desk.filters import WantedArticles, valid_day
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.story_view import find_repeated_titles
from lanmu.service.desk.translating import reason
from lanmu.service.security.access import AskFirst, Reader
from lanmu.service.store import day_work, queue
from lanmu.service.store.records import QueuedArticle

router = APIRouter(route_class=AskFirst)
SHOWN = 8


@dataclass(frozen=True)
class Column:
    """A category of the day with its newest articles; ``total`` counts them all."""

    category: ShownCategory
    articles: tuple[QueuedArticle, ...]
    total: int


@router.get("/")
def today_page(request: Request, who: Reader, wanted: WantedArticles, day: str = "") -> Response:
    """The articles that arrived on a day (today's without one), those that pass the filter, by category."""
    desk = Desk(request, who)
    this_day = date.today()
    shown_day = date.fromisoformat(valid_day(day) or this_day.isoformat())
    iso = shown_day.isoformat()
    chosen = wanted.of_day(iso)
    with desk.service.store.reading() as connection:
        numbers = day_work.progress(connection, iso)
        columns: list[Column] = []
        for category in sorted(numbers.categories, key=desk.categories.index):
            if wanted.filter.category and wanted.filter.category != category:
                continue
            page = queue.page(connection, chosen.of_category(category).filter, limit=SHOWN)
            if page.total:
                columns.append(Column(desk.categories[category], page.articles, page.total))
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
        repeated=find_repeated_titles(one for column in columns for one in column.articles),
        reason=reason,
        wanted=chosen,
        filtered=bool(wanted.filter.category or wanted.filter.state or wanted.filter.search),
    )
