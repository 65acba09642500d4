"""Results of the watched folder: one an article, each written once to the day's file."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from classifier.article import TaggedArticle
from lanmu.service.store.records import fingerprint_of, local_day, moment
from lanmu.service.store.schema import deliveries, result_files, results


@dataclass(frozen=True, slots=True)
class NewResult:
    """A tagged article of a file, with its number in the queue and the model that tagged it."""

    article: int
    tagged: TaggedArticle
    model: str


@dataclass(frozen=True)
class UnwrittenResults:
    """Results of one day that its file lacks, in their order: ``lines`` as they stand in the file.

    ``known_bytes`` is how long the file was after the last result that is noted as written.
    """

    day: str
    numbers: tuple[int, ...]
    lines: bytes
    known_bytes: int


def add(connection: Connection, found: Sequence[NewResult], *, deliver: bool, at: float | None = None) -> int:
    """Keep a result for each article that has none yet; returns how many are new.

    ``deliver`` puts the new ones on the way to the webhook in the same step.
    """
    at = time.time() if at is None else at
    new = 0
    for one in found:
        values = {"article": one.article, "at": at, "day": local_day(at), "record": _record(one, at), "written": 0}
        statement = insert(results).values(values).on_conflict_do_nothing(index_elements=["article"])
        number = connection.execute(statement.returning(results.c.number)).scalar_one_or_none()
        if number is None:
            continue
        new += 1
        if deliver:
            connection.execute(insert(deliveries).values(result=number, due=at))
    return new


def unwritten(connection: Connection, limit: int = 500) -> UnwrittenResults | None:
    """The oldest results not yet in their day's file, of one day; None where all are written."""
    c = results.c
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
    return UnwrittenResults(day, tuple(row.number for row in run), lines, known or 0)


def count_unwritten(connection: Connection) -> int:
    """How many results wait to be written."""
    query = select(func.count()).select_from(results).where(results.c.written == 0)
    return int(connection.execute(query).scalar_one())


def count(connection: Connection) -> int:
    """How many results there are."""
    return int(connection.execute(select(func.count()).select_from(results)).scalar_one())


def mark_written(connection: Connection, done: UnwrittenResults, length: int) -> None:
    """Note that these stand in their day's file, which is now ``length`` bytes long."""
    connection.execute(update(results).where(results.c.number.in_(done.numbers)).values(written=1))
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
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode()
