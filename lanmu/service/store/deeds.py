"""Deeds: who labelled what, when; filtered, counted, and summed up by person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from lanmu.service.store.database import Store
from lanmu.service.store.records import LONGEST_OPENING, moment, opening_of
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
    """Which steps of labelling; None stands for any.  ``action`` is accept, choose or skip; days are ISO, inclusive."""

    by: str | None = None
    action: str | None = None
    category: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    article: int | None = None


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
    total = connection.execute(select(func.count()).select_from(label_steps).where(condition)).scalar_one()
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


def walk(store: Store, wanted: DeedFilter, *, piece: int = MOST_A_PAGE) -> Iterator[Deed]:
    """Every step that passes the filter, the newest first, a piece at a time."""
    s = label_steps.c
    before: int | None = None
    while True:
        condition = _condition(wanted) if before is None else and_(_condition(wanted), s.number < before)
        with store.reading() as connection:
            read = _deeds(connection, condition, 0, piece)
        yield from read
        if len(read) < piece:
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
    return {row[0]: row[1] for row in connection.execute(query)}


def _condition(wanted: DeedFilter) -> ColumnElement[bool]:
    s = label_steps.c
    conditions: list[ColumnElement[bool]] = [s.number > 0]
    if wanted.by is not None:
        conditions.append(s.by == wanted.by)
    if wanted.article is not None:
        conditions.append(s.article == wanted.article)
    if wanted.action is not None:
        conditions.append(s.action == wanted.action)
    if wanted.category is not None:
        conditions.append(s.category == wanted.category)
    if wanted.first_day is not None:
        conditions.append(s.day >= wanted.first_day)
    if wanted.last_day is not None:
        conditions.append(s.day <= wanted.last_day)
    return and_(*conditions)
