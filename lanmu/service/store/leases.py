"""Leases: an article that one editor has before them is given to no other, for some minutes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Delete, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from lanmu.service.store.schema import articles, leases


def take(connection: Connection, number: int, by: str, seconds: float) -> str | None:
    """Lease an article to a person, or go on with the lease; who has it, where that is another."""
    now = time.time()
    wanted = insert(leases).values(article=number, by=by, until=now + seconds)
    mine = (leases.c.by == by) | (leases.c.until < now)
    kept = wanted.on_conflict_do_update(index_elements=["article"], set_={"by": by, "until": now + seconds}, where=mine)
    if connection.execute(kept.returning(leases.c.by)).scalar_one_or_none() is not None:
        return None
    return holder(connection, number)


def give(connection: Connection, number: int, by: str, seconds: float) -> None:
    """Lease an article to a person, whoever has it: it is theirs again."""
    until = time.time() + seconds
    wanted = insert(leases).values(article=number, by=by, until=until)
    connection.execute(wanted.on_conflict_do_update(index_elements=["article"], set_={"by": by, "until": until}))


def take_first(connection: Connection, numbers: Sequence[int], by: str, seconds: float) -> int | None:
    """Lease the first of these articles that no other person has; its number."""
    return next((number for number in numbers if take(connection, number, by, seconds) is None), None)


def free(connection: Connection, numbers: Sequence[int], by: str) -> None:
    """End this person's leases of these articles."""
    connection.execute(delete(leases).where(leases.c.article.in_(numbers), leases.c.by == by))


def all_of(number: int) -> Delete:
    """The statement that ends whatever lease there is of an article."""
    return delete(leases).where(leases.c.article == number)


def holder(connection: Connection, number: int) -> str | None:
    """Who has an article before them now."""
    query = select(leases.c.by).where(leases.c.article == number, leases.c.until >= time.time())
    return connection.execute(query).scalar_one_or_none()


def holders(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """Who has which of these articles before them now."""
    query = select(leases.c.article, leases.c.by).where(leases.c.article.in_(numbers), leases.c.until >= time.time())
    return {row.article: row.by for row in connection.execute(query)}


def at_work(connection: Connection) -> dict[str, int]:
    """Who reviews now, and how many articles each has at hand."""
    c = leases.c
    query = select(c.by, func.count()).where(c.until >= time.time()).group_by(c.by).order_by(c.by)
    return {row[0]: row[1] for row in connection.execute(query)}


def is_held_by_others(by: str) -> ColumnElement[bool]:
    """Whether an article is with another person than this one."""
    c = leases.c
    return articles.c.number.in_(select(c.article).where(c.by != by, c.until >= time.time()))


def clear_old(connection: Connection) -> None:
    """Forget leases that have ended long ago."""
    connection.execute(delete(leases).where(leases.c.until < time.time() - 3600))
