"""Changes: what programs are told of articles, in order: written once to the day's file, read from a number on, sent.

On its way to the webhook a change is a delivery: what is due, what failed and why, what was given up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from classifier.article import TaggedArticle
from classifier.taxonomy import Taxonomy
from lanmu.service.store import choices, queue
from lanmu.service.store.database import count_rows
from lanmu.service.store.records import QueuedArticle, fingerprint_of, local_day, moment
from lanmu.service.store.schema import articles, changes, deliveries, result_files


@dataclass(frozen=True, slots=True)
class Told:
    """A change as it is told: its number, by which a reader asks for what comes after it, and its record as JSON."""

    number: int
    kind: str
    at: datetime
    record: str


@dataclass(frozen=True)
class UnwrittenChanges:
    """Changes of one day that its file lacks, in their order: ``lines`` as they stand in the file.

    ``known_bytes`` is how long the file was after the last result that is noted as written.
    """

    day: str
    numbers: tuple[int, ...]
    lines: bytes
    known_bytes: int


TAGGED: Final = "article.tagged"
LABELLED: Final = "article.labelled"
REMOVED: Final = "article.removed"
LONGEST_ERROR = 300


def add(connection: Connection, article: int, tagged: TaggedArticle, model: str, wait: float | None) -> bool:
    """Tell that an article (by its number) was tagged, unless that is told already; whether it is new.

    ``wait``: None where no webhook is told, as in ``add_label``; of tags it is told at once.
    """
    at = time.time()
    record = {
        "number": article,
        **tagged.record(),
        "model": model,
        "fingerprint": fingerprint_of(tagged.article),
        "arrived": moment(at).isoformat(timespec="seconds"),
    }
    return _add(connection, article, TAGGED, at, record, None if wait is None else 0.0) is not None


def add_label(
    connection: Connection, article: int, taxonomy: Taxonomy | None, action: str, by: str, wait: float | None
) -> None:
    """Tell what an article has now, and who did what to it (accept, choose, skip, undo, rejudge, edit).

    ``wait``: for how many seconds it stays before it goes to the webhook (None: there is none). Of several
    labels of one article only the last is sent, and what is undone at once is not sent twice.
    """
    queued = queue.get(connection, article)
    if queued is None:
        return
    known = taxonomy is not None and queued.category in taxonomy.ids
    name = taxonomy[queued.category].name if taxonomy is not None and known else queued.category
    record = {"event": LABELLED, "action": action, "by": by, **queued.short_record(name)}
    if wait is not None:
        older = select(changes.c.number).where(changes.c.article == article, changes.c.kind == LABELLED)
        connection.execute(delete(deliveries).where(deliveries.c.change.in_(older)))
    _add(connection, article, LABELLED, time.time(), record, wait)


def add_removal(connection: Connection, article: QueuedArticle, by: str, into: int | None, wait: float | None) -> None:
    """Tell that an article is no longer in the queue, and into which one its text went."""
    record = {
        "event": REMOVED, "by": by, "number": article.number, "id": article.article.id, "into": into,
        "fingerprint": fingerprint_of(article.article),
    }  # fmt: skip
    _add(connection, article.number, REMOVED, time.time(), record, None if wait is None else 0.0)


def _add(
    connection: Connection, article: int, kind: str, at: float, record: Mapping[str, Any], wait: float | None
) -> int | None:
    """Keep a change, and put it on its way to the webhook; None where it is there already."""
    line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode()
    values = {"article": article, "kind": kind, "at": at, "day": local_day(at), "record": line, "written": 0}
    statement = insert(changes).values(values).on_conflict_do_nothing()
    number: int | None = connection.execute(statement.returning(changes.c.number)).scalar_one_or_none()
    if number is not None and wait is not None:
        connection.execute(insert(deliveries).values(change=number, due=at + wait))
    return number


def since(connection: Connection, number: int, limit: int = 100) -> list[Told]:
    """What was told after this number, in order."""
    c = changes.c
    kept = (c.number > number) & (c.record != "")
    query = select(c.number, c.kind, c.at, c.record).where(kept).order_by(c.number).limit(limit)
    return [Told(row.number, row.kind, moment(row.at), row.record) for row in connection.execute(query)]


def last(connection: Connection) -> int:
    """The number of the newest change, kept or not; 0 where there was none."""
    newest = int(connection.execute(select(func.coalesce(func.max(changes.c.number), 0))).scalar_one())
    return max(newest, choices.read_pruned_changes(connection))


def prune(connection: Connection, before: float, limit: int = 5_000) -> int:
    """Let go of changes told before a time that are in their files and delivered, the oldest first; how many.

    Of an ``article.tagged`` the row stays, without its record: by it an article that comes again is
    known.  ``choices.read_pruned_changes`` says up to which number changes have gone.
    """
    c = changes.c
    on_their_way = select(deliveries.c.change)
    old = (c.at < before) & (c.written == 1) & (c.record != "") & c.number.not_in(on_their_way)
    numbers = list(connection.execute(select(c.number).where(old).order_by(c.number).limit(limit)).scalars())
    if not numbers:
        return 0
    these = c.number.between(numbers[0], numbers[-1]) & old
    connection.execute(delete(changes).where(these, c.kind != TAGGED))
    connection.execute(update(changes).where(these).values(record=""))
    pruned = max(numbers[-1], choices.read_pruned_changes(connection))
    choices.choose(connection, choices.PRUNED_CHANGES, pruned, "lanmu")
    return len(numbers)


def unwritten(connection: Connection, limit: int = 500) -> UnwrittenChanges | None:
    """The oldest changes not yet in their day's file, of one day; None where all are written."""
    c = changes.c
    query = select(c.number, c.day, c.record).where(c.written == 0).order_by(c.number).limit(limit)
    rows = list(connection.execute(query))
    if not rows:
        return None
    day = rows[0].day
    run = []
    for row in rows:
        if row.day != day:
            break
        run.append(row)
    known = connection.execute(select(result_files.c.bytes).where(result_files.c.day == day)).scalar_one_or_none()
    lines = "".join(row.record + "\n" for row in run).encode()
    return UnwrittenChanges(day, tuple(row.number for row in run), lines, known or 0)


def count_unwritten(connection: Connection) -> int:
    """How many changes wait to be written."""
    return count_rows(connection, changes, changes.c.written == 0)


def mark_written(connection: Connection, done: UnwrittenChanges, length: int) -> None:
    """Note that these stand in their day's file, which is now ``length`` bytes long."""
    connection.execute(update(changes).where(changes.c.number.in_(done.numbers)).values(written=1))
    note_length(connection, done.day, length)


def note_length(connection: Connection, day: str, length: int) -> None:
    """Note from where on results are added to a day's file."""
    statement = insert(result_files).values(day=day, bytes=length)
    connection.execute(statement.on_conflict_do_update(index_elements=["day"], set_={"bytes": length}))


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


def due_deliveries(connection: Connection, limit: int) -> list[Delivery]:
    """Deliveries whose time has come, the longest due first; of each article the oldest, so that it ends as it is."""
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
        .where(c.state == "waiting", c.due <= time.time(), ~older)
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


def revive_deliveries(connection: Connection) -> int:
    """Try again what was given up, from the first try on; returns how many."""
    values = {"state": "waiting", "tries": 0, "due": time.time(), "outage": 0}
    done = connection.execute(update(deliveries).where(deliveries.c.state == "dead").values(values))
    return done.rowcount


def count_deliveries(connection: Connection) -> dict[str, int]:
    """How many deliveries are ``waiting`` and ``dead``."""
    counts = {"waiting": 0, "dead": 0}
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    counts.update({row[0]: row[1] for row in connection.execute(query)})
    return counts


def dead_deliveries(connection: Connection, limit: int = 50) -> list[DeadDelivery]:
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
