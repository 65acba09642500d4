"""Several editors at the same articles: leases, and questions to colleagues.

An article that one editor has before them is given to no other, for some minutes (a lease).  Who asks colleagues
about an article (a flag) leaves it to them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from lanmu.service.store.database import count_rows
from lanmu.service.store.records import moment
from lanmu.service.store.schema import articles, flags, leases

LONGEST_NOTE = 500


def lease(connection: Connection, number: int, by: str, seconds: float) -> str | None:
    """Lease an article to a person, or go on with the lease; who has it, where that is another."""
    now = time.time()
    wanted = insert(leases).values(article=number, by=by, until=now + seconds)
    mine = (leases.c.by == by) | (leases.c.until < now)
    kept = wanted.on_conflict_do_update(index_elements=["article"], set_={"by": by, "until": now + seconds}, where=mine)
    if connection.execute(kept.returning(leases.c.by)).scalar_one_or_none() is not None:
        return None
    return holder(connection, number)


def lease_again(connection: Connection, number: int, by: str, seconds: float) -> None:
    """Lease an article to a person, whoever has it: it is theirs again."""
    until = time.time() + seconds
    wanted = insert(leases).values(article=number, by=by, until=until)
    connection.execute(wanted.on_conflict_do_update(index_elements=["article"], set_={"by": by, "until": until}))


def free(connection: Connection, numbers: Sequence[int], by: str) -> None:
    """End this person's leases of these articles."""
    connection.execute(delete(leases).where(leases.c.article.in_(numbers), leases.c.by == by))


def holder(connection: Connection, number: int) -> str | None:
    """Who has an article before them now."""
    query = select(leases.c.by).where(leases.c.article == number, leases.c.until >= time.time())
    return connection.execute(query).scalar_one_or_none()


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


@dataclass(frozen=True, slots=True)
class Flag:
    """Who asked what about an article, and when."""

    by: str
    note: str
    at: datetime


def ask(connection: Connection, number: int, by: str, note: str) -> None:
    """Ask colleagues about an article; a question that is there already is replaced."""
    values = {"by": by, "note": note.strip()[:LONGEST_NOTE], "at": time.time()}
    wanted = insert(flags).values(article=number, **values)
    connection.execute(wanted.on_conflict_do_update(index_elements=["article"], set_=values))


def answer(connection: Connection, number: int) -> None:
    """The question is answered, or withdrawn."""
    connection.execute(delete(flags).where(flags.c.article == number))


def find_question(connection: Connection, number: int) -> Flag | None:
    """The question about an article."""
    row = connection.execute(select(flags).where(flags.c.article == number)).one_or_none()
    return None if row is None else Flag(row.by, row.note, moment(row.at))


def count_questions(connection: Connection) -> int:
    """How many questions are open."""
    return count_rows(connection, flags)


def is_flagged() -> ColumnElement[bool]:
    """Whether an article has an open question."""
    return articles.c.number.in_(select(flags.c.article))


def is_asked_by(by: str) -> ColumnElement[bool]:
    """Whether this person has asked colleagues about an article."""
    return articles.c.number.in_(select(flags.c.article).where(flags.c.by == by))
