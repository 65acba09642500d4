"""Mending: what reading did wrong put right in the queue, articles taken out of it, by hand or by age.

Each step is kept with the articles as they were before it, so that it can be taken back for some time.  The
number and the fingerprint of what arrived stay, so that a file that comes again finds its articles as
they are now.  A removed article keeps its row, emptied, for the sake of what refers to it.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, null, select, update
from sqlalchemy.dialects.sqlite import insert

from classifier.article import Article, TaggedArticle
from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.store import colleagues, line_places, queue
from lanmu.service.store.records import QueuedArticle, moment
from lanmu.service.store.schema import articles, labels, leases, mendings, printed, readings
from lanmu.service.store.waiting_labels import STALE

MOST_KEPT: Final = 1_000
KEPT_SECONDS: Final = 30 * 86_400.0
MOST_PIECES = 300
_EMPTY = {
    "id": "", "title": "", "subtitle": "", "column": "", "byline": "", "reporters": [], "date": "", "printed_day": "",
    "text": "", "uncertain": [], "source_path": "", "source_member": "", "source_position": 0, "source_page": 0,
    "source_box": null(), "origin": "", "day": "",
    "ranking": [], "secondary": [], "reasons": [], "state": "removed", "label": None, "labelled_by": None,
    "labelled_at": None,
}  # fmt: skip


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
    return last if last is not None and is_as_left(connection, last) else None


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


def is_as_left(connection: Connection, mend: Mend) -> bool:
    """Whether all articles of a step are as it left them."""
    return all(_version(connection, number) == version for number, version in mend.versions.items())


def _version(connection: Connection, number: int) -> int:
    return int(connection.execute(select(articles.c.version).where(articles.c.number == number)).scalar_one())


def _mend(row: Any) -> Mend:
    return Mend(
        row.number, moment(row.at), row.by, row.action, row.article, row.copies, row.created,
        {int(number): version for number, version in row.versions.items()},
    )  # fmt: skip


def pieces(connection: Connection, of: QueuedArticle) -> list[QueuedArticle]:
    """The articles that were read from the same page as this one, in their order there; this alone if from none."""
    source = of.article.source
    if not source.path:
        return [of]
    c = articles.c
    query = (
        select(c.number)
        .where(
            c.source_path == source.path,
            c.source_member == source.member,
            c.origin == of.origin,
            c.day == of.day,
            c.state != "removed",
        )
        .order_by(c.source_position, c.number)
        .limit(MOST_PIECES)
    )
    queued = (queue.get(connection, number) for number in connection.execute(query).scalars())
    return [one for one in queued if one is not None]


def rewrite(connection: Connection, number: int, tagged: TaggedArticle, model: str) -> None:
    """Give an article another title, text or column, and what the model says of it now; a person's label stays."""
    c = articles.c
    article = tagged.article
    values = queue.judgement_of(tagged, model)
    kept = connection.execute(select(c.state, c.label).where(c.number == number)).one()
    if kept.state in ("settled", "skipped"):
        values.pop("state")
    texts = {"title": article.title, "text": article.text, "column": article.column}
    connection.execute(update(articles).where(c.number == number).values({**values, **texts, "version": c.version + 1}))
    if kept.label is not None:  # so that its line is written anew
        connection.execute(update(labels).where(labels.c.article == number).values(written=STALE))


def remove(connection: Connection, number: int, *, into: int | None = None, keep_label: bool = False) -> None:
    """Empty an article; it is in no list any more.

    Merged ``into`` another, it is known when it comes again; removed otherwise, it may come again as
    a new one.  ``keep_label`` leaves its line in labels.csv, of which it is no longer the master.
    """
    c = articles.c
    values: dict[str, object] = {**_EMPTY, "into": into, "version": c.version + 1}
    if into is None:
        values["fingerprint"] = f"removed-{number}"
    connection.execute(update(articles).where(c.number == number).values(values))
    connection.execute(update(articles).where(c.into == number).values(into=into))
    colleagues.answer(connection, number)
    connection.execute(delete(leases).where(leases.c.article == number))
    connection.execute(readings.delete().where(readings.c.article == number))
    line_places.forget(connection, number)
    if not keep_label:
        gone = insert(labels).values(article=number, category=None, written=None)
        connection.execute(gone.on_conflict_do_update(index_elements=["article"], set_={"category": None}))


def older_than(connection: Connection, day: str, limit: int) -> list[int]:
    """Articles that arrived before a day (ISO, local), the oldest first."""
    c = articles.c
    begins = datetime.fromisoformat(day).astimezone().timestamp()
    query = select(c.number).where(c.arrived < begins, c.state != "removed").order_by(c.number).limit(limit)
    return list(connection.execute(query).scalars())


def cut(article: Article, paragraph: int, title: str) -> tuple[Article, Article]:
    """Two articles of one, the second from this paragraph (counted from 0) on.

    Without a title the paragraph itself is the second one's headline.  Raises ValueError where one
    of them would be empty.
    """
    lines = article.text.split("\n")
    if not 0 < paragraph < len(lines):
        raise ValueError(paragraph)
    rest = lines[paragraph:]
    headline = title.strip() or rest.pop(0).strip()
    second = replace(
        article, id=f"{article.id}-2" if article.id else "", title=headline, text="\n".join(rest), subtitle="",
        byline="", reporters=(), uncertain=(),
    )  # fmt: skip
    first = replace(article, text="\n".join(lines[:paragraph]))
    if not (first.title or first.text).strip() or not (second.title or second.text).strip():
        raise ValueError(paragraph)
    return first, second
