"""What was refused and waits for a person to see it: files of the watched folder and uploads, with their reasons."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from classifier.errors import InputRefused
from classifier.messages import Language, Message, said_of, text_of_kept
from lanmu.service.store.database import count_rows
from lanmu.service.store.records import local_day, moment
from lanmu.service.store.schema import refusals

MOST_TOLD = 100
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was refused: its name and why, which is said in the reader's language."""

    name: str
    said: str | Message

    def reason(self, language: Language) -> str:
        """The reason; a code that this version does not know stays as it is."""
        return text_of_kept(self.said, language)


@dataclass(frozen=True)
class Refusal:
    """A file of which nothing (``whole``) or not everything could be read.

    ``told`` are its first reasons and ``more`` how many came after them.  ``place`` is where the file
    lies now, from the folder that holds ``refused``; empty where nobody kept it.  ``by`` uploaded it.
    """

    number: int
    at: datetime
    origin: str
    name: str
    by: str
    whole: bool
    told: tuple[Told, ...]
    more: int
    place: str
    open: bool


def note_file(connection: Connection, name: str, told: Sequence[InputRefused], *, whole: bool, stamp: str) -> int:
    """Keep what was refused of a watched file; the same file, as its ``stamp`` says, is kept once and opened again."""
    file = {"origin": "inbox", "name": name[:LONGEST], "stamp": stamp, "by": "", "whole": int(whole)}
    return _note(connection, told, file)


def note_upload(connection: Connection, name: str, told: Sequence[InputRefused], *, whole: bool, by: str) -> None:
    """Keep what was refused of an upload, closed already: who gave it sees it at once."""
    upload = {"origin": "upload", "name": name[:LONGEST], "stamp": f"{time.time():.6f}", "by": by, "whole": int(whole)}
    close(connection, _note(connection, told, upload), by)


def _note(connection: Connection, told: Sequence[InputRefused], file: Mapping[str, object]) -> int:
    now = time.time()
    values = {
        **file,
        "at": now,
        "day": local_day(now),
        "told": [_record(error) for error in told[:MOST_TOLD]],
        "more": max(0, len(told) - MOST_TOLD),
        "place": "",
        "closed_at": None,
        "closed_by": None,
    }
    statement = insert(refusals).values(values)
    again = {key: value for key, value in values.items() if key not in ("origin", "name", "stamp")}
    statement = statement.on_conflict_do_update(index_elements=["origin", "name", "stamp"], set_=again)
    return int(connection.execute(statement.returning(refusals.c.number)).scalar_one())


def move(connection: Connection, number: int, place: str) -> None:
    """Note where the file lies now."""
    connection.execute(update(refusals).where(refusals.c.number == number).values(place=place))


def forget(connection: Connection, numbers: Sequence[int]) -> None:
    """Take refusals out that were none: the files had changed meanwhile and are read once more."""
    connection.execute(delete(refusals).where(refusals.c.number.in_(numbers)))


def close(connection: Connection, number: int, by: str) -> bool:
    """Note that somebody has seen to it; False where that was so already."""
    condition = and_(refusals.c.number == number, refusals.c.closed_at.is_(None))
    return (
        connection.execute(update(refusals).where(condition).values(closed_at=time.time(), closed_by=by)).rowcount > 0
    )


def get(connection: Connection, number: int) -> Refusal | None:
    """The refusal of this number."""
    row = connection.execute(select(refusals).where(refusals.c.number == number)).one_or_none()
    return None if row is None else _refusal(row)


def count_open(connection: Connection) -> int:
    """How many nobody has seen to."""
    return count_rows(connection, refusals, refusals.c.closed_at.is_(None))


def page(connection: Connection, *, all: bool = False, offset: int = 0, limit: int = 50) -> tuple[list[Refusal], int]:
    """Refusals, the newest first (``all``: those that were seen to as well), and how many there are."""
    condition = refusals.c.number > 0 if all else refusals.c.closed_at.is_(None)
    total = count_rows(connection, refusals, condition)
    query = select(refusals).where(condition).order_by(refusals.c.at.desc(), refusals.c.number.desc())
    return [_refusal(row) for row in connection.execute(query.offset(offset).limit(limit))], total


def _record(error: InputRefused) -> dict[str, Any]:
    said = error.said.record() if isinstance(error.said, Message) else str(error.said)[:LONGEST]
    record: dict[str, Any] = json.loads(json.dumps({"name": error.name[:LONGEST], "said": said}, default=str))
    return record


def _refusal(row: Any) -> Refusal:
    told = tuple(Told(one["name"], said_of(one["said"])) for one in row.told)
    return Refusal(
        row.number, moment(row.at), row.origin, row.name, row.by, bool(row.whole), told, row.more, row.place,
        row.closed_at is None,
    )  # fmt: skip
