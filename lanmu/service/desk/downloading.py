"""Taking lists away: the articles or labels that a filter passes, as files; and a day's sheet, made to be printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from lanmu.service.desk.categories import ShownCategory
from lanmu.service.desk.filters import WantedArticles, valid_day
from lanmu.service.desk.label_log import ACTIONS, wanted_deeds
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.translating import reason
from lanmu.service.exports import (
    COLUMNS,
    MEDIA,
    ExportForm,
    article_values,
    json_rows,
    parquet_bytes,
    spreadsheet_rows,
)
from lanmu.service.security.access import AskFirst, Reader
from lanmu.service.store import deeds, queue
from lanmu.service.store.deeds import Deed
from lanmu.service.store.records import QueuedArticle
from lanmu.service.store.records import today as this_day

router = APIRouter(route_class=AskFirst)
MOST_ON_A_SHEET = 2_000


@router.get("/articles/download")
def download_articles(request: Request, who: Reader, wanted: WantedArticles, form: ExportForm = "csv") -> Response:
    """The articles that pass the filter, all of them."""
    desk = Desk(request, who)
    articles = queue.walk(desk.service.store, wanted.filter)
    content = {
        "csv": lambda: spreadsheet_rows(_article_rows(desk, articles)),
        "jsonl": lambda: json_rows(articles),
        "parquet": lambda: parquet_bytes(articles),
    }[form]()
    return attachment(content, f"{desk.t('download.articles')}-{this_day()}.{form}", MEDIA[form])


@router.get("/labels/download")
def download_labels(request: Request, who: Reader, wanted: WantedArticles, action: str = "") -> Response:
    """Who labelled what, as CSV."""
    desk = Desk(request, who)
    chosen = wanted_deeds(wanted, action if action in ACTIONS else "")
    rows = _deed_rows(desk, deeds.walk(desk.service.store, chosen))
    return attachment(spreadsheet_rows(rows), f"{desk.t('download.labels')}-{this_day()}.csv", MEDIA["csv"])


def attachment(content: Iterator[bytes], name: str, media: str) -> Response:
    """A file to keep, under a name that may be Chinese."""
    plain = "lanmu" + name[name.rfind(".") :]
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return StreamingResponse(content, media_type=media, headers={"Content-Disposition": disposition})


@dataclass(frozen=True)
class SheetColumn:
    """A category with its articles of the day."""

    category: ShownCategory
    articles: tuple[QueuedArticle, ...]


@router.get("/sheet")
def sheet_page(request: Request, who: Reader, wanted: WantedArticles, day: str = "") -> Response:
    """A day's articles by category on paper: what stands where, and what is still open."""
    desk = Desk(request, who)
    shown = valid_day(day) or this_day()
    chosen = wanted.of_day(shown).filter
    grouped: dict[str, list[QueuedArticle]] = {}
    count = 0
    for one in queue.walk(desk.service.store, chosen):
        count += 1
        if count <= MOST_ON_A_SHEET:
            grouped.setdefault(one.category, []).append(one)
    columns = [
        SheetColumn(desk.categories[category], tuple(sorted(articles, key=_place)))
        for category, articles in sorted(grouped.items(), key=lambda item: desk.categories.index(item[0]))
    ]
    return desk.page("sheet.html", day=shown, columns=columns, count=count, reason=reason,
                     left_out=max(0, count - MOST_ON_A_SHEET))  # fmt: skip


def _place(queued: QueuedArticle) -> tuple[str, str, int, int]:
    source = queued.article.source
    return (source.path, source.member, source.position, queued.number)


def _article_rows(desk: Desk, articles: Iterator[QueuedArticle]) -> Iterator[list[str]]:
    """Rows for people: headings, categories and states in their language."""
    t = desk.t
    yield [t(f"download.{name}") for name in COLUMNS]
    for one in articles:
        values = article_values(one)
        values["category"] = desk.categories[one.category].name
        values["model_category"] = desk.categories[one.tagged.category].name
        values["state"] = t(f"state.{one.state}")
        values["origin"] = t(f"origin.{one.origin}") if t.has(f"origin.{one.origin}") else one.origin
        values["reasons"] = t("frame.comma").join(reason(code, t) for code in one.tagged.reasons)
        for name, moment in (("arrived", one.arrived), ("labelled_at", one.labelled_at)):
            values[name] = _minute(moment) if moment else ""
        yield ["" if value is None else str(value) for value in values.values()]


def _deed_rows(desk: Desk, deeds: Iterator[Deed]) -> Iterator[list[str]]:
    t = desk.t
    yield [t(key) for key in ("labels.when", "list.person", "labels.action", "list.category", "download.number",
                              "list.title", "labels.undone")]  # fmt: skip
    for one in deeds:
        category = desk.categories[one.category].name if one.category else ""
        yield [_minute(one.at), one.by, t(f"action.{one.action}"), category, str(one.article),
               one.title, t("labels.undone") if one.undone else ""]  # fmt: skip


def _minute(moment: datetime) -> str:
    """A time in the server's zone, as Excel takes it for one."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
