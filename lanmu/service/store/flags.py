"""Flags: a question to colleagues about an article; who asked leaves it to them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from lanmu.service.store.records import moment
from lanmu.service.store.schema import articles, flags

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Flag:
    """Who asked what about an article, and when."""

    by: str
    note: str
    at: datetime


def put(connection: Connection, number: int, by: str, note: str) -> None:
    """Ask colleagues about an article; a question that is there already is replaced."""
    values = {"by": by, "note": note.strip()[:LONGEST_NOTE], "at": time.time()}
    wanted = insert(flags).values(article=number, **values)
    connection.execute(wanted.on_conflict_do_update(index_elements=["article"], set_=values))


def take_away(connection: Connection, number: int) -> None:
    """The question is answered, or withdrawn."""
    connection.execute(delete(flags).where(flags.c.article == number))


def get(connection: Connection, number: int) -> Flag | None:
    """The question about an article."""
    row = connection.execute(select(flags).where(flags.c.article == number)).one_or_none()
    return None if row is None else Flag(row.by, row.note, moment(row.at))


def count(connection: Connection) -> int:
    """How many questions are open."""
    return int(connection.execute(select(func.count()).select_from(flags)).scalar_one())


def is_flagged() -> ColumnElement[bool]:
    """Whether an article has an open question."""
    return articles.c.number.in_(select(flags.c.article))


def is_asked_by(by: str) -> ColumnElement[bool]:
    """Whether this person has asked colleagues about an article."""
    return articles.c.number.in_(select(flags.c.article).where(flags.c.by == by))
