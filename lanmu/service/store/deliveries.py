"""Changes on their way to the webhook: what is due, what failed and why, what was given up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from lanmu.service.store.records import moment
from lanmu.service.store.schema import articles, changes, deliveries

LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """A change to send: its record as JSON, when it came about, and how often it was tried."""

    change: int
    kind: str
    fingerprint: str
    record: str
    arrived: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class DeadDelivery:
    """A change that was given up after many tries."""

    change: int
    article: int
    title: str
    tries: int
    error: str


def due(connection: Connection, limit: int, now: float | None = None) -> list[Delivery]:
    """Deliveries whose time has come, the longest due first; of each article the oldest, so that it ends as it is."""
    now = time.time() if now is None else now
    c = deliveries.c
    other, its = deliveries.alias(), changes.alias()
    older = (
        select(other.c.change)
        .join(its, its.c.number == other.c.change)
        .where(other.c.state == "waiting", its.c.article == changes.c.article, other.c.change < c.change)
        .exists()
    )
    query = (
        select(c.change, c.tries, changes.c.kind, changes.c.record, changes.c.at, articles.c.fingerprint)
        .join(changes, changes.c.number == c.change)
        .join(articles, articles.c.number == changes.c.article)
        .where(c.state == "waiting", c.due <= now, ~older)
        .order_by(c.due, c.change)
        .limit(limit)
    )
    return [
        Delivery(row.change, row.kind, row.fingerprint, row.record, moment(row.at), row.tries)
        for row in connection.execute(query)
    ]


def next_due(connection: Connection) -> float | None:
    """When the next delivery is due, in seconds since 1970."""
    query = select(func.min(deliveries.c.due)).where(deliveries.c.state == "waiting")
    due = connection.execute(query).scalar_one_or_none()
    return None if due is None else float(due)


def mark_delivered(connection: Connection, numbers: Sequence[int]) -> None:
    """The receiver has these changes."""
    connection.execute(delete(deliveries).where(deliveries.c.change.in_(numbers)))


def mark_failed(connection: Connection, number: int, error: str, due_at: float | None, *, outage: bool = False) -> None:
    """A try failed: the next is due at this time; None gives the delivery up.

    ``outage``: it failed with the receiver as a whole, not with this result.
    """
    values = {
        "tries": deliveries.c.tries + 1,
        "error": error[:LONGEST_ERROR],
        "outage": int(outage),
        **({"state": "dead"} if due_at is None else {"due": due_at}),
    }
    connection.execute(update(deliveries).where(deliveries.c.change == number).values(values))


def outage_over(connection: Connection) -> None:
    """The receiver answers again: what failed with it as a whole is due now."""
    c = deliveries.c
    now = time.time()
    condition = (c.state == "waiting") & (c.outage == 1) & (c.due > now)
    connection.execute(update(deliveries).where(condition).values(due=now))


def revive(connection: Connection) -> int:
    """Try again what was given up, from the first try on; returns how many."""
    values = {"state": "waiting", "tries": 0, "due": time.time(), "outage": 0}
    done = connection.execute(update(deliveries).where(deliveries.c.state == "dead").values(values))
    return done.rowcount


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many deliveries are ``waiting`` and ``dead``."""
    counts = {"waiting": 0, "dead": 0}
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    counts.update({row[0]: row[1] for row in connection.execute(query)})
    return counts


def dead(connection: Connection, limit: int = 50) -> list[DeadDelivery]:
    """What was given up, the newest first."""
    c = deliveries.c
    query = (
        select(c.change, c.tries, c.error, articles.c.number, articles.c.title)
        .join(changes, changes.c.number == c.change)
        .join(articles, articles.c.number == changes.c.article)
        .where(c.state == "dead")
        .order_by(c.change.desc())
        .limit(limit)
    )
    return [DeadDelivery(row.change, row.number, row.title, row.tries, row.error) for row in connection.execute(query)]
