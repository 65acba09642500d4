"""Deeds: who labelled what, when; filtered, counted, summed up by person; and how far a day's work has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from lanmu.service.store.database import Store, count_rows
from lanmu.service.store.records import LONGEST_OPENING, STATES, moment, opening_of
from lanmu.service.store.schema import articles, label_steps

MOST_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Deed:
    """One step of labelling as people read it; ``opening``: the first words of the article's text."""

    number: int
    article: int
    title: str
    opening: str
    action: str
    category: str | None
    by: str
    at: datetime
    undone: bool


@dataclass(frozen=True, slots=True)
class DeedFilter:
    """Which steps of labelling; what is empty stands for any.

    ``action`` is accept, choose or skip; days are ISO, inclusive; ``article`` is its number.
    """

    by: str = ""
    action: str = ""
    category: str = ""
    first_day: str = ""
    last_day: str = ""
    article: int = 0


@dataclass(frozen=True)
class DeedPage:
    """A page of steps, the newest first, and how many there are in all."""

    deeds: Sequence[Deed]
    total: int


@dataclass(frozen=True, slots=True)
class PersonsWork:
    """What one person has labelled (taken back not counted): how many accepted, chosen otherwise, skipped."""

    by: str
    accepted: int
    chosen: int
    skipped: int
    today: int
    last: datetime

    @property
    def labels(self) -> int:
        return self.accepted + self.chosen


def deed_page(
    connection: Connection, wanted: DeedFilter | None = None, *, offset: int = 0, limit: int = 50
) -> DeedPage:
    """Steps that pass the filter, those taken back among them."""
    condition = _condition(wanted or DeedFilter())
    total = count_rows(connection, label_steps, condition)
    return DeedPage(_deeds(connection, condition, offset, max(1, min(limit, MOST_A_PAGE))), total)


def _deeds(connection: Connection, condition: ColumnElement[bool], offset: int, limit: int) -> list[Deed]:
    s = label_steps.c
    query = (
        select(label_steps, articles.c.title, func.substr(articles.c.text, 1, 3 * LONGEST_OPENING).label("opening"))
        .join(articles, articles.c.number == s.article)
        .where(condition)
        .order_by(s.number.desc())
        .offset(offset)
        .limit(limit)
    )
    return [
        Deed(
            row.number, row.article, row.title, opening_of(row.opening), row.action, row.category, row.by,
            moment(row.at), row.undone_at is not None,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def walk(store: Store, wanted: DeedFilter) -> Iterator[Deed]:
    """Every step that passes the filter, the newest first, a piece at a time."""
    s = label_steps.c
    before: int | None = None
    while True:
        condition = _condition(wanted) if before is None else and_(_condition(wanted), s.number < before)
        with store.reading() as connection:
            read = _deeds(connection, condition, 0, MOST_A_PAGE)
        yield from read
        if len(read) < MOST_A_PAGE:
            return
        before = read[-1].number


def people(connection: Connection, day: str) -> list[PersonsWork]:
    """Everyone who has labelled something, who did most first; ``day`` (ISO) is today."""
    s = label_steps.c

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            s.by,
            count(s.action == "accept"),
            count(s.action == "choose"),
            count(s.action == "skip"),
            count(and_(s.day == day, s.action != "skip")),
            func.max(s.at),
        )
        .where(s.undone_at.is_(None))
        .group_by(s.by)
        .order_by(func.count().desc(), s.by)
    )
    return [PersonsWork(row[0], row[1], row[2], row[3], row[4], moment(row[5])) for row in connection.execute(query)]


def count_labelled_since(connection: Connection, at: float) -> dict[str, int]:
    """How many articles have a label given after a time (seconds since 1970), by category, most first."""
    c = articles.c
    query = (
        select(c.label, func.count())
        .where(c.label.is_not(None), c.labelled_at > at)
        .group_by(c.label)
        .order_by(func.count().desc())
    )
    return _counts(connection, query)


def _condition(wanted: DeedFilter) -> ColumnElement[bool]:
    s = label_steps.c
    given: tuple[tuple[ColumnElement[Any], str | int], ...] = (
        (s.by, wanted.by), (s.article, wanted.article), (s.action, wanted.action), (s.category, wanted.category),
    )  # fmt: skip
    conditions = [s.number > 0, *(column == value for column, value in given if value)]
    if wanted.first_day:
        conditions.append(s.day >= wanted.first_day)
    if wanted.last_day:
        conditions.append(s.day <= wanted.last_day)
    return and_(*conditions)


@dataclass(frozen=True)
class Progress:
    """A day in numbers.

    ``states``: articles that arrived that day by state; ``categories``: by the category that
    counts; ``waiting``: all that wait for review, of whatever day; ``people``: labels given
    that day (not taken back) by who made them.
    """

    day: str
    arrived: int
    states: Mapping[str, int]
    categories: Mapping[str, int]
    waiting: int
    settled_today: int
    people: Mapping[str, int]


def progress(connection: Connection, day: str) -> Progress:
    """The numbers of one day (ISO, local)."""
    c = articles.c
    states: dict[str, int] = dict.fromkeys(STATES, 0)
    by_state = select(c.state, func.count()).where(c.day == day).group_by(c.state)
    states.update(_counts(connection, by_state))
    counts = func.coalesce(c.label, c.category)
    by_category = select(counts, func.count()).where(c.day == day).group_by(counts).order_by(func.count().desc())
    s = label_steps.c
    by_person = (
        select(s.by, func.count())
        .where(s.day == day, s.undone_at.is_(None))
        .group_by(s.by)
        .order_by(func.count().desc())
    )
    people = _counts(connection, by_person)
    return Progress(
        day=day,
        arrived=sum(states.values()),
        states=states,
        categories=_counts(connection, by_category),
        waiting=waiting(connection),
        settled_today=sum(people.values()),
        people=people,
    )


def waiting(connection: Connection) -> int:
    """How many articles wait for review."""
    return count_rows(connection, articles, articles.c.state == "review")


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many articles of the whole queue are in each state."""
    counts: dict[str, int] = dict.fromkeys(STATES, 0)
    query = select(articles.c.state, func.count()).group_by(articles.c.state)
    counts.update(_counts(connection, query))
    return counts


def _counts(connection: Connection, query: Select[*tuple[Any, ...]]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}
