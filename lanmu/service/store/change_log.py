"""Changes: what programs are told of articles, in order; written once to the day's file, and read from a number on."""

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
from lanmu.service.store.records import QueuedArticle, fingerprint_of, local_day, moment
from lanmu.service.store.schema import changes, deliveries, result_files


@dataclass(frozen=True, slots=True)
class NewResult:
    """A tagged article of a file, with its number in the queue and the model that tagged it."""

    article: int
    tagged: TaggedArticle
    model: str


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


def add(connection: Connection, results: Sequence[NewResult], *, deliver: bool, at: float | None = None) -> int:
    """Tell of each article that it was tagged, unless that is told already; returns how many are new.

    ``deliver`` puts the new ones on the way to the webhook in the same step.
    """
    at = time.time() if at is None else at
    new = 0
    for one in results:
        values = {"article": one.article, "kind": TAGGED, "at": at, "day": local_day(at), "record": _record(one, at)}
        statement = insert(changes).values(**values, written=0).on_conflict_do_nothing()
        number = connection.execute(statement.returning(changes.c.number)).scalar_one_or_none()
        if number is None:
            continue
        new += 1
        if deliver:
            connection.execute(insert(deliveries).values(change=number, due=at))
    return new


def add_label(
    connection: Connection, article: int, taxonomy: Taxonomy | None, *, action: str,
    by: str, deliver: bool, wait: float = 0.0,
) -> None:  # fmt: skip
    """Tell what an article has now, and who did what to it (accept, choose, skip, undo, rejudge, edit).

    ``deliver`` puts it on the way to the webhook, where it waits for some seconds: of several
    labels of one article only the last is sent, and what is undone at once is not sent twice.
    """
    queued = queue.get(connection, article)
    if queued is None:
        return
    at = time.time()
    known = taxonomy is not None and queued.category in taxonomy.ids
    name = taxonomy[queued.category].name if taxonomy is not None and known else queued.category
    record = {"event": LABELLED, "action": action, "by": by, **queued.short_record(name)}
    values = {"article": article, "kind": LABELLED, "at": at, "day": local_day(at), "record": _line(record)}
    number = connection.execute(insert(changes).values(**values, written=0).returning(changes.c.number)).scalar_one()
    if not deliver:
        return
    older = select(changes.c.number).where(changes.c.article == article, changes.c.kind == LABELLED)
    connection.execute(delete(deliveries).where(deliveries.c.change.in_(older)))
    connection.execute(insert(deliveries).values(change=number, due=at + wait))


def add_removal(connection: Connection, article: QueuedArticle, *, by: str, into: int | None, deliver: bool) -> None:
    """Tell that an article is no longer in the queue, and into which one its text went."""
    at = time.time()
    record = {
        "event": REMOVED, "by": by, "number": article.number, "id": article.article.id, "into": into,
        "fingerprint": fingerprint_of(article.article),
    }  # fmt: skip
    values = {"article": article.number, "kind": REMOVED, "at": at, "day": local_day(at), "record": _line(record)}
    number = connection.execute(insert(changes).values(**values, written=0).returning(changes.c.number)).scalar_one()
    if deliver:
        connection.execute(insert(deliveries).values(change=number, due=at))


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
    choices.note_pruned_changes(connection, max(numbers[-1], choices.read_pruned_changes(connection)))
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
    query = select(func.count()).select_from(changes).where(changes.c.written == 0)
    return int(connection.execute(query).scalar_one())


def count(connection: Connection) -> int:
    """How many changes there are."""
    return int(connection.execute(select(func.count()).select_from(changes)).scalar_one())


def mark_written(connection: Connection, done: UnwrittenChanges, length: int) -> None:
    """Note that these stand in their day's file, which is now ``length`` bytes long."""
    connection.execute(update(changes).where(changes.c.number.in_(done.numbers)).values(written=1))
    note_length(connection, done.day, length)


def note_length(connection: Connection, day: str, length: int) -> None:
    """Note from where on results are added to a day's file."""
    statement = insert(result_files).values(day=day, bytes=length)
    connection.execute(statement.on_conflict_do_update(index_elements=["day"], set_={"bytes": length}))


def _record(one: NewResult, at: float) -> str:
    """The tag contract with the number in the queue, in one line."""
    record = {
        "number": one.article,
        **one.tagged.record(),
        "model": one.model,
        "fingerprint": fingerprint_of(one.tagged.article),
        "arrived": moment(at).isoformat(timespec="seconds"),
    }
    return _line(record)


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode()
