"""Which articles a page shows, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Path, Request

from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.store.labelling import Card
from lanmu.service.store.queue import ORDERS, ArticleFilter, Order
from lanmu.service.store.records import STATES

LONGEST = 200
ArticleNumber = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
ShortText = Annotated[str, Form(max_length=200)]


async def _card(
    number: ArticleNumber,
    seen: Annotated[int, Form(ge=0, le=MOST_NUMBER)],
    token: Annotated[str, Form(max_length=64)] = "",
) -> Card:
    return Card(number, seen, token)


SeenCard = Annotated[Card, Depends(_card)]


@dataclass(frozen=True)
class Wanted(ArticleFilter):
    """What an address asks for: a filter, and in which order or for what; what cannot be used there is left out."""

    order: Order = ORDERS[0]
    reading: str = ""

    @property
    def narrows(self) -> bool:
        """Whether it leaves articles out, and does not only order them."""
        return replace(self, order=ORDERS[0], reading="") != Wanted()

    @property
    def query(self) -> str:
        """As the query of an address, without what is not set."""
        return urlencode(self._set())

    @property
    def set(self) -> int:
        """How many of its parts are set."""
        return len(self._set())

    def _set(self) -> dict[str, str]:
        given = {**asdict(self), "order": self.order if self.order != ORDERS[0] else ""}
        given["flagged"] = "yes" if self.flagged else ""
        return {_NAMES.get(name, name): value for name, value in given.items() if value}


_NAMES = {"labelled_by": "person"}
"""What a part of the filter is called in addresses, where that is another name."""


def read_filter(query: Mapping[str, str]) -> Wanted:
    """The filter of a query."""

    def given(name: str) -> str:
        return query.get(name, "").strip()[:LONGEST].replace("\0", "")

    return Wanted(
        category=given("category"),
        state=next((state for state in STATES if state == given("state")), ""),
        first_day=valid_day(given("first_day")),
        last_day=valid_day(given("last_day")),
        origin=given("origin"),
        labelled_by=given("person"),
        search=given("search"),
        column=given("column"),
        source=given("source"),
        flagged=bool(given("flagged")),
        order=next((order for order in ORDERS if order == given("order")), ORDERS[0]),
        reading=given("reading"),
    )


def valid_day(text: str) -> str:
    """An ISO day of the years a newspaper may have (1900 to 2999), or nothing where the text is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if 1900 <= day.year < 3000 else ""


def _of_request(request: Request) -> Wanted:
    return read_filter(request.query_params)


WantedArticles = Annotated[Wanted, Depends(_of_request)]
