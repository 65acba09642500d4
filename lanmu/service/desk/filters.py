"""Which articles a page shows, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Path, Request

from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.store.queue import ORDERS, ArticleFilter, Order
from lanmu.service.store.records import STATES, State

LONGEST = 200
ArticleNumber = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
Seen = Annotated[int, Form(ge=0, le=MOST_NUMBER)]
"""The version of the article that the person had before them."""
CardToken = Annotated[str, Form(max_length=64)]
"""The token of the card that the person had before them (QueuedArticle.token)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter read from a query; what cannot be used there is left out."""

    category: str = ""
    state: str = ""
    origin: str = ""
    person: str = ""
    first_day: str = ""
    last_day: str = ""
    search: str = ""
    column: str = ""
    source: str = ""
    order: str = ""
    flagged: str = ""
    reading: str = ""

    @property
    def filter(self) -> ArticleFilter:
        return ArticleFilter(
            category=self.category or None,
            state=_state(self.state),
            first_day=self.first_day or None,
            last_day=self.last_day or None,
            origin=self.origin or None,
            labelled_by=self.person or None,
            search=self.search,
            column=self.column or None,
            source=self.source or None,
            flagged=bool(self.flagged),
        )

    @property
    def narrows(self) -> bool:
        """Whether it leaves articles out, and does not only order them."""
        return self.filter != ArticleFilter()

    @property
    def query(self) -> str:
        """As the query of an address, without what is not set."""
        return urlencode({name: getattr(self, name) for name in _NAMES if getattr(self, name)})

    @property
    def review_order(self) -> Order:
        """In which order Review gives articles out."""
        return next((order for order in ORDERS if order == self.order), "useful")

    @property
    def set(self) -> int:
        """How many of its parts are set."""
        return sum(bool(getattr(self, name)) for name in _NAMES)


_NAMES = tuple(part.name for part in fields(Wanted))


def read_filter(query: Mapping[str, str]) -> Wanted:
    """The filter of a query."""
    values = {name: query.get(name, "").strip()[:LONGEST].replace("\0", "") for name in _NAMES}
    for name in ("first_day", "last_day"):
        values[name] = valid_day(values[name])
    if _state(values["state"]) is None:
        values["state"] = ""
    return Wanted(**values)


def valid_day(text: str) -> str:
    """An ISO day of the years a newspaper may have (1900 to 2999), or nothing where the text is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return ""
    return found.isoformat() if 1900 <= found.year < 3000 else ""


def _state(text: str) -> State | None:
    return next((state for state in STATES if state == text), None)


def _of_request(request: Request) -> Wanted:
    return read_filter(request.query_params)


WantedArticles = Annotated[Wanted, Depends(_of_request)]
