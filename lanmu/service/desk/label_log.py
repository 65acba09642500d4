"""Labels: who labelled what, when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from classifier.messages import text_of
from lanmu.service.desk.filters import Wanted, WantedArticles
from lanmu.service.desk.queue_pages import A_PAGE, Offset
from lanmu.service.desk.rendering import Desk
from lanmu.service.security.access import AskFirst, Reader
from lanmu.service.store import deeds, second_reading, waiting_labels
from lanmu.service.store.deeds import Deed, DeedFilter
from lanmu.service.store.records import today

router = APIRouter(route_class=AskFirst)
ACTIONS = ("accept", "choose", "skip")


@router.get("/labels")
def labels_page(
    request: Request, who: Reader, wanted: WantedArticles, action: str = "", offset: Offset = 0
) -> Response:
    """Every label, the newest first, and each person's sum."""
    desk = Desk(request, who)
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
    return DeedFilter(
        by=wanted.filter.labelled_by or None,
        action=action or None,
        category=wanted.filter.category or None,
        first_day=wanted.filter.first_day or None,
        last_day=wanted.filter.last_day or None,
    )
