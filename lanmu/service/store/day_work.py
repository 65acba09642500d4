"""How far the day's work has come, and who did what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from lanmu.service.store.records import STATES
from lanmu.service.store.schema import articles, label_steps


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
    query = select(func.count()).select_from(articles).where(articles.c.state == "review")
    return int(connection.execute(query).scalar_one())


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many articles of the whole queue are in each state."""
    counts: dict[str, int] = dict.fromkeys(STATES, 0)
    query = select(articles.c.state, func.count()).group_by(articles.c.state)
    counts.update(_counts(connection, query))
    return counts


def _counts(connection: Connection, query: Select[*tuple[Any, ...]]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}
