"""Steps of mending, each with the articles as they were before it, so that it can be taken back for some time."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.store.records import moment
from lanmu.service.store.schema import articles, labels, mendings, printed
from lanmu.service.store.waiting_labels import STALE

MOST_KEPT: Final = 1_000
KEPT_SECONDS: Final = 30 * 86_400.0


class MendedSince(LanmuError):
    """A step that can no longer be taken back."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A step: ``action`` is edit, merge, split or delete; ``article`` the one it was done to.

    ``created`` are articles that came of it; ``versions`` those of all it touched, right after it.
    """

    number: int
    at: datetime
    by: str
    action: str
    article: int
    copies: Sequence[Mapping[str, Any]]
    created: Sequence[int]
    versions: Mapping[int, int]


def copy_articles(connection: Connection, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Articles with their labels and printed lines, as JSON takes them."""
    copies: list[dict[str, Any]] = []
    for number in numbers:
        row = connection.execute(select(articles).where(articles.c.number == number)).one()
        label = connection.execute(select(labels.c.category).where(labels.c.article == number)).scalar_one_or_none()
        lines = connection.execute(select(printed.c.lines).where(printed.c.article == number)).scalar_one_or_none()
        into = connection.execute(select(articles.c.number).where(articles.c.into == number)).scalars()
        copies.append(
            {
                "row": dict(row._mapping),
                "label": label,
                "lines": None if lines is None else base64.b64encode(lines).decode(),
                "merged": list(into),
            }
        )
    return copies


def note(
    connection: Connection, action: str, by: str, article: int, copies: Sequence[Mapping[str, Any]],
    created: Sequence[int] = (),
) -> int:  # fmt: skip
    """Keep a step that was just done; returns its number.  Those that are too old or too many go."""
    touched = [copy["row"]["number"] for copy in copies] + list(created)
    versions = {str(number): _version(connection, number) for number in touched}
    values = {
        "at": time.time(), "by": by, "action": action, "article": article, "copies": list(copies),
        "created": list(created), "versions": versions,
    }  # fmt: skip
    number = int(connection.execute(insert(mendings).values(values).returning(mendings.c.number)).scalar_one())
    prune(connection)
    return number


def prune(connection: Connection, before: float | None = None) -> None:
    """Let go of steps that cannot be taken back any more, and of those done ``before`` a time."""
    c = mendings.c
    begins = max(time.time() - KEPT_SECONDS, before or 0.0)
    newest = select(c.number).order_by(c.number.desc()).limit(MOST_KEPT)
    connection.execute(delete(mendings).where((c.at < begins) | c.number.not_in(newest)))


def get(connection: Connection, number: int) -> Mend | None:
    """A step by its number, unless it was taken back or is no longer kept."""
    row = connection.execute(select(mendings).where(mendings.c.number == number)).one_or_none()
    return None if row is None else _mend(row)


def last_of(connection: Connection, article: int) -> Mend | None:
    """The last step upon an article, if it can be taken back still."""
    query = select(mendings).where(mendings.c.article == article).order_by(mendings.c.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    last = None if row is None else _mend(row)
    return last if last is not None and _is_as_left(connection, last) else None


def take_back(connection: Connection, mend: Mend) -> None:
    """Make the articles what they were before the step; the step is gone then.

    What it created must be taken out by the caller, before.  Raises MendedSince where somebody has done
    something to the articles since, or the deleted one has come again.
    """
    c = articles.c
    for copy in mend.copies:
        row = dict(copy["row"])
        number = row.pop("number")
        same = select(c.number).where(c.fingerprint == row["fingerprint"], c.number != number)
        if connection.execute(same).first() is not None:
            raise MendedSince(say("mending.came_again"))
        row["version"] = _version(connection, number) + 1
        connection.execute(update(articles).where(c.number == number).values(row))
        connection.execute(update(articles).where(c.number.in_(copy["merged"])).values(into=number))
        if copy["label"] is None:
            connection.execute(update(labels).where(labels.c.article == number).values(category=None))
        else:
            label = {"category": copy["label"], "written": STALE}
            given = insert(labels).values(article=number, **label)
            connection.execute(given.on_conflict_do_update(index_elements=["article"], set_=label))
        connection.execute(delete(printed).where(printed.c.article == number))
        if copy["lines"] is not None:
            connection.execute(insert(printed).values(article=number, lines=base64.b64decode(copy["lines"])))
    connection.execute(delete(mendings).where(mendings.c.number == mend.number))


def check_as_left(connection: Connection, mend: Mend) -> None:
    """MendedSince where an article of the step is no longer as the step left it."""
    if not _is_as_left(connection, mend):
        raise MendedSince(say("mending.changed_since"))


def _is_as_left(connection: Connection, mend: Mend) -> bool:
    return all(_version(connection, number) == version for number, version in mend.versions.items())


def _version(connection: Connection, number: int) -> int:
    return int(connection.execute(select(articles.c.version).where(articles.c.number == number)).scalar_one())


def _mend(row: Any) -> Mend:
    return Mend(
        row.number, moment(row.at), row.by, row.action, row.article, row.copies, row.created,
        {int(number): version for number, version in row.versions.items()},
    )  # fmt: skip
