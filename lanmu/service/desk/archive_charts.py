"""Charts of the archive: articles by category over time, the share in review, how sure the model was, who agreed."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from lanmu.service.desk.filters import valid_day
from lanmu.service.desk.rendering import Desk
from lanmu.service.security.access import AskFirst, Reader
from lanmu.service.store import statistics
from lanmu.service.store.statistics import Clock, Period, Span
from training.plots import Column, Part, draw_histogram, draw_shares, stack_bars

router = APIRouter(route_class=AskFirst)
DAYS = 30
MOST_PERIODS = 400
MONTHS = 12


@router.get("/charts")
def charts_page(
    request: Request, who: Reader, span: str = "day", clock: str = "arrived", first_day: str = "", last_day: str = ""
) -> Response:
    """Charts by day (the last thirty where nothing is said) or by month (all)."""
    desk = Desk(request, who)
    by: Span = "month" if span == "month" else "day"
    at: Clock = "printed" if clock == "printed" else "arrived"
    first, last = valid_day(first_day), valid_day(last_day)
    with desk.service.store.reading() as connection:
        if not first and not last and by == "day":
            last = valid_day(statistics.last_day(connection, at) or "") or date.today().isoformat()
            first = (date.fromisoformat(last) - timedelta(DAYS - 1)).isoformat()
        periods = statistics.periods(connection, span=by, clock=at, first_day=first, last_day=last)[-MOST_PERIODS:]
        sure = statistics.confidence(connection, clock=at, first_day=first, last_day=last)
        undated = statistics.count_undated(connection) if at == "printed" else 0
        agreement = statistics.agreement(connection)
        corrections = statistics.corrections(connection)
    periods = _with_gaps(periods, first, last) if by == "day" else _with_months_before(periods)
    order = [category.id for category in desk.categories]
    totals: dict[str, int] = {}
    for period in periods:
        for category, count in period.categories.items():
            totals[category] = totals.get(category, 0) + count
    order += sorted(set(totals) - set(order))
    parts = {id: Part(desk.categories[id].name, style=desk.categories[id].style) for id in order}
    columns = [Column(desk.t.short_day(one.name), one.categories) for one in periods]
    shares = [(desk.t.short_day(one.name), one.review_share if one.articles else None) for one in periods]
    sides = {
        "accepted": Part(desk.t("state.accepted"), style="key-accepted"),
        "review": Part(desk.t("charts.to_review"), style="key-review"),
    }
    bins = [{"accepted": some, "review": rest} for some, rest in sure]
    return desk.page(
        "charts.html", span=by, clock=at, first_day=first, last_day=last, periods=periods,
        totals=sorted(totals.items(), key=lambda item: -item[1]), articles=sum(totals.values()),
        reviewed=sum(period.reviewed for period in periods),
        bars=Markup(stack_bars(columns, parts).svg(desk.t("charts.by_category"))),
        shares=Markup(draw_shares(shares).svg(desk.t("charts.share"))),
        sure=Markup(draw_histogram(bins, sides).svg(desk.t("charts.sure"))),
        undated=undated, agreement=agreement, corrections=corrections, most=max(totals.values(), default=1),
    )  # fmt: skip


def _with_gaps(periods: list[Period], first: str, last: str) -> list[Period]:
    """Days without articles put in, so that the axis is true to time and goes over the days that were asked for."""
    try:
        days = [date.fromisoformat(period.name) for period in periods]
    except ValueError:
        return periods
    if not days:
        return periods
    start = date.fromisoformat(first) if first else days[0]
    end = date.fromisoformat(last) if last else days[-1]
    if (end - start).days >= MOST_PERIODS:
        start, end = days[0], days[-1]
    if (end - start).days >= MOST_PERIODS:
        return periods
    known = {period.name: period for period in periods}
    names = [(start + timedelta(i)).isoformat() for i in range((end - start).days + 1)]
    return [known.get(name) or Period(name, {}, 0) for name in names]


def _with_months_before(periods: list[Period]) -> list[Period]:
    """At least a year of months, so that few bars stand where the latest belong: at the end."""
    if not periods or len(periods) >= MONTHS or len(periods[0].name) != len("2026-03"):
        return periods
    year, month = (int(part) for part in periods[0].name.split("-"))
    before: list[Period] = []
    for _ in range(MONTHS - len(periods)):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        before.insert(0, Period(f"{year:04d}-{month:02d}", {}, 0))
    return before + periods
