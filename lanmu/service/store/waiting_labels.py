"""Labels on their way to labels.csv: what it should say, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from lanmu.service.store.records import local_day
from lanmu.service.store.schema import articles, labels
from training.labels.label import DOUBTFUL


@dataclass(frozen=True, slots=True)
class WaitingLabel:
    """A line that labels.csv lacks, or (``category`` None) still has.

    ``id`` comes from the article's content, so that two articles with one id stay two, and a line
    written twice is one.
    """

    article: int
    id: str
    category: str | None
    source: str
    date: str
    title: str
    text: str


def waiting(connection: Connection, limit: int = 500) -> list[WaitingLabel]:
    """Labels that labels.csv does not say yet, the oldest article first."""
    query = (
        select(labels.c.category, articles)
        .join(articles, articles.c.number == labels.c.article)
        .where(labels.c.category.is_distinct_from(labels.c.written))
        .order_by(labels.c.article)
        .limit(limit)
    )
    return [
        WaitingLabel(
            row.number,
            label_id(row.fingerprint),
            row[0],
            ("annif" if row.origin == "annif" else "desk") + DOUBTFUL * (row.decision == "review"),
            row.printed_day or local_day(row.arrived),
            row.title,
            row.text,
        )
        for row in connection.execute(query)
    ]


def count_waiting(connection: Connection) -> int:
    """How many labels wait to be written."""
    condition = labels.c.category.is_distinct_from(labels.c.written)
    return int(connection.execute(select(func.count()).select_from(labels).where(condition)).scalar_one())


def mark_written(connection: Connection, written: Sequence[WaitingLabel]) -> None:
    """Note that labels.csv now says this."""
    for label in written:
        connection.execute(update(labels).where(labels.c.article == label.article).values(written=label.category))


def label_id(fingerprint: str) -> str:
    """The id in labels.csv of an article of the queue."""
    return f"desk-{fingerprint[:20]}"
