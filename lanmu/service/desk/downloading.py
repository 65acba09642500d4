"""Taking lists away: articles as files (CSV for Excel, JSON Lines and Parquet for programs), labels; a day's sheet."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from classifier.spreadsheets import defuse
from lanmu.service.desk.filters import WantedArticles, valid_day
from lanmu.service.desk.queue_pages import ACTIONS, wanted_deeds
from lanmu.service.desk.rendering import Desk, ReaderDesk
from lanmu.service.security.access import AskFirst
from lanmu.service.store import deeds, queue
from lanmu.service.store.deeds import Deed
from lanmu.service.store.records import QueuedArticle
from lanmu.service.store.records import today as this_day

router = APIRouter(route_class=AskFirst)
MOST_ON_A_SHEET = 2_000
ExportForm = Literal["csv", "jsonl", "parquet"]
MEDIA: Final[Mapping[ExportForm, str]] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
COLUMNS: Final = (
    "number", "id", "date", "title", "category", "state", "labelled_by", "labelled_at", "model_category", "probability",
    "reasons", "column", "byline", "source", "origin", "arrived", "model", "text",
)  # fmt: skip
EXCEL_CELL: Final = 32_767
"""How many characters a cell of Excel holds; a longer text is cut, and ends in an ellipsis."""
BOM: Final = "\ufeff"
_PIECE = 500
_MEMORY = 8 << 20


@router.get("/articles/download")
def download_articles(desk: ReaderDesk, wanted: WantedArticles, form: ExportForm = "csv") -> Response:
    """The articles that pass the filter, all of them."""
    articles = queue.walk(desk.service.store, wanted)
    content = {
        "csv": lambda: spreadsheet_rows(_article_rows(desk, articles)),
        "jsonl": lambda: json_rows(articles),
        "parquet": lambda: parquet_bytes(articles),
    }[form]()
    return attachment(content, f"{desk.t('download.articles')}-{this_day()}.{form}", MEDIA[form])


@router.get("/labels/download")
def download_labels(desk: ReaderDesk, wanted: WantedArticles, action: str = "") -> Response:
    """Who labelled what, as CSV."""
    chosen = wanted_deeds(wanted, action if action in ACTIONS else "")
    rows = _deed_rows(desk, deeds.walk(desk.service.store, chosen))
    return attachment(spreadsheet_rows(rows), f"{desk.t('download.labels')}-{this_day()}.csv", MEDIA["csv"])


def attachment(content: Iterator[bytes], name: str, media: str) -> Response:
    """A file to keep, under a name that may be Chinese."""
    plain = "lanmu" + name[name.rfind(".") :]
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return StreamingResponse(content, media_type=media, headers={"Content-Disposition": disposition})


@router.get("/sheet")
def sheet_page(desk: ReaderDesk, wanted: WantedArticles, day: str = "") -> Response:
    """A day's articles by category on paper: what stands where, and what is still open."""
    shown = valid_day(day) or this_day()
    chosen = replace(wanted, first_day=shown, last_day=shown)
    grouped: dict[str, list[QueuedArticle]] = {}
    count = 0
    for one in queue.walk(desk.service.store, chosen):
        count += 1
        if count <= MOST_ON_A_SHEET:
            grouped.setdefault(one.category, []).append(one)
    columns = [
        {"category": desk.categories[category], "articles": sorted(articles, key=_place)}
        for category, articles in sorted(grouped.items(), key=lambda item: desk.categories.index(item[0]))
    ]
    return desk.page("sheet.html", day=shown, columns=columns, count=count,
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
        values["reasons"] = t("frame.comma").join(t.reason(code) for code in one.tagged.reasons)
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


def spreadsheet_rows(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows as CSV that Excel opens: UTF-8 with a BOM, formulas defused, lines ended its way."""
    start = BOM
    cells = iter(rows)
    while piece := list(islice(cells, _PIECE)):
        text = io.StringIO(newline="")
        text.write(start)
        csv.writer(text, lineterminator="\r\n").writerows([[_cell(cell) for cell in row] for row in piece])
        start = ""
        yield text.getvalue().encode("utf-8", "replace")


def json_rows(articles: Iterable[QueuedArticle]) -> Iterator[bytes]:
    """One object a line, as the API gives it."""
    waiting = iter(articles)
    while piece := list(islice(waiting, _PIECE)):
        lines = [json.dumps(one.record(), ensure_ascii=False, allow_nan=False) for one in piece]
        yield ("\n".join(lines) + "\n").encode("utf-8", "replace")


def parquet_bytes(articles: Iterable[QueuedArticle]) -> Iterator[bytes]:
    """A Parquet file of COLUMNS; it is put together on disk where it is large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"number": pa.int64(), "probability": pa.float64(), "reasons": pa.list_(pa.string())}
    schema = pa.schema([pa.field(name, kinds.get(name, pa.string())) for name in COLUMNS])
    waiting = iter(articles)
    with tempfile.SpooledTemporaryFile(_MEMORY) as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            while piece := list(islice(waiting, _PIECE)):
                writer.write_table(pa.Table.from_pylist([article_values(one) for one in piece], schema))
        file.seek(0)
        while block := file.read(1 << 20):
            yield block


def article_values(queued: QueuedArticle) -> dict[str, Any]:
    """An article's COLUMNS; ``category`` is the one that counts, a person's before the model's."""
    article, tagged = queued.article, queued.tagged
    return {
        "number": queued.number,
        "id": article.id,
        "date": article.date,
        "title": article.title,
        "category": queued.category,
        "state": queued.state,
        "labelled_by": queued.labelled_by,
        "labelled_at": queued.labelled_at.isoformat(timespec="seconds") if queued.labelled_at else None,
        "model_category": tagged.category,
        "probability": round(tagged.probability, 6),
        "reasons": list(tagged.reasons),
        "column": article.column,
        "byline": article.byline,
        "source": str(article.source),
        "origin": queued.origin,
        "arrived": queued.arrived.isoformat(timespec="seconds"),
        "model": queued.model,
        "text": article.text,
    }


def _cell(cell: str) -> str:
    shown = "".join(c if c.isprintable() or c in "\n\t" else "�" for c in cell)
    return defuse(shown if len(shown) < EXCEL_CELL else shown[: EXCEL_CELL - 2] + "…")
